"""Every table: a column away or twice, and a cell that is blank."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.integration.door_faults.harness import Case, Layout, assert_verdict, column_faults, csv_file, faults
from tests.integration.door_faults.layouts import LAYOUTS


def oddities(layout: Layout) -> list[Case]:
    """What may be odd about any table's heading and rows."""
    lines = layout.lines()
    rows = len(layout.rows)
    return [
        layout.case("a good file", "read", csv_file(*lines), rows_read=rows),
        layout.case("a heading alone", "refused", csv_file(lines[0]), because="not one row"),
        layout.case("no heading", "refused", csv_file(*lines[1:]), because="missing"),
        layout.case("columns turned round", "read", csv_file(*[line[::-1] for line in lines]), rows_read=rows),
        layout.case("an empty column first", "read", csv_file(*[["", *line] for line in lines]), rows_read=rows),
        layout.case("blank rows between", "read", csv_file(*[row for line in lines for row in (line, [" "])])),
        layout.case(
            "headings in capitals among blanks",
            "read",
            csv_file([f"  {cell.upper()}\u00a0" for cell in lines[0]], *lines[1:]),
            rows_read=rows,
        ),
        layout.cell(layout.heading[0], "#REF!", good=False, because="Excel error"),
    ]


CASES = [
    replace(case, name=f"{table}: {case.name}")
    for table, layout in LAYOUTS.items()
    for case in [*oddities(layout), *column_faults(layout)]
]


@faults(*CASES)
def test_columns_and_blanks(case: Case, tmp_path: Path) -> None:
    assert_verdict(case, tmp_path)
