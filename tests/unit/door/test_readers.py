"""Formats, encodings, delimiters and sizes: one table whatever program wrote it."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import pandas
import polars as pl
import pyreadstat
import pytest
import xlsxwriter

from dagster_project.door import reasons
from dagster_project.door.grids import HEADING_SEARCH_ROWS, Grid, check_grid
from dagster_project.door.limits import Limits
from dagster_project.door.readers import read_grids
from dagster_project.door.reasons import Refusal
from tests.unit.door.deliveries import Rows, csv_bytes, parquet_bytes, xlsx_bytes

ROWS: Rows = [["Spørgsmål", "Å; b", 'c, "d"\te'], ["blåbær", "1", "-"], ["", "", ""], ["én\nlinje til", "2,5", "x"]]


def grids_of(content: bytes, file_format: str, limits: Limits | None = None, key: str = "") -> list[Grid]:
    return list(read_grids(content, file_format, limits or Limits(), lambda cells: key in cells if key else True))


def rows_of(grid: Grid) -> list[list[str]]:
    return [grid.row(index) for index in range(grid.frame.height)]


def first_grid(content: bytes, file_format: str, limits: Limits | None = None) -> list[list[str]]:
    return rows_of(grids_of(content, file_format, limits)[0])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_text_files_are_read_in_every_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    rows = [["Spørgsmål", "Mål"], *[[f"blåbær {number}", "2"] for number in range(3)]]
    assert first_grid(csv_bytes(rows, delimiter, encoding), "csv") == rows


def test_quoted_delimiters_and_line_ends_stay_inside_their_cell() -> None:
    grids = [rows_of(grid) for grid in grids_of(csv_bytes(ROWS), "csv")]
    assert [list(row) for row in ROWS] in grids


def test_old_line_ends_are_line_ends() -> None:
    assert first_grid(b"a;b\r1;2\r", "csv") == [["a", "b"], ["1", "2"]]


@pytest.mark.parametrize("content", [b"a;b\n1;\x81", b"\xff\xfea", b"\xfe\xff\xd8\x00"])
def test_bytes_in_no_known_encoding_are_refused(content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        first_grid(content, "csv")
    assert refused.value.reason == reasons.ENCODING


def test_an_unclosed_quotation_mark_swallows_no_rows() -> None:
    with pytest.raises(Refusal) as refused:
        grids_of(b'a;b\n1;"2\n3;4\n', "csv")
    assert refused.value.reason == reasons.QUOTES


def test_a_workbook_gives_every_sheet_with_the_rows_where_a_person_sees_them() -> None:
    sheets: dict[str, Rows] = {
        "Første": [[], ["", "a"], ["", 1.0, 2.5, True, date(2020, 1, 2)]],
        "Tomt": [],
        "Anden": [["x"]],
    }
    grids = grids_of(xlsx_bytes(sheets), "xlsx")
    assert [grid.sheet for grid in grids] == ["Første", "Tomt", "Anden"]
    assert rows_of(grids[0])[1:] == [["", "a", "", "", ""], ["", "1", "2.5", "1", "2020-01-02"]]
    assert rows_of(grids[1]) == []


def test_a_key_in_a_sheet_name_is_masked() -> None:
    assert grids_of(xlsx_bytes({"0101501234": [["x"]]}), "xlsx")[0].sheet == "**********"


def test_parquet_cells_mean_what_text_cells_mean() -> None:
    frame = pl.DataFrame(
        {
            "float": [101501234.0, 2.5, float("nan"), None],
            "int": [1, None, 3, 4],
            "text": ["  a ", None, "", "b"],
            "date": [date(2020, 1, 2), None, None, None],
            "moment": [datetime(2020, 1, 2, 3, 4), None, None, None],
            "bool": [True, False, None, None],
            "nothing": [None, None, None, None],
        }
    ).with_columns(pl.col("text").cast(pl.Categorical).alias("category"))
    rows = first_grid(parquet_bytes(frame), "parquet")
    assert rows[0] == frame.columns
    assert rows[1] == ["101501234", "1", "a", "2020-01-02", "2020-01-02 03:04:00.000000", "1", "", "a"]
    assert rows[2] == ["2.5", "", "", "", "", "0", "", ""]
    assert rows[3] == ["", "3", "", "", "", "", "", ""]


def test_very_small_numbers_have_no_exponent() -> None:
    frame = pl.DataFrame({"n": [1e-7, -2.5e-12, 0.5], "m": pl.Series([1e-7, 1.0, None], dtype=pl.Float32)})
    rows = first_grid(parquet_bytes(frame), "parquet")[1:]
    assert [row[0] for row in rows] == ["0.0000001", "-0.0000000000025", "0.5"]
    assert rows[0][1].startswith("0.0000001")
    assert [row[1] for row in rows[1:]] == ["1", ""]


def test_moments_with_a_zone_are_read_as_their_clock_shows() -> None:
    moments = pl.Series("m", [datetime(2020, 1, 1, 0, 30)]).dt.replace_time_zone("Europe/Copenhagen")
    assert first_grid(parquet_bytes(moments.to_frame()), "parquet")[1] == ["2020-01-01 00:30:00.000000"]


def test_columns_named_like_positions_keep_their_place() -> None:
    assert first_grid(parquet_bytes(pl.DataFrame({"1": ["a"], "0": ["b"]})), "parquet") == [["1", "0"], ["a", "b"]]


def test_nested_columns_are_refused() -> None:
    with pytest.raises(Refusal) as refused:
        first_grid(parquet_bytes(pl.DataFrame({"a": [[1, 2]]})), "parquet")
    assert refused.value.reason == reasons.NESTED


def stata_bytes(folder: Path) -> bytes:
    frame = pandas.DataFrame(
        {"PNR": [101501234.0, 202602345.0], "foed_dag": [date(1950, 1, 1), None], "y_2001": ["111", ""], "n": [1, 2]}
    )
    pyreadstat.write_dta(frame, folder / "pull.dta")
    return (folder / "pull.dta").read_bytes()


EXPECTED_STATISTICS = [
    ["PNR", "foed_dag", "y_2001", "n"],
    ["101501234", "1950-01-01", "111", "1"],
    ["202602345", "", "", "2"],
]


def test_stata_files_are_read(tmp_path: Path) -> None:
    assert first_grid(stata_bytes(tmp_path), "dta") == EXPECTED_STATISTICS


def test_sas_files_go_to_the_sas_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing in Python writes SAS files: the Stata file stands in for one, its reader for the SAS reader.
    monkeypatch.setattr(pyreadstat, "read_sas7bdat", pyreadstat.read_dta)
    assert first_grid(stata_bytes(tmp_path), "sas7bdat") == EXPECTED_STATISTICS


@pytest.mark.parametrize("file_format", ["xlsx", "parquet", "sas7bdat", "dta"])
def test_garbage_is_an_error_and_never_a_table(file_format: str) -> None:
    with pytest.raises(Exception, match=r".*"):
        first_grid(bytes(range(256)) * 4, file_format)


def test_a_broken_workbook_is_refused() -> None:
    content = xlsx_bytes({"A": [["x"] * 50] * 50})
    for broken in (content[: len(content) // 2], b"", content.replace(b"worksheets/sheet1", b"worksheets/sheet2")):
        with pytest.raises(Refusal) as refused:
            first_grid(broken, "xlsx")
        assert refused.value.reason == reasons.UNREADABLE


@pytest.mark.parametrize(
    ("content", "file_format", "limits"),
    [
        (csv_bytes([["a", "b"]] * 50), "csv", Limits(unpacked_bytes=100)),
        (xlsx_bytes({"A": [["x" * 9] * 9] * 99}), "xlsx", Limits(unpacked_bytes=2_000)),
        (parquet_bytes(pl.DataFrame({"a": [1] * 1000})), "parquet", Limits(cells=999)),
    ],
)
def test_files_larger_than_the_limits_are_refused(content: bytes, file_format: str, limits: Limits) -> None:
    with pytest.raises(Refusal) as refused:
        first_grid(content, file_format, limits)
    assert refused.value.reason == reasons.TOO_LARGE


def far_cell() -> bytes:
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = workbook.add_worksheet("A")
    sheet.write(0, 0, "x")
    sheet.write(1_048_575, 16_383, "y")
    workbook.close()
    return content.getvalue()


def test_a_cell_at_the_far_end_of_a_sheet_does_not_fill_the_memory() -> None:
    with pytest.raises(Refusal) as refused:
        first_grid(far_cell(), "xlsx")
    assert refused.value.reason == reasons.TOO_LARGE


@pytest.mark.parametrize(
    ("content", "rows", "first_row"),
    [
        (b"PNR;a\n1;2\n3;4\n", [("1", "2"), ("3", "4")], 2),
        (b"PNR,a\r\n1,2\r\n\r\n3\r\n", [("1", "2"), (None, None), ("3", None)], 2),
        (b"Titel\n\nPNR\ta\n1\t2\n", [("1", "2")], 4),
        (b'PNR;a\n"1";"2"\n', [("1", "2")], 2),
        ("\ufeffPNR;å\n1;æ\n".encode(), [("1", "æ")], 2),
        ("PNR;å\n1;æ\n".encode("utf-16"), [("1", "æ")], 2),
        ("PNR;å\n1;æ\n".encode("cp1252"), [("1", "æ")], 2),
        (b"PNR;a\n", [], 2),
    ],
)
def test_text_keeps_its_rows(content: bytes, rows: list[tuple[str | None, ...]], first_row: int) -> None:
    above = first_row - 2
    (grid,) = (found for found in grids_of(content, "csv", key="PNR") if "PNR" in found.row(above))
    assert grid.below(above).rows() == rows


@pytest.mark.parametrize(
    ("content", "rows", "widths"),
    [
        (b"PNR;a\n1;2;3\n4\n", [["PNR", "a"], ["1", "2", "3"], ["4"]], [2, 3, 1]),
        (b'PNR;a\n1;"2\n3";4\n', [["PNR", "a"], ["1", "2\n3", "4"]], [2, 3]),
        (b'PNR;a\n"1\n\n2";3\n', [["PNR", "a"], ["1\n\n2", "3"]], [2, 2]),
    ],
)
def test_uneven_and_quoted_text_is_read_row_by_row(content: bytes, rows: list[list[str]], widths: list[int]) -> None:
    (grid,) = (grid for grid in grids_of(content, "csv", key="PNR") if "PNR" in grid.row(0))
    assert rows_of(grid) == rows
    assert grid.widths is not None
    assert grid.widths.to_list() == widths


def test_blank_lines_keep_their_numbers_among_uneven_rows() -> None:
    content = b"PNR;a\n" + b"\n" * 600_000 + b"1;2;3\n"
    (grid,) = (grid for grid in grids_of(content, "csv", key="PNR") if "PNR" in grid.row(0))
    assert grid.row(600_001) == ["1", "2", "3"]


def test_text_without_a_heading_is_read_no_further_than_a_heading_is_looked_for() -> None:
    grids = grids_of(b"a;b\n1;2\n" * HEADING_SEARCH_ROWS, "csv", key="PNR")
    assert {grid.frame.height for grid in grids} == {HEADING_SEARCH_ROWS}


@pytest.mark.parametrize(
    ("limits", "reason"),
    [(Limits(columns=2), reasons.TOO_MANY_COLUMNS), (Limits(cell_characters=3), reasons.CELL_TOO_LONG)],
)
@pytest.mark.parametrize("file_format", ["csv", "parquet", "xlsx"])
def test_tables_keep_to_the_limits(limits: Limits, reason: object, file_format: str) -> None:
    rows: Rows = [["PNR", "a", "b"], ["1", "2", "long"]]
    frame = pl.DataFrame({"PNR": ["1"], "a": ["2"], "b": ["long"]})
    content = {"csv": csv_bytes(rows), "parquet": parquet_bytes(frame), "xlsx": xlsx_bytes({"A": rows})}[file_format]
    with pytest.raises(Refusal) as refused:
        check_grid(grids_of(content, file_format, limits)[0], limits)
    assert refused.value.reason == reason
