"""Formats, encodings, delimiters and sizes: one table whatever program wrote it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pandas
import polars as pl
import pyreadstat
import pytest
import xlsxwriter

from dagster_project.door import reasons
from dagster_project.door.limits import Limits
from dagster_project.door.readers import read_grids, read_wide
from dagster_project.door.reasons import Refusal
from tests.unit.door.deliveries import Rows, csv_bytes, parquet_bytes, xlsx_bytes

ROWS: Rows = [["Spørgsmål", "Å; b", 'c, "d"\te'], ["blåbær", "1", "-"], ["", "", ""], ["én\nlinje til", "2,5", "x"]]


def first_grid(content: bytes, file_format: str, limits: Limits | None = None) -> list[list[str]]:
    return [list(row) for row in next(iter(read_grids(content, file_format, limits or Limits()))).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_text_files_are_read_in_every_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    rows = [["Spørgsmål", "Mål"], *[[f"blåbær {number}", "2"] for number in range(3)]]
    assert first_grid(csv_bytes(rows, delimiter, encoding), "csv") == rows


def test_quoted_delimiters_and_line_ends_stay_inside_their_cell() -> None:
    grids = [list(map(list, grid.rows)) for grid in read_grids(csv_bytes(ROWS), "csv", Limits())]
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
        list(read_grids(b'a;b\n1;"2\n3;4\n', "csv", Limits()))
    assert refused.value.reason == reasons.QUOTES


def test_a_workbook_gives_every_sheet_with_the_rows_where_a_person_sees_them() -> None:
    sheets: dict[str, Rows] = {
        "Første": [[], ["", "a"], ["", 1.0, 2.5, True, date(2020, 1, 2)]],
        "Tomt": [],
        "Anden": [["x"]],
    }
    grids = list(read_grids(xlsx_bytes(sheets), "xlsx", Limits()))
    assert [grid.sheet for grid in grids] == ["Første", "Tomt", "Anden"]
    assert [list(row) for row in grids[0].rows][1:] == [["", "a", "", "", ""], ["", "1", "2.5", "1", "2020-01-02"]]
    assert list(grids[1].rows) == []


def test_a_key_in_a_sheet_name_is_masked() -> None:
    assert next(iter(read_grids(xlsx_bytes({"0101501234": [["x"]]}), "xlsx", Limits()))).sheet == "**********"


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


def missing_key(cells: object) -> list[str]:
    return [] if isinstance(cells, list) and "PNR" in cells else ["PNR"]


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
def test_wide_text_keeps_its_rows(content: bytes, rows: list[tuple[str | None, ...]], first_row: int) -> None:
    wide = read_wide(content, "csv", Limits(), missing_key)
    assert wide is not None
    assert (wide.frame.rows(), wide.first_row) == (rows, first_row)


@pytest.mark.parametrize("content", [b"PNR;a\n1;2;3\n", b'PNR;a\n1;"2\n3";4\n', b'PNR;a\n"1\n\n2";3\n'])
def test_wide_text_that_has_slipped_takes_a_closer_look(content: bytes) -> None:
    assert read_wide(content, "csv", Limits(), missing_key) is None


def test_wide_text_without_a_heading_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        read_wide(b"a;b\n1;2\n", "csv", Limits(), missing_key)
    assert refused.value.reason == reasons.missing_columns(["PNR"])


@pytest.mark.parametrize(
    ("limits", "reason"),
    [(Limits(columns=2), reasons.TOO_MANY_COLUMNS), (Limits(cell_characters=3), reasons.CELL_TOO_LONG)],
)
@pytest.mark.parametrize("write", [lambda: b"PNR;a;b\n1;2;long\n", None])
def test_wide_tables_keep_to_the_limits(limits: Limits, reason: object, write: Callable[[], bytes] | None) -> None:
    frame = pl.DataFrame({"PNR": ["1"], "a": ["2"], "b": ["long"]})
    content, file_format = (write(), "csv") if write else (parquet_bytes(frame), "parquet")
    with pytest.raises(Refusal) as refused:
        read_wide(content, file_format, limits, missing_key)
    assert refused.value.reason == reason
