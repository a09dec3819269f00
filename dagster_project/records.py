"""What runs leave behind for `ops.runs` and `ops.check_results`: one small Parquet file per run and kind.

Records outlive the warehouse, which is rebuilt every night. Schemas: docs/lake.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

RUN_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "run_id": pl.String,
    "started_at": pl.Datetime("us"),
    "finished_at": pl.Datetime("us"),
    "as_of": pl.Date,
    "outcome": pl.String,
}
CHECK_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "run_id": pl.String,
    "suite": pl.String,
    "expectation": pl.String,
    "subject": pl.String,
    "observed": pl.Float64,
    "threshold": pl.Float64,
    "severity": pl.String,
    "success": pl.Boolean,
}


@dataclass(frozen=True)
class Run:
    """One run; outcome is running, published, failed or interrupted. Times are UTC without zone."""

    run_id: str
    started_at: datetime
    as_of: date
    finished_at: datetime | None = None
    outcome: str = "running"


@dataclass(frozen=True)
class CheckRecord:
    """One expectation on one subject; observed is null where nothing was delivered to look at."""

    run_id: str
    suite: str
    expectation: str
    subject: str
    observed: float | None
    threshold: float | None
    severity: str
    success: bool


def now() -> datetime:
    """The present moment, UTC, without zone, as the records keep it."""
    return datetime.now(UTC).replace(tzinfo=None)


def prepare(lake: Path) -> None:
    """Make the record folders and the empty files that give them their schema."""
    for folder, schema in (("runs", RUN_SCHEMA), ("check_results", CHECK_SCHEMA)):
        _write(pl.DataFrame(schema=schema), lake / "records" / folder / "_schema.parquet")


def latest_as_of(lake: Path) -> date | None:
    """The latest day that any run has spoken for, or None before the first."""
    return max((pl.read_parquet(path)["as_of"][0] for path in _run_files(lake)), default=None)


def latest_start(lake: Path) -> datetime | None:
    """When the latest run began, UTC without zone, or None before the first."""
    return max((pl.read_parquet(path)["started_at"][0] for path in _run_files(lake)), default=None)


def begin_run(lake: Path, run: Run, in_force: str | None) -> None:
    """Record that a run began, and correct the records of earlier runs that a crash cut off.

    Args:
        in_force: run id of the published set in force. A run that said `published` after that one died before its set
            was in force.
    """
    prepare(lake)
    earlier = [Run(**pl.read_parquet(path).to_dicts()[0]) for path in _run_files(lake)]
    last = max((other.started_at for other in earlier if other.run_id == in_force), default=None)
    for other in earlier:
        unfinished = other.outcome == "running"
        never_in_force = other.outcome == "published" and (last is None or other.started_at > last)
        if (unfinished or never_in_force) and other.run_id != run.run_id:
            _write_run(lake, replace(other, outcome="interrupted"))
    _write_run(lake, run)


def end_run(lake: Path, run_id: str, outcome: str) -> None:
    """Record how a run ended; does nothing for a run that never got as far as beginning."""
    run = run_record(lake, run_id)
    if run:
        _write_run(lake, replace(run, finished_at=now(), outcome=outcome))


def run_record(lake: Path, run_id: str) -> Run | None:
    """What is recorded of a run, or None when it never got as far as beginning."""
    path = lake / "records" / "runs" / f"{run_id}.parquet"
    return Run(**pl.read_parquet(path).to_dicts()[0]) if path.exists() else None


def write_checks(lake: Path, run_id: str, records: Iterable[CheckRecord]) -> None:
    """Replace the run's check results."""
    frame = pl.DataFrame([asdict(record) for record in records], schema=CHECK_SCHEMA)
    _write(frame, lake / "records" / "check_results" / f"{run_id}.parquet")


def _run_files(lake: Path) -> list[Path]:
    return [path for path in (lake / "records" / "runs").glob("*.parquet") if path.name != "_schema.parquet"]


def _write_run(lake: Path, run: Run) -> None:
    _write(pl.DataFrame([asdict(run)], schema=RUN_SCHEMA), lake / "records" / "runs" / f"{run.run_id}.parquet")


def _write(frame: pl.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    frame.write_parquet(temporary)
    os.replace(temporary, path)
