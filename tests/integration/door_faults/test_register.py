"""Register pulls: weeks and months that cannot be, codes in every dress, yearly cuts, Stata and SAS files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.integration.door_faults.harness import (
    ANY_COLUMN,
    DAY,
    GOOD,
    Case,
    Cells,
    assert_verdict,
    csv_file,
    faults,
    parquet,
    workbook,
)
from tests.integration.door_faults.layouts import PULL as PULL_TABLE
from tests.support.statistics import Columns, sas_bytes, stata_bytes

PULL = PULL_TABLE.heading


def pull_lines(**changed: str) -> list[list[str]]:
    lines = [[GOOD[n], "1", "01-01-1960", "1", "111", "", "11100"] for n in range(3)]
    for column, cell in changed.items():
        lines[0][PULL.index(column)] = cell
    return lines


def register(name: str, verdict: str, heading: Sequence[str] = PULL, lines: Cells = (), **more: Any) -> Case:
    files = {f"dream_{DAY}.csv": csv_file(heading, *(lines or pull_lines()))}
    return Case(f"register: {name}", "register", files, verdict, **more)


def pull_cell(column: str, cell: str, *, good: bool) -> Case:
    rejected = () if good else ((2, column),)
    return register(f"{column} {cell!r}", "read", PULL, pull_lines(**{column: cell}), rejected=rejected, rows_read=3)


def one_more(heading: str, cell: str = "") -> dict[str, Any]:
    return {"heading": (*PULL, heading), "lines": [[*line, cell] for line in pull_lines()]}


REGISTER_CASES = [
    register("a good pull", "read", rows_read=3),
    register("a week twice", "refused", **one_more("Y_2002")),
    register("a month twice, under its other name", "refused", **one_more("br_2020_01")),
    register("a week that cannot exist", "read", **one_more("y_1953"), ignored="y_1953"),
    register("a week before the register began", "read", **one_more("y_9131"), ignored="y_9131"),
    register("a thirteenth month", "read", **one_more("branche_2020_13"), ignored="branche_2020_13"),
    register("no column foed_dag", "refused", [*PULL[:2], *PULL[3:]], [[*ln[:2], *ln[3:]] for ln in pull_lines()]),
    register("no column PNR", "refused", PULL[1:], [line[1:] for line in pull_lines()]),
    register(
        "a person twice", "read", PULL, [*pull_lines(), pull_lines()[0]], rejected=((5, ANY_COLUMN),), rows_read=4
    ),
    *[pull_cell("y_2001", cell, good=False) for cell in ("11", "1111", "abc", "11a", "-111", "111.5", "0111")],
    *[pull_cell("y_2001", cell, good=True) for cell in ("", "   ", ".", "NA", "0", "000", "111.0", " 111 ", "115")],
    *[pull_cell("branche_2020_01", cell, good=False) for cell in ("abc", "1234567", "11.5")],
    *[
        pull_cell("branche_2020_01", cell, good=True)
        for cell in ("", ".", "000", "999999", "011100", "11100.0", "760000")
    ],
    *[pull_cell("koen", cell, good=False) for cell in ("3", "X", "mand")],
    *[pull_cell("koen", cell, good=True) for cell in ("", "K", "m", "2", "1.0")],
    *[pull_cell("ie_type", cell, good=False) for cell in ("4", "dansk")],
    *[pull_cell("ie_type", cell, good=True) for cell in ("", "3", "2.0")],
    *[pull_cell("foed_dag", cell, good=False) for cell in ("31-02-1960", "ukendt")],
    *[pull_cell("foed_dag", cell, good=True) for cell in ("", "1960-02-29")],
    pull_cell("PNR", "320160-1111", good=False),
]

# -- weeks and months --------------------------------------------------------------------------------------------------

IGNORED = (
    "y_1953",
    "y_2000",
    "y_2054",
    "y_2099",
    "y_9131",
    "y_9001",
    "y_202001",
    "y_20_01",
    "y2001",
    "xy_2001",
    "y_2001a",
    "branche_2020_00",
    "branche_2020_13",
    "branche_1990_12",
    "branche_20_01",
    "br_2020_1",
    "branche2020_01",
    "grad_2020_01",
    "nykom2020",
    "alder9131",
)


def two_more(first: str, second: str) -> dict[str, Any]:
    return {"heading": (*PULL, first, second), "lines": [[*line, "", ""] for line in pull_lines()]}


def gap(*headings: str) -> dict[str, Any]:
    """The background, and these columns all filled."""
    return {
        "heading": (*PULL[:4], *headings),
        "lines": [[*line[:4], *["111"] * len(headings)] for line in pull_lines()],
    }


CLOCK_CASES = [
    *[
        register(f"the column {name}, which is no week or month", "read", **one_more(name, "?"), ignored=name)
        for name in IGNORED
    ],
    *[
        register(f"{first} and {second}", "refused", **two_more(first, second), because=second)
        for first, second in (
            ("y_2003", "y_2003"),
            ("y_2003", "Y_2003"),
            (" y_2003", "y_2003 "),
            ("branche_2020_02", "BRANCHE_2020_02"),
            ("br_2020_02", "branche_2020_02"),
        )
    ],
    *[
        register(f"{first} and {second}", "read", **two_more(first, second), rows_read=3)
        for first, second in (("y_1953", "y_1953"), ("y_2053", "y_2101"), ("y_9132", "y_9201"), ("note", "Note"))
    ],
    register("a week missing in the middle", "read", **gap("y_2001", "y_2003"), rows_read=3),
    register("weeks in no order", "read", **gap("y_2003", "y_2001", "branche_2020_02", "y_2002"), rows_read=3),
    register("no week at all", "refused", PULL[:4], [line[:4] for line in pull_lines()], because="week"),
    register(
        "months alone", "refused", (*PULL[:4], PULL[6]), [[*ln[:4], ln[6]] for ln in pull_lines()], because="week"
    ),
    register("impossible weeks alone", "refused", **gap("y_1953", "y_0053"), because="week"),
    register("headings in capitals", "read", [name.upper() for name in PULL], rows_read=3),
    register("a background column with a sign too many", "refused", [*PULL[:1], "koen.", *PULL[2:]], because="koen"),
    register("the background column FOEDDAG", "refused", [*PULL[:2], "foeddag", *PULL[3:]], because="foed_dag"),
    *[
        register(f"the key under {name!r}", "read", [name, *PULL[1:]], rows_read=3)
        for name in ("cpr-nr.", "CPRNR", "cpr nummer")
    ],
    register("the key under 'lobenr'", "refused", ["lobenr", *PULL[1:]], because="PNR"),
]

# -- cells -------------------------------------------------------------------------------------------------------------

PULL_CELLS = {
    False: {
        "PNR": ("0000000000", "610160-1234", "1.01601234E+08", "999999999", "x"),
        "koen": ("0", "kvinde", "F", "-1", "1,5", "#N/A"),
        "foed_dag": ("01-01-60", "1960", "1960-13-01", "29-02-1961", "010160", "0", "#VALUE!"),
        "ie_type": ("0", "1.5", "indvandrer", "1 2"),
        "y_2001": ("1", "1e3", "1 1", "1,11", "+111", "#N/A", "１１１"),
        "branche_2020_01": ("-1", "01.11.00", "1 11", "11.100", "A", "01110x", "12345678", "#REF!"),
    },
    True: {
        "PNR": ("101601234", "101601234.0", "290200-4123"),
        "koen": ("k", "M", " 1 ", "2.0", "NA", ".", "-"),
        "foed_dag": ("21916", "21916.0", "1960-01-01 00:00:00", "NA", ".", "01-01-1875"),
        "ie_type": ("1", "1,0", " 3", "."),
        "y_2001": ("-", "0.0", "00", "999", "001", "111,0", "\u00a0111", "123"),
        "branche_2020_01": ("NA", "0", "000000", "1", "990000", "999999.0", "011100.00"),
    },
}
PULL_CELL_CASES = [
    pull_cell(column, cell, good=good)
    for good, columns in PULL_CELLS.items()
    for column, cells in columns.items()
    for cell in cells
]
ROW_CASES = [
    register(
        "a person twice, once without the zero",
        "read",
        PULL,
        [*pull_lines(), [GOOD[0].replace("-", "")[1:], *pull_lines()[0][1:]]],
        rejected=((5, ANY_COLUMN),),
    ),
    register(
        "a bad row above its good twin",
        "read",
        PULL,
        [[GOOD[0], "9", *pull_lines()[0][2:]], *pull_lines()],
        rejected=((2, "koen"),),
    ),
    register(
        "bad codes in two columns, in the file's order",
        "read",
        PULL,
        pull_lines(y_2002="1", branche_2020_01="x"),
        rejected=((2, "y_2002"),),
    ),
    register("a bad code and a bad key", "read", PULL, pull_lines(PNR="x", y_2001="1"), rejected=((2, "PNR"),)),
    register(
        "a person of whom nothing is known",
        "read",
        PULL,
        pull_lines(koen="", foed_dag="", ie_type="", y_2001="", branche_2020_01=""),
        rows_read=3,
    ),
    register("a birth date that is not the key's", "read", PULL, pull_lines(foed_dag="24-12-1950"), rows_read=3),
    register(
        "three bad codes of 59 rows",
        "refused",
        PULL,
        [[f"0101{n % 60:02d}-{1000 + n}", "1", "", "1", "1" if n < 3 else "", "", ""] for n in range(59)],
        because="3 of 59",
    ),
    register(
        "three bad codes of sixty rows",
        "read",
        PULL,
        [[f"0101{n % 60:02d}-{1000 + n}", "1", "", "1", "1" if n < 3 else "", "", ""] for n in range(60)],
        rejected=tuple((2 + n, "y_2001") for n in range(3)),
    ),
]

# -- yearly cuts -------------------------------------------------------------------------------------------------------

CUT = ("pnr", "y_01", "y_02")


def cut(name: str, verdict: str, file: str, heading: Sequence[str] = CUT, *, cell: str = "111", **more: Any) -> Case:
    lines = [[GOOD[n], *[cell if n == 0 else "111"] * (len(heading) - 1)] for n in range(3)]
    return Case(f"register: {name}", "register", {file: csv_file(heading, *lines)}, verdict, **more)


CUT_CASES = [
    *[
        cut(f"a cut named {name!r}", "read", name, rows_read=3)
        for name in (f"dream2018_{DAY}.csv", f"2018_{DAY}.csv", f"DREAM 2018 {DAY}.csv", f"dream_2018-{DAY}.csv")
    ],
    *[
        cut(f"a cut named {name!r}", "refused", name, because="year")
        for name in (
            f"dream_{DAY}.csv",
            f"dream18_{DAY}.csv",
            f"dream2018_2019_{DAY}.csv",
            f"dream20180_{DAY}.csv",
            f"dream1850_{DAY}.csv",
            f"{DAY}.csv",
        )
    ],
    cut("week 53 of a year of 52", "read", f"dream2018_{DAY}.csv", (*CUT, "y_53"), ignored="y_53"),
    cut("week 53 of a year of 53", "read", f"dream2020_{DAY}.csv", (*CUT, "y_53"), cell="1", rejected=((2, "y_01"),)),
    cut("week 54 and week 0", "read", f"dream2020_{DAY}.csv", (*CUT, "y_54", "y_00"), ignored="y_54, y_00"),
    cut("a week twice in a cut", "refused", f"dream2018_{DAY}.csv", (*CUT, "Y_02"), because="Y_02"),
    cut("a cut of a year before the register", "refused", f"dream1990_{DAY}.csv", because="week"),
    cut(
        "the weeks of 1991 before the register", "read", f"dream1991_{DAY}.csv", ("pnr", "y_31", "y_32"), ignored="y_31"
    ),
    cut(
        "months of another year",
        "read",
        f"dream2018_{DAY}.csv",
        (*CUT, "br_2018_01", "br_2019_01"),
        ignored="br_2019_01",
    ),
    cut("a cut without a key", "refused", f"dream2018_{DAY}.csv", ("lobenr", "y_01"), because="PNR"),
    cut("a whole pull without its background", "refused", f"dream2018_{DAY}.csv", ("pnr", "y_1801"), because="koen"),
    cut("a bad code in a cut", "read", f"dream2018_{DAY}.csv", cell="11a", rejected=((2, "y_01"),)),
]

# -- Stata and SAS -----------------------------------------------------------------------------------------------------

KEYS_OF_PULL = [key.replace("-", "") for key in GOOD[:3]]
TYPED: dict[str, Sequence[str | float | None]] = {
    "PNR": KEYS_OF_PULL,
    "koen": [1.0, 2.0, None],
    "foed_dag": ["01-01-1960", "1961-02-28", ""],
    "ie_type": [1.0, 3.0, None],
    "y_2001": [111.0, None, 0.0],
    "y_2002": [None, 651.0, 115.0],
    "branche_2020_01": [11100.0, None, 620200.0],
}


def stata(columns: Columns, **options: Any) -> bytes:
    with TemporaryDirectory() as folder:
        return stata_bytes(columns, Path(folder), **options)


def statistics(name: str, verdict: str, content: bytes, extension: str, **more: Any) -> Case:
    return Case(f"register: {name}", "register", {f"dream_{DAY}.{extension}": content}, verdict, **more)


def both(name: str, verdict: str, columns: Columns, **more: Any) -> list[Case]:
    """The same columns as a Stata and as a SAS file."""
    return [
        statistics(f"Stata: {name}", verdict, stata(columns), "dta", **more),
        statistics(f"SAS: {name}", verdict, sas_bytes(columns), "sas7bdat", **more),
    ]


def but(**changed: Sequence[str | float | None]) -> Columns:
    return {**TYPED, **changed}


SAS, STATA = sas_bytes(TYPED), stata(TYPED)
STATISTICS_CASES = [
    *both("numbers, texts and missing values", "read", TYPED, rows_read=3),
    *both(
        "keys as numbers that have lost their zero", "read", but(PNR=[float(key) for key in KEYS_OF_PULL]), rows_read=3
    ),
    *both(
        "a key that is missing",
        "read",
        but(PNR=[float(KEYS_OF_PULL[0]), None, float(KEYS_OF_PULL[2])]),
        rejected=((3, "PNR"),),
    ),
    *both("a key with a fraction", "read", but(PNR=[101601111.5, 102601112.0, 103601113.0]), rejected=((2, "PNR"),)),
    *both("a code of two digits", "read", but(y_2001=[11.0, None, 111.0]), rejected=((2, "y_2001"),)),
    *both("a code with a fraction", "read", but(y_2001=[111.0, 111.5, None]), rejected=((3, "y_2001"),)),
    *both("codes as text", "read", but(y_2001=["111", "", " 111 "]), rows_read=3),
    *both("an enormous code", "read", but(y_2001=[1e300, None, 111.0]), rejected=((2, "y_2001"),)),
    *both(
        "no column koen", "refused", {name: cells for name, cells in TYPED.items() if name != "koen"}, because="koen"
    ),
    statistics("Stata: a table of SAS", "refused", SAS, "dta", because="opened"),
    statistics("SAS: a table of Stata", "refused", STATA, "sas7bdat", because="opened"),
    statistics("Stata: text", "refused", csv_file(PULL, *pull_lines()), "dta", because="opened"),
    statistics("SAS: text", "refused", csv_file(PULL, *pull_lines()), "sas7bdat", because="opened"),
    *[
        statistics(f"Stata: its first {size} bytes", "refused", STATA[:size], "dta", because="opened")
        for size in (0, 1, 100, 500, len(STATA) // 2)
    ],
    *[
        statistics(f"SAS: its first {size} bytes", "refused", SAS[:size], "sas7bdat", because="opened")
        for size in (0, 1, 100, 1024, 4000, len(SAS) - 4096)
    ],
    statistics(
        "Stata: a birth date as a Stata day",
        "read",
        stata(but(foed_dag=[0.0, -365.0, None]), variable_format={"foed_dag": "%td"}),
        "dta",
        rows_read=3,
    ),
    statistics(
        "a transport file named .sas7bdat",
        "refused",
        b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + bytes(512),
        "sas7bdat",
        because="opened",
    ),
    statistics("an unknown statistics program", "refused", STATA, "sav", because=".sas7bdat"),
    *[
        statistics(
            f"a pull in a workbook, {name}",
            verdict,
            workbook({"Udtræk": [PULL, *rows]}),
            "xlsx",
            sheet="Udtræk" if rejected else None,
            rejected=rejected,
        )
        for name, verdict, rows, rejected in (
            ("codes as numbers", "read", [[int(KEYS_OF_PULL[0]), 1, 21916, 1, 111, None, 11100]], ()),
            ("a code of text", "read", [[int(KEYS_OF_PULL[0]), 1, 21916, 1, "x", None, 11100]], ((2, "y_2001"),)),
        )
    ],
    statistics(
        "a pull in Parquet, codes as whole numbers",
        "read",
        parquet(
            {name: [int(cell) if isinstance(cell, float) else cell for cell in cells] for name, cells in TYPED.items()}
        ),
        "parquet",
        rows_read=3,
    ),
]


@faults(*REGISTER_CASES, *CLOCK_CASES, *PULL_CELL_CASES, *ROW_CASES, *CUT_CASES, *STATISTICS_CASES)
def test_register(case: Case, tmp_path: Path) -> None:
    assert_verdict(case, tmp_path)
