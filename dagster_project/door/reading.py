"""One delivered file, from bytes to the lake tables it carries.

What belongs here: choosing the sheet or delimiter that fits a table's contract, and judging the file as a whole.
What does not: what stands in landing or has been read before (`intake`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import polars as pl

from dagster_project.door import reasons, survey
from dagster_project.door.cells import text_of
from dagster_project.door.checking import Gate, Rejection, RowRule, check_rows
from dagster_project.door.grids import Grid, check_grid
from dagster_project.door.headings import Heading, find_heading, missing_headings
from dagster_project.door.limits import Limits
from dagster_project.door.readers import IsHeading, plain_refusals, read_grids
from dagster_project.door.reasons import Reason, Refusal
from dagster_project.door.register import is_cut
from dagster_project.door.tables import ANSWERS, CODEBOOK, PULL, YEARLY_CUT, Shape, Source, Table
from dagster_project.door.workbooks import Workbook

Content = bytes | Path


@dataclass(frozen=True)
class Reading:
    """What one file holds.

    Attributes:
        frames: its lake tables; empty when it is refused.
        headings: of an answers file, each variable's heading as in the file; the sheet they stand in is `sheet`.
        yearly: a cut of the register that holds one year, which only its name tells.
        refusal: why the file as a whole cannot be used.
        staged: lake tables of a pull that were written while it was read, and where they wait to be put in place.
        roll: of a pull, the roll of all its accepted rows; its lake tables hold those of the wanted persons alone.
    """

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    rejections: list[Rejection] = field(default_factory=list)
    rows_read: int = 0
    ignored: list[str] = field(default_factory=list)
    headings: dict[str, str] = field(default_factory=dict)
    sheet: str | None = None
    yearly: bool = False
    refusal: Reason | None = None
    staged: Mapping[str, Path] = field(default_factory=dict)
    roll: pl.DataFrame | None = None


def read_delivery(
    content: Content,
    file_format: str,
    source: Source,
    table: Table | None,
    gate: Gate,
    delivery_id: str,
    year: int | None = None,
) -> Reading:
    """Read one file; a refusal is an answer, not an error.

    Args:
        content: the file's bytes, or of a register pull, which is not held whole, the file.
        table: the table the file is, or None for a workbook with one sheet per table of the source.
        year: of a register file, the year that its name holds.
    """
    gate = replace(gate, persons={})
    try:
        if table is None:
            reading = _read_workbook(_bytes_of(content), source, gate, delivery_id)
        else:
            reading = _read_table(content, file_format, table, gate, delivery_id, year)
    except Refusal as refusal:
        return Reading(refusal=refusal.reason)
    except MemoryError:
        return Reading(refusal=reasons.TOO_LARGE)
    # Answers are judged as a whole when the codebook has had its say too.
    return reading if table is ANSWERS else refused_if_too_many_rejected(reading, gate.limits)


def refused_if_too_many_rejected(reading: Reading, limits: Limits) -> Reading:
    """The reading, or its refusal when more rows were rejected than the limits allow."""
    rejected = len(reading.rejections)
    if not limits.too_many_rejected(rejected, reading.rows_read):
        return reading
    return Reading(
        rejections=reading.rejections,
        rows_read=reading.rows_read,
        ignored=reading.ignored,
        refusal=reasons.too_many_rejected(rejected, reading.rows_read),
    )


def _read_workbook(content: bytes, source: Source, gate: Gate, delivery_id: str) -> Reading:
    """A workbook with a sheet per table; the sheets are read side by side, and the first bad one is what is said."""
    with plain_refusals():
        workbook = Workbook(content, gate.limits)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        futures = [threads.submit(_read_sheet, workbook, table, gate, delivery_id) for table in source.tables]
        readings = [future.result() for future in futures]
    return Reading(
        frames={name: frame for reading in readings for name, frame in reading.frames.items()},
        rejections=[rejection for reading in readings for rejection in reading.rejections],
        rows_read=sum(reading.rows_read for reading in readings),
        ignored=[name for reading in readings for name in reading.ignored],
    )


def _read_sheet(workbook: Workbook, table: Table, gate: Gate, delivery_id: str) -> Reading:
    name = table.sheet or table.group
    found = [place for place, sheet in enumerate(workbook.sheets) if text_of(sheet).casefold() == name.casefold()]
    if not found:
        raise Refusal(reasons.missing_sheet(name))
    if len(found) > 1:
        raise Refusal(reasons.sheet_twice(name))
    try:
        with plain_refusals():
            grid = workbook.read(found[0])
        heading = find_heading(table, grid.top())
        if not isinstance(heading, Heading):
            raise Refusal(reasons.missing_columns(heading))
        check_grid(grid, gate.limits)
        reading = _read_rows(grid, heading, table, gate, delivery_id)
        if not reading.rows_read and not table.may_be_empty:
            raise Refusal(reasons.NO_ROWS)
    except Refusal as refusal:
        raise Refusal(reasons.in_sheet(name, refusal.reason)) from None
    return reading


def _read_table(
    content: Content, file_format: str, table: Table, gate: Gate, delivery_id: str, year: int | None
) -> Reading:
    if table.shape is Shape.PULL:
        reading = _read_pull(content, file_format, gate, delivery_id, year)
    else:
        grid, heading = _choose_grid(_bytes_of(content), file_format, table, gate.limits)
        reading = _read_rows(grid, heading, table, gate, delivery_id)
    if not reading.rows_read:
        raise Refusal(reasons.NO_ROWS)
    return reading


def _bytes_of(content: Content) -> bytes:
    return content.read_bytes() if isinstance(content, Path) else content


def _read_pull(content: Content, file_format: str, gate: Gate, delivery_id: str, year: int | None) -> Reading:
    # Loaded where used: compiled loops take a while to load, and most nights bring no pull.
    if file_format.startswith("csv"):
        from dagster_project.door.pull_text import read_text_pull

        return read_text_pull(content, file_format, gate, delivery_id, year)
    from dagster_project.door.pull_columns import read_pull_in_columns

    return read_pull_in_columns(content, file_format, gate, delivery_id, year)


Top = TypeVar("Top")


def choose_pull_heading(
    tops_of: Callable[[IsHeading], Iterator[Top]], rows_of: Callable[[Top], Iterable[Sequence[str]]]
) -> tuple[Table, Top, Heading]:
    """The heading of a pull, or of a yearly cut.

    Args:
        tops_of: the beginnings that the file may have, such as one per delimiter. rows_of: the trimmed cells of one.
    Returns:
        The table it is, the beginning that fits, its heading.
    Raises:
        Refusal: none fits.
    """
    try:
        return PULL, *choose_heading(PULL, tops_of, rows_of)
    except Refusal as refusal:
        try:
            top, heading = choose_heading(YEARLY_CUT, tops_of, rows_of)
        except Refusal:
            raise refusal from None
        if not is_cut(heading.cells):
            raise
        return YEARLY_CUT, top, heading


def choose_heading(
    table: Table,
    tops_of: Callable[[IsHeading], Iterator[Top]],
    rows_of: Callable[[Top], Iterable[Sequence[str]]],
) -> tuple[Top, Heading]:
    """The first of a file's possible beginnings that holds the table's heading.

    Raises:
        Refusal: none does; the closest one says what is missing.
    """
    closest = missing_headings(table, ())
    for top in tops_of(lambda cells: not missing_headings(table, cells)):
        found = find_heading(table, rows_of(top))
        if isinstance(found, Heading):
            return top, found
        closest = min(closest, found, key=len)
    raise Refusal(reasons.missing_columns(closest))


def _choose_grid(content: bytes, file_format: str, table: Table, limits: Limits) -> tuple[Grid, Heading]:
    """The first sheet, or the delimiter, under which the table's heading is found."""
    grid, heading = choose_heading(
        table, lambda is_heading: read_grids(content, file_format, limits, is_heading), lambda grid: grid.top()
    )
    check_grid(grid, limits)
    return grid, heading


def _read_rows(grid: Grid, heading: Heading, table: Table, gate: Gate, delivery_id: str) -> Reading:
    rule: RowRule | None = survey.code_rule if table is CODEBOOK else None
    checked = check_rows(table, heading, grid, gate, rule=rule)
    if table is CODEBOOK:
        checked = survey.settle_codebook(checked)
    frames = {table.lake_table: checked.frame(table, delivery_id)}
    ignored = [heading.shown(position) for position in heading.others()]
    headings: dict[str, str] = {}
    if table.shape is Shape.ANSWERS:
        variables = survey.answer_variables(heading)
        headings = {variable: heading.shown(position) for variable, position in variables.items()}
        frames["survey_answers"] = survey.answer_cells(checked, heading, grid, variables, delivery_id)
        ignored = []
    return Reading(frames, checked.rejections, checked.rows_read, ignored, headings, grid.sheet)
