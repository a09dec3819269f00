"""Runs that Dagster starts are told of, whether they end well, fail or are ended."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from dagster_project.jobs import NIGHTLY
from dagster_project.sensors import night_sensors
from dagster_project.settings import Alerting, Settings
from tests.support.receivers import web_server


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
        sensors = {one.name: one for one in night_sensors(Settings(tmp_path, alerting=Alerting(webhook_url=url)))}
        run_config = {"ops": {"work": {"inputs": {"fails": fails}}}}
        result = job.execute_in_process(instance=instance, raise_on_error=False, run_config=run_config)
        event = result.get_run_failure_event() if fails else result.get_run_success_event()
        for _ in range(2):
            context = dg.build_run_status_sensor_context(
                sensor_name=sensor, dagster_event=event, dagster_instance=instance, dagster_run=result.dagster_run
            )
            sensors[sensor](context)
    (post,) = posted
    assert says in post["text"]
