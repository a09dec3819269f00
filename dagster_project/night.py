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
from typing import TYPE_CHECKING

from dagster_project.keys import pseudonym_key
from dagster_project.settings import Settings
from dagster_project.suites import load_expectations, load_thresholds

if TYPE_CHECKING:
    from dagster import DagsterEvent


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
    from dagster import AssetCheckSeverity, DagsterInstance

    from dagster_project.build import build_defs
    from dagster_project.jobs import NIGHTLY

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
        evaluations = result.get_asset_check_evaluations()
        failed = [evaluation for evaluation in evaluations if not evaluation.passed]
        warnings = tuple(
            f"{evaluation.asset_key.to_user_string()} {evaluation.check_name}: {evaluation.description or 'failed'}"
            for evaluation in failed
            if evaluation.severity == AssetCheckSeverity.WARN
        )
        errors = [
            f"{evaluation.asset_key.to_user_string()} {evaluation.check_name}: {evaluation.description or 'failed'}"
            for evaluation in failed
            if evaluation.severity == AssetCheckSeverity.ERROR
        ]
        steps = [_words(event) for event in result.all_events if event.is_step_failure]
        errors += steps or [_words(event) for event in result.all_events if event.is_job_failure]
        return NightResult(result.success, tuple(dict.fromkeys(errors)), warnings, log)


def _words(event: DagsterEvent) -> str:
    """What a failure event says: the sentence it was raised with, else its deepest cause."""
    data = event.event_specific_data
    failure = getattr(data, "user_failure_data", None)
    error = getattr(data, "error", None)
    while error is not None and error.cause is not None:
        error = error.cause
    words = getattr(failure, "description", None) or (error.message if error else event.message) or "failed"
    return f"{event.step_key or 'the run'}: {words.strip()}"
