"""One night from the command line: the same job that the schedule starts, in this process, with its history in the
same Dagster instance.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.errors import NedslagError, causes, told
from dagster_project.instance import storage_variables, write_configuration
from dagster_project.integrity import masked
from dagster_project.keys import pseudonym_key
from dagster_project.lock import only_run
from dagster_project.publishing import set_in_force
from dagster_project.records import now
from dagster_project.settings import Settings
from dagster_project.suites import load_expectations, load_thresholds

if TYPE_CHECKING:
    from dagster import DagsterInstance, ExecuteInProcessResult, JobDefinition


@dataclass(frozen=True)
class NightResult:
    """How a night ended: whether marts were published, what went wrong or gave warning, and where the tools' words
    are. `repeats`: the run whose set was published again, where nothing is new.
    """

    published: bool
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    log: Path
    repeats: str | None = None


@contextmanager
def instance_home(settings: Settings) -> Iterator[None]:
    """Point Dagster at the data folder's own instance while the block lasts.

    Raises:
        SettingsError: the instance is to be in PostgreSQL, which cannot be used.
    """
    variables = {"DAGSTER_HOME": str(settings.dagster_home), **storage_variables(settings)}
    write_configuration(settings)
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def run_night(settings: Settings) -> NightResult:
    """Run the nightly job to its end.

    Raises:
        SettingsError: the settings forbid to begin, for instance no key for real data, or another key than before.
        SuiteError: a suite or a threshold cannot be used.
        DbtProjectError: dbt cannot read its project.
        NightAlreadyRunning: another run works in the same data folder.
        NightBroken: the machine did not let the night begin, or end in order.
    """
    with _broken_in_words(settings):
        return _run(settings)


class NightBroken(NedslagError):
    """The machine gave way under the night: no room, no rights, or something that nobody foresaw."""


@contextmanager
def _broken_in_words(settings: Settings) -> Iterator[None]:
    try:
        yield
    except NedslagError:
        raise
    except Exception as error:
        log = settings.data_dir / "logs" / f"broken-{datetime.now(UTC):%Y-%m-%dT%H%M%S}.log"
        with suppress(OSError):
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text(masked(traceback.format_exc()), encoding="utf-8")
        why = told(causes(error), settings.data_dir)
        raise NightBroken(why or f"Something that nobody foresaw ({type(error).__name__}): see {log}.") from error


def _run(settings: Settings) -> NightResult:
    with only_run(settings.data_dir):
        # Somebody at the keyboard is told at once; the run itself takes the lock again.
        pseudonym_key(settings)
    load_expectations(settings.expectations)
    load_thresholds(settings.expectations)
    # Heavy imports only when a night really begins.
    from dagster import DagsterInstance

    from dagster_project.alerts import tell
    from dagster_project.kept_connections import kept_connections
    from dagster_project.standing import standing
    from dagster_project.story import story_of

    log = settings.data_dir / "logs" / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        instance_home(settings),
        DagsterInstance.get() as instance,
        kept_connections(instance),
        log.open("w", encoding="utf-8") as words,
        redirect_stdout(words),
        redirect_stderr(words),
    ):
        stands = standing(settings, as_of=settings.as_of(), today=now().date())
        result = _execute(_first_step(settings), instance) if stands else _whole_night(settings, instance)
        if result.success and set_in_force(settings.marts) != result.run_id:
            # Something arrived between the look and the lock.
            result = _whole_night(settings, instance)
        story = story_of(instance, result.run_id, settings)
        unsent = tell(story, settings)
        return NightResult(story.published, story.errors, (*story.warnings, *unsent), log, story.repeats)


def _whole_night(settings: Settings, instance: DagsterInstance) -> ExecuteInProcessResult:
    from dagster_project.dbt_at_hand import dbt_at_hand

    with dbt_at_hand(settings):
        from dagster_project.build import build_defs
        from dagster_project.jobs import NIGHTLY

        return _execute(build_defs(settings=settings).resolve_job_def(NIGHTLY), instance)


def _first_step(settings: Settings) -> JobDefinition:
    """The step that publishes again what stands; without the graph behind it, which takes seconds to load."""
    from dagster import AssetSelection, Definitions

    from dagster_project.assets.ingest import NIGHT_KEY, night
    from dagster_project.jobs import NIGHTLY, job_of
    from dagster_project.resources import night_resource

    job = job_of(AssetSelection.assets(NIGHT_KEY))
    defs = Definitions(assets=[night], jobs=[job], resources={"night": night_resource(settings)})
    return defs.resolve_job_def(NIGHTLY)


def _execute(job: JobDefinition, instance: DagsterInstance) -> ExecuteInProcessResult:
    return job.execute_in_process(
        instance=instance,
        raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "ERROR"}}}},
    )
