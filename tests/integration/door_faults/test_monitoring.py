"""Monitoring: workbooks of three sheets, their cells, and the same tables as separate files."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from tests.integration.door_faults.harness import (
    ANY_COLUMN,
    DAY,
    GOOD,
    Case,
    Cells,
    Layout,
    assert_verdict,
    csv_file,
    faults,
    parquet,
    workbook,
)
from tests.integration.door_faults.layouts import ACTIVITIES, JOB_STATUSES, PARTICIPANTS

PEOPLE = PARTICIPANTS.heading
DEEDS = ACTIVITIES.heading
JOBS = JOB_STATUSES.heading


def person(number: int = 0, **changed: Any) -> list[Any]:
    cells = dict(zip(PEOPLE, (GOOD[number], "MA", "HK", "1", date(2020, 1, 6), None, "Invitation"), strict=True))
    renamed = {{"fund": "A-kasse", "start": "Startdato"}.get(key, key): value for key, value in changed.items()}
    return list({**cells, **renamed}.values())


def deed(number: int = 0, **changed: Any) -> list[Any]:
    cells = dict(zip(DEEDS, (GOOD[number], "MA", "Workshop", "10-01-2020", "2,5", "Fysisk", "Aflyst"), strict=True))
    return list({**cells, **changed}.values())


def job(number: int = 0, **changed: Any) -> list[Any]:
    cells = dict(zip(JOBS, (GOOD[number], "MA", "10-01-2020", "Ledig"), strict=True))
    return list({**cells, **changed}.values())


def monitoring(name: str, verdict: str, sheets: dict[str, Cells], **more: Any) -> Case:
    return Case(f"monitoring: {name}", "monitoring", {f"MA_{DAY}.xlsx": workbook(sheets)}, verdict, **more)


def book(people: Cells = (), deeds: Cells = (), jobs: Cells = ()) -> dict[str, Cells]:
    return {
        "Deltagere": [PEOPLE, *(people or [person(0), person(1)])],
        "Aktiviteter": [DEEDS, *deeds],
        "Jobstatus": [JOBS, *jobs],
    }


def without(sheets: dict[str, Cells], sheet: str, column: str) -> dict[str, Cells]:
    at = list(sheets[sheet][0]).index(column)
    return {**sheets, sheet: [[cell for n, cell in enumerate(row) if n != at] for row in sheets[sheet]]}


def bad_in(sheet: str, row: list[Any], heading: str, name: str) -> Case:
    parts = {"Deltagere": {"people": [row, person(1)]}, "Aktiviteter": {"deeds": [row]}, "Jobstatus": {"jobs": [row]}}
    return monitoring(name, "read", book(**parts[sheet]), rejected=((2, heading),), sheet=sheet)


FULL = book(deeds=[deed(0)], jobs=[job(0)])
BAD_PEOPLE = [person(n, Rekruttering="Nabo") for n in range(3)]
MANY_PEOPLE = [person(n, start=date(2020, 2, n + 1)) for n in range(23)]

MONITORING_CASES = [
    monitoring("a good workbook", "read", FULL, rows_read=4),
    monitoring(
        "sheets in another order, one too many", "read", {"Noter": [["x"]], **dict(reversed(FULL.items()))}, rows_read=4
    ),
    *[
        monitoring(f"no sheet {sheet}", "refused", {k: v for k, v in FULL.items() if k != sheet})
        for sheet in ("Deltagere", "Aktiviteter", "Jobstatus")
    ],
    *[
        monitoring(f"no column {column} in {sheet}", "refused", without(FULL, sheet, column))
        for sheet, column in (
            ("Deltagere", "Slutdato"),
            ("Deltagere", "Hold"),
            ("Aktiviteter", "Form"),
            ("Jobstatus", "Dato"),
        )
    ],
    monitoring("no column Timer", "read", without(FULL, "Aktiviteter", "Timer"), rows_read=4),
    monitoring("no column Rekruttering", "read", without(FULL, "Deltagere", "Rekruttering"), rows_read=4),
    monitoring("an empty Deltagere", "refused", {**FULL, "Deltagere": [PEOPLE]}),
    monitoring("empty other sheets", "read", book(), rows_read=2),
    monitoring(
        "the same participation twice",
        "read",
        book([person(0), person(1), person(0)]),
        rejected=((4, ANY_COLUMN),),
        sheet="Deltagere",
    ),
    monitoring(
        "the same person with another start", "read", book([person(0), person(0, start=date(2020, 2, 3))]), rows_read=2
    ),
    monitoring(
        "three bad rows over the sheets",
        "refused",
        book([*BAD_PEOPLE[:2], person(3)], jobs=[job(0, Jobstatus="Ferie")]),
    ),
    monitoring(
        "three bad rows over sheets with sixty",
        "read",
        book([*BAD_PEOPLE, *MANY_PEOPLE], [deed(n) for n in range(34)]),
        rejected=((2, "Rekruttering"), (3, "Rekruttering"), (4, "Rekruttering")),
        rows_read=60,
        sheet="Deltagere",
    ),
    bad_in("Deltagere", person(0, fund=" "), "A-kasse", "a blank fund"),
    bad_in("Deltagere", person(0, Slutdato="31-04-2020"), "Slutdato", "an impossible last day"),
    bad_in("Deltagere", person(0, start="31-04-2020"), "Startdato", "an impossible first day"),
    bad_in("Deltagere", person(0, Rekruttering="Nabo"), "Rekruttering", "an unknown way of recruitment"),
    bad_in("Aktiviteter", deed(0, Timer="to"), "Timer", "hours in words"),
    bad_in("Aktiviteter", deed(0, Form="Skype"), "Form", "an unknown form"),
    bad_in("Aktiviteter", deed(0, Form=None), "Form", "a blank form"),
    bad_in("Aktiviteter", deed(0, Status="Måske"), "Status", "an unknown status"),
    bad_in("Aktiviteter", deed(0, Aktivitet=None), "Aktivitet", "a blank activity"),
    bad_in("Jobstatus", job(0, Jobstatus="Ferie"), "Jobstatus", "an unknown job status"),
    bad_in("Jobstatus", job(0, Dato="snart"), "Dato", "a day in words"),
    Case("monitoring: a CSV of no known kind", "monitoring", {f"MA_{DAY}.csv": csv_file(JOBS, job(0))}, "refused"),
    Case(
        "monitoring: numbers as cells",
        "monitoring",
        {
            f"jobstatus_{DAY}.parquet": parquet(
                {
                    "CPR": [101601234, 1212601111],
                    "Projekt": ["MA", "FTF"],
                    "Dato": [date(2020, 1, 1), None],
                    "Jobstatus": ["Ledig", "I job"],
                }
            )
        },
        "read",
        rejected=((3, "Dato"),),
        rows_read=2,
    ),
    Case(
        "monitoring: capitals in the kind",
        "monitoring",
        {f"MA_JOBSTATUS_{DAY}.csv": csv_file(JOBS, job(0))},
        "read",
        rows_read=1,
    ),
]

# -- sheets ------------------------------------------------------------------------------------------------------------

SHEETS = ("Deltagere", "Aktiviteter", "Jobstatus")


def renamed(sheet: str, name: str) -> dict[str, Cells]:
    return {name if key == sheet else key: rows for key, rows in FULL.items()}


def twice(sheet: str, column: str) -> dict[str, Cells]:
    at = list(FULL[sheet][0]).index(column)
    return {**FULL, sheet: [[*row, row[at]] for row in FULL[sheet]]}


def with_row(sheet: str, *rows: list[Any]) -> dict[str, Cells]:
    return {**FULL, sheet: [*FULL[sheet], *rows]}


def bad_below(name: str, sheet: str, row: list[Any], heading: str) -> Case:
    """A bad row below a sheet's good ones."""
    number = len(FULL[sheet]) + 1
    return monitoring(name, "read", with_row(sheet, row), rejected=((number, heading),), sheet=sheet)


COLUMNS = [
    (sheet, column)
    for sheet, layout in zip(SHEETS, (PARTICIPANTS, ACTIVITIES, JOB_STATUSES), strict=True)
    for column in layout.heading
]
OPTIONAL = ("Timer", "Rekruttering")
TRIED = (("Deltagere", "Slutdato"), ("Deltagere", "Hold"), ("Aktiviteter", "Form"), ("Jobstatus", "Dato"))

SHEET_CASES = [
    *[
        monitoring(f"no column {column} in {sheet}", "refused", without(FULL, sheet, column), because=column)
        for sheet, column in COLUMNS
        if column not in OPTIONAL and (sheet, column) not in TRIED
    ],
    *[
        monitoring(f"{column} twice in {sheet}", "refused", twice(sheet, column), because=f"Sheet {sheet}")
        for sheet, column in COLUMNS
    ],
    *[
        monitoring(f"a sheet {name!r} for {name.strip()}", "read", renamed(name.strip().capitalize(), name))
        for name in ("DELTAGERE", " Aktiviteter ", "jobstatus")
    ],
    *[
        monitoring(
            f"a sheet {name!r} for {sheet}", "refused", renamed(sheet, name), because=f"sheet {sheet} is missing"
        )
        for sheet, name in (
            ("Deltagere", "Deltager"),
            ("Deltagere", "Deltagere 2021"),
            ("Deltagere", "Participants"),
            ("Aktiviteter", "Aktivitet er"),
            ("Aktiviteter", "Ark2"),
            ("Jobstatus", "Job-status"),
            ("Jobstatus", "0101601234"),
        )
    ],
    *[
        monitoring(f"two sheets {sheet}", "refused", {**FULL, f"{sheet} ": FULL[sheet]}, because="there twice")
        for sheet in SHEETS
    ],
    monitoring("an extra sheet named like a key", "read", {**FULL, "010160-1234": [["x"]]}, rows_read=4),
    monitoring(
        "an extra sheet that repeats Deltagere", "read", {**FULL, "Deltagere (2)": FULL["Deltagere"]}, rows_read=4
    ),
    monitoring("sheets changed about", "refused", dict(zip(SHEETS, reversed(FULL.values()), strict=True))),
    monitoring("a Deltagere of blanks", "refused", {**FULL, "Deltagere": [PEOPLE, [" "] * 7]}, because="not one row"),
    monitoring("an Aktiviteter without even a heading", "refused", {**FULL, "Aktiviteter": []}, because="Aktiviteter"),
    monitoring("a Jobstatus of title rows", "refused", {**FULL, "Jobstatus": [["Ingen"]]}, because="Jobstatus"),
    monitoring(
        "title rows of different height",
        "read",
        {name: [["Titel"]] * (3 * place) + list(rows) for place, (name, rows) in enumerate(FULL.items())},
        rows_read=4,
    ),
    monitoring(
        "a title row as wide as the table",
        "read",
        {**FULL, "Deltagere": [["Overblik"] * 7, *FULL["Deltagere"]]},
        rows_read=4,
    ),
    monitoring(
        "blank rows and columns about the tables",
        "read",
        {name: [[], [], *[[None, None, *row] for row in rows]] for name, rows in FULL.items()},
        rows_read=4,
    ),
    monitoring("ten thousand columns", "refused", {**FULL, "Jobstatus": [[*JOBS, *["x"] * 10_000]]}, because="columns"),
    monitoring(
        "an extra column in each sheet",
        "read",
        {name: [[*row, "Note"] for row in rows] for name, rows in FULL.items()},
        ignored="Note",
    ),
    monitoring(
        "the file's rows below 1,000 blank ones",
        "read",
        {**FULL, "Deltagere": [PEOPLE, *[[]] * 1000, person(0)]},
        rows_read=3,
    ),
    bad_below("a totals row in Deltagere", "Deltagere", ["I alt", None, None, 2], "CPR-nr."),
    bad_below("a totals row in Aktiviteter", "Aktiviteter", ["Sum", None, None, None, 12.5], "CPR-nr."),
    bad_below("the heading again in Deltagere", "Deltagere", list(PEOPLE), "CPR-nr."),
    bad_below("the heading again in Jobstatus", "Jobstatus", list(JOBS), "CPR-nr."),
    bad_below("a number alone, far out", "Jobstatus", [None] * 20 + [1], "CPR-nr."),
]

# -- cells of workbooks ------------------------------------------------------------------------------------------------

BAD_CELLS = {
    "Deltagere": {
        "CPR-nr.": (
            "010160 - 1234",
            1016012,
            10160123456,
            101601234.5,
            True,
            date(2020, 1, 1),
            "3201601111",
            "610160-1234",
        ),
        "Projekt": ("XX", 1, "MA,FTF", None),
        "A-kasse": (None, ".", "#N/A"),
        "Hold": (None, "-", "#REF!"),
        "Startdato": (None, "snart", 2020, True, 0.5, -1, 1e7, time(8, 30), "31-12-20", "06-2020"),
        "Slutdato": ("åben", 99999999, "30-06-20", "2020-06-31"),
        "Rekruttering": ("Selv rekruttering", "selvrekrutteret", "invitation.", 1, "Obl."),
    },
    "Aktiviteter": {
        "CPR-nr.": (None, "Anna", "0000000000"),
        "Projekt": (None, "Ma A", "3F"),
        "Aktivitet": (None, "NA"),
        "Dato": (None, "primo maj", "29-02-2021"),
        "Timer": (
            "2,5 t",
            "1.000,5",
            "1,000,000",
            "2:30",
            time(2, 30),
            "to",
            "½",
            "1e3",
            "#DIV/0!",
            101601234,
            123456789012.5,
            "9" * 400,
        ),
        "Form": (None, "Tele fon", "Fysisk.0", "digital", 1),
        "Status": (None, "Gennemfort", "Aflyst?", "gennemført aflyst"),
    },
    "Jobstatus": {
        "CPR-nr.": (None, "ledig"),
        "Projekt": (None, "FTF1"),
        "Dato": (None, "2021", "12-2020"),
        "Jobstatus": (None, "I  job", "Ijob", "I job.0", "job", "sygemeldt", 1),
    },
}
GOOD_CELLS = {
    "Deltagere": {
        "CPR-nr.": (101601111, 101601111.0, " 010160-1111 ", "101601111", 3112601111),
        "Projekt": ("ma", " Ftf", "3f-s"),
        "A-kasse": (
            0,
            "=cmd|' /C calc'!A0",
            "'); DROP TABLE participants; --",
            "<script>alert(1)</script>",
            "{{ ref('x') }}",
        ),
        "Hold": (1, 1.5, "=1+1", "+45 12", "@SUM(A1)", "\U0001f600", "a\nb", "010160-1234"),
        "Startdato": (43836, 43836.5, datetime(2020, 1, 6, 12, 30), "6/1/2020", "2020-01-06T00:00:00"),
        "Slutdato": (None, ".", date(1999, 12, 31), date(9999, 12, 31), "31-12-2100"),
        "Rekruttering": (None, "-", "SELVREKRUTTERING", " obligatorisk"),
    },
    "Aktiviteter": {
        "Aktivitet": ("Et navn, der ikke er på listen", 7, '=HYPERLINK("http://x")', "Ring 0101601234"),
        "Timer": (None, 0, -2.5, "2,5", "2.5", ",5", "1.000", 1e6, 1e-7, "NA", True),
        "Form": ("FYSISK", " online ", "telefon\u00a0"),
        "Status": ("gennemført", "GENNEMFØRT", " udsat"),
    },
    "Jobstatus": {
        "Dato": (date(1900, 3, 1), "31.12.2020"),
        "Jobstatus": ("i job", "LØNTILSKUD", " Virksomhedspraktik", "uddannelse ", "Andet"),
    },
}
MAKERS = {"Deltagere": person, "Aktiviteter": deed, "Jobstatus": job}


def with_cell(sheet: str, column: str, cell: Any) -> dict[str, Cells]:
    """A workbook whose sheet has one good row and, above it, one with that cell."""
    make = MAKERS[sheet]
    return {**FULL, sheet: [FULL[sheet][0], make(3, **{column: cell}), make(4)]}


def in_cell(sheet: str, column: str, cell: Any, *, good: bool) -> Case:
    told: dict[str, Any] = {} if good else {"rejected": ((2, column),), "sheet": sheet}
    shown = f"{cell!r}"[:60]
    name = f"{column} in {sheet} as {shown}"
    content = workbook(with_cell(sheet, column, cell), strings_to_formulas=False, strings_to_urls=False)
    return Case(f"monitoring: {name}", "monitoring", {f"MA_{DAY}.xlsx": content}, "read", **told)


CELL_CASES = [
    in_cell(sheet, column, cell, good=good)
    for good, sheets in ((False, BAD_CELLS), (True, GOOD_CELLS))
    for sheet, columns in sheets.items()
    for column, cells in columns.items()
    for cell in cells
]

# -- the rule of 5 % and three rows ------------------------------------------------------------------------------------


def spread(bad: tuple[int, int, int], good: tuple[int, int, int], repeated: int = 0) -> dict[str, Cells]:
    """So many bad and good rows on each sheet, and so many of the first participants once more."""
    people = [person(n % 12, start=date(2010 + n, 1, 1)) for n in range(good[0])]
    return book(
        [*(person(0, fund=None) for _ in range(bad[0])), *people, *people[:repeated]],
        [*(deed(0, Form=None) for _ in range(bad[1])), *(deed(0) for _ in range(good[1]))],
        [*(job(0, Dato=None) for _ in range(bad[2])), *(job(0) for _ in range(good[2]))],
    )


def edge(name: str, verdict: str, bad: tuple[int, int, int], good: tuple[int, int, int], repeated: int = 0) -> Case:
    rows = sum(bad) + sum(good) + repeated
    content = workbook(spread(bad, good, repeated))
    return Case(f"monitoring: {name}", "monitoring", {f"MA_{DAY}.xlsx": content}, verdict, rows_read=rows)


def edge_read(name: str, sheet: str, rows: tuple[int, ...], content: dict[str, Cells]) -> Case:
    rejected = tuple((row, ANY_COLUMN) for row in rows)
    return monitoring(name, "read", content, rejected=rejected, sheet=sheet)


SHARE_CASES = [
    edge("one bad row on each sheet, of 59", "refused", (1, 1, 1), (20, 20, 16)),
    edge("three bad rows on the smallest sheet, of 59", "refused", (0, 0, 3), (40, 15, 1)),
    edge_read("three bad rows on the smallest sheet, of sixty", "Jobstatus", (2, 3, 4), spread((0, 0, 3), (40, 15, 2))),
    edge_read("two bad rows of three on a sheet", "Jobstatus", (2, 3), spread((0, 0, 2), (1, 0, 1))),
    edge("three duplicates of 59", "refused", (0, 0, 0), (56, 0, 0), repeated=3),
    edge_read("three duplicates of sixty", "Deltagere", (59, 60, 61), spread((0, 0, 0), (57, 0, 0), repeated=3)),
    edge("two duplicates and a bad row elsewhere, of 59", "refused", (0, 1, 0), (56, 0, 0), repeated=2),
    edge("every row bad", "refused", (1, 1, 1), (0, 0, 0)),
    edge_read("no good participant, too few bad rows to refuse", "Deltagere", (2, 3), book([person(0, fund=None)] * 2)),
]

# -- the same tables as separate files ---------------------------------------------------------------------------------


def separate(name: str, verdict: str, file: str, layout: Layout = PARTICIPANTS, **more: Any) -> Case:
    return Case(f"monitoring: {name}", "monitoring", {file: csv_file(*layout.lines())}, verdict, **more)


def participation(name: str, *changes: dict[str, str], **more: Any) -> Case:
    """Participations that differ from the first row in the cells given."""
    first = dict(zip(PARTICIPANTS.heading, PARTICIPANTS.rows[0], strict=True))
    lines = [list((first | change).values()) for change in changes]
    return PARTICIPANTS.case(f"monitoring: {name}", "read", csv_file(PARTICIPANTS.heading, *lines), **more)


SEPARATE_CASES = [
    separate("a kind inside a word", "read", f"madeltagereliste_{DAY}.csv", rows_read=3),
    separate("two kinds in one name", "refused", f"deltagere_og_aktiviteter_{DAY}.csv", because="exactly one"),
    separate("a kind in the singular", "refused", f"deltager_{DAY}.csv", because="deltagere"),
    separate("a kind that is another's", "refused", f"jobstatus_{DAY}.csv", because="missing"),
    separate("a kind of the survey's", "refused", f"invitationer_{DAY}.csv", because="exactly one"),
    separate("a kind after the date", "refused", f"MA_{DAY}_deltagere.csv", because="YYYY-MM-DD"),
    separate("a workbook's name without a kind", "refused", f"MA_{DAY}.xlsx", because="opened"),
    separate("a statistics program's format", "refused", f"deltagere_{DAY}.dta", because=".xlsx"),
    Case(
        "monitoring: one table in a workbook",
        "monitoring",
        {f"deltagere_{DAY}.xlsx": workbook({"Deltagere": FULL["Deltagere"]})},
        "refused",
        because="Aktiviteter",
    ),
    participation("the same participation under another fund", {}, {"A-kasse": "FTF-A"}, rejected=((3, ANY_COLUMN),)),
    participation(
        "the same participation, its project in small letters", {}, {"Projekt": "ma"}, rejected=((3, ANY_COLUMN),)
    ),
    participation(
        "the same participation, its day in another dress", {}, {"Startdato": "2020-01-06"}, rejected=((3, ANY_COLUMN),)
    ),
    participation(
        "the same participation, the key without its zero",
        {},
        {"CPR-nr.": GOOD[0].replace("-", "")[1:]},
        rejected=((3, ANY_COLUMN),),
    ),
    participation("the same person in two projects", {}, {"Projekt": "FTF"}, rows_read=2),
    participation("a bad row above its good twin", {"A-kasse": ""}, {}, rejected=((2, "A-kasse"),)),
    participation("an end before the start", {"Slutdato": "01-01-1999"}, rows_read=1),
    participation("a start after the as-of date", {"Startdato": "01-01-2031", "Slutdato": ""}, rows_read=1),
    participation("two faults in one row", {"Projekt": "?", "Startdato": "?"}, {}, rejected=((2, "Projekt"),)),
    Case(
        "monitoring: keys as decimals and words as bytes in Parquet",
        "monitoring",
        {
            f"jobstatus_{DAY}.parquet": parquet(
                {
                    "PNR": [101601111.0, 3102601111.0],
                    "Projekt": [b"MA", b"FTF"],
                    "Dato": [43831, 43832],
                    "Jobstatus": ["Ledig"] * 2,
                }
            )
        },
        "read",
        rejected=((3, "PNR"),),
        rows_read=2,
    ),
]


@faults(*MONITORING_CASES, *SHEET_CASES, *CELL_CASES, *SHARE_CASES, *SEPARATE_CASES)
def test_monitoring(case: Case, tmp_path: Path) -> None:
    assert_verdict(case, tmp_path)
