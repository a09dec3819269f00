"""How a run ended, from the events that Dagster keeps of it: the one source of the console, the alerts and the digest.

Belongs here: reading events. Does not belong here: who is told, and how (`alerts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from dagster import (
    AssetCheckEvaluation,
    AssetCheckSeverity,
    DagsterEvent,
    DagsterEventType,
    DagsterInstance,
)
from dagster_shared.error import SerializableErrorInfo

from dagster_project.errors import told
from dagster_project.records import run_record
from dagster_project.settings import Settings

ENDED_BECAUSE = "nedslag/ended_because"
"""The tag of a run that the product itself has ended: why, in a sentence."""
REPEATS = "nedslag/repeats"
"""The tag of a run that found nothing new: the run whose set it published again."""


@dataclass(frozen=True)
class Story:
    """One run; sentences say what is wrong, where, and what to do. `as_of` is None when it never began to work.

    `repeats`: the run whose set was published again because nothing is new; its warnings are this run's too.
    """

    run_id: str
    published: bool
    as_of: date | None
    seconds: float
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    repeats: str | None = None


def story_of(instance: DagsterInstance, run_id: str, settings: Settings) -> Story:
    """The story of a run that has ended."""
    events = _events(instance, run_id)
    record = instance.get_run_record_by_id(run_id)
    run = run_record(settings.lake, run_id)
    tags = record.dagster_run.tags if record else {}
    repeats = tags.get(REPEATS)
    judged = _events(instance, repeats) if repeats else events
    return Story(
        run_id=run_id,
        published=record is not None and record.dagster_run.is_success,
        as_of=run.as_of if run else None,
        seconds=(record.end_time - record.start_time) if record and record.start_time and record.end_time else 0.0,
        errors=_errors(events, settings, tags.get(ENDED_BECAUSE)),
        warnings=tuple(_failed_checks(judged, AssetCheckSeverity.WARN)),
        repeats=repeats,
    )


def _events(instance: DagsterInstance, run_id: str) -> list[DagsterEvent]:
    return [entry.dagster_event for entry in instance.all_logs(run_id) if entry.dagster_event is not None]


def _errors(events: list[DagsterEvent], settings: Settings, ended_because: str | None) -> tuple[str, ...]:
    steps = [_words(event, settings) for event in events if event.is_step_failure]
    if not steps:
        steps = [_words(event, settings) for event in events if event.is_job_failure]
    if any(event.event_type == DagsterEventType.RUN_CANCELED for event in events):
        steps.append("the run: somebody ended it")
    # An interrupted step says only that it was interrupted.
    stopped = [ended_because] if ended_because else steps
    return tuple(dict.fromkeys([*_failed_checks(events, AssetCheckSeverity.ERROR), *stopped]))


def _failed_checks(events: Iterable[DagsterEvent], severity: AssetCheckSeverity) -> list[str]:
    evaluations = [
        event.event_specific_data for event in events if event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION
    ]
    return [
        f"{one.asset_key.to_user_string()} {one.check_name}: {one.description or 'failed'}"
        for one in evaluations
        if isinstance(one, AssetCheckEvaluation) and not one.passed and one.severity == severity
    ]


def _words(event: DagsterEvent, settings: Settings) -> str:
    """What a failure event says, in words of the product or of Dagster alone."""
    where = event.step_key or "the run"
    data = event.event_specific_data
    failure = getattr(data, "user_failure_data", None)
    if failure is not None and failure.description:
        return f"{where}: {failure.description.strip()}"
    error: SerializableErrorInfo | None = getattr(data, "error", None)
    if error is None:
        return f"{where}: {(event.message or 'failed').strip()}"
    chain = list(_chain(error))
    return f"{where}: {told(chain, settings.data_dir) or _unforeseen(chain[-1][0])}"


def _unforeseen(kind: str) -> str:
    return (
        f"something that nobody foresaw ({kind}). Every word of it is in the log of the run (data/logs/, or the run's "
        "page in `make ui`), which may quote deliveries: report it without them"
    )


def _chain(error: SerializableErrorInfo) -> Iterator[tuple[str, str]]:
    one: SerializableErrorInfo | None = error
    while one is not None:
        # The message is written as a traceback ends: class, colon, text.
        yield one.cls_name or "", one.message.partition(": ")[2].strip()
        one = one.cause or one.context
