"""How a run ended, from the events that Dagster keeps of it: the one source of the console, the alerts and the digest.

Belongs here: reading events. Does not belong here: who is told, and how (`alerts`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dagster import AssetCheckEvaluation, AssetCheckSeverity, DagsterEvent, DagsterEventType, DagsterInstance

from dagster_project.records import run_record
from dagster_project.settings import Settings


@dataclass(frozen=True)
class Story:
    """One run; sentences say what is wrong, where, and what to do. `as_of` is None when it never began to work."""

    run_id: str
    published: bool
    as_of: date | None
    seconds: float
    errors: tuple[str, ...]
    warnings: tuple[str, ...]


def story_of(instance: DagsterInstance, run_id: str, settings: Settings) -> Story:
    """The story of a run that has ended."""
    events = [entry.dagster_event for entry in instance.all_logs(run_id) if entry.dagster_event is not None]
    record = instance.get_run_record_by_id(run_id)
    run = run_record(settings.lake, run_id)
    return Story(
        run_id=run_id,
        published=record is not None and record.dagster_run.is_success,
        as_of=run.as_of if run else None,
        seconds=(record.end_time - record.start_time) if record and record.start_time and record.end_time else 0.0,
        errors=_errors(events),
        warnings=tuple(_failed_checks(events, AssetCheckSeverity.WARN)),
    )


def _errors(events: list[DagsterEvent]) -> tuple[str, ...]:
    steps = [_words(event) for event in events if event.is_step_failure]
    if not steps:
        steps = [_words(event) for event in events if event.is_job_failure]
    return tuple(dict.fromkeys([*_failed_checks(events, AssetCheckSeverity.ERROR), *steps]))


def _failed_checks(events: Iterable[DagsterEvent], severity: AssetCheckSeverity) -> list[str]:
    evaluations = [
        event.event_specific_data for event in events if event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION
    ]
    return [
        f"{one.asset_key.to_user_string()} {one.check_name}: {one.description or 'failed'}"
        for one in evaluations
        if isinstance(one, AssetCheckEvaluation) and not one.passed and one.severity == severity
    ]


def _words(event: DagsterEvent) -> str:
    """What a failure event says: the sentence it was raised with, else its deepest cause."""
    data = event.event_specific_data
    failure = getattr(data, "user_failure_data", None)
    error = getattr(data, "error", None)
    while error is not None and error.cause is not None:
        error = error.cause
    words = getattr(failure, "description", None) or (error.message if error else event.message) or "failed"
    return f"{event.step_key or 'the run'}: {words.strip()}"
