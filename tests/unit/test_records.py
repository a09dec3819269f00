"""The history of runs, also of those that were cut off."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from dagster_project import records
from dagster_project.records import CheckRecord, Run

NIGHT = datetime(2021, 8, 31, 4)


def _run(name: str, nights: int) -> Run:
    return Run(name, NIGHT + timedelta(days=nights), date(2021, 8, 31) + timedelta(days=nights))


def _outcomes(lake: Path) -> dict[str, str]:
    frame = pl.read_parquet(lake / "records" / "runs" / "*.parquet")
    return dict(frame.select("run_id", "outcome").iter_rows())


def test_a_run_is_running_until_it_ends(tmp_path: Path) -> None:
    records.begin_run(tmp_path, _run("first", 0), in_force=None)
    assert _outcomes(tmp_path) == {"first": "running"}
    records.end_run(tmp_path, "first", "published")
    assert _outcomes(tmp_path) == {"first": "published"}


def test_a_run_that_never_ended_was_interrupted(tmp_path: Path) -> None:
    records.begin_run(tmp_path, _run("killed", 0), in_force=None)
    records.begin_run(tmp_path, _run("next", 1), in_force=None)
    assert _outcomes(tmp_path) == {"killed": "interrupted", "next": "running"}


def test_a_run_killed_while_publishing_was_not_published(tmp_path: Path) -> None:
    for nights, name in enumerate(("good", "killed")):
        records.begin_run(tmp_path, _run(name, nights), in_force="good" if nights else None)
        records.end_run(tmp_path, name, "published")
    records.begin_run(tmp_path, _run("next", 2), in_force="good")
    assert _outcomes(tmp_path) == {"good": "published", "killed": "interrupted", "next": "running"}


def test_a_run_that_did_not_begin_leaves_no_record(tmp_path: Path) -> None:
    records.begin_run(tmp_path, _run("first", 0), in_force=None)
    records.end_run(tmp_path, "unknown", "failed")
    assert _outcomes(tmp_path) == {"first": "running"}


def test_check_results_are_replaced_whole(tmp_path: Path) -> None:
    one = CheckRecord("run", "coverage", "consent_coverage", "ALL", 76.7, 70.0, "warn", True)
    none = CheckRecord("run", "response", "response_rate", "no delivery", None, 60.0, "warn", True)
    records.write_checks(tmp_path, "run", [one])
    records.write_checks(tmp_path, "run", [one, none])
    frame = pl.read_parquet(tmp_path / "records" / "check_results" / "run.parquet")
    assert frame.schema == pl.Schema(records.CHECK_SCHEMA)
    assert frame["observed"].to_list() == [76.7, None]


def test_a_thousand_nights_are_two_files_of_each_kind(tmp_path: Path) -> None:
    for night in range(5):
        name = f"night {night}"
        records.begin_run(tmp_path, _run(name, night), in_force=f"night {night - 1}")
        records.write_checks(tmp_path, name, [CheckRecord(name, "s", "e", "ALL", float(night), 1.0, "warn", True)])
        records.end_run(tmp_path, name, "published")
    assert set(_outcomes(tmp_path).values()) == {"published"}
    assert records.latest_as_of(tmp_path, date(2022, 1, 1)) == date(2021, 9, 4)
    assert records.last_start(tmp_path) == NIGHT + timedelta(days=4)
    for kind in ("runs", "check_results"):
        folder = tmp_path / "records" / kind
        assert sorted(path.name for path in folder.iterdir()) == ["0_earlier.parquet", "night 4.parquet"]
        assert pl.read_parquet(folder / "*.parquet")["run_id"].n_unique() == 5


def test_a_crash_while_records_are_put_together_counts_nothing_twice(tmp_path: Path) -> None:
    for night in range(3):
        records.begin_run(tmp_path, _run(f"night {night}", night), in_force=f"night {night - 1}")
        records.end_run(tmp_path, f"night {night}", "published")
    folder = tmp_path / "records" / "runs"
    left = pl.read_parquet(folder / "0_earlier.parquet").filter(pl.col("run_id") == "night 1")
    left.write_parquet(folder / "night 1.parquet")
    records.begin_run(tmp_path, _run("night 3", 3), in_force="night 2")
    frame = pl.read_parquet(folder / "*.parquet")
    assert sorted(frame["run_id"]) == ["night 0", "night 1", "night 2", "night 3"]
    assert frame.filter(pl.col("outcome") == "interrupted").is_empty()


def test_a_run_under_a_wrong_clock_is_the_last_only_until_the_next(tmp_path: Path) -> None:
    records.begin_run(tmp_path, _run("year 2049", 10_000), in_force=None)
    assert records.last_start(tmp_path) == NIGHT + timedelta(days=10_000)
    for nights in (1, 2):
        records.begin_run(tmp_path, _run(f"night {nights}", nights), in_force=None)
        assert records.last_start(tmp_path) == NIGHT + timedelta(days=nights)
    assert records.latest_as_of(tmp_path, today=date(2021, 9, 3)) == date(2021, 9, 2)
