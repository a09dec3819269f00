"""One delivered file, from bytes to the lake tables it carries.

What belongs here: choosing the sheet or delimiter that fits a table's contract, and judging the file as a whole.
What does not: what stands in landing or has been read before (`intake`).
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import polars as pl

from dagster_project.door import reasons, survey
from dagster_project.door.cells import text_of
from dagster_project.door.checking import Gate, Rejection, RowRule, check_rows
from dagster_project.door.grids import Grid, check_grid
from dagster_project.door.headings import Heading, find_heading, missing_headings
from dagster_project.door.limits import Limits
from dagster_project.door.readers import plain_refusals, read_grids
from dagster_project.door.reasons import Reason, Refusal
from dagster_project.door.register import is_cut, read_pull
from dagster_project.door.tables import ANSWERS, CODEBOOK, PULL, YEARLY_CUT, Shape, Source, Table
from dagster_project.door.workbooks import Workbook


@dataclass(frozen=True)
class Reading:
    """What one file holds.

    Attributes:
        frames: its lake tables; empty when it is refused.
        headings: of an answers file, each variable's heading as in the file; the sheet they stand in is `sheet`.
        yearly: a cut of the register that holds one year, which only its name tells.
        refusal: why the file as a whole cannot be used.
    """

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    rejections: list[Rejection] = field(default_factory=list)
    rows_read: int = 0
    ignored: list[str] = field(default_factory=list)
    headings: dict[str, str] = field(default_factory=dict)
    sheet: str | None = None
    yearly: bool = False
    refusal: Reason | None = None


def read_delivery(
    content: bytes,
    file_format: str,
    source: Source,
    table: Table | None,
    gate: Gate,
    delivery_id: str,
    year: int | None = None,
) -> Reading:
    """Read one file; a refusal is an answer, not an error.

    Args:
        table: the table the file is, or None for a workbook with one sheet per table of the source.
        year: of a register file, the year that its name holds.
    """
    gate = replace(gate, persons={})
    try:
        if table is None:
            reading = _read_workbook(content, source, gate, delivery_id)
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
    content: bytes, file_format: str, table: Table, gate: Gate, delivery_id: str, year: int | None
) -> Reading:
    if table.shape is Shape.PULL:
        reading = _read_pull(content, file_format, gate, delivery_id, year)
    else:
        grid, heading = _choose_grid(content, file_format, table, gate.limits)
        reading = _read_rows(grid, heading, table, gate, delivery_id)
    if not reading.rows_read:
        raise Refusal(reasons.NO_ROWS)
    return reading


def _read_pull(content: bytes, file_format: str, gate: Gate, delivery_id: str, year: int | None) -> Reading:
    table = PULL
    try:
        grid, heading = _choose_grid(content, file_format, table, gate.limits)
    except Refusal as refusal:
        table = YEARLY_CUT
        try:
            grid, heading = _choose_grid(content, file_format, table, gate.limits)
        except Refusal:
            raise refusal from None
        if not is_cut(heading.cells):
            raise
    pull = read_pull(table, heading, grid, gate, delivery_id, year)
    frames = {table.lake_table: pull.persons.frame(table, delivery_id)} | pull.frames
    persons = pull.persons
    return Reading(frames, persons.rejections, persons.rows_read, pull.ignored, yearly=pull.yearly)


def _choose_grid(content: bytes, file_format: str, table: Table, limits: Limits) -> tuple[Grid, Heading]:
    """The first sheet, or the delimiter, under which the table's heading is found."""
    closest = missing_headings(table, ())
    for grid in read_grids(content, file_format, limits, lambda cells: not missing_headings(table, cells)):
        found = find_heading(table, grid.top())
        if isinstance(found, Heading):
            check_grid(grid, limits)
            return grid, found
        closest = min(closest, found, key=len)
    raise Refusal(reasons.missing_columns(closest))


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
