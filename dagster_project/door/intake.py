"""The way in: one source's landing folder into the lake, and the ledger of what this night knows about it.

What belongs here: which files are read tonight, which were read before, and what becomes of them. What does not: how
a file is read (`reading`) and what a night does with the lake (dbt). Nothing a file holds can make `take_in` raise.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from dagster_project.door import lake as lake_files
from dagster_project.door import reasons, survey
from dagster_project.door.checking import Gate, Rejection
from dagster_project.door.files import LandedFile, list_landing
from dagster_project.door.lake import LAKE_TABLES, prepare_lake
from dagster_project.door.limits import Limits
from dagster_project.door.memory import ReadRecord, forget, load_records, save_record
from dagster_project.door.pseudonym import key_fingerprint
from dagster_project.door.reading import Reading, read_delivery
from dagster_project.door.reasons import Reason
from dagster_project.door.tables import ANSWERS, CODEBOOK
from dagster_project.door.tables import SOURCES as _SOURCES

__all__ = ["DOOR_VERSION", "LAKE_TABLES", "SOURCES", "Delivery", "Intake", "Limits", "prepare_lake", "take_in"]

# Raise whenever the same bytes would land differently than before: every file in landing is then read again.
DOOR_VERSION: Final = 1

SOURCES: Final[tuple[str, ...]] = tuple(_SOURCES)

READ: Final = "read"
REFUSED: Final = "refused"
DUPLICATE: Final = "duplicate"
LATER: Final = "later"


@dataclass(frozen=True)
class Delivery:
    """One file as this night sees it; the columns of the ledger's `deliveries`, and what hangs on them.

    `delivery_id` is unique among read files only: a duplicate has the id of the file it repeats.
    """

    delivery_id: str
    source: str
    table_group: str
    delivery_unit: str
    file_name: str
    extract_date: date | None
    sha256: str
    verdict: str
    reason: str | None
    rows_read: int
    rows_rejected: int
    ignored_columns: str | None
    file_format: str
    tables: Mapping[str, int]
    rejections: tuple[Rejection, ...]

    def ledger_row(self) -> dict[str, object]:
        """The row of the ledger's `deliveries`."""
        return {name: getattr(self, name) for name in lake_files.LEDGER_SCHEMAS["deliveries"]}


@dataclass(frozen=True)
class Intake:
    """What `take_in` did for one source: its deliveries, and the rows per lake table of the read ones."""

    source: str
    deliveries: tuple[Delivery, ...]
    rows: Mapping[str, int]

    @property
    def rejected(self) -> int:
        """Rejected rows over all deliveries."""
        return sum(delivery.rows_rejected for delivery in self.deliveries)


def take_in(
    source: str,
    *,
    landing: Path,
    lake: Path,
    as_of: date,
    pseudonym_key: str,
    projects: frozenset[str],
    limits: Limits,
) -> Intake:
    """Bring the lake and the ledger of one source up to what its landing folder holds.

    Args:
        source: one of `SOURCES`; its files lie in `landing/<source>/`.
        as_of: files extracted after this day are listed as `later` and not read.
        projects: the known project codes.
    Raises:
        ValueError: the source is unknown or the key is empty. Never because of what a file holds.
        OSError: the lake cannot be written.
    """
    if source not in _SOURCES:
        raise ValueError(f"unknown source: {source}")
    if not pseudonym_key:
        raise ValueError("the pseudonym key is empty")
    prepare_lake(lake)
    gate = Gate(pseudonym_key, projects, limits)
    records = {name: record for name, record in load_records(lake, source).items() if _has_tables(record, lake)}
    deliveries: list[Delivery] = []
    seen: set[str] = set()
    refused: set[str] = set()
    for file in list_landing(landing, _SOURCES[source]):
        if file.extract_date is not None and file.extract_date > as_of:
            deliveries.append(_unread(file, LATER))
        elif file.delivery_id in seen or (file.refusal and file.delivery_id in refused):
            deliveries.append(_unread(file, DUPLICATE))
        elif file.refusal or file.extract_date is None:
            # Kept apart from `seen`: the same bytes under a better name are still to be read.
            refused.add(file.delivery_id)
            deliveries.append(_unread(file, REFUSED, file.refusal or reasons.NO_DATE))
        else:
            seen.add(file.delivery_id)
            deliveries.append(_read_once(file, file.extract_date, records, lake, gate))
    present = {delivery.delivery_id for delivery in deliveries}
    deliveries += [
        _purged(record, as_of, gate)
        for record in records.values()
        if record.delivery_id not in present and record.refusal is None
    ]
    records = load_records(lake, source)
    if source == "survey":
        deliveries = _judge_answers(deliveries, records, lake, limits)
    deliveries = _in_units(deliveries, source)
    _write_ledger(lake, source, deliveries)
    lake_files.remove_stale(lake, source, {name for name, record in records.items() if record.refusal is None})
    counted = [delivery for delivery in deliveries if delivery.verdict == READ]
    rows = {table: sum(delivery.tables.get(table, 0) for delivery in counted) for table in LAKE_TABLES[source]}
    return Intake(source, tuple(deliveries), rows)


# ---- one file --------------------------------------------------------------------------------------------------------


def _terms(gate: Gate) -> str:
    """What a reading depends on besides the bytes, the name and the key."""
    terms = repr((DOOR_VERSION, sorted(gate.projects), gate.limits))
    return hashlib.sha256(terms.encode("utf-8")).hexdigest()[:12]


def _read_once(
    file: LandedFile, extract_date: date, records: Mapping[str, ReadRecord], lake: Path, gate: Gate
) -> Delivery:
    record = records.get(file.delivery_id)
    if record is not None and _still_holds(record, file, gate):
        return _from_record(replace(record, file_name=file.shown_name))
    forget(lake, file.delivery_id)
    try:
        if file.path.stat().st_size > gate.limits.unpacked_bytes:
            return _unread(file, REFUSED, reasons.TOO_LARGE)
        content = file.path.read_bytes()
        if hashlib.sha256(content).hexdigest() != file.sha256:
            return _unread(file, REFUSED, reasons.CHANGED)
    except OSError:
        return _unread(file, REFUSED, reasons.UNREADABLE)
    try:
        reading = read_delivery(content, file.file_format, _SOURCES[file.source], file.table, gate, file.delivery_id)
    except BaseException as error:
        # A reader's panic is no Exception, but a fault of the file; an interrupt is neither.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        # Not remembered: what nobody foresaw is tried again next night.
        return _unread(file, REFUSED, reasons.unexpected(type(error).__name__))
    record = _record(file, extract_date, reading, gate)
    for table, frame in reading.frames.items():
        lake_files.write_table(frame, lake_files.delivery_path(lake, table, file.delivery_id))
    save_record(lake, record)
    return _from_record(record)


def _has_tables(record: ReadRecord, lake: Path) -> bool:
    return all(lake_files.delivery_path(lake, table, record.delivery_id).exists() for table in record.tables)


def _still_holds(record: ReadRecord, file: LandedFile, gate: Gate) -> bool:
    return (
        record.key_fingerprint == key_fingerprint(gate.pseudonym_key)
        and record.terms == _terms(gate)
        and record.sha256 == file.sha256
        and record.table_group == file.table_group
        and record.file_format == file.file_format
    )


def _record(file: LandedFile, extract_date: date, reading: Reading, gate: Gate) -> ReadRecord:
    return ReadRecord(
        delivery_id=file.delivery_id,
        source=file.source,
        table_group=file.table_group,
        file_name=file.shown_name,
        file_format=file.file_format,
        extract_date=extract_date,
        sha256=file.sha256,
        key_fingerprint=key_fingerprint(gate.pseudonym_key),
        terms=_terms(gate),
        rows_read=reading.rows_read,
        refusal=reading.refusal,
        rejections=tuple(reading.rejections),
        ignored_columns=tuple(dict.fromkeys(reading.ignored)),
        tables={name: frame.height for name, frame in reading.frames.items()},
        headings=reading.headings,
        sheet=reading.sheet,
    )


# ---- deliveries ------------------------------------------------------------------------------------------------------


def _unread(file: LandedFile, verdict: str, reason: Reason | None = None) -> Delivery:
    return Delivery(
        delivery_id=file.delivery_id,
        source=file.source,
        table_group=file.table_group,
        delivery_unit=file.delivery_id,
        file_name=file.shown_name,
        extract_date=file.extract_date,
        sha256=file.sha256,
        verdict=verdict,
        reason=reason.about(file.shown_name) if reason else None,
        rows_read=0,
        rows_rejected=0,
        ignored_columns=None,
        file_format=file.file_format,
        tables={},
        rejections=(),
    )


def _from_record(record: ReadRecord) -> Delivery:
    delivery = Delivery(
        delivery_id=record.delivery_id,
        source=record.source,
        table_group=record.table_group,
        delivery_unit=record.delivery_id,
        file_name=record.file_name,
        extract_date=record.extract_date,
        sha256=record.sha256,
        verdict=READ,
        reason=None,
        rows_read=record.rows_read,
        rows_rejected=len(record.rejections),
        ignored_columns=", ".join(record.ignored_columns) or None,
        file_format=record.file_format,
        tables=record.tables,
        rejections=record.rejections,
    )
    return delivery if record.refusal is None else _refuse(delivery, record.refusal)


def _refuse(delivery: Delivery, reason: Reason) -> Delivery:
    """The delivery refused whole: every row that was read counts as rejected."""
    return replace(
        delivery,
        verdict=REFUSED,
        reason=reason.about(delivery.file_name),
        rows_rejected=delivery.rows_read,
        tables={},
    )


def _purged(record: ReadRecord, as_of: date, gate: Gate) -> Delivery:
    """A file that was read earlier and is no longer in landing: it still counts, under the key it was read with."""
    delivery = _from_record(record)
    if record.extract_date > as_of:
        return replace(delivery, verdict=LATER, rows_read=0, rows_rejected=0, tables={}, rejections=())
    if record.key_fingerprint != key_fingerprint(gate.pseudonym_key):
        return _refuse(replace(delivery, rows_read=0, rejections=()), reasons.PURGED)
    return delivery


def _in_units(deliveries: list[Delivery], source: str) -> list[Delivery]:
    """The deliveries with their units: separate files of one date are one, in a source that also comes as workbooks.

    Where a table stands twice on a date, several sets came: the files are told apart by their names without the
    table's word.
    """
    marks = {table.group: table.mark or "" for table in _SOURCES[source].tables if table.sheet}
    parts = [item for item in deliveries if item.table_group in marks and item.verdict in (READ, REFUSED)]
    tables_by_date = Counter((item.extract_date, item.table_group) for item in parts)
    several = {day for (day, _), files in tables_by_date.items() if files > 1}

    def placed(item: Delivery) -> Delivery:
        if item.table_group not in marks or item.extract_date is None:
            return item
        mark = marks[item.table_group] if item.extract_date in several else None
        return replace(item, delivery_unit=_files_unit(item, mark))

    return [placed(item) for item in deliveries]


def _files_unit(delivery: Delivery, mark: str | None) -> str:
    unit = f"{delivery.source}-{delivery.extract_date}-files"
    if mark is None:
        return unit
    stem = delivery.file_name.casefold().replace(mark, "")
    return f"{unit}-{hashlib.sha256(stem.encode('utf-8')).hexdigest()[:12]}"


# ---- the survey's nightly judgement ----------------------------------------------------------------------------------


def _judge_answers(
    deliveries: list[Delivery], records: Mapping[str, ReadRecord], lake: Path, limits: Limits
) -> list[Delivery]:
    """The deliveries with every answers file judged against the codebook in force tonight."""
    codebook = _codebook_in_force(deliveries, lake)
    return [
        _judge(item, records[item.delivery_id], codebook, lake, limits)
        if item.verdict == READ and item.table_group == ANSWERS.group
        else item
        for item in deliveries
    ]


def _codebook_in_force(deliveries: list[Delivery], lake: Path) -> pl.DataFrame | None:
    codebooks = [item for item in deliveries if item.verdict == READ and item.table_group == CODEBOOK.group]
    if not codebooks:
        return None
    newest = max(codebooks, key=lambda item: (item.extract_date or date.min, item.file_name))
    return pl.read_parquet(lake_files.delivery_path(lake, CODEBOOK.lake_table, newest.delivery_id))


def _judge(
    delivery: Delivery, record: ReadRecord, codebook: pl.DataFrame | None, lake: Path, limits: Limits
) -> Delivery:
    rows = pl.read_parquet(lake_files.delivery_path(lake, ANSWERS.lake_table, delivery.delivery_id))
    answers = pl.read_parquet(lake_files.delivery_path(lake, "survey_answers", delivery.delivery_id))
    judged = survey.judge_answers(rows, answers, codebook, record.headings, record.sheet)
    known = set(record.headings) if codebook is None else set(codebook["variable"])
    ignored = [heading for variable, heading in record.headings.items() if variable not in known]
    rejections = tuple(sorted((*delivery.rejections, *judged), key=lambda rejection: rejection.row_number))
    result = replace(
        delivery,
        rejections=rejections,
        rows_rejected=len(rejections),
        ignored_columns=", ".join(ignored) or None,
    )
    if limits.too_many_rejected(len(rejections), delivery.rows_read):
        return _refuse(result, reasons.too_many_rejected(len(rejections), delivery.rows_read))
    return result


# ---- the ledger ------------------------------------------------------------------------------------------------------


def _write_ledger(lake: Path, source: str, deliveries: list[Delivery]) -> None:
    lake_files.write_ledger(lake, "deliveries", source, [delivery.ledger_row() for delivery in deliveries])
    lake_files.write_ledger(
        lake,
        "delivery_tables",
        source,
        [
            {"delivery_id": delivery.delivery_id, "lake_table": table, "rows": rows}
            for delivery in deliveries
            if delivery.verdict == READ
            for table, rows in delivery.tables.items()
        ],
    )
    lake_files.write_ledger(
        lake,
        "rejected_rows",
        source,
        [
            {
                "delivery_id": delivery.delivery_id,
                "source": source,
                "file_name": delivery.file_name,
                "sheet": rejection.sheet,
                "row_number": rejection.row_number,
                "column_name": rejection.column_name,
                "reason": str(rejection.reason),
            }
            for delivery in deliveries
            for rejection in delivery.rejections
        ],
    )
