"""One file as a night sees it: the columns of the ledger's `deliveries`, and what hangs on them.

What belongs here: the record of a verdict, and which files are one delivery. What does not: reaching a verdict
(`intake`).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

from dagster_project.door.checking import Rejection
from dagster_project.door.files import LandedFile
from dagster_project.door.memory import ReadRecord
from dagster_project.door.reasons import Reason

READ: Final = "read"
REFUSED: Final = "refused"
DUPLICATE: Final = "duplicate"
LATER: Final = "later"


@dataclass(frozen=True)
class Delivery:
    """One file and its verdict.

    `delivery_id` is unique among read files only: a duplicate has the id of the file it repeats. `delivery_unit` is
    shared by files that are one delivery. `in_landing`: whether the file still lies there, at `path` (no column of the
    ledger); `purged_on` is the day the retention removed it.
    """

    delivery_id: str
    source: str
    table_group: str
    delivery_unit: str
    file_name: str
    extract_date: date | None
    sha256: str
    verdict: str
    reason: str | None = None
    rows_read: int = 0
    rows_rejected: int = 0
    ignored_columns: str | None = None
    file_format: str = "unknown"
    part: str | None = None
    path: Path | None = field(default=None, compare=False)
    in_landing: bool = True
    purged_on: date | None = None
    tables: tuple[str, ...] = ()
    rejections: tuple[Rejection, ...] = ()

    @classmethod
    def unread(cls, file: LandedFile, verdict: str, reason: Reason | None = None) -> Delivery:
        """A file that was not read, or not to its end."""
        return cls(
            delivery_id=file.delivery_id,
            source=file.source,
            table_group=file.table_group,
            delivery_unit=file.delivery_id,
            file_name=file.shown_name,
            extract_date=file.extract_date,
            sha256=file.sha256,
            verdict=verdict,
            reason=reason.about(file.shown_name) if reason else None,
            file_format=file.file_format,
            part=file.part,
            path=file.path,
        )

    @classmethod
    def of(cls, record: ReadRecord, file: LandedFile | None = None) -> Delivery:
        """A file that was read tonight or earlier; `file` is None when it is no longer in landing."""
        delivery = cls(
            delivery_id=record.delivery_id,
            source=record.source,
            table_group=record.table_group,
            delivery_unit=record.delivery_id,
            file_name=record.file_name,
            extract_date=record.extract_date,
            sha256=record.sha256,
            verdict=READ,
            rows_read=record.rows_read,
            rows_rejected=len(record.rejections),
            ignored_columns=", ".join(record.ignored_columns) or None,
            file_format=record.file_format,
            part=record.part,
            path=file.path if file else None,
            in_landing=file is not None,
            purged_on=record.purged_on,
            tables=record.tables,
            rejections=record.rejections,
        )
        return delivery if record.refusal is None else delivery.refused(record.refusal)

    def refused(self, reason: Reason) -> Delivery:
        """The delivery refused whole: every row that was read counts as rejected."""
        return replace(
            self,
            verdict=REFUSED,
            reason=reason.about(self.file_name),
            rows_rejected=self.rows_read,
            tables=(),
        )


def in_units(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """The deliveries with their units: the parts of one date are one delivery.

    Where a part stands twice on a date, several sets came: the files are told apart by their names without the word
    that names the part.
    """
    listed = list(deliveries)
    counts = Counter((item.extract_date, item.part) for item in listed if _is_part(item))
    several = {day for (day, _), files in counts.items() if files > 1}
    return [
        replace(item, delivery_unit=_unit_of_parts(item, told_apart=item.extract_date in several))
        if _is_part(item)
        else item
        for item in listed
    ]


def _is_part(delivery: Delivery) -> bool:
    return delivery.part is not None and delivery.extract_date is not None and delivery.verdict in (READ, REFUSED)


def _unit_of_parts(delivery: Delivery, *, told_apart: bool) -> str:
    unit = f"{delivery.source}-{delivery.extract_date}-files"
    if not told_apart:
        return unit
    # Without the date, whose year is no part.
    name, _, ending = delivery.file_name.casefold().rpartition(str(delivery.extract_date))
    stem = f"{name.replace(delivery.part or '', '')}.{ending}"
    return f"{unit}-{hashlib.sha256(stem.encode('utf-8')).hexdigest()[:12]}"
