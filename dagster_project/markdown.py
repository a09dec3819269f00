"""Tables for the Dagster UI. Names of files and columns come from outside: nothing in a cell is markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import dagster as dg

_MEANT = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]|~"})


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, most: int = 200) -> dg.MarkdownMetadataValue:
    """A table of at most so many rows; a last line tells how many more there are."""
    listed = list(rows)
    lines = [
        _line(headings),
        "|" + "---|" * len(headings),
        *(_line([_cell(cell) for cell in row]) for row in listed[:most]),
    ]
    more = [f"\n{len(listed) - most} more." if len(listed) > most else ""]
    return dg.MetadataValue.md("\n".join([*lines, *more]).strip())


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object) -> str:
    text = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return escape(" ".join(text.split()), quote=False).translate(_MEANT)
