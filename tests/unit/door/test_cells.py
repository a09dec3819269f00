"""Every legal dress of a cell means the same; everything else is a reason that does not quote it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.door import cells, reasons
from dagster_project.door.reasons import Reason

DAYS = st.dates(date(1910, 1, 1), date(2100, 12, 31))
WORDS = {"i job": "in_job", "ledig": "unemployed"}


def dresses(day: date) -> list[object]:
    """One day as every kind of cell the contract names."""
    return [
        day,
        datetime(day.year, day.month, day.day, 14, 30),
        (day - date(1899, 12, 30)).days,
        float((day - date(1899, 12, 30)).days),
        str((day - date(1899, 12, 30)).days),
        *(
            day.strftime(form)
            for form in (
                "%d-%m-%Y",
                "%d.%m.%Y",
                "%d/%m/%Y",
                "%Y-%m-%d",
                "%d-%m-%Y 00:00",
                "%d.%m.%Y 23.59",
                "%Y-%m-%dT13:45:00",
                "%Y-%m-%d 13:45:00.000000",
                "  %d-%m-%Y\u00a0",
            )
        ),
    ]


@given(DAYS)
def test_a_day_is_the_same_day_in_every_dress(day: date) -> None:
    assert {cells.date_of(cells.text_of(cell)) for cell in dresses(day)} == {day}


@pytest.mark.parametrize("text", ["31-04-2020", "29.02.2019", "00-01-2020", "2020-13-01", "13/13/2020"])
def test_a_day_that_does_not_exist_says_so(text: str) -> None:
    assert cells.date_of(text) == reasons.IMPOSSIBLE_DATE


@pytest.mark.parametrize(
    "text",
    ["i morgen", "2020", "31-12-20", "12-2020", "20201231", "31-12/2020", "2020/12/31", "-5", "31-12-2020 25:00"],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    assert cells.date_of(text) == reasons.NOT_A_DATE


def test_day_comes_before_month() -> None:
    assert cells.date_of("02-01-2020") == date(2020, 1, 2)


@pytest.mark.parametrize(
    ("text", "number"),
    [("2,5", 2.5), ("2.5", 2.5), ("7", 7.0), ("-1,25", -1.25), ("+3", 3.0), (",5", 0.5), ("4,", 4.0)],
)
def test_numbers_take_comma_or_point(text: str, number: float) -> None:
    assert cells.number_of(text) == number


@pytest.mark.parametrize("text", ["1.234,5", "1,234.5", "80 %", "to", "1e5", "nan", "inf", "", "1 000", "٣"])
def test_what_is_no_number_is_refused(text: str) -> None:
    assert cells.number_of(text) == reasons.NOT_A_NUMBER


@pytest.mark.parametrize("text", ["0101601234", "101601234", "-101601234", "101601234.0", "123456789,5", "9" * 400])
def test_a_number_that_could_be_a_key_is_refused(text: str) -> None:
    assert cells.number_of(text) == reasons.LIKE_A_CPR


@given(st.floats(-99_999_999, 99_999_999).map(lambda number: round(number, 4)))
def test_a_number_cell_survives_its_text(number: float) -> None:
    text = f"{number:.4f}"
    assert cells.number_of(text) == cells.number_of(text.replace(".", ",")) == number


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("1.0", 1), ("1,00", 1), ("-2", -2), ("007", 7), ("3.", 3)])
def test_whole_numbers(text: str, number: int) -> None:
    assert cells.integer_of(text) == number


@pytest.mark.parametrize("text", ["1,5", "a", "", "10000000000"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    assert cells.integer_of(text) == reasons.NOT_WHOLE


@st.composite
def cpr_numbers(draw: st.DrawFn) -> str:
    """Ten digits whose date exists in the century that digit 7 gives."""
    seventh = draw(st.integers(0, 9))
    year = draw(st.integers(0, 99))
    day = draw(st.dates(date(2000, 1, 1), date(2000, 12, 31)).filter(lambda day: (day.month, day.day) != (2, 29)))
    return f"{day:%d%m}{year:02d}{seventh}{draw(st.integers(0, 999)):03d}"


@given(cpr_numbers())
def test_a_key_is_the_same_key_in_every_dress(cpr: str) -> None:
    dressed: list[object] = [
        cpr,
        f"{cpr[:6]}-{cpr[6:]}",
        f"  {cpr}\t",
        int(cpr),
        float(int(cpr)),
        f"{cpr}.0",
        f"{cpr},00",
    ]
    dressed += [f"\u200b{cpr}\ufeff", f"\u202f{cpr[:6]}-{cpr[6:]}\u00a0"]
    if cpr.startswith("0"):
        dressed += [cpr[1:], f"{cpr[1:6]}-{cpr[6:]}"]
    assert {cells.cpr_of(cells.text_of(cell)) for cell in dressed} == {cpr}


@pytest.mark.parametrize(
    "text", ["12345678", "01015012345", "0101501 234", "01.01.50-1234", "abc", "010150--1234", "1e9"]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    assert cells.cpr_of(text) == reasons.NOT_A_CPR


@pytest.mark.parametrize("text", ["3102501234", "0013501234", "2902001234", "6101501234", "000000000", "0000000000"])
def test_a_key_with_an_impossible_day_is_refused(text: str) -> None:
    assert cells.cpr_of(text) == reasons.CPR_DATE


@pytest.mark.parametrize(
    ("seventh", "year", "born"),
    [
        *((digit, year, 1900 + year) for digit in range(4) for year in (0, 37, 99)),
        *((4, year, 2000 + year) for year in (0, 36)),
        *((4, year, 1900 + year) for year in (37, 99)),
        *((digit, year, 2000 + year) for digit in range(5, 9) for year in (0, 57)),
        *((digit, year, 1800 + year) for digit in range(5, 9) for year in (58, 99)),
        *((9, year, 2000 + year) for year in (0, 36)),
        *((9, year, 1900 + year) for year in (37, 99)),
    ],
)
def test_the_century_comes_from_digit_seven_and_the_year(seventh: int, year: int, born: int) -> None:
    assert cells.cpr_birth_date(f"0203{year:02d}{seventh}000") == date(born, 3, 2)


def test_modulus_eleven_never_decides() -> None:
    assert all(cells.cpr_of(f"010150{number:04d}") == f"010150{number:04d}" for number in range(4000))


@pytest.mark.parametrize("text", ["I job", " i JOB ", "I JOB"])
def test_closed_lists_ignore_case_and_surrounding_blanks(text: str) -> None:
    assert cells.word_of(cells.text_of(text), WORDS) == "in_job"


def test_a_word_outside_its_list_is_answered_with_the_list_only() -> None:
    answer = cells.word_of("0101501234", WORDS)
    assert isinstance(answer, Reason)
    assert "Ledig" in str(answer)
    assert "0101501234" not in str(answer)


@pytest.mark.parametrize("code", ["1", "1.0", "1,0"])
def test_a_coded_word_may_come_as_a_float(code: str) -> None:
    assert cells.word_of(code, {"1": "male"}) == "male"


@pytest.mark.parametrize("cell", [None, "", "  ", ".", "NA", "-", float("nan"), "\u00a0", "\ufeff", " \u200b NA\u202f"])
def test_blanks_are_missing(cell: object) -> None:
    assert cells.is_missing(cells.text_of(cell))


@given(st.text(max_size=8), st.text(cells.BLANKS, max_size=4), st.text(cells.BLANKS, max_size=4))
def test_what_surrounds_a_cell_is_no_part_of_it(text: str, before: str, after: str) -> None:
    assert cells.text_of(before + text + after) == cells.text_of(text)


def test_every_blank_of_unicode_may_surround_a_cell() -> None:
    assert {sign for sign in map(chr, range(0x110000)) if sign.isspace()} <= set(cells.BLANKS)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_cell_is_written_without_an_exponent(number: float) -> None:
    text = cells.text_of(number)
    assert cells.number_of(text) == (number if abs(number) < 1e8 else reasons.LIKE_A_CPR)


def test_decomposed_letters_are_the_same_letters() -> None:
    assert cells.text_of("Gennemfo\u0308rt") == "Gennemf\u00f6rt"


@given(st.text(max_size=30))
def test_no_text_makes_a_cell_raise(text: str) -> None:
    trimmed = cells.text_of(text)
    for read in (cells.date_of, cells.number_of, cells.integer_of, cells.cpr_of):
        read(trimmed)


@given(st.integers(3654, 73_000))
def test_serial_numbers_with_a_time_of_day_are_that_day(serial: int) -> None:
    assert cells.date_of(f"{serial},75") == date(1899, 12, 30) + timedelta(days=serial)
