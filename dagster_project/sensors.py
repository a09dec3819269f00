"""What the scheduler watches: files that arrive, and nights that have ended, also those whose process died."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from dagster_project import records
from dagster_project.alerts import tell
from dagster_project.arrivals import arrivals_since
from dagster_project.jobs import NIGHTLY, nightly_job
from dagster_project.lock import is_held
from dagster_project.settings import Settings
from dagster_project.story import story_of

_LOOK_EVERY_SECONDS = 300
_QUIET_SECONDS = 120
_DIED = (
    "The process of the run is gone: killed, out of memory, or the machine stopped. Look at the machine's own log "
    "(`journalctl -k`), then run `make nightly`, or wait for the next night."
)


def sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """All of them over one data folder."""
    return [_deliveries(settings), _dead_runs(settings), *_endings(settings)]


def _deliveries(settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name="new_deliveries",
        job=nightly_job,
        minimum_interval_seconds=_LOOK_EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Starts the nightly job when files have arrived in landing since the latest run began and have not "
        "been touched for two minutes. Off until switched on: the schedule reads them at 04:00 anyway.",
    )
    def new_deliveries(_context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        arrivals = arrivals_since(
            settings.landing, records.last_start(settings.lake), now=records.now(), quiet_seconds=_QUIET_SECONDS
        )
        if arrivals.arriving:
            return dg.SkipReason(f"{arrivals.arriving} files are still arriving.")
        if not arrivals.settled:
            return dg.SkipReason("Nothing has arrived since the latest run began.")
        if is_held(settings.data_dir):
            return dg.SkipReason(f"{arrivals.settled} files have arrived; a run is working.")
        # One run for what has arrived by now, also when it fails: it is not begun again before more arrives.
        return dg.RunRequest(run_key=str(arrivals.latest))

    return new_deliveries


def _dead_runs(settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name="runs_that_died",
        minimum_interval_seconds=_LOOK_EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Fails a run whose process is gone (a crash, a power cut, a kill), so that somebody is told and "
        "the next can start. A run that works holds the data folder's lock.",
    )
    def runs_that_died(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        long_ago = datetime.now(UTC) - timedelta(seconds=_LOOK_EVERY_SECONDS)
        started = dg.RunsFilter(job_name=NIGHTLY, statuses=[dg.DagsterRunStatus.STARTED], updated_before=long_ago)
        runs = [] if is_held(settings.data_dir) else context.instance.get_runs(started)
        # A run that is just ending has let go of the folder too: only who is silent at two looks is dead.
        silent = set((context.cursor or "").split())
        dead = [run for run in runs if run.run_id in silent]
        for run in dead:
            context.instance.report_run_failed(run, _DIED)
        return dg.SensorResult(
            skip_reason=f"{len(dead)} runs were found dead; {len(runs) - len(dead)} may be.",
            cursor=" ".join(run.run_id for run in runs if run not in dead),
        )

    return runs_that_died


def _endings(settings: Settings) -> list[dg.SensorDefinition]:
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
        sensor("tell_of_cancellation", dg.DagsterRunStatus.CANCELED, "Says that a night was ended."),
    ]
