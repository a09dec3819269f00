"""Rows of a found table against its contract: values for the lake, or one rejection per row.

What belongs here: the order in which a row is judged. What does not: how a single cell is read (`cells`) and rules
that need more than one row's contract columns (`register`, `survey`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from dagster_project.door import cells, reasons
from dagster_project.door.headings import Heading
from dagster_project.door.limits import Limits
from dagster_project.door.masking import mask_digits
from dagster_project.door.pseudonym import participant_id
from dagster_project.door.reasons import Reason
from dagster_project.door.tables import Column, Kind, Table

# A respondent id that could be a CPR number: day and month possible, with or without its leading zero.
_CPR_RESPONDENT: Final = re.compile(
    r"(?<![0-9])(?:0?[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])[0-9]{2}[- ]?[0-9]{4}(?![0-9])"
)
_CACHED_CELLS: Final = 100_000


@dataclass(frozen=True)
class Gate:
    """What reading a row depends on besides the row: the pseudonym key, the known project codes, the limits."""

    pseudonym_key: str = field(repr=False)
    projects: frozenset[str]
    limits: Limits

    def project_words(self) -> dict[str, str]:
        """Project codes keyed in lower case."""
        return {code.casefold(): code for code in self.projects}


@dataclass(frozen=True)
class Rejection:
    """One rejected row: where a person finds it, and why. Never what stood there."""

    sheet: str | None
    row_number: int
    column_name: str | None
    reason: Reason


@dataclass(frozen=True)
class Checked:
    """A table's accepted rows column by column, its rejections, and how many rows it had."""

    row_numbers: list[int]
    columns: dict[str, list[object]]
    rejections: list[Rejection]
    rows_read: int

    def frame(self, table: Table, delivery_id: str) -> pl.DataFrame:
        """The lake table."""
        keys: dict[str, object] = {"delivery_id": [delivery_id] * len(self.row_numbers), "row_number": self.row_numbers}
        return pl.DataFrame(keys | self.columns, schema=table.schema)


NumberedRow = tuple[int, Sequence[str]]
Fault = tuple[str | None, Reason]
RowRule = Callable[[Mapping[str, object]], tuple[str, Reason] | None]


def data_rows(rows: Sequence[Sequence[str]], heading: Heading) -> list[NumberedRow]:
    """The rows below the heading that are not blank, numbered as a person sees them."""
    below = heading.index + 1
    return [(below + offset, row) for offset, row in enumerate(rows[below:], start=1) if any(row)]


def check_rows(
    table: Table,
    heading: Heading,
    rows: Iterable[NumberedRow],
    gate: Gate,
    *,
    sheet: str | None = None,
    delimited: bool = False,
    rule: RowRule | None = None,
    unfit: Mapping[int, Rejection] | None = None,
) -> Checked:
    """Judge every row: slipped cells, the contract's columns in order, `rule`, `unfit` rows, then repeated keys.

    Args:
        delimited: rows longer than the heading are rejected, because their cells have slipped.
        rule: one more judgement over a row's values; answers with the column's contract heading and the reason.
        unfit: rejections found elsewhere, by row number.
    """
    cells_of_row = [_BoundColumn(column, heading, _cell_reader(column, gate)) for column in table.columns]
    accepted: dict[str, list[object]] = {column.field: [] for column in table.columns}
    row_numbers: list[int] = []
    rejections: list[Rejection] = []
    seen: set[tuple[object, ...]] = set()
    total = 0
    for number, row in rows:
        total += 1
        values: dict[str, object] = {}
        if delimited and any(row[len(heading.cells) :]):
            fault: Fault | None = (None, reasons.TOO_MANY_CELLS)
        else:
            fault = _read_row(cells_of_row, row, values)
        if not fault and rule and (broken := rule(values)):
            fault = (heading.shown(heading.positions[broken[0]]), broken[1])
        rejection = Rejection(sheet, number, *fault) if fault else (unfit or {}).get(number)
        key = tuple(values.get(name) for name in table.unique)
        if rejection is None and key in seen:
            rejection = Rejection(sheet, number, None, reasons.SECOND_ROW)
        if rejection is not None:
            rejections.append(rejection)
            continue
        if key:
            seen.add(key)
        row_numbers.append(number)
        for name, value in values.items():
            accepted[name].append(value)
    return Checked(row_numbers, accepted, rejections, total)


class _BoundColumn:
    """A contract column in one file: where it stands, what it is called there, how it is read."""

    def __init__(self, column: Column, heading: Heading, read: Callable[[str], object]) -> None:
        self.field = column.field
        self.position = heading.positions.get(column.heading)
        self.shown = None if self.position is None else heading.shown(self.position)
        self.read = read


def _read_row(columns: Iterable[_BoundColumn], row: Sequence[str], values: dict[str, object]) -> Fault | None:
    """Fill `values` by lake field; stop at the first column that cannot be read."""
    for column in columns:
        text = row[column.position] if column.position is not None and column.position < len(row) else ""
        value = column.read(text)
        if isinstance(value, Reason):
            return column.shown, value
        values[column.field] = value
    return None


def _cell_reader(column: Column, gate: Gate) -> Callable[[str], object]:
    """One function from trimmed text to the column's value or a Reason; repeated cells are read once."""
    read = _reader_of_kind(column, gate)
    known: dict[str, object] = {}

    def read_cell(text: str) -> object:
        if text not in known:
            if len(known) >= _CACHED_CELLS:
                known.clear()
            known[text] = _blank_value(column) if cells.is_missing(text) else read(text)
        return known[text]

    return read_cell


def _blank_value(column: Column) -> object:
    return column.blank if column.may_be_blank else reasons.BLANK


def _reader_of_kind(column: Column, gate: Gate) -> Callable[[str], object]:
    match column.kind:
        case Kind.PERSON:
            return lambda text: _person(text, gate.pseudonym_key)
        case Kind.PROJECT:
            words = gate.project_words()
            return lambda text: words.get(text.casefold(), reasons.UNKNOWN_PROJECT)
        case Kind.RESPONDENT:
            return lambda text: respondent_of(text, gate.pseudonym_key)
        case Kind.WORD | Kind.SWITCH:
            return lambda text: cells.word_of(text, column.words)
        case Kind.VARIABLE:
            return lambda text: variable_of(text)
        case Kind.DATE:
            return cells.date_of
        case Kind.NUMBER:
            return cells.number_of
        case Kind.INTEGER:
            return cells.integer_of
        case Kind.TEXT:
            return mask_digits


def _person(text: str, key: str) -> str | Reason:
    cpr = cells.cpr_of(text)
    return cpr if isinstance(cpr, Reason) else participant_id(key, cpr)


def respondent_of(text: str, key: str) -> str:
    """The survey tool's id; one that could be a CPR number is replaced by a keyed hash, so that joins still hold."""
    if _CPR_RESPONDENT.search(text):
        return f"r{participant_id(key, re.sub('[^0-9]', '', text).zfill(10))[:12]}"
    return text


def variable_of(text: str) -> str:
    """A survey variable's name as the lake spells it."""
    return mask_digits(text.strip().lower())
