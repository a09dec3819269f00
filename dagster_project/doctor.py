"""A look into the door: what would become of one file tonight, row by row, without anything landing.

Belongs here: words for the person who is about to send a file, or who got one back. Does not belong here: any rule. The
door takes the file in on a copy of the lake, in a folder that is thrown away afterwards, beside links to what lies in
landing; so every verdict is the door's own. Nothing is written but the report that is asked for, and no cell is shown.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from dagster_project.door.deliveries import READ, Delivery
from dagster_project.door.intake import take_in
from dagster_project.door.lake import LAKE_TABLES, reads_folder
from dagster_project.door.reading_room import ReadingRoom
from dagster_project.door.reasons import Reason
from dagster_project.door.rolls import LANDED, SUPERSEDED, UNMATCHED, WITHHELD
from dagster_project.door.tables import SOURCES
from dagster_project.keys import pseudonym_key
from dagster_project.reference import project_codes
from dagster_project.settings import Settings, SettingsError
from dagster_project.spreadsheets import write_sheet

REJECTED: Final = "rejected"
UNDERSTOOD: Final = "understood"
FOLDER: Final = ".doctor-"
_SHOWN: Final = 40
_HEADING: Final = ("file", "sheet", "row", "column", "what becomes of it", "why", "hvorfor")

_WHY: Final = {
    SUPERSEDED: Reason("A newer delivery counts instead.", "En nyere leverance gælder i stedet."),
    UNMATCHED: Reason(
        "The person has no participation there in the monitoring deliveries in force.",
        "Personen har ingen deltagelse dér i de gældende leverancer fra monitorering.",
    ),
    WITHHELD: Reason("No consent stands for this.", "Der er ikke et gældende samtykke til dette."),
    LANDED: Reason("It counts.", "Den tæller med."),
    UNDERSTOOD: Reason(
        "It can be read; whether the person is known and consents is told where the data and the key are.",
        "Den kan læses; om personen er kendt og har givet samtykke, vides kun der, hvor data og nøgle er.",
    ),
}


@dataclass(frozen=True)
class Row:
    """What becomes of one row; `sheet` and `column` as in the file."""

    sheet: str | None
    number: int
    column: str | None
    fate: str
    why: Reason

    @property
    def place(self) -> str:
        """Where a person finds it: `sheet Deltagere, row 3, column Hold`."""
        parts = (self.sheet and f"sheet {self.sheet}", f"row {self.number}", self.column and f"column {self.column}")
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Diagnosis:
    """What would become of a file. `alone`: it was read without the house's key, people and consents."""

    source: str
    delivery: Delivery
    rows: tuple[Row, ...]
    alone: bool

    def lines(self) -> Iterator[str]:
        """The diagnosis as text: the verdict, the sums, and the rows that do not count."""
        item = self.delivery
        day = item.extract_date or "on no known day"
        yield f"{item.file_name}: {item.table_group} of {self.source}, extracted {day}"
        if item.verdict != READ:
            yield f"Verdict: {item.verdict}."
            yield from ((item.reason or "").split(" / ") if item.reason else [])
        elif self.rows and all(row.fate in (SUPERSEDED, REJECTED) for row in self.rows):
            yield "Verdict: superseded; a newer delivery counts instead of every row of it."
        else:
            yield "Verdict: landed."
        if item.ignored_columns:
            yield f"Columns that are not used: {item.ignored_columns}"
        counts = {fate: sum(row.fate == fate for row in self.rows) for fate in (*_WHY, REJECTED)}
        told = " + ".join(f"{count} {fate}" for fate, count in counts.items() if count)
        yield f"Rows: {item.rows_read} read{f' = {told}' if told else ''}."
        left_out = [row for row in self.rows if row.fate not in (LANDED, UNDERSTOOD)]
        for row in left_out[:_SHOWN]:
            yield f"  {row.place}: {row.fate}. {row.why}"
        if len(left_out) > _SHOWN:
            yield f"  and {len(left_out) - _SHOWN} more; REPORT=rows.xlsx writes them all."
        if self.alone:
            yield (
                "Read alone, without the house's key, people and consents: who is known, who consents and which "
                "delivery counts are not told, and answers are not held against a codebook."
            )

    def write(self, path: Path) -> None:
        """Every row as a spreadsheet, .xlsx or .csv.

        Raises:
            SettingsError: another kind of file is asked for, or it cannot be written.
        """
        name = self.delivery.file_name
        rows: list[tuple[object, ...]] = [
            (name, row.sheet, row.number, row.column, row.fate, row.why.english, row.why.danish) for row in self.rows
        ]
        if self.delivery.verdict != READ and self.delivery.reason:
            english, _, danish = self.delivery.reason.partition(" / ")
            rows.insert(0, (name, None, None, None, self.delivery.verdict, english, danish))
        try:
            write_sheet(path, _HEADING, rows)
        except (OSError, ValueError) as error:
            raise SettingsError(f"The report cannot be written to {path}: {error}") from None


def examine(settings: Settings, path: Path, source: str | None = None) -> Diagnosis:
    """What would become of a file if it were delivered now.

    Args:
        source: the landing folder it is meant for; told by the folder it lies in, or by its name, when not given.
    Raises:
        SettingsError: there is no such file, it cannot be told which source it is, or there is no room to look at it.
    """
    if not path.is_file():
        raise SettingsError(f"There is no file {path}. Give its path: make doctor FILE=<path>.")
    chosen = source or _source_of(path)
    if chosen is None or chosen not in SOURCES:
        raise SettingsError(
            f"It cannot be told which kind of delivery {path.name} is. Say so: make doctor FILE=... "
            f"SOURCE=<{'|'.join(SOURCES)}>."
        )
    try:
        key: str | None = pseudonym_key(settings).secret if reads_folder(settings.lake).exists() else None
    except SettingsError:
        key = None
    # Beside the lake, so that its files can be linked instead of copied.
    home = settings.data_dir if key is not None else None
    try:
        with TemporaryDirectory(prefix=f"{FOLDER}{os.getpid()}-", dir=home) as folder:
            return _examine_in(Path(folder), settings, path.resolve(), chosen, key)
    except (OSError, shutil.Error) as error:
        raise SettingsError(
            f"The file could not be looked at ({type(error).__name__}): a run may be changing the lake, or there is no "
            "room for a copy beside it. Wait until no run is working and try again."
        ) from None


def clear_leftovers(data_dir: Path) -> None:
    """Remove what a killed look has left: its copy of the lake would outlast a withdrawal."""
    for folder in data_dir.glob(f"{FOLDER}*"):
        if not Path(f"/proc/{folder.name.removeprefix(FOLDER).partition('-')[0]}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _examine_in(folder: Path, settings: Settings, path: Path, chosen: str, key: str | None) -> Diagnosis:
    landing, lake = folder / "landing", folder / "lake"
    (landing / chosen).mkdir(parents=True)
    fates: dict[str, list[tuple[str, pl.DataFrame]]] = {}

    def tell(delivery_id: str, table: str, rows: pl.DataFrame) -> None:
        fates.setdefault(delivery_id, []).append((table, rows))

    if key is not None:
        _link_lake(settings.lake, lake)
        for file in (file for name in SOURCES for file in (settings.landing / name).glob("*") if file.is_file()):
            linked = landing / file.parent.name / file.name
            linked.parent.mkdir(exist_ok=True)
            linked.symlink_to(file.resolve())
    in_question = landing / chosen / path.name
    in_question.unlink(missing_ok=True)
    in_question.symlink_to(path)
    with ReadingRoom(memory=settings.read_memory, seconds=settings.read_seconds) as room:
        for source in SOURCES if key is not None else (chosen,):
            intake = take_in(
                source,
                landing=landing,
                lake=lake,
                as_of=settings.as_of(),
                pseudonym_key=key or secrets.token_hex(),
                projects=project_codes(settings),
                limits=settings.limits,
                read=room,
                tell=tell if source == chosen else None,
            )
            if source == chosen:
                break
    delivery = next(item for item in intake.deliveries if item.path == in_question)
    rows = _rows(delivery, fates.get(delivery.delivery_id, []), alone=key is None)
    return Diagnosis(chosen, delivery, tuple(rows), alone=key is None)


def _rows(delivery: Delivery, fates: list[tuple[str, pl.DataFrame]], *, alone: bool) -> Iterator[Row]:
    rejected = [
        Row(item.sheet, item.row_number, item.column_name, REJECTED, item.reason) for item in delivery.rejections
    ]
    if delivery.verdict != READ:
        yield from rejected
        return
    sheets = {table.lake_table: table.sheet for table in SOURCES[delivery.source].tables}
    known = [
        Row(sheets.get(table) if delivery.file_format == "xlsx" else None, number, None, fate, _WHY[fate])
        for table, rows in fates
        for number, told in rows.select("row_number", "fate").iter_rows()
        for fate in [UNDERSTOOD if alone else told]
    ]
    yield from sorted([*rejected, *known], key=lambda row: (row.sheet or "", row.number))


def _source_of(path: Path) -> str | None:
    if path.resolve().parent.name in SOURCES:
        return path.resolve().parent.name
    folded = path.name.casefold()
    named = {
        name
        for name, source in SOURCES.items()
        for word in (name, *(table.mark for table in source.tables if table.mark))
        if word in folded
    }
    return named.pop() if len(named) == 1 else None


def _link_lake(lake: Path, copy: Path) -> None:
    folders = [reads_folder(lake), lake / "ledger", *(lake / name for names in LAKE_TABLES.values() for name in names)]
    for folder in folders:
        # Every file of the lake is replaced, never written into, so a link is as good as a copy.
        shutil.copytree(folder, copy / folder.relative_to(lake), copy_function=os.link, dirs_exist_ok=True)
