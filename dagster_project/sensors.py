"""What the scheduler watches: nights that have ended, to tell of them, also of those that died."""

import dagster as dg

from dagster_project.alerts import tell
from dagster_project.jobs import nightly_job
from dagster_project.settings import Settings
from dagster_project.story import story_of


def night_sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """One per way that a night can end; a run of the command line tells of itself, and is not told of twice."""

    def ended(context: dg.RunStatusSensorContext) -> None:
        for words in tell(story_of(context.instance, context.dagster_run.run_id, settings), settings):
            context.log.warning(words)

    def sensor(name: str, status: dg.DagsterRunStatus, description: str) -> dg.SensorDefinition:
        return dg.run_status_sensor(
            name=name,
            run_status=status,
            monitored_jobs=[nightly_job],
            default_status=dg.DefaultSensorStatus.RUNNING,
            description=description,
        )(ended)

    return [
        sensor("tell_of_success", dg.DagsterRunStatus.SUCCESS, "Sends the digest of a night that published."),
        sensor("tell_of_failure", dg.DagsterRunStatus.FAILURE, "Says what stopped a night, and what to do."),
        sensor(
            "tell_of_cancellation",
            dg.DagsterRunStatus.CANCELED,
            "Says that a night was ended.",
        ),
    ]
