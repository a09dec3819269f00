"""Files that have been taken in leave landing after a while, when the operator has said how long they may lie there.

What belongs here: removing them and remembering that. What does not: when it is done (after publishing).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from dagster_project.door.files import list_landing
from dagster_project.door.memory import load_records, save_record
from dagster_project.door.tables import SOURCES


@dataclass(frozen=True)
class Purge:
    """What was removed: masked file names, and those that could not be removed."""

    removed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def purge_landing(landing: Path, lake: Path, *, today: date, days: int) -> Purge:
    """Remove the files that were read at least so many days ago; each record keeps the day.

    Refused, later and unreadable files stay: nothing of them has been taken in.
    """
    removed: list[str] = []
    failed: list[str] = []
    for source in SOURCES.values():
        records = load_records(lake, source.name)
        for file in list_landing(landing, source):
            record = records.get(file.delivery_id)
            if file.refusal or record is None or record.refusal or record.read_on is None:
                continue
            if record.read_on > today - timedelta(days=days):
                continue
            try:
                file.path.unlink()
            except OSError:
                failed.append(f"{source.name}/{file.shown_name}")
                continue
            removed.append(f"{source.name}/{file.shown_name}")
            save_record(lake, replace(record, purged_on=today))
    return Purge(tuple(removed), tuple(failed))
