"""How long the past is kept: logs, the runs that Dagster remembers, and what has been told of them.

Does not belong here: the records of runs and their checks (`records`), which stay, and what lies in landing
(`door.retention`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dagster import DagsterInstance, RunsFilter

from dagster_project.settings import Settings

# A long past is forgotten over several nights, so that none of them takes long.
_RUNS_AT_ONCE = 200


@dataclass(frozen=True)
class Forgotten:
    """How much was removed."""

    runs: int
    files: int


def forget(settings: Settings, instance: DagsterInstance, *, now: datetime) -> Forgotten:
    """Remove what is older than `settings.history_days`; what cannot be removed stays and stops nothing.

    Args:
        now: UTC without zone.
    """
    before = now.replace(tzinfo=UTC) - timedelta(days=settings.history_days)
    runs = instance.get_run_records(RunsFilter(created_before=before), limit=_RUNS_AT_ONCE, ascending=True)
    for run in runs:
        run_id = run.dagster_run.run_id
        instance.delete_run(run_id)
        shutil.rmtree(Path(instance.storage_directory()) / run_id, ignore_errors=True)
    files = 0
    for path in _files(settings):
        with suppress(OSError):
            if path.stat().st_mtime < before.timestamp():
                path.unlink()
                files += 1
    return Forgotten(len(runs), files)


def _files(settings: Settings) -> Iterator[Path]:
    yield from (settings.data_dir / "logs").glob("*.log")
    yield from (settings.lake / "records" / "told").glob("*.json")
