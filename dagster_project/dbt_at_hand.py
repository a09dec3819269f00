"""A dbt that has loaded itself and read the project by the time the night asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster_project.dbt_process import AT_HAND
from dagster_project.manifest import is_prepared
from dagster_project.settings import Settings

DBT_PROCESS = Path(__file__).with_name("dbt_process.py")


@contextmanager
def dbt_at_hand(settings: Settings) -> Iterator[subprocess.Popen[bytes] | None]:
    """While the block lasts, the first dbt that is started runs in a process that was started with the block.

    Nothing is different when that cannot be, and when dbt has yet to read a project that has changed.

    Yields:
        The process; None where there is none.
    """
    if not is_prepared(settings):
        yield None
        return
    # Not in the data folder, whose path may be too long for a socket.
    with tempfile.TemporaryDirectory(prefix="nedslag-") as folder:
        address = str(Path(folder) / "dbt")
        process = subprocess.Popen(
            [sys.executable, "-P", str(DBT_PROCESS), "--at-hand", address],
            env={**os.environ, **settings.dbt_environment(), "DBT_PROJECT_DIR": str(settings.dbt_project)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.environ[AT_HAND] = address
        try:
            yield process
        finally:
            os.environ.pop(AT_HAND, None)
            process.kill()
            process.wait()
