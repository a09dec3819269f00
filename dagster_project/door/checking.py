"""Rows of a found table against its contract: values for the lake, or one rejection per row.

What belongs here: the order in which a row is judged. What does not: how a single cell is read (`cells`) and rules
that need more than one row's contract columns (`register`, `survey`).
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from dagster_project.door import cells, reasons
from dagster_project.door.grids import Grid, is_filled
from dagster_project.door.headings import Heading
from dagster_project.door.limits import Limits
from dagster_project.door.masking import mask_digits
from dagster_project.door.pseudonym import participant_id
from dagster_project.door.reasons import Reason
from dagster_project.door.tables import Column, Kind, Table

ROW_NUMBER: Final = "row_number"
_FAULT: Final = "fault"


@dataclass(frozen=True)
class Gate:
    """What reading a row depends on besides the row: the pseudonym key, the known project codes, the limits.

    `persons` are the keys of the file being read by their text, so that each is read and hashed once. Of a pull,
    `wanted` are the participant ids whose rows are kept (None: everybody's), `rows` the only rows to be read, by number
    and first byte (None: all), and `lake` where its tables are written while it is read (None: they stay in memory).
    """

    pseudonym_key: str = field(repr=False)
    projects: frozenset[str]
    limits: Limits
    wanted: frozenset[str] | None = field(default=None, repr=False)
    rows: tuple[tuple[int, int], ...] | None = None
    lake: Path | None = None
    persons: dict[str, str | Reason] = field(default_factory=dict, repr=False, compare=False)

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
    """A table's accepted rows (`row_number` and the lake fields), its rejections, and how many rows it had."""

    accepted: pl.DataFrame
    rejections: list[Rejection]
    rows_read: int

    def frame(self, table: Table, delivery_id: str) -> pl.DataFrame:
        """The lake table."""
        keyed = self.accepted.with_columns(pl.lit(delivery_id).alias("delivery_id"))
        return keyed.select(pl.col(name).cast(dtype) for name, dtype in table.schema.items())


RowRule = Callable[[Mapping[str, object]], tuple[str, Reason] | None]


def check_rows(
    table: Table,
    heading: Heading,
    grid: Grid,
    gate: Gate,
    *,
    rule: RowRule | None = None,
    unfit: Mapping[int, Rejection] | None = None,
) -> Checked:
    """Judge every row below the heading that is not blank.

    A row falls by the first of: slipped cells, the contract's columns in order, `rule`, `unfit`, a repeated key.

    Args:
        rule: one more judgement over a row's values; answers with the column's contract heading and the reason.
        unfit: rejections found elsewhere, by row number.
    """
    judged = [_judge(column, heading, grid, gate) for column in table.columns]
    rows = pl.DataFrame([_row_numbers(heading, len(judged[0].values)), *(column.values for column in judged)])
    # Of each row, the place in `found` of why it falls; the last column first, so that the first one stays.
    found: list[tuple[str | None, Reason]] = []
    fault = pl.repeat(None, rows.height, dtype=pl.Int32, eager=True)
    for column in reversed([column for column in judged if column.reasons]):
        fault = _over(fault, column.faults + len(found))
        found += [(column.shown, reason) for reason in column.reasons]
    slipped = _slipped(heading, grid)
    fault = _over(fault, slipped.replace_strict({True: len(found), False: None}, return_dtype=pl.Int32))
    found.append((None, reasons.TOO_MANY_CELLS))

    kept = _not_blank(heading, grid, judged)
    rows = rows.with_columns(fault.alias(_FAULT)).filter(kept)
    rejections = {
        number: Rejection(grid.sheet, number, *found[place])
        for number, place in rows.select(ROW_NUMBER, _FAULT).drop_nulls().iter_rows()
    }
    good = rows.filter(pl.col(_FAULT).is_null()).drop(_FAULT)
    if rule:
        for row in good.iter_rows(named=True):
            if broken := rule(row):
                shown = heading.shown(heading.positions[broken[0]])
                rejections[row[ROW_NUMBER]] = Rejection(grid.sheet, row[ROW_NUMBER], shown, broken[1])
    rejections = {**(unfit or {}), **rejections}
    good = good.filter(~pl.col(ROW_NUMBER).is_in(list(rejections)))
    if table.unique:
        first = good.select(pl.struct(table.unique).is_first_distinct()).to_series()
        repeated = good.filter(~first)[ROW_NUMBER]
        rejections |= {number: Rejection(grid.sheet, number, None, reasons.SECOND_ROW) for number in repeated}
        good = good.filter(first)
    return Checked(good, [rejections[number] for number in sorted(rejections)], rows.height)


@dataclass(frozen=True)
class _Judged:
    """A contract column in one file, read: a value, or the place of the fault in `reasons`, for every row."""

    shown: str | None
    values: pl.Series
    faults: pl.Series
    filled: pl.Series
    reasons: list[Reason]


def _judge(column: Column, heading: Heading, grid: Grid, gate: Gate) -> _Judged:
    """Read a column; each distinct text is read once."""
    below = grid.below(heading.index)
    position = heading.positions.get(column.heading)
    if position is None:
        texts = pl.repeat("", below.height, dtype=pl.String, eager=True)
    else:
        texts = below[str(position)].fill_null("")
    read = cell_reader(column, gate)
    values: list[object] = []
    faults: list[int | None] = []
    filled: list[bool] = []
    found: dict[Reason, int] = {}
    distinct = texts.unique()
    for raw in distinct.to_list():
        text = cells.text_of(raw)
        answer = read(text)
        wrong = isinstance(answer, Reason)
        values.append(None if wrong else answer)
        faults.append(found.setdefault(answer, len(found)) if isinstance(answer, Reason) else None)
        filled.append(text != "")
    places = texts.cast(pl.Enum(distinct)).to_physical()
    shown = None if position is None else heading.shown(position)
    return _Judged(
        shown,
        pl.Series(column.field, values, dtype=column.kind.lake_type).gather(places),
        pl.Series(faults, dtype=pl.Int32).gather(places),
        pl.Series(filled, dtype=pl.Boolean).gather(places),
        list(found),
    )


def cell_reader(column: Column, gate: Gate) -> Callable[[str], object]:
    """What a column makes of a trimmed cell: its value, or a Reason."""
    read = _reader_of_kind(column, gate)

    def answer(text: str) -> object:
        if cells.is_missing(text):
            return column.blank if column.may_be_blank else reasons.BLANK
        return reasons.EXCEL_ERROR if cells.is_error(text) else read(text)

    return answer


def _row_numbers(heading: Heading, height: int) -> pl.Series:
    """The numbers by which a person knows the rows below the heading."""
    first = heading.first_row
    return pl.int_range(first, first + height, dtype=pl.Int32, eager=True).alias(ROW_NUMBER)


def _over(below: pl.Series, above: pl.Series) -> pl.Series:
    return above.zip_with(above.is_not_null(), below)


def _slipped(heading: Heading, grid: Grid) -> pl.Series:
    """For each row below the heading, whether it has filled cells further out than the heading goes."""
    below = grid.below(heading.index)
    if grid.widths is None or below.width <= len(heading.cells):
        return pl.repeat(False, below.height, dtype=pl.Boolean, eager=True)
    return is_filled(below[:, len(heading.cells) :])


def _not_blank(heading: Heading, grid: Grid, judged: Iterable[_Judged]) -> pl.Series:
    """For each row below the heading, whether it has a filled cell; most have one in a column of the contract."""
    kept = pl.Series(functools.reduce(operator.or_, (column.filled for column in judged)))
    empty = (~kept).arg_true()
    return kept.scatter(empty, is_filled(grid.below(heading.index)[empty])) if len(empty) else kept


def _reader_of_kind(column: Column, gate: Gate) -> Callable[[str], object]:
    match column.kind:
        case Kind.PERSON:
            return lambda text: _person(text, gate)
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


def _person(text: str, gate: Gate) -> str | Reason:
    if text not in gate.persons:
        cpr = cells.cpr_of(text)
        gate.persons[text] = cpr if isinstance(cpr, Reason) else participant_id(gate.pseudonym_key, cpr)
    return gate.persons[text]


def respondent_of(text: str, key: str) -> str:
    """The survey tool's id; one that could be a CPR number is replaced by a keyed hash, so that joins still hold."""
    if mask_digits(text) == text:
        return text
    bare = re.sub(r"[\W_]", "", text)
    return f"r{participant_id(key, bare.zfill(10))[:12]}"


def variable_of(text: str) -> str:
    """A survey variable's name as the lake spells it."""
    return mask_digits(text.strip().lower())
