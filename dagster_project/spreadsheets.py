"""Spreadsheets for people, whose programs would take some texts for formulas.

Belongs here: writing rows so that nothing in them is ever executed. Does not belong here: what the rows say.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import xlsxwriter

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: object) -> object:
    """The value; a text that a spreadsheet program would read as a formula begins with an apostrophe instead."""
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA_SIGNS) else value


def write_sheet(path: Path, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """One table as .xlsx or .csv (semicolons, UTF-8 with mark, as Danish Excel opens it).

    Raises:
        ValueError: the name has another ending.
        OSError: the file cannot be written.
    """
    lines = [[harmless(cell) for cell in row] for row in (heading, *rows)]
    match path.suffix.lower():
        case ".csv":
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file, delimiter=";").writerows(lines)
        case ".xlsx":
            with path.open("wb") as file:
                write_workbook(file, {"Rows": lines})
        case _:
            raise ValueError("its name must end with .xlsx or .csv")


def write_workbook(file: BinaryIO, sheets: Mapping[str, Sequence[Sequence[object]]]) -> None:
    """Sheets by name, the first line of each held in place; the cells must be `harmless`."""
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for name, lines in sheets.items():
            sheet = book.add_worksheet(name)
            for number, line in enumerate(lines):
                for column, cell in enumerate(line):
                    if isinstance(cell, str):
                        sheet.write_string(number, column, cell)
                    elif cell is not None:
                        sheet.write(number, column, cell)
            sheet.freeze_panes(1, 0)
            sheet.autofit()
