"""One table type for every format: raw text in columns, a row for each row of the file.

What belongs here: what a table of unread cells is, and how large it may be. What does not: formats (`readers`,
`workbooks`) and what the cells mean (`headings`, `checking`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

import polars as pl

from dagster_project.door import reasons
from dagster_project.door.cells import BLANKS, text_of
from dagster_project.door.limits import Limits
from dagster_project.door.reasons import Refusal

# A heading further down than this is not looked for.
HEADING_SEARCH_ROWS: Final = 500


@dataclass(frozen=True)
class Grid:
    """One sheet, or one reading of a text file.

    Attributes:
        frame: untrimmed text columns `0`, `1` ... in file order; row n of the file is row n - 1 of the frame, and a
            blank cell is null, empty or blanks.
        sheet: masked, and may be shown.
        widths: of delimited text, how many cells each row has; rows longer than the heading have slipped.
    """

    frame: pl.DataFrame
    sheet: str | None = None
    widths: pl.Series | None = None

    def row(self, index: int) -> list[str]:
        """One row's trimmed cells."""
        cells = self.frame.row(index)
        return [text_of(cell) for cell in (cells if self.widths is None else cells[: self.widths[index]])]

    def top(self) -> Iterator[list[str]]:
        """The rows that may be the heading."""
        return (self.row(index) for index in range(min(self.frame.height, HEADING_SEARCH_ROWS)))

    def below(self, index: int) -> pl.DataFrame:
        """The rows after row `index` of the frame."""
        return self.frame.slice(index + 1)


def text_frame(rows: Sequence[Sequence[str | None]], width: int) -> pl.DataFrame:
    """Rows of cells as a frame of `width` columns; short rows end in nulls, long ones are cut."""
    columns: Iterable[Sequence[str | None]] = zip_longest(*rows)
    named = {str(position): column for position, column in zip(range(width), columns, strict=False)}
    schema = {str(position): pl.String for position in range(width)}
    return pl.DataFrame({name: named.get(name, [None] * len(rows)) for name in schema}, schema=schema)


def is_filled(frame: pl.DataFrame) -> pl.Series:
    """For each row, whether a cell holds anything but blanks."""
    filled = (pl.col(name).str.strip_chars(BLANKS).str.len_bytes().fill_null(0) > 0 for name in frame.columns)
    return frame.select(pl.any_horizontal(filled)).to_series()


def check_grid(grid: Grid, limits: Limits) -> None:
    """Refuse a table that is too wide, holds a cell that is too long, or is too much text."""
    frame = grid.frame
    if frame.width > limits.columns and is_filled(frame[:, limits.columns :]).any():
        raise Refusal(reasons.TOO_MANY_COLUMNS)
    if not frame.width:
        return
    lengths = [column.str.len_bytes() for column in frame.iter_columns()]
    # A Parquet file may name one long text in a million rows.
    if sum(length.sum() for length in lengths) > limits.unpacked_bytes:
        raise Refusal(reasons.TOO_LARGE)
    for column, length in zip(frame.iter_columns(), lengths, strict=True):
        if _exceeds(length, limits.cell_characters) and _exceeds(
            column.str.strip_chars(BLANKS).str.len_chars(), limits.cell_characters
        ):
            raise Refusal(reasons.CELL_TOO_LONG)


def _exceeds(lengths: pl.Series, limit: int) -> bool:
    return bool((lengths > limit).any())
