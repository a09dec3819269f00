"""Results: numbers in every dress, units, and rows that name no project."""

from __future__ import annotations

from pathlib import Path

from tests.integration.door_faults.harness import DAY, Case, Rejected, assert_verdict, csv_file, faults, workbook
from tests.integration.door_faults.layouts import INDICATORS

RESULTS = INDICATORS.heading


def result(name: str, rejected: Rejected = (), **changed: str) -> Case:
    cells = dict(zip(RESULTS, ("MA", "I job", "50", "54,5", "pct", "01-02-2021", "Rapport"), strict=True)) | changed
    content = csv_file(RESULTS, list(cells.values()), encoding="cp1252")
    return Case(f"results: {name}", "results", {f"resultater_{DAY}.csv": content}, "read", rejected, 1)


RESULTS_CASES = [
    result("a good row in Windows-1252"),
    result("a blank target, result, day and origin", Mål="", Resultat="-", Opgjort=".", Kilde=""),
    result("a target in words", ((2, "Mål"),), Mål="mange"),
    result("a thousands separator", ((2, "Resultat"),), Resultat="1.000,5"),
    result("a unit of its own", ((2, "Enhed"),), Enhed="kr"),
    result("a blank indicator", ((2, "Indikator"),), Indikator=""),
    result("an impossible day", ((2, "Opgjort"),), Opgjort="30-02-2021"),
    result("an unknown project", ((2, "Projekt"),), Projekt="QQ"),
]

# -- cells -------------------------------------------------------------------------------------------------------------

CELLS = {
    False: {
        "Projekt": ("Alle", "I alt", "MA og FTF"),
        "Mål": (
            "1.000.000",
            "1 000",
            "1'000",
            "50 %",
            "50%",
            "ca. 50",
            "50-60",
            ">50",
            "1e3",
            "½",
            "1/2",
            "x",
            "5,5,5",
            "--5",
            "0101601234",
            "-101601234",
            "123456789,5",
            "５０",
        ),
        "Resultat": ("54,5 pct", "54.5.1", "n/a", "#DIV/0!", "fortroligt", "<5", "nan", "inf", "1,000.5"),
        "Enhed": ("procent", "%", "stk", "antal personer", "pct.", "kr.", "1", "antal.0"),
        "Opgjort": ("2. kvartal 2021", "juni 2021", "31-06-2021", "2021", "01-02-21"),
    },
    True: {
        "Projekt": ("ma", " 3F-A "),
        "Indikator": ("Planlagt antal deltagere", "=1+1", "<b>I job</b>", "Ring 010160-1234", "x" * 1000),
        "Mål": ("0", "-5", "+5", "50,", ",5", ".5", "1.000", "50.0", "NA", "12345678", " 50 "),
        "Resultat": ("54.5", "100,00", "-", "\u00a054,5"),
        "Enhed": ("PCT", " Antal", "antal\u00a0"),
        "Opgjort": ("44228", "2021-02-01", "NA", "01-02-2031"),
        "Kilde": ("=HYPERLINK('x')", "010160-1234", "-", "æøå"),
    },
}

CELL_CASES = [
    INDICATORS.cell(column, cell, good=good)
    for good, columns in CELLS.items()
    for column, cells in columns.items()
    for cell in cells
]
ROW_CASES = [
    INDICATORS.case("the same indicator twice", "read", csv_file(RESULTS, *INDICATORS.rows * 2), rows_read=2),
    INDICATORS.case(
        "a totals row", "read", csv_file(RESULTS, *INDICATORS.rows, ("I alt", "", "50")), rejected=((3, "Projekt"),)
    ),
    INDICATORS.case(
        "headings in UTF-8 within Windows-1252", "refused", csv_file(RESULTS, *INDICATORS.rows) + b"\xe5", because="Mål"
    ),
    INDICATORS.case(
        "headings without their Danish letters",
        "refused",
        csv_file(RESULTS, *INDICATORS.rows).replace("å".encode(), b"aa"),
        because="Mål",
    ),
    INDICATORS.case(
        "headings whose letters are put together",
        "read",
        csv_file(RESULTS, *INDICATORS.rows).replace("å".encode(), "a\u030a".encode()),
        rows_read=1,
    ),
    INDICATORS.case(
        "commas, with decimals quoted",
        "read",
        csv_file(RESULTS, [f'"{cell}"' for cell in INDICATORS.rows[0]], delimiter=","),
        rows_read=1,
    ),
    INDICATORS.case(
        "commas, with decimals not quoted",
        "read",
        csv_file(RESULTS, INDICATORS.rows[0], delimiter=","),
        rejected=((2, "*"),),
    ),
    Case(
        "a workbook",
        "results",
        {
            f"resultater_{DAY}.xlsx": workbook(
                {
                    "Mål": [["Mål"]],
                    "R": [
                        RESULTS,
                        ("MA", "I job", 50, "54,5", "PCT", None, None),
                        ("MA", "I job", "mange", None, "pct", None, None),
                    ],
                }
            )
        },
        "read",
        rejected=((3, "Mål"),),
        sheet="R",
    ),
    Case("a Stata file", "results", {f"resultater_{DAY}.dta": b"x"}, "refused", because=".parquet"),
]


@faults(*RESULTS_CASES, *CELL_CASES, *ROW_CASES)
def test_results(case: Case, tmp_path: Path) -> None:
    assert_verdict(case, tmp_path)
