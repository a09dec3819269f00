"""One night from the command line: the same job that the schedule starts, in this process, with its history in the
same Dagster instance.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dagster_project.keys import pseudonym_key
from dagster_project.settings import Settings
from dagster_project.suites import load_expectations, load_thresholds


@dataclass(frozen=True)
class NightResult:
    """How a night ended: whether marts were published, what went wrong or gave warning, and where the tools' words
    are.
    """

    published: bool
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    log: Path


@contextmanager
def instance_home(settings: Settings) -> Iterator[None]:
    """Point Dagster at the data folder's own instance while the block lasts."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).with_name("dagster.yaml"), settings.dagster_home / "dagster.yaml")
    before = os.environ.get("DAGSTER_HOME")
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    try:
        yield
    finally:
        if before is None:
            del os.environ["DAGSTER_HOME"]
        else:
            os.environ["DAGSTER_HOME"] = before


def run_night(settings: Settings) -> NightResult:
    """Run the nightly job to its end.

    Raises:
        SettingsError: the settings forbid to begin, for instance no key for real data, or another key than before.
        SuiteError: a suite or a threshold cannot be used.
        DbtProjectError: dbt cannot read its project.
    """
    pseudonym_key(settings)
    load_expectations(settings.expectations)
    load_thresholds(settings.expectations)
    # Heavy imports only when a night really begins.
    from dagster import DagsterInstance

    from dagster_project.alerts import tell
    from dagster_project.build import build_defs
    from dagster_project.jobs import NIGHTLY
    from dagster_project.story import story_of

    log = settings.data_dir / "logs" / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        instance_home(settings),
        DagsterInstance.get() as instance,
        log.open("w", encoding="utf-8") as words,
        redirect_stdout(words),
        redirect_stderr(words),
    ):
        job = build_defs(settings=settings).resolve_job_def(NIGHTLY)
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "ERROR"}}}},
        )
        story = story_of(instance, result.run_id, settings)
        unsent = tell(story, settings)
        return NightResult(story.published, story.errors, (*story.warnings, *unsent), log)
