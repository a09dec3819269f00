"""A pull in columns (Parquet, SAS, Stata) or in a workbook, some rows at a time.

What belongs here: columns of cells into `pulls.Piece`. What does not: formats (`readers`, `workbooks`), codes and runs
(`register`), delimited text (`pull_text`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from dagster_project.door import reasons
from dagster_project.door.checking import ROW_NUMBER, Gate, Rejection, check_rows
from dagster_project.door.grids import Grid, check_grid, is_filled, text_frame
from dagster_project.door.headings import Heading
from dagster_project.door.native.hashing import HashKeys, fingerprints_of, prepare_keys
from dagster_project.door.pulls import Piece, PullTables, id_words
from dagster_project.door.readers import (
    columnar_batches,
    distinct_texts,
    plain_refusals,
    read_grids,
    text_of_batch,
)
from dagster_project.door.reading import Reading, choose_pull_heading
from dagster_project.door.reasons import Reason, Refusal
from dagster_project.door.register import (
    BAD,
    BLANK,
    Clocks,
    Codes,
    Runs,
    Ticks,
    benefit_code,
    code_matrix,
    find_clocks,
    find_runs,
    industry_code,
)
from dagster_project.door.tables import Table

# Under 700 MB with what is made of them.
_CELLS_AT_ONCE: Final = 8_000_000


class _Rows(Protocol):
    """Some rows of the file."""

    @property
    def sheet(self) -> str | None: ...

    def __len__(self) -> int: ...

    def background(self, positions: Iterable[int]) -> pl.DataFrame:
        """The named columns as text, and one that is filled where a row with none of them filled is not blank."""

    def codes(self, positions: list[int], code_of: Callable[[str], int]) -> Codes:
        """The named columns as codes (rows, columns)."""


@dataclass(frozen=True)
class _GridRows:
    """The rows of a sheet below its heading."""

    below: pl.DataFrame
    sheet: str | None

    def __len__(self) -> int:
        return self.below.height

    def background(self, positions: Iterable[int]) -> pl.DataFrame:
        return self.below

    def codes(self, positions: list[int], code_of: Callable[[str], int]) -> Codes:
        return code_matrix(self.below.select(map(str, positions)), code_of)


@dataclass(frozen=True)
class _BatchRows:
    """The rows of a batch; its clocks are never made into text."""

    batch: pa.RecordBatch
    gate: Gate
    known: dict[Callable[[str], int], dict[str, int]] = field(default_factory=dict)
    sheet: str | None = None

    def __len__(self) -> int:
        return int(self.batch.num_rows)

    def background(self, positions: Iterable[int]) -> pl.DataFrame:
        places = list(positions)
        frame = text_of_batch(self.batch.select(places), self.gate.limits)
        frame.columns = [str(place) for place in places]
        check_grid(Grid(frame), self.gate.limits)
        empty = (~is_filled(frame)).arg_true()
        elsewhere = pl.repeat(None, len(self), dtype=pl.String, eager=True)
        if len(empty):
            others = is_filled(text_of_batch(self.batch.take(empty.to_arrow()), self.gate.limits))
            elsewhere = elsewhere.scatter(empty.filter(others), "filled")
        return frame.with_columns(elsewhere.alias("elsewhere"))

    def codes(self, positions: list[int], code_of: Callable[[str], int]) -> Codes:
        known = self.known.setdefault(code_of, {})
        by_column = np.empty((len(positions), len(self)), dtype=np.int32)
        for place, position in enumerate(positions):
            texts, places = distinct_texts(self.batch.column(position), self.gate.limits)
            for text in texts:
                if text not in known:
                    known[text] = code_of(text)
            table = np.array([*(known[text] for text in texts), BLANK], dtype=np.int32)
            by_column[place] = table[places.fill_null(len(texts)).to_numpy(zero_copy_only=False)]
        return np.ascontiguousarray(by_column.T)


@dataclass(frozen=True)
class _Source:
    """A possible beginning of the file, and the rows below it."""

    top: Grid
    batches: Iterable[pa.RecordBatch] = ()


def read_pull_in_columns(
    content: Path | bytes, file_format: str, gate: Gate, delivery_id: str, year: int | None
) -> Reading:
    """A pull into lake tables.

    Raises:
        Refusal: the file as a whole cannot be used.
    """
    if isinstance(content, Path) and content.stat().st_size > gate.limits.pull_bytes:
        raise Refusal(reasons.TOO_LARGE)
    table, source, heading = choose_pull_heading(
        lambda _: _sources(content, file_format, gate), lambda source: source.top.top()
    )
    clocks = find_clocks(heading.cells, year)
    keys = prepare_keys(gate.pseudonym_key)
    first_row = heading.first_row
    with PullTables(table, heading, clocks, gate, delivery_id, source.top.sheet) as tables:
        for rows in _rows_below(source, heading, gate):
            tables.add(_piece(table, heading, clocks, rows, first_row, gate, keys))
            first_row += len(rows)
        return tables.close()


def _sources(content: Path | bytes, file_format: str, gate: Gate) -> Iterator[_Source]:
    if file_format == "xlsx":
        whole = content.read_bytes() if isinstance(content, Path) else content
        for grid in read_grids(whole, file_format, gate.limits, lambda _: False):
            yield _Source(grid)
        return
    with plain_refusals():
        names, batches = columnar_batches(content, file_format, gate.limits, _CELLS_AT_ONCE)
    # To a person the names are row 1.
    yield _Source(Grid(text_frame([names], len(names))), batches)


def _rows_below(source: _Source, heading: Heading, gate: Gate) -> Iterator[_Rows]:
    """The rows below the heading: a sheet holds them all, a columnar file has them in batches."""
    check_grid(source.top, gate.limits)
    below = source.top.below(heading.index)
    if below.height:
        yield _GridRows(below, source.top.sheet)
    known: dict[Callable[[str], int], dict[str, int]] = {}
    waiting = iter(source.batches)
    while True:
        with plain_refusals():
            batch = next(waiting, None)
        if batch is None:
            return
        yield _BatchRows(batch, gate, known)


def _piece(
    table: Table, heading: Heading, clocks: Clocks, rows: _Rows, first_row: int, gate: Gate, keys: HashKeys
) -> Piece:
    """Some rows, judged; they are numbered from `first_row` on."""
    with plain_refusals():
        week_codes = rows.codes(clocks.weeks.positions, benefit_code)
        # A frame without columns has forgotten how many rows it had.
        month_codes = (
            rows.codes(clocks.months.positions, industry_code)
            if clocks.months.positions
            else np.empty((len(rows), 0), dtype=np.int32)
        )
        background = rows.background(heading.positions.values())
    below = Heading(-1, heading.cells, heading.positions)
    unfit = {
        **_bad_codes(below, rows.sheet, clocks.months, month_codes, reasons.INDUSTRY_CODE),
        **_bad_codes(below, rows.sheet, clocks.weeks, week_codes, reasons.BENEFIT_CODE),
    }
    grid = Grid(background, rows.sheet)
    checked = check_rows(replace(table, unique=()), below, grid, replace(gate, persons={}), unfit=unfit)
    moved = first_row - below.first_row
    places = checked.accepted[ROW_NUMBER].to_numpy() - below.first_row
    ids = checked.accepted["participant_id"]
    people = id_words(ids.to_list())
    wanted = np.ones(len(ids), dtype=np.bool_)
    if gate.wanted is not None:
        wanted = ids.is_in(pl.Series(sorted(gate.wanted), dtype=pl.String).implode()).to_numpy()
    return Piece(
        rows_read=checked.rows_read,
        rejections=[replace(item, row_number=item.row_number + moved) for item in checked.rejections],
        numbers=(checked.accepted[ROW_NUMBER] + moved).to_numpy().astype(np.int32),
        places=np.full(len(ids), -1, dtype=np.int64),
        people=people,
        marks=fingerprints_of(people, keys),
        wanted=wanted,
        fields=checked.accepted.select(column.field for column in table.columns[1:]).filter(pl.Series(wanted)),
        weeks=_wanted_runs(week_codes[places[wanted]], clocks.weeks, wanted),
        months=_wanted_runs(month_codes[places[wanted]], clocks.months, wanted),
    )


def _wanted_runs(codes: Codes, ticks: Ticks, wanted: npt.NDArray[np.bool_]) -> Runs:
    """The runs of the wanted rows, which are all that `codes` holds."""
    runs = find_runs(codes, ticks.numbers)
    return replace(runs, row=np.flatnonzero(wanted)[runs.row])


def _bad_codes(heading: Heading, sheet: str | None, ticks: Ticks, codes: Codes, reason: Reason) -> dict[int, Rejection]:
    """One rejection per row with a bad code, naming the first such column of the file."""
    bad = codes == BAD
    positions = np.array(ticks.positions, dtype=np.int64)
    found: dict[int, Rejection] = {}
    for index in np.flatnonzero(bad.any(axis=1)).tolist():
        column = heading.shown(int(positions[bad[index]].min()))
        number = heading.first_row + index
        found[number] = Rejection(sheet, number, column, reason)
    return found
