"""What runs leave behind for `ops.runs` and `ops.check_results`: of each kind a small Parquet file for the latest run
and one for all before it.

Records outlive the warehouse, which is rebuilt every night. Schemas: docs/lake.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
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

# Sorts before every run's own file, and gives the folder its schema from the first night on.
_EARLIER = "0_earlier.parquet"


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


def latest_as_of(lake: Path, today: date) -> date | None:
    """The latest day that any run has spoken for, or None before the first; one after today was a wrong clock's."""
    return max((run.as_of for run in _runs(lake) if run.as_of <= today), default=None)


def last_start(lake: Path) -> datetime | None:
    """When the last run began, UTC without zone, by the clock it had; None before the first."""
    runs = _runs(lake)
    return runs[-1].started_at if runs else None


def begin_run(lake: Path, run: Run, in_force: str | None) -> None:
    """Record that a run began, and correct the records of earlier runs that a crash cut off.

    Args:
        in_force: run id of the published set in force. A run that said `published` after that one died before its set
            was in force.
    """
    earlier = [other for other in _runs(lake) if other.run_id != run.run_id]
    last = max((other.started_at for other in earlier if other.run_id == in_force), default=None)
    for number, other in enumerate(earlier):
        unfinished = other.outcome == "running"
        never_in_force = other.outcome == "published" and (last is None or other.started_at > last)
        if unfinished or never_in_force:
            earlier[number] = replace(other, outcome="interrupted")
    _put_together(lake / "records" / "runs", pl.DataFrame([asdict(other) for other in earlier], schema=RUN_SCHEMA))
    _write_run(lake, run)
    checks = lake / "records" / "check_results"
    _put_together(checks, _read(checks, CHECK_SCHEMA))


def end_run(lake: Path, run_id: str, outcome: str) -> None:
    """Record how a run ended; does nothing for a run that never got as far as beginning."""
    run = run_record(lake, run_id)
    if run:
        _write_run(lake, replace(run, finished_at=now(), outcome=outcome))


def run_record(lake: Path, run_id: str) -> Run | None:
    """What is recorded of a run, or None when it never got as far as beginning."""
    return next((run for run in _runs(lake) if run.run_id == run_id), None)


def write_checks(lake: Path, run_id: str, records: Iterable[CheckRecord]) -> None:
    """Replace the run's check results."""
    frame = pl.DataFrame([asdict(record) for record in records], schema=CHECK_SCHEMA)
    _write(frame, lake / "records" / "check_results" / f"{run_id}.parquet")


def repeat_checks(lake: Path, run_id: str, of: str) -> None:
    """Give a run the check results of another one, whose tables it found to stand."""
    results = _read(lake / "records" / "check_results", CHECK_SCHEMA).filter(pl.col("run_id") == of)
    repeated = results.with_columns(run_id=pl.lit(run_id))
    _write(repeated, lake / "records" / "check_results" / f"{run_id}.parquet")


def tables(lake: Path) -> dict[str, pl.DataFrame]:
    """`ops.runs` and `ops.check_results` as they stand."""
    return {
        "runs": _read(lake / "records" / "runs", RUN_SCHEMA),
        "check_results": _read(lake / "records" / "check_results", CHECK_SCHEMA),
    }


def _runs(lake: Path) -> list[Run]:
    """In the order in which they began, whatever their clocks said."""
    return [Run(**row) for row in _read(lake / "records" / "runs", RUN_SCHEMA).to_dicts()]


def _read(folder: Path, schema: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """All records of a kind; of a run that stands in two files, what its own file says."""
    earlier = folder / _EARLIER
    own = [pl.read_parquet(path) for path in sorted(folder.glob("*.parquet")) if path != earlier]
    known = pl.concat([pl.DataFrame(schema=schema), *own])
    if not earlier.exists():
        return known
    return pl.concat([pl.read_parquet(earlier).join(known.select("run_id").unique(), on="run_id", how="anti"), known])


def _put_together(folder: Path, records: pl.DataFrame) -> None:
    """Let one file hold all records of a kind: thousands of small ones would cost every night seconds."""
    _write(records, folder / _EARLIER)
    for path in folder.glob("*.parquet"):
        if path.name != _EARLIER:
            path.unlink()


def _write_run(lake: Path, run: Run) -> None:
    _write(pl.DataFrame([asdict(run)], schema=RUN_SCHEMA), lake / "records" / "runs" / f"{run.run_id}.parquet")


def _write(frame: pl.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    frame.write_parquet(temporary)
    os.replace(temporary, path)
