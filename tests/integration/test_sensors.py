"""What the scheduler notices: files that arrive, and runs that have ended."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from dagster_project import records
from dagster_project.alerts import tell
from dagster_project.arrivals import Arrivals, arrivals_since
from dagster_project.jobs import NIGHTLY
from dagster_project.lock import only_run
from dagster_project.sensors import sensors
from dagster_project.settings import Alerting, Settings
from dagster_project.story import story_of
from tests.support.receivers import web_server


def _sensor(name: str, settings: Settings) -> dg.SensorDefinition:
    return next(one for one in sensors(settings) if one.name == name)


@dg.op
def work(fails: bool) -> None:
    if fails:
        raise dg.Failure("The disk is full. Make room and run again.")


@dg.job(name=NIGHTLY)
def job() -> None:
    work()


@pytest.mark.parametrize(
    ("sensor", "fails", "says"),
    [
        ("tell_of_success", False, "Nedslag published"),
        ("tell_of_failure", True, "- work: The disk is full. Make room and run again."),
    ],
)
def test_the_sensor_tells_what_happened_once(sensor: str, fails: bool, says: str, tmp_path: Path) -> None:
    with web_server() as (posted, url), dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        ending = _sensor(sensor, Settings(tmp_path, alerting=Alerting(webhook_url=url)))
        run_config = {"ops": {"work": {"inputs": {"fails": fails}}}}
        result = job.execute_in_process(instance=instance, raise_on_error=False, run_config=run_config)
        event = result.get_run_failure_event() if fails else result.get_run_success_event()
        for _ in range(2):
            context = dg.build_run_status_sensor_context(
                sensor_name=sensor, dagster_event=event, dagster_instance=instance, dagster_run=result.dagster_run
            )
            ending(context)
    (post,) = posted
    assert says in post["text"]


def _deliver(landing: Path, name: str = "MA_2021-06-01.xlsx") -> Path:
    path = landing / "monitoring" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"cells")
    return path


def _look(folder: Path, since_seconds: float | None, quiet_seconds: float = 0.0) -> Arrivals:
    now = records.now()
    moment = None if since_seconds is None else now - timedelta(seconds=since_seconds)
    return arrivals_since(folder / "landing", moment, now=now + timedelta(seconds=1), quiet_seconds=quiet_seconds)


def test_a_file_is_new_by_when_it_came_not_by_its_own_date(tmp_path: Path) -> None:
    old = _deliver(tmp_path / "elsewhere")
    os.utime(old, (0, 0))
    (tmp_path / "landing" / "monitoring").mkdir(parents=True)
    shutil.copy2(old, tmp_path / "landing" / "monitoring")
    assert _look(tmp_path, since_seconds=60).settled == 1
    assert _look(tmp_path, since_seconds=-60).settled == 0


def test_a_file_that_may_still_be_written_to_is_waited_for(tmp_path: Path) -> None:
    _deliver(tmp_path / "landing")
    looked = _look(tmp_path, since_seconds=None, quiet_seconds=60)
    assert (looked.settled, looked.arriving) == (0, 1)


def test_files_of_office_programs_and_an_empty_landing_are_nothing(tmp_path: Path) -> None:
    assert _look(tmp_path, since_seconds=None) == Arrivals(0, 0, 0)
    _deliver(tmp_path / "landing", "~$MA_2021-06-01.xlsx")
    assert _look(tmp_path, since_seconds=None) == Arrivals(0, 0, 0)


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dagster_project.sensors._QUIET_SECONDS", 0.2)


def _evaluate(settings: Settings) -> dg.RunRequest | dg.SkipReason:
    time.sleep(0.3)
    outcome = _sensor("new_deliveries", settings)(dg.build_sensor_context())
    assert isinstance(outcome, dg.RunRequest | dg.SkipReason)
    return outcome


@pytest.mark.usefixtures("quickly")
def test_arrivals_start_one_run_until_more_arrives(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    assert isinstance(_evaluate(settings), dg.SkipReason)
    _deliver(settings.landing)
    first, again = _evaluate(settings), _evaluate(settings)
    assert isinstance(first, dg.RunRequest)
    assert isinstance(again, dg.RunRequest)
    assert first.run_key == again.run_key
    records.begin_run(settings.lake, records.Run("one", records.now(), settings.as_of()), in_force=None)
    assert isinstance(_evaluate(settings), dg.SkipReason)
    _deliver(settings.landing, "MA_2021-07-01.xlsx")
    more = _evaluate(settings)
    assert isinstance(more, dg.RunRequest)
    assert more.run_key != first.run_key


@pytest.mark.usefixtures("quickly")
def test_no_run_is_started_beside_one_that_works(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    _deliver(settings.landing)
    with only_run(tmp_path):
        outcome = _evaluate(settings)
    assert isinstance(outcome, dg.SkipReason)
    assert "a run is working" in str(outcome.skip_message)
    assert isinstance(_evaluate(settings), dg.RunRequest)


def test_a_run_whose_process_is_gone_is_failed_and_told_of_once(tmp_path: Path) -> None:
    """Silent at two looks; while any run holds the folder, nobody is declared dead."""
    settings = Settings(tmp_path / "data")
    look = _sensor("runs_that_died", settings)
    with web_server() as (posted, url), dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        run = instance.create_run_for_job(
            job, run_config={"ops": {"work": {"inputs": {"fails": True}}}}, status=dg.DagsterRunStatus.STARTED
        )
        _make_old(instance, run.run_id)
        cursor: str | None = None
        seen = []
        for held in (True, False, False, False):
            context = dg.build_sensor_context(instance=instance, cursor=cursor)
            with only_run(settings.data_dir) if held else nullcontext():
                cursor = look.evaluate_tick(context).cursor
            seen.append(instance.get_run_by_id(run.run_id).status.value)  # type: ignore[union-attr]  # it was made above
        assert seen == ["STARTED", "STARTED", "FAILURE", "FAILURE"]
        told = Settings(settings.data_dir, alerting=Alerting(webhook_url=url))
        tell(story_of(instance, run.run_id, told), told)
    assert "- the run: The process of the run is gone" in posted[0]["text"]


def _make_old(instance: dg.DagsterInstance, run_id: str) -> None:
    with sqlite3.connect(Path(instance.root_directory) / "history" / "runs.db") as history:
        history.execute("update runs set update_timestamp = '2026-01-01 00:00:00' where run_id = ?", [run_id])
