"""A night that finds nothing new publishes the set in force again, and builds as soon as anything may be otherwise."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from dagster_project import records
from dagster_project.build import build_defs
from dagster_project.jobs import NIGHTLY
from dagster_project.night import instance_home
from dagster_project.settings import Settings
from dagster_project.standing import standing
from dagster_project.story import story_of
from tests.pipeline.conftest import FirstNight
from tests.support.postgres import Server, query
from tests.support.product import Product

TODAY = records.now().date()


@pytest.fixture(scope="module")
def settled(first_night: FirstNight, tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> tuple[Product, str]:
    """A night of its own, which a copied folder needs; and its copy in PostgreSQL."""
    product = Product(tmp_path_factory.mktemp("settled") / "data")
    shutil.copytree(first_night.product.data_dir, product.data_dir, symlinks=True)
    url = postgres.database()
    outcome = product.run("nightly", NEDSLAG_POSTGRES_URL=url)
    assert outcome.returncode == 0, outcome.stderr
    assert "Nothing is new" not in outcome.stdout
    return product, url


def _stands(settings: Settings, as_of: date = TODAY, today: date = TODAY) -> bool:
    return standing(settings, as_of=as_of, today=today) is not None


def test_the_same_tables_are_published_under_the_nights_own_name(settled: tuple[Product, str]) -> None:
    product, url = settled
    schemas = ("marts", "report", "open_data", "ops")
    before, working = product.tables(*schemas), (product.data_dir / "warehouse" / "working.duckdb").stat()
    old_set = (product.data_dir / "marts").resolve()
    computed_by = old_set.name
    for nights in (1, 2):
        outcome = product.run("nightly", NEDSLAG_POSTGRES_URL=url)
        assert outcome.returncode == 0, outcome.stderr
        assert f"Nothing is new: the set that run {computed_by} computed was published again." in outcome.stdout
        # What the night before warned of is still so.
        assert "3F-S: register coverage 36.36 is below 50" in outcome.stderr
        after, run_id = product.tables(*schemas), (product.data_dir / "marts").resolve().name
        assert {name for name in after if after[name] != before[name]} == {"ops.runs", "ops.check_results"}
        assert product.query("select run_id, outcome from ops.runs order by started_at desc limit 1") == [
            (run_id, "published")
        ]
        assert len(after["ops.runs"]) == len(before["ops.runs"]) + nights
        findings = "select suite, expectation, subject, observed, success from ops.check_results where run_id = '{}'"
        repeated, found = (sorted(product.query(findings.format(run)), key=str) for run in (run_id, computed_by))
        assert repeated == found
        assert repeated
    assert (product.data_dir / "warehouse" / "working.duckdb").stat().st_mtime_ns == working.st_mtime_ns
    # The set that readers had open is as it was.
    with duckdb.connect(str(old_set / "nedslag.duckdb"), read_only=True) as connection:
        assert connection.execute("from ops.runs order by all").fetchall() == before["ops.runs"]
    for schema, name in (table.split(".") for table in after):
        parquet = product.data_dir / "marts" / "parquet" / schema / f"{name}.parquet"
        assert product.query(f"from '{parquet}' order by all") == after[f"{schema}.{name}"], name
        ((rows,),) = query(url, f'select count(*) from "{schema}"."{name}"')
        assert rows == len(after[f"{schema}.{name}"]), name


def test_a_run_of_the_whole_job_ends_with_its_first_step(settled: tuple[Product, str]) -> None:
    """As the schedule and the UI start it."""
    settings = Settings(settled[0].data_dir)
    with instance_home(settings), dg.DagsterInstance.get() as instance, redirect_stderr(None):
        job = build_defs(settings=settings).resolve_job_def(NIGHTLY)
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        assert result.success
        skipped = {event.step_key for event in result.all_events if event.is_step_skipped}
        assert {"take_in_monitoring", "warehouse", "gate", "published__nedslag"} <= skipped
        assert (settled[0].data_dir / "marts").resolve().name == result.run_id
        story = story_of(instance, result.run_id, settings)
        assert story.published
        assert story.repeats not in (None, result.run_id)
        assert any("3F-S: register coverage" in warning for warning in story.warnings)
        latest = instance.get_latest_materialization_event(dg.AssetKey(["marts", "enrolments"]))
        assert latest is not None
        assert latest.run_id == result.run_id
        assert instance.has_run(str(story.repeats))


@contextmanager
def _changed(path: Path) -> Iterator[None]:
    """A file that somebody writes to, and puts back to the byte and the clock."""
    kept, mode, about = path.read_bytes(), path.stat().st_mode, path.stat()
    path.chmod(0o644)
    path.write_bytes(kept + b"\n")
    yield
    path.write_bytes(kept)
    path.chmod(mode)
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


@pytest.mark.parametrize(
    "place",
    [
        "lake/ledger/in_force/results.parquet",
        "lake/key.json",
        "lake/monitoring_participants/*.parquet",
        "warehouse/working.duckdb",
        "marts/nedslag.duckdb",
        "marts/parquet/marts/enrolments.parquet",
        "marts/report/evaluation.html",
    ],
)
def test_a_file_that_was_touched_is_made_again(settled: tuple[Product, str], place: str) -> None:
    settings = Settings(settled[0].data_dir)
    assert _stands(settings)
    with _changed(next(settings.data_dir.glob(place))):
        assert not _stands(settings)
    assert _stands(settings)


@pytest.mark.parametrize(
    "changed",
    [
        lambda settings, _: replace(settings, disclosure_threshold=7),
        lambda settings, _: replace(settings, limits=replace(settings.limits, columns=9)),
        lambda settings, _: replace(settings, retention_days=3000),
        lambda settings, _: replace(settings, engine="spark"),
        lambda settings, _: replace(settings, pseudonym_key="nedslag-demonstration"),
        lambda settings, folder: replace(settings, expectations_dir=_other_expectations(settings, folder)),
    ],
    ids=["threshold", "limits", "retention", "engine", "key given by hand", "expectations"],
)
def test_another_setting_is_another_night(
    settled: tuple[Product, str], changed: Callable[[Settings, Path], Settings], tmp_path: Path
) -> None:
    settings = Settings(settled[0].data_dir)
    assert _stands(settings)
    assert not _stands(changed(settings, tmp_path))


def _other_expectations(settings: Settings, folder: Path) -> Path:
    copy = folder / "expectations"
    shutil.copytree(settings.expectations, copy)
    text = (copy / "thresholds.csv").read_text(encoding="utf-8")
    (copy / "thresholds.csv").write_text(text.replace(",50,", ",51,", 1), encoding="utf-8")
    assert text != (copy / "thresholds.csv").read_text(encoding="utf-8")
    return copy


def test_a_day_decides_when_it_may_change_something(settled: tuple[Product, str]) -> None:
    settings = Settings(settled[0].data_dir)
    assert _stands(settings, as_of=TODAY + timedelta(days=3000), today=TODAY + timedelta(days=3000))
    assert not _stands(settings, as_of=TODAY - timedelta(days=1))


def test_a_delivery_that_arrives_is_read(settled: tuple[Product, str]) -> None:
    settings = Settings(settled[0].data_dir)
    assert _stands(settings)
    stray = settings.landing / "somewhere" / "anything.csv"
    stray.parent.mkdir()
    assert not _stands(settings)
    stray.write_text("a;b\n", encoding="utf-8")
    assert not _stands(settings)
    stray.unlink()
    stray.parent.rmdir()


def test_a_day_to_come_and_a_file_to_be_tried_again_end_it(settled: tuple[Product, str]) -> None:
    """A consent that ends next week; a file that may not be read tonight."""
    product, _ = settled
    settings = Settings(product.data_dir)
    environment = {"NEDSLAG_PSEUDONYM_KEY": "nedslag-demonstration"}
    with_key = replace(settings, pseudonym_key="nedslag-demonstration")
    log = max((settings.landing / "consent").iterdir())
    heading, row, *rest = log.read_text(encoding="utf-8-sig").splitlines()
    cells = dict(zip(heading.split(";"), row.split(";"), strict=True))
    ends = TODAY + timedelta(days=7)
    cells["Tilbagekaldt"] = f"{ends:%d-%m-%Y}"
    new = log.with_name(f"samtykker_{TODAY}.csv")
    new.write_text("\n".join([heading, ";".join(cells.values()), *rest]) + "\n", encoding="utf-8")
    assert product.run("nightly", **environment, NEDSLAG_AS_OF=str(TODAY)).returncode == 0
    assert _stands(with_key, as_of=TODAY + timedelta(days=6))
    assert not _stands(with_key, as_of=ends)
    # It may lead somewhere tomorrow.
    link = settings.landing / "results" / f"resultater_{TODAY}.csv"
    link.symlink_to("nowhere")
    outcome = product.run("nightly", **environment, NEDSLAG_AS_OF=str(TODAY))
    assert outcome.returncode == 0, outcome.stderr
    assert product.query(f"select status from ops.deliveries where file_name = '{link.name}'") == [("refused",)]
    assert not _stands(with_key)
