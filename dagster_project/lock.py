"""One run at a time over one data folder."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster_project.errors import NedslagError

_LOOK_EVERY_SECONDS, _A_MOMENT = 0.5, 1.0


class NightAlreadyRunning(NedslagError):
    """Another run holds the data folder."""


def is_held(data_dir: Path) -> bool:
    """Whether a run is working in the data folder."""
    try:
        with only_run(data_dir, patience=0):
            return False
    except NightAlreadyRunning:
        return True


@contextmanager
def only_run(data_dir: Path, patience: float = _A_MOMENT) -> Iterator[None]:
    """Hold the data folder while the block lasts.

    Args:
        data_dir: the folder; made when it is not there.
        patience: how many seconds to wait for another run to end; one that only looks takes no more than a moment.

    Raises:
        NightAlreadyRunning: another process works in the same data folder.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + patience
    with open(data_dir / ".night.lock", "a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise NightAlreadyRunning(
                        f"Another run is working in {data_dir}. Wait until it has ended and start again."
                    ) from None
                time.sleep(_LOOK_EVERY_SECONDS)
        yield
