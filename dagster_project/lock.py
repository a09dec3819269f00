"""One run at a time over one data folder."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NightAlreadyRunning(RuntimeError):
    """Another run holds the data folder."""


def is_held(data_dir: Path) -> bool:
    """Whether a run is working in the data folder."""
    try:
        with only_run(data_dir):
            return False
    except NightAlreadyRunning:
        return True


@contextmanager
def only_run(data_dir: Path) -> Iterator[None]:
    """Hold the data folder while the block lasts.

    Raises:
        NightAlreadyRunning: another process works in the same data folder.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with open(data_dir / ".night.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NightAlreadyRunning(
                f"Another run is working in {data_dir}. Wait until it has ended and start again."
            ) from None
        yield
