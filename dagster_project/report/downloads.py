"""A table as files inside the page: a link that carries its own content.

Belongs here: writing bytes so that nothing in them is ever executed. Does not belong here: which rows they hold.
"""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from dagster_project.report.pieces import Pieces
from dagster_project.report.tables import Table
from dagster_project.spreadsheets import harmless, write_workbook

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What an address may carry as it is, beside letters and figures; base64 would be a third longer.
_PLAIN = " ;,:/()-_.@!$*?=+"
# The population: long words, which would be a quarter of the page.
_SAID_ONCE = frozenset({"population"})


@dataclass(frozen=True)
class Download:
    """A file for the reader: what it is called and its content as a data URI."""

    name: str
    kind: str
    address: str


def downloads(table: Table, name: str, about: Sequence[tuple[str, str]], pieces: Pieces) -> tuple[Download, ...]:
    """The table as a workbook and as CSV (semicolons, UTF-8 with mark, as Danish Excel opens it).

    Args:
        table: its rows; words that are alike in every row stand in `about` instead.
        name: of the files, without ending.
        about: where the numbers come from; the workbook's second sheet.
        pieces: keeps the workbooks.
    """
    columns = [column for column in table.columns if column not in _SAID_ONCE]
    lines: list[list[object]] = [list(columns), *([_cell(row[column]) for column in columns] for row in table.rows)]
    packed = pieces.piece(f"{lines}{about}", lambda: _workbook(lines, about))
    return (
        Download(f"{name}.xlsx", "xlsx", f"data:{_XLSX};base64,{packed}"),
        Download(f"{name}.csv", "CSV", f"data:text/csv;charset=utf-8,{quote(_csv(lines), safe=_PLAIN)}"),
    )


def _workbook(lines: Sequence[Sequence[object]], about: Sequence[tuple[str, str]]) -> str:
    workbook = io.BytesIO()
    write_workbook(workbook, {"table": lines, "about": about})
    return base64.b64encode(workbook.getvalue()).decode("ascii")


def _cell(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | float) else harmless(str(value))


def _csv(lines: Sequence[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(
        [f"{cell:.10g}" if isinstance(cell, float) else cell for cell in line] for line in lines
    )
    return f"\N{BYTE ORDER MARK}{text.getvalue()}"
