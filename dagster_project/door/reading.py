"""One delivered file, from bytes to the lake tables it carries.

What belongs here: choosing the sheet or delimiter that fits a table's contract, and judging the file as a whole.
What does not: what stands in landing or has been read before (`intake`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from dagster_project.door import reasons, survey
from dagster_project.door.checking import Checked, Gate, Rejection, RowRule, check_rows, data_rows
from dagster_project.door.headings import Heading, find_heading, missing_headings
from dagster_project.door.limits import Limits
from dagster_project.door.readers import Grid, Wide, check_grid, read_grids, read_wide
from dagster_project.door.reasons import Reason, Refusal
from dagster_project.door.register import read_pull
from dagster_project.door.tables import ANSWERS, CODEBOOK, Shape, Source, Table


@dataclass(frozen=True)
class Reading:
    """What one file holds.

    Attributes:
        frames: its lake tables; empty when it is refused.
        headings: of an answers file, each variable's heading as in the file; the sheet they stand in is `sheet`.
        refusal: why the file as a whole cannot be used.
    """

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    rejections: list[Rejection] = field(default_factory=list)
    rows_read: int = 0
    ignored: list[str] = field(default_factory=list)
    headings: dict[str, str] = field(default_factory=dict)
    sheet: str | None = None
    refusal: Reason | None = None


def read_delivery(
    content: bytes, file_format: str, source: Source, table: Table | None, gate: Gate, delivery_id: str
) -> Reading:
    """Read one file; a refusal is an answer, not an error.

    Args:
        table: the table the file is, or None for a workbook with one sheet per table of the source.
    """
    try:
        if table is None:
            reading = _read_workbook(content, source, gate, delivery_id)
        else:
            reading = _read_table(content, file_format, table, gate, delivery_id)
    except Refusal as refusal:
        return Reading(refusal=refusal.reason)
    rejected = len(reading.rejections)
    # Answers are judged as a whole each night, when all their rejections are known.
    if table is ANSWERS:
        return reading
    if gate.limits.too_many_rejected(rejected, reading.rows_read):
        return Reading(
            rejections=reading.rejections,
            rows_read=reading.rows_read,
            ignored=reading.ignored,
            refusal=reasons.too_many_rejected(rejected, reading.rows_read),
        )
    return reading


def _read_workbook(content: bytes, source: Source, gate: Gate, delivery_id: str) -> Reading:
    grids = list(read_grids(content, "xlsx", gate.limits))
    readings: list[Reading] = []
    for table in source.tables:
        name = table.sheet or table.group
        found = [grid for grid in grids if (grid.sheet or "").strip().casefold() == name.casefold()]
        if not found:
            raise Refusal(reasons.missing_sheet(name))
        if len(found) > 1:
            raise Refusal(reasons.sheet_twice(name))
        try:
            readings.append(_read_rows(found[0], _heading_in(found[0], table, gate.limits), table, gate, delivery_id))
            if not readings[-1].rows_read and not table.may_be_empty:
                raise Refusal(reasons.NO_ROWS)
        except Refusal as refusal:
            raise Refusal(reasons.in_sheet(name, refusal.reason)) from None
    return Reading(
        frames={name: frame for reading in readings for name, frame in reading.frames.items()},
        rejections=[rejection for reading in readings for rejection in reading.rejections],
        rows_read=sum(reading.rows_read for reading in readings),
        ignored=[name for reading in readings for name in reading.ignored],
    )


def _read_table(content: bytes, file_format: str, table: Table, gate: Gate, delivery_id: str) -> Reading:
    if table.shape is Shape.PULL:
        reading = _read_pull(content, file_format, table, gate, delivery_id)
    else:
        grid, heading = _choose_grid(content, file_format, table, gate)
        reading = _read_rows(grid, heading, table, gate, delivery_id)
    if not reading.rows_read:
        raise Refusal(reasons.NO_ROWS)
    return reading


def _choose_grid(content: bytes, file_format: str, table: Table, gate: Gate) -> tuple[Grid, Heading]:
    """The first sheet, or the delimiter, under which the table's heading is found."""
    closest = missing_headings(table, ())
    for grid in read_grids(content, file_format, gate.limits):
        found = find_heading(table, grid.rows)
        if isinstance(found, Heading):
            check_grid(grid, gate.limits)
            return grid, found
        closest = min(closest, found, key=len)
    raise Refusal(reasons.missing_columns(closest))


def _heading_in(grid: Grid, table: Table, limits: Limits) -> Heading:
    found = find_heading(table, grid.rows)
    if not isinstance(found, Heading):
        raise Refusal(reasons.missing_columns(found))
    check_grid(grid, limits)
    return found


def _read_rows(grid: Grid, heading: Heading, table: Table, gate: Gate, delivery_id: str) -> Reading:
    rows = data_rows(grid.rows, heading)
    rule: RowRule | None = survey.code_rule if table is CODEBOOK else None
    checked = check_rows(table, heading, rows, gate, sheet=grid.sheet, delimited=grid.delimited, rule=rule)
    if table is CODEBOOK:
        checked = survey.settle_codebook(checked)
    frames = {table.lake_table: checked.frame(table, delivery_id)}
    ignored = [heading.shown(position) for position in heading.others()]
    headings: dict[str, str] = {}
    if table.shape is Shape.ANSWERS:
        variables = survey.answer_variables(heading)
        headings = {variable: heading.shown(position) for variable, position in variables.items()}
        frames["survey_answers"] = survey.answer_cells(rows, checked.row_numbers, variables, delivery_id)
        ignored = []
    return Reading(frames, checked.rejections, checked.rows_read, ignored, headings, grid.sheet)


def _read_pull(content: bytes, file_format: str, table: Table, gate: Gate, delivery_id: str) -> Reading:
    def missing_in(cells: Sequence[str]) -> list[str]:
        return missing_headings(table, cells)

    wide = read_wide(content, file_format, gate.limits, missing_in)
    slipped: list[Rejection] = []
    if wide is None:
        grid, heading = _choose_grid(content, file_format, table, gate)
        wide, slipped = _widen(grid, heading)
    pull = read_pull(table, wide, gate, delivery_id, slipped)
    persons: Checked = pull.persons
    frames = {table.lake_table: persons.frame(table, delivery_id)} | pull.frames
    return Reading(frames, persons.rejections, persons.rows_read, pull.ignored)


def _widen(grid: Grid, heading: Heading) -> tuple[Wide, list[Rejection]]:
    """A grid as a wide table, with the rows whose cells have slipped."""
    width = len(heading.cells)
    below = grid.rows[heading.index + 1 :]
    first_row = heading.index + 2
    slipped = [
        Rejection(grid.sheet, first_row + index, None, reasons.TOO_MANY_CELLS)
        for index, row in enumerate(below)
        if grid.delimited and any(row[width:])
    ]
    columns = {
        str(position): [row[position] if position < len(row) else "" for row in below] for position in range(width)
    }
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return Wide(heading.cells, frame, first_row, grid.sheet), slipped
