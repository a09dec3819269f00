"""The wide pull: the calendar's corners, codes, and runs against a slow and obvious oracle."""

from __future__ import annotations

import io
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.door import register
from dagster_project.door.register import BAD, BLANK, FIRST_MONDAY
from tests.unit.door.deliveries import ANNA, BENT, CLARA, PULL, House, Rows, csv_bytes, parquet_bytes, xlsx_bytes


@pytest.mark.parametrize(
    ("column", "week"),
    [
        ("y_9132", 1),
        ("Y_0801", 857),
        ("y_0901", 909),
        ("y_0953", 961),
        ("y_1152", 1065),
        ("y_1544", 1265),
        (" y_1553 ", 1274),
        ("y_2053", 1535),
        ("y_2101", 1536),
        ("y_2452", 1743),
        ("y_2653", 1848),
    ],
)
def test_weeks_have_the_running_numbers_of_the_register(column: str, week: int) -> None:
    assert register.week_of(column) == week


@pytest.mark.parametrize(
    "column",
    ["y_9131", "y_9001", "y_1953", "y_2153", "y_2000", "y_2054", "y_20", "xy_2001", "y_20011", "y2001", "koen"],
)
def test_weeks_that_cannot_exist_are_no_weeks(column: str) -> None:
    assert register.week_of(column) is None


def test_every_monday_has_the_number_after_the_monday_before() -> None:
    for number in range(1, 1900):
        year, week, _ = (FIRST_MONDAY + timedelta(weeks=number - 1)).isocalendar()
        assert register.week_of(f"y_{year % 100:02d}{week:02d}") == number


@pytest.mark.parametrize(
    ("column", "month"),
    [("branche_2020_01", 24240), ("BR_2020_12", 24251), ("br_2008_01", 24096), (" Branche_2021_02", 24253)],
)
def test_months_have_running_numbers(column: str, month: int) -> None:
    assert register.month_of(column) == month


@pytest.mark.parametrize(
    "column", ["branche_2020_13", "br_2020_00", "branche_2020_1", "xbr_2020_01", "branche_1890_01"]
)
def test_months_that_cannot_exist_are_no_months(column: str) -> None:
    assert register.month_of(column) is None


@pytest.mark.parametrize("text", ["", "   ", ".", "NA", "-", "0", "00", "000", "0000", "0.0", "000000"])
def test_blank_codes(text: str) -> None:
    assert register.benefit_code(text) == register.industry_code(text) == BLANK


@pytest.mark.parametrize(("text", "code"), [("111", 111), (" 111 ", 111), ("111.0", 111), ("111,0", 111), ("011", 11)])
def test_benefit_codes(text: str, code: int) -> None:
    assert register.benefit_code(text) == code


@pytest.mark.parametrize("text", ["11", "1111", "abc", "+11", "-11", "11a", "1.1", "111.5", ANNA])
def test_what_is_no_benefit_code(text: str) -> None:
    assert register.benefit_code(text) == BAD


@pytest.mark.parametrize(("text", "code"), [("11100", 11100), ("011100", 11100), ("999999.0", 999999), ("5", 5)])
def test_industry_codes(text: str, code: int) -> None:
    assert register.industry_code(text) == code


@pytest.mark.parametrize("text", ["1111111", "A", "11.100", "-5"])
def test_what_is_no_industry_code(text: str) -> None:
    assert register.industry_code(text) == BAD


def slow_runs(codes: list[list[int]], numbers: list[int]) -> list[tuple[int, int, int, int]]:
    """(row, code, first, last), cell by cell."""
    runs: list[tuple[int, int, int, int]] = []
    for row, cells in enumerate(codes):
        current: tuple[int, int, int, int] | None = None
        for code, number in zip(cells, numbers, strict=True):
            if current and current[1] == code and current[3] + 1 == number:
                current = (*current[:3], number)
                continue
            if current and current[1] >= 0:
                runs.append(current)
            current = (row, code, number, number)
        if current and current[1] >= 0:
            runs.append(current)
    return runs


@st.composite
def matrices(draw: st.DrawFn) -> tuple[list[list[int]], list[int]]:
    numbers = sorted(draw(st.sets(st.integers(1, 40), max_size=25)))
    row = st.lists(st.sampled_from([BLANK, BAD, 0, 111, 213]), min_size=len(numbers), max_size=len(numbers))
    return draw(st.lists(row, max_size=6)), numbers


@given(matrices())
@settings(max_examples=200)
def test_runs_are_those_of_the_slow_oracle(matrix: tuple[list[list[int]], list[int]]) -> None:
    codes, numbers = matrix
    array = np.array(codes, dtype=np.int32).reshape(len(codes), len(numbers))
    runs = register.find_runs(array, np.array(numbers, dtype=np.int32))
    found = zip(runs.row.tolist(), runs.code.tolist(), runs.first.tolist(), runs.last.tolist(), strict=True)
    assert list(found) == slow_runs(codes, numbers)


@given(st.lists(st.lists(st.sampled_from(["111", " 111", "0", "", "x", "213.0"]), min_size=3, max_size=3), max_size=8))
def test_a_code_matrix_is_the_cells_one_by_one(cells: list[list[str]]) -> None:
    frame = pl.DataFrame(cells, schema={"a": pl.String, "b": pl.String, "c": pl.String}, orient="row")
    codes = register.code_matrix(frame, register.benefit_code)
    assert codes.tolist() == [[register.benefit_code(cell) for cell in row] for row in cells]


# ---- whole pulls -----------------------------------------------------------------------------------------------------


def land(house: House, content: bytes, extension: str = "csv") -> None:
    house.put("register", f"dream_2021-01-01.{extension}", content)
    house.take_in("register")


def spells(house: House) -> list[tuple[str, int, int]]:
    return house.table("register_benefit_spells").select("benefit_code", "first_week", "last_week").rows()


@pytest.mark.parametrize("dress", ["csv", "titled", "quoted", "xlsx", "parquet", "slipped title"])
def test_a_pull_means_the_same_in_every_dress(house: House, dress: str) -> None:
    rows: Rows = PULL
    match dress:
        case "xlsx":
            land(house, xlsx_bytes({"Forside": [["Læs først"]], "Data": rows}), "xlsx")
        case "parquet":
            land(house, parquet_bytes(pl.DataFrame(rows[1:], schema=list(map(str, rows[0])), orient="row")), "parquet")
        case "titled":
            land(house, csv_bytes([["Udtræk"], [], *rows], ",", "utf-16"))
        case "slipped title":
            land(house, csv_bytes([["Udtræk"] * 20, *rows], "\t", "cp1252"))
        case "quoted":
            land(house, csv_bytes(rows).replace(b";111;", b';"111";'))
        case _:
            land(house, csv_bytes(rows))
    assert house.table("register_persons").select("sex", "birth_date", "origin").rows() == [
        ("female", date(1950, 1, 1), "danish"),
        ("male", date(1960, 2, 2), "other"),
    ]
    assert spells(house) == [("111", 1483, 1484), ("651", 1484, 1484)]
    industries = house.table("register_industry_spells").select("industry_code", "first_month", "last_month").rows()
    assert industries == [("011100", 24240, 24241), ("999999", 24241, 24241)]
    assert house.table("register_weeks")["week"].to_list() == [1483, 1484, 1485]
    assert house.table("register_months")["month"].to_list() == [24240, 24241]


def test_numbers_of_any_type_are_codes_and_keys(house: House) -> None:
    frame = pl.DataFrame(
        {
            "PNR": [int(ANNA), int(BENT)],
            "koen": [2.0, None],
            "foed_dag": [date(1950, 1, 1), None],
            "ie_type": [3, None],
            "y_2001": [111.0, float("nan")],
            "y_2002": [111, 0],
            "branche_2020_01": [11100, None],
        }
    )
    land(house, parquet_bytes(frame), "parquet")
    assert house.table("register_persons").select("sex", "birth_date", "origin").rows() == [
        ("female", date(1950, 1, 1), "other"),
        (None, None, None),
    ]
    assert spells(house) == [("111", 1483, 1484)]
    assert house.table("register_industry_spells")["industry_code"].to_list() == ["011100"]


def pull(*rows: list[str], weeks: tuple[str, ...] = ("y_2052", "y_2053", "y_2101")) -> bytes:
    return csv_bytes([["pnr", "KOEN", "foed_dag", "IE_type", *weeks], *rows])


def test_column_order_is_free_and_years_of_53_weeks_run_on(house: House) -> None:
    columns = ("y_2101", "y_2052", "y_2053")
    land(house, pull([ANNA, "m", "", "", "111", "111", "111"], weeks=columns))
    assert spells(house) == [("111", 1534, 1536)]


def test_a_missing_week_in_the_middle_ends_a_spell(house: House) -> None:
    land(house, pull([ANNA, "m", "", "", "111", "111", "111"], weeks=("y_2050", "y_2051", "y_2053")))
    assert spells(house) == [("111", 1532, 1533), ("111", 1535, 1535)]


def test_impossible_weeks_are_ignored_and_named_with_the_other_extra_columns(house: House) -> None:
    columns = ("y_1953", "y_2053", "branche_2020_13", "grad_2020_01", "0101501234")
    land(house, pull([ANNA, "m", "", "", "x", "111", "x", "1", ""], weeks=columns))
    ledger = house.ledger("deliveries", "register").row(0, named=True)
    assert ledger["ignored_columns"] == "y_1953, branche_2020_13, grad_2020_01, **********"
    assert spells(house) == [("111", 1535, 1535)]


@pytest.mark.parametrize(
    "columns",
    [("y_2001", "Y_2001"), ("y_2001", "branche_2020_01", "br_2020_01"), ("y_2001", "koen"), ("y_2001", "CPR")],
)
def test_a_column_that_stands_twice_refuses_the_pull(house: House, columns: tuple[str, ...]) -> None:
    land(house, pull([ANNA, "m", "", "", *[""] * len(columns)], weeks=columns))
    assert house.ledger("deliveries", "register")["verdict"].to_list() == ["refused"]


@pytest.mark.parametrize("columns", [(), ("branche_2020_01",), ("y_1953",)])
def test_a_pull_without_weeks_is_refused(house: House, columns: tuple[str, ...]) -> None:
    land(house, pull([ANNA, "m", "", "", *["1"] * len(columns)], weeks=columns))
    assert house.ledger("deliveries", "register")["verdict"].to_list() == ["refused"]


def test_bad_rows_are_rejected_by_their_first_bad_column_and_the_others_land(house: House) -> None:
    good = [[f"010150{number:04d}", "1", "01-01-1950", "1", "111", "", ""] for number in range(100)]
    bad = [
        ["3102501234", "1", "", "", "", "", ""],
        [BENT, "3", "", "", "", "", ""],
        [CLARA, "1", "i går", "", "", "", ""],
        [BENT, "1", "", "", "", "1111", "x"],
        good[0],
    ]
    land(
        house,
        csv_bytes([["Udtræk"], ["pnr", "koen", "foed_dag", "ie_type", "y_2053", "y_2101", "y_2052"], *good, *bad]),
    )
    assert house.rejected("register") == [
        (None, 103, "pnr"),
        (None, 104, "koen"),
        (None, 105, "foed_dag"),
        (None, 106, "y_2101"),
        (None, 107, None),
    ]
    assert house.table("register_persons").height == 100
    assert house.table("register_benefit_spells")["last_week"].unique().to_list() == [1535]


def test_a_second_row_counts_when_the_first_is_rejected(house: House) -> None:
    land(house, pull([ANNA, "1", "", "", "1", "", ""], [ANNA, "1", "", "", "111", "", ""]))
    assert house.rejected("register") == [(None, 2, "y_2052")]
    assert spells(house) == [("111", 1534, 1534)]


def test_blank_rows_are_no_rows_and_keep_their_number(house: House) -> None:
    blank = ["", " ", "", "", "", "", ""]
    land(house, pull([ANNA, "1", "", "", "", "", ""], blank, [BENT, "9", "", "", "", "", ""]))
    assert house.rejected("register") == [(None, 4, "KOEN")]
    assert house.ledger("deliveries", "register")["rows_read"].to_list() == [2]


def test_a_row_whose_cells_have_slipped_is_rejected(house: House) -> None:
    content = pull(
        [ANNA, "1", "", "", "111", "", ""], [BENT, "1", "", "", "", "", "", "x"], [CLARA, "1", "", "", "", "", "", ""]
    )
    land(house, content)
    assert house.rejected("register") == [(None, 3, None)]
    assert house.table("register_persons")["row_number"].to_list() == [2, 4]


def test_a_pull_of_thousands_of_columns_is_read_whole(house: House) -> None:
    mondays = [FIRST_MONDAY + timedelta(weeks=number) for number in range(1560)]
    weeks = tuple(f"y_{monday.isocalendar().year % 100:02d}{monday.isocalendar().week:02d}" for monday in mondays)
    text = io.StringIO()
    text.write(";".join(["PNR", "koen", "foed_dag", "ie_type", *weeks]) + "\n")
    for number in range(300):
        text.write(";".join([f"010150{number:04d}", "1", "", "", *["111"] * 1560]) + "\n")
    land(house, text.getvalue().encode())
    assert spells(house) == [("111", 1, 1560)] * 300


# ---- yearly cuts -----------------------------------------------------------------------------------------------------


def cut(year: int, *rows: list[str], weeks: tuple[str, ...], background: bool = True) -> bytes:
    known = ["koen", "foed_dag", "ie_type"] if background else []
    return csv_bytes([["pnr", *known, *weeks, f"branche_{year}_12", f"branche_{year + 1}_01"], *rows])


def test_yearly_cuts_of_one_day_are_one_pull(house: House) -> None:
    first = cut(2020, [ANNA, "K", "01-01-1950", "1", "111", "111", "x", "", ""], weeks=("y_52", "Y_53", "y_54"))
    second = cut(2021, [ANNA, "111", ".", "", ""], weeks=("y_01", "y_02"), background=False)
    house.put("register", "dream2020_2021-05-01.csv", first)
    house.put("register", "DREAM 2021 udtræk_2021-05-01.csv", second)
    intake = house.take_in("register")
    assert [delivery.verdict for delivery in intake.deliveries] == ["read", "read"]
    assert len({delivery.delivery_unit for delivery in intake.deliveries}) == 1
    assert house.ledger("deliveries", "register")["precedence"].to_list() == [1, 1]
    assert spells(house) == [("111", 1534, 1535), ("111", 1536, 1536)]
    assert sorted(house.table("register_weeks")["week"].to_list()) == [1534, 1535, 1536, 1537]
    assert sorted(house.table("register_months")["month"].to_list()) == [2020 * 12 + 11, 2021 * 12 + 11]
    ignored = [delivery.ignored_columns for delivery in intake.deliveries]
    assert ignored == ["branche_2022_01", "y_54, branche_2021_01"]
    fates = house.ledger("delivery_rows", "register").select("row_fate", "row_count").rows()
    assert fates == [("landed", 1), ("landed", 1)]


def test_a_later_cut_replaces_the_whole_pull_of_the_persons_in_it(house: House) -> None:
    house.put(
        "register", "dream_2021-01-01.csv", pull([ANNA, "m", "", "", "111", "", ""], [BENT, "", "", "", "", "", ""])
    )
    house.put(
        "register", "dream2020_2021-05-01.csv", cut(2020, [ANNA, "K", "", "", "", "", ""], weeks=("y_01", "y_02"))
    )
    house.take_in("register")
    rows = house.ledger("delivery_rows", "register").sort("delivery_id", "row_fate")
    assert rows.select("row_fate", "row_count").rows() == [("landed", 1), ("superseded", 1), ("landed", 1)]


@pytest.mark.parametrize("name", ["dream", "dream 2019 2020", "dream20201", "dream12020"])
def test_weeks_without_a_year_are_refused_with_what_to_do(house: House, name: str) -> None:
    house.put("register", f"{name}_2021-05-01.csv", cut(2020, [ANNA, "", ""], weeks=("y_01",), background=False))
    (delivery,) = house.take_in("register").deliveries
    assert delivery.verdict == "refused"
    assert "dream2018" in (delivery.reason or "")


def test_a_year_in_the_name_of_a_whole_pull_means_nothing(house: House) -> None:
    house.put("register", "dream2021_2021-01-01.csv", pull([ANNA, "m", "", "", "111", "111", "111"]))
    (delivery,) = house.take_in("register").deliveries
    assert (delivery.verdict, delivery.delivery_unit) == ("read", delivery.delivery_id)
    assert spells(house) == [("111", 1534, 1536)]


def test_a_whole_pull_needs_its_background_whatever_its_name(house: House) -> None:
    house.put("register", "dream2021_2021-01-01.csv", csv_bytes([["pnr", "y_2052"], [ANNA, "111"]]))
    (delivery,) = house.take_in("register").deliveries
    assert delivery.verdict == "refused"
    assert "koen" in (delivery.reason or "")


def test_a_cut_under_another_years_name_is_read_again(house: House) -> None:
    path = house.put(
        "register", "dream2019_2021-05-01.csv", cut(2020, [ANNA, "", "", "", "111", "", ""], weeks=("y_01",))
    )
    house.take_in("register")
    path.rename(path.with_name("dream2020_2021-05-01.csv"))
    house.take_in("register")
    assert spells(house) == [("111", 1483, 1483)]
