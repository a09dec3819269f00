"""What the door remembers of a file it has read, so that it is not read again: `lake/reads/<delivery_id>.json`.

What belongs here: the read record and its file. What does not: deciding whether a record still holds (`intake`).
The record is written after all of the file's lake tables; a file without a record has not been read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from dagster_project.door.checking import Rejection
from dagster_project.door.lake import reads_folder, write_text
from dagster_project.door.reasons import Reason


@dataclass(frozen=True)
class ReadRecord:
    """One file as it was read.

    Attributes:
        file_name: masked. headings, sheet: of an answers file, each variable's heading and where they stand.
        key_fingerprint: of the pseudonym key the lake tables were made with.
        terms: hash of everything else the reading depended on.
        refusal: why the file was refused, or None when it was read.
        tables: the lake tables it has a file in. projects: of monitoring, the project codes that have rows in each.
        part, year: as of the landed file; a yearly cut of the register is a part of its delivery.
        read_on: the day its bytes were first read. purged_on: the day the retention removed its file from landing.
    """

    delivery_id: str
    source: str
    table_group: str
    file_name: str
    file_format: str
    extract_date: date
    sha256: str
    key_fingerprint: str
    terms: str
    rows_read: int
    refusal: Reason | None = None
    rejections: tuple[Rejection, ...] = ()
    ignored_columns: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    projects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    part: str | None = None
    year: int | None = None
    read_on: date | None = None
    purged_on: date | None = None


def load_records(lake: Path, source: str) -> dict[str, ReadRecord]:
    """A source's records by delivery id; one that cannot be understood is as good as none."""
    records = {}
    for path in sorted(reads_folder(lake).glob(f"{source}-*.json")):
        try:
            record = _from_json(path.read_text(encoding="utf-8"))
        except (ValueError, TypeError, KeyError):
            continue
        records[record.delivery_id] = record
    return records


def save_record(lake: Path, record: ReadRecord) -> None:
    """Write a record; from here on its lake tables are believed."""
    write_text(json.dumps(asdict(record), ensure_ascii=False, default=str), _path(lake, record.delivery_id))


def forget(lake: Path, delivery_id: str) -> None:
    """Remove a record, before its file is read again."""
    _path(lake, delivery_id).unlink(missing_ok=True)


def _path(lake: Path, delivery_id: str) -> Path:
    return reads_folder(lake) / f"{delivery_id}.json"


def _from_json(text: str) -> ReadRecord:
    data = json.loads(text)
    for name in ("extract_date", "read_on", "purged_on"):
        data[name] = date.fromisoformat(data[name]) if data[name] else None
    data["refusal"] = Reason(**data["refusal"]) if data["refusal"] else None
    data["rejections"] = tuple(
        Rejection(**{**rejection, "reason": Reason(**rejection["reason"])}) for rejection in data["rejections"]
    )
    for name in ("ignored_columns", "tables"):
        data[name] = tuple(data[name])
    data["projects"] = {table: tuple(codes) for table, codes in data["projects"].items()}
    return ReadRecord(**data)
