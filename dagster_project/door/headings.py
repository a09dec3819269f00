"""Which row of a table is the heading, and which column is which.

What belongs here: matching headings against a table's contract. What does not: reading cells (`checking`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dagster_project.door import reasons
from dagster_project.door.masking import mask_digits
from dagster_project.door.reasons import Refusal
from dagster_project.door.tables import Column, Table


@dataclass(frozen=True)
class Heading:
    """A heading row: its index in the table, its cells, and the position of each contract heading in it."""

    index: int
    cells: Sequence[str]
    positions: dict[str, int]

    @property
    def first_row(self) -> int:
        """The first row below the heading, numbered as a person sees it."""
        return self.index + 2

    def shown(self, position: int) -> str:
        """A column's heading as in the file, safe to show."""
        return mask_digits(self.cells[position])

    def others(self) -> list[int]:
        """Positions of the named columns that the contract does not name."""
        known = set(self.positions.values())
        return [position for position, cell in enumerate(self.cells) if cell and position not in known]


# A pull has thousands of columns, and each is asked for several times.
@lru_cache(maxsize=2**15)
def heading_key(text: str, *, exact: bool = False) -> str:
    """What two equal headings share: letters and digits in lower case, or the whole text for `exact` headings."""
    folded = text.strip().casefold()
    return folded if exact else "".join(character for character in folded if character.isalnum())


def missing_headings(table: Table, cells: Sequence[str]) -> list[str]:
    """The contract's required headings that a row does not hold."""
    keys = {exact: {heading_key(cell, exact=exact) for cell in cells if cell} for exact in (True, False)}
    missing = [
        column.heading
        for column in table.columns
        if not column.may_be_absent and keys[column.exact].isdisjoint(_names(column))
    ]
    return list(dict.fromkeys(missing))


def match_heading(table: Table, cells: Sequence[str], index: int) -> Heading:
    """The columns of a row that holds every required heading.

    Raises:
        Refusal: a contract column stands there twice.
    """
    positions: dict[str, int] = {}
    for column in table.columns:
        matching = _positions(column, cells)
        if len(matching) > 1:
            raise Refusal(reasons.column_twice(column.heading))
        if matching:
            positions[column.heading] = matching[0]
    return Heading(index, cells, positions)


def find_heading(table: Table, rows: Iterable[Sequence[str]]) -> Heading | list[str]:
    """The first row that holds all required columns; otherwise what is missing from the row that comes closest.

    Raises:
        Refusal: a contract column stands twice in the heading.
    """
    closest = missing_headings(table, ())
    for index, cells in enumerate(rows):
        missing = missing_headings(table, cells)
        if not missing:
            return match_heading(table, cells, index)
        if len(missing) < len(closest):
            closest = missing
    return closest


def _positions(column: Column, cells: Sequence[str]) -> list[int]:
    names = _names(column)
    return [position for position, cell in enumerate(cells) if cell and heading_key(cell, exact=column.exact) in names]


def _names(column: Column) -> set[str]:
    return {heading_key(name, exact=column.exact) for name in (column.heading, *column.synonyms)}
