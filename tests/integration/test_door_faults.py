"""Every kind of bad file that the contract of deliveries names, one small file each, and what must become of it.

A case is the files of one source, the file in question and its verdict: refused, later, duplicate, or read with exactly
the rejected rows (row number as a person sees it, heading as in the file).
"""

from __future__ import annotations

import hashlib
import hmac
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars
import pytest
import xlsxwriter

from dagster_project.door.intake import prepare_lake, take_in
from dagster_project.door.limits import Limits

AS_OF = date(2021, 6, 30)
DAY = "2021-06-01"
PROJECTS = frozenset({"MA", "FTF", "DSA", "3F-S", "3F-A"})
KEY = "nøgle"
GOOD = [f"01{month:02d}60-{1110 + month}" for month in range(1, 13)] * 6  # a real date, no check digit meant
KEY_LIKE = re.compile(r"\d{6}-?\d{4}")
KEYS = {*(key.replace("-", "") for key in GOOD), "0101601234", "3201601111", "3102601111", "2902004123", "2902001123"}
ANY_COLUMN = "*"  # the contract does not say which column a repeated row is told by

Cells = Sequence[Sequence[Any]]
Record = dict[str, Any]


USUAL = Limits()


@dataclass(frozen=True)
class Case:
    name: str
    source: str
    files: dict[str, bytes]  # name -> content; the last one is the file in question
    verdict: str
    rejected: tuple[tuple[int, str], ...] = ()
    rows_read: int | None = None
    ignored: str | None = None
    limits: Limits = USUAL
    sheet: str | None = None


def csv_file(*lines: Sequence[str], encoding: str = "utf-8", delimiter: str = ";") -> bytes:
    return "".join(delimiter.join(line) + "\r\n" for line in lines).encode(encoding)


def workbook(sheets: dict[str, Cells]) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    day = book.add_format({"num_format": "dd-mm-yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime | date):
                    sheet.write_datetime(number, column, cell, day)
                elif cell is not None:
                    sheet.write(number, column, cell)
    book.close()
    return content.getvalue()


def parquet(columns: dict[str, list[Any]]) -> bytes:
    content = io.BytesIO()
    polars.DataFrame(columns).write_parquet(content)
    return content.getvalue()


# -- consent: the file as such, dates, keys, closed lists ------------------------------------------------------

CONSENT = ("CPR-nr.", "Projekt", "Afgivet", "Tilbagekaldt", "Omfang")


def consent_lines(count: int, **changed: str) -> list[list[str]]:
    """Good rows; `changed` replaces a column's cell in the first of them."""
    lines = [[GOOD[n], "MA", "01-02-2020", "", "survey"] for n in range(count)]
    for column, cell in changed.items():
        lines[0][["cpr", "project", "given", "withdrawn", "scope"].index(column)] = cell
    return lines


def consent(name: str, verdict: str, content: bytes, *, file: str = f"samtykker_{DAY}.csv", **more: Any) -> Case:
    return Case(f"consent: {name}", "consent", {file: content}, verdict, **more)


def bad_cell(name: str, column: str, cell: str, heading: str) -> Case:
    content = csv_file(CONSENT, *consent_lines(3, **{column: cell}))
    return consent(name, "read", content, rejected=((2, heading),), rows_read=3)


def good_cell(name: str, column: str, cell: str) -> Case:
    return consent(name, "read", csv_file(CONSENT, *consent_lines(3, **{column: cell})), rows_read=3)


PLAIN = csv_file(CONSENT, *consent_lines(3))


def bad_among(bad: int, rows: int) -> bytes:
    lines = consent_lines(rows)
    for line in lines[:bad]:
        line[2] = "snart"
    return csv_file(CONSENT, *lines)


def rejected_first(count: int) -> tuple[tuple[int, str], ...]:
    return tuple((2 + n, "Afgivet") for n in range(count))


CONSENT_CASES = [
    consent("a good file", "read", PLAIN, rows_read=3),
    consent("no date in its name", "refused", PLAIN, file="samtykker.csv"),
    consent("an impossible date in its name", "refused", PLAIN, file="samtykker_2021-02-30.csv"),
    consent("a date elsewhere than at the end of its name", "refused", PLAIN, file="2021-06-01_samtykker.csv"),
    consent("an unknown extension", "refused", PLAIN, file=f"samtykker_{DAY}.pdf"),
    consent("no extension", "refused", PLAIN, file=f"samtykker_{DAY}"),
    consent("an extension in capitals", "read", PLAIN, file=f"SAMTYKKER_{DAY}.CSV", rows_read=3),
    consent("dated on the as-of date", "read", PLAIN, file="samtykker_2021-06-30.csv", rows_read=3),
    consent("dated after the as-of date", "later", PLAIN, file="samtykker_2021-07-01.csv", rows_read=0),
    consent("an empty file", "refused", b""),
    consent("blanks only", "refused", b" \r\n\r\n  \r\n"),
    consent("a heading without rows", "refused", csv_file(CONSENT)),
    consent("a heading and blank rows only", "refused", csv_file(CONSENT, [""] * 5, [" "] * 5)),
    consent("rows without a heading", "refused", csv_file(*consent_lines(3))),
    consent(
        "no column Projekt", "refused", csv_file(*[[*line[:1], *line[2:]] for line in [CONSENT, *consent_lines(3)]])
    ),
    consent(
        "no column Tilbagekaldt", "refused", csv_file(*[[*line[:3], line[4]] for line in [CONSENT, *consent_lines(3)]])
    ),
    consent("Afgivet twice", "refused", csv_file((*CONSENT, "AFGIVET"), *[[*ln, ln[2]] for ln in consent_lines(3)])),
    consent(
        "the key twice, by a synonym",
        "refused",
        csv_file((*CONSENT, "PNR"), *[[*ln, ln[0]] for ln in consent_lines(3)]),
    ),
    consent("random bytes", "refused", bytes(range(256)) * 3),
    consent("a workbook named .csv", "refused", workbook({"A": [CONSENT, *consent_lines(3)]})),
    consent("text named .xlsx", "refused", PLAIN, file=f"samtykker_{DAY}.xlsx"),
    consent("text named .parquet", "refused", PLAIN, file=f"samtykker_{DAY}.parquet"),
    consent("half a workbook", "refused", workbook({"A": [CONSENT, *consent_lines(3)]})[:1500], file=f"s_{DAY}.xlsx"),
    consent("a workbook with an empty sheet", "refused", workbook({"A": []}), file=f"s_{DAY}.xlsx"),
    consent(
        "half a Parquet file", "refused", parquet({name: ["x"] for name in CONSENT})[:200], file=f"s_{DAY}.parquet"
    ),
    consent("UTF-16 without a mark", "refused", csv_file(CONSENT, *consent_lines(3), encoding="utf-16-le")),
    consent("UTF-16 with a mark", "read", csv_file(CONSENT, *consent_lines(3), encoding="utf-16"), rows_read=3),
    consent("tabs", "read", csv_file(CONSENT, *consent_lines(3), delimiter="\t"), rows_read=3),
    consent("a pipe between cells", "refused", csv_file(CONSENT, *consent_lines(3), delimiter="|")),
    consent("the same bytes twice", "duplicate", PLAIN, file=f"z_{DAY}.csv"),
    consent("three columns more than allowed", "refused", PLAIN, limits=Limits(columns=2)),
    consent("a cell longer than allowed", "refused", PLAIN, limits=Limits(cell_characters=8)),
    consent("more bytes than allowed", "refused", PLAIN, limits=Limits(unpacked_bytes=20)),
    consent("two of two rows bad, less than three", "read", bad_among(2, 2), rejected=rejected_first(2), rows_read=2),
    consent("three of three rows bad", "refused", bad_among(3, 3), rows_read=3),
    consent(
        "three of sixty rows bad, not more than 5 %", "read", bad_among(3, 60), rejected=rejected_first(3), rows_read=60
    ),
    consent("three of 59 rows bad", "refused", bad_among(3, 59), rows_read=59),
    consent(
        "three of three rows bad, where ten are allowed",
        "read",
        bad_among(3, 3),
        rejected=rejected_first(3),
        limits=Limits(min_rejected_rows=11),
    ),
    consent(
        "title rows and blank rows before a bad row",
        "read",
        csv_file(["Samtykker"], [""], CONSENT, *consent_lines(1), [""] * 5, *consent_lines(1, given="aldrig")),
        rejected=((6, "Afgivet"),),
        rows_read=2,
    ),
    consent(
        "an unknown column",
        "read",
        csv_file((*CONSENT, "Sagsbehandler"), *[[*line, "x"] for line in consent_lines(2)]),
        rows_read=2,
        ignored="Sagsbehandler",
    ),
    consent(
        "a heading that looks like a key",
        "read",
        csv_file((*CONSENT, "010160-1234"), *[[*line, "x"] for line in consent_lines(2)]),
        rows_read=2,
    ),
    consent("a file name that looks like a key", "read", PLAIN, file=f"0101601234_{DAY}.csv", rows_read=3),
    consent("a short row", "read", csv_file(CONSENT, *consent_lines(2), [GOOD[4], "MA"]), rejected=((4, "Afgivet"),)),
    consent(
        "a bad row in a workbook",
        "read",
        workbook({"Ark1": [["Titel"], [], [*CONSENT], *consent_lines(1), *consent_lines(1, scope="alt")]}),
        file=f"s_{DAY}.xlsx",
        rejected=((5, "Omfang"),),
        rows_read=2,
        sheet="Ark1",
    ),
    consent(
        "heading as the file writes it",
        "read",
        csv_file(("PNR", "PROJEKT", "afgivet:", "Tilbage_kaldt", "omfang"), *consent_lines(2, given="x")),
        rejected=((2, "afgivet:"),),
        rows_read=2,
    ),
    *[
        bad_cell(f"key {cell!r}", "cpr", cell, "CPR-nr.")
        for cell in (
            "",
            "320160-1111",
            "310260-1111",
            "12345",
            "abc",
            "01016-01111",
            "010160-11111",
            "0000000000",
            "O10160-1111",
        )
    ],
    *[good_cell(f"key {cell!r}", "cpr", cell) for cell in ("101601234", "0101601234", " 010160-1234 ", "290200-4123")],
    bad_cell("key born on 29 February 1900", "cpr", "290200-1123", "CPR-nr."),
    *[bad_cell(f"project {cell!r}", "project", cell, "Projekt") for cell in ("", "XX", "MA FTF")],
    *[good_cell(f"project {cell!r}", "project", cell) for cell in (" ma ", "3f-s")],
    *[
        bad_cell(f"date {cell!r}", "given", cell, "Afgivet")
        for cell in ("", ".", "NA", "-", "31-02-2020", "2020-13-01", "29-02-2019", "12/31/2020", "i dag")
    ],
    *[
        good_cell(f"date {cell!r}", "given", cell)
        for cell in ("31/12/2020", "31.12.2020", "2020-12-31", "31-12-2020 23:59", "2020-12-31T08:00:00", "43831")
    ],
    bad_cell("withdrawn on no day", "withdrawn", "00-00-2020", "Tilbagekaldt"),
    bad_cell("an unknown scope", "scope", "alt", "Omfang"),
    *[good_cell(f"scope {cell!r}", "scope", cell) for cell in ("", ".", "Survey og Register", " REGISTER ")],
]
# The copy needs its original, which has the lesser name.
CONSENT_CASES = [
    Case(c.name, c.source, {f"samtykker_{DAY}.csv": PLAIN, **c.files}, c.verdict) if c.verdict == "duplicate" else c
    for c in CONSENT_CASES
]

# -- monitoring ------------------------------------------------------------------------------------------------

PEOPLE = ("CPR-nr.", "Projekt", "A-kasse", "Hold", "Startdato", "Slutdato", "Rekruttering")
DEEDS = ("CPR-nr.", "Projekt", "Aktivitet", "Dato", "Timer", "Form", "Status")
JOBS = ("CPR-nr.", "Projekt", "Dato", "Jobstatus")


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

# -- survey ----------------------------------------------------------------------------------------------------

BOOK = ("Variabel", "Spørgsmål", "Udsagn", "Type", "Kode", "Label", "Betingelse")
CODES = [
    ("q1", "Interesse?", "", "enkelt", "1", "Ja", ""),
    ("q1", "Interesse?", "", "enkelt", "2", "Nej", ""),
    ("q2_1", "Hvorfor?", "Job", "multi", "1", "Ja", "q1 in 1"),
    ("q3", "Uddyb", "", "fritekst", "", "", ""),
]
INVITED = ("Respondent", "CPR-nr.", "Projekt", "Udsendt", "Status")
ANSWERED = ("Respondent", "Besvaret", "q1", "q2_1", "q3")
CODEBOOK = {f"kodebog_{DAY}.csv": csv_file(BOOK, *CODES)}


def codebook(name: str, verdict: str, *lines: Sequence[str], **more: Any) -> Case:
    return Case(f"survey: {name}", "survey", {f"kodebog_{DAY}.csv": csv_file(BOOK, *lines)}, verdict, **more)


def invitation(name: str, heading: str, *lines: Sequence[str]) -> Case:
    files = {f"invitationer_{DAY}.csv": csv_file(INVITED, *lines)}
    return Case(f"survey: {name}", "survey", files, "read", rejected=((2 if heading != ANY_COLUMN else 3, heading),))


def answers(name: str, rejected: tuple[tuple[int, str], ...], *lines: Sequence[str], **more: Any) -> Case:
    files = {**CODEBOOK, f"besvarelser_{DAY}.csv": csv_file(ANSWERED, *lines)}
    return Case(f"survey: {name}", "survey", files, "read", rejected, **more)


SURVEY_CASES = [
    codebook("a good codebook", "read", *CODES, rows_read=4),
    codebook("a condition that cannot be parsed", "refused", *CODES[:2], (*CODES[2][:6], "q1 > 1"), CODES[3]),
    codebook("a condition without codes", "refused", *CODES[:2], (*CODES[2][:6], "q1 in"), CODES[3]),
    codebook("a condition on an unknown variable", "refused", *CODES[:2], (*CODES[2][:6], "q9 in 1"), CODES[3]),
    codebook(
        "a condition in other dress", "read", *CODES[:2], (*CODES[2][:6], " Q1  IN 1 , 2 "), CODES[3], rows_read=4
    ),
    Case("survey: no known kind", "survey", {f"svar_{DAY}.csv": csv_file(BOOK, *CODES)}, "refused"),
    invitation("an unknown status", "Status", ("1", GOOD[0], "MA", "01-02-2021", "Måske")),
    invitation("a blank respondent", "Respondent", (" ", GOOD[0], "MA", "01-02-2021", "Besvaret")),
    invitation("never sent", "Udsendt", ("1", GOOD[0], "MA", "", "Besvaret")),
    invitation(
        "a respondent twice",
        ANY_COLUMN,
        ("1", GOOD[0], "MA", "01-02-2021", "Besvaret"),
        ("1", GOOD[1], "MA", "01-02-2021", "Frabedt"),
    ),
    answers("good answers", (), ("1", "01-03-2021", "1", "0", "Fint"), ("2", "01-03-2021", "", "", ""), rows_read=2),
    answers(
        "a code outside the codebook", ((2, "q1"),), ("1", "01-03-2021", "3", "0", ""), ("2", "01-03-2021", "2", "", "")
    ),
    answers("a word for a code", ((2, "q1"),), ("1", "01-03-2021", "ja", "0", "")),
    answers("two in a 0/1 column", ((2, "q2_1"),), ("1", "01-03-2021", "1", "2", "")),
    answers("a second answer", ((3, ANY_COLUMN),), ("1", "01-03-2021", "1", "1", ""), ("1", "02-03-2021", "2", "", "")),
    answers("no date of the answer", ((2, "Besvaret"),), ("1", "", "1", "1", "")),
    answers("a key in free text", (), ("1", "01-03-2021", "1", "1", "Ring til 010160-1234"), rows_read=1),
    Case(
        "survey: codes judged by the newest codebook",
        "survey",
        {
            "kodebog_2021-05-01.csv": csv_file(BOOK, *CODES, ("q1", "Interesse?", "", "enkelt", "3", "Ved ikke", "")),
            **CODEBOOK,
            "besvarelser_2021-05-01.csv": csv_file(ANSWERED, ("1", "01-03-2021", "3", "0", "")),
        },
        "read",
        ((2, "q1"),),
    ),
    Case(
        "survey: a refused codebook leaves the older one in force",
        "survey",
        {
            "kodebog_2021-05-01.csv": csv_file(BOOK, *CODES, ("q1", "Interesse?", "", "enkelt", "3", "Ved ikke", "")),
            f"kodebog_{DAY}.csv": csv_file(BOOK[:-1], *[line[:-1] for line in CODES]),
            "besvarelser_2021-05-01.csv": csv_file(ANSWERED, ("1", "01-03-2021", "3", "0", "")),
        },
        "read",
    ),
]

# -- register --------------------------------------------------------------------------------------------------

PULL = ("PNR", "koen", "foed_dag", "ie_type", "y_2001", "y_2002", "branche_2020_01")


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

# -- results ---------------------------------------------------------------------------------------------------

RESULTS = ("Projekt", "Indikator", "Mål", "Resultat", "Enhed", "Opgjort", "Kilde")


def result(name: str, rejected: tuple[tuple[int, str], ...] = (), **changed: str) -> Case:
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

CASES = [*CONSENT_CASES, *MONITORING_CASES, *SURVEY_CASES, *REGISTER_CASES, *RESULTS_CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_file_gets_what_the_contract_says(case: Case, tmp_path: Path) -> None:
    ledger = _night(case, tmp_path)
    sha256 = hashlib.sha256(list(case.files.values())[-1]).hexdigest()
    row = max((r for r in ledger("deliveries") if r["sha256"] == sha256), key=lambda r: str(r["file_name"]))
    assert row["verdict"] == case.verdict, row["reason"]
    assert row["reason"] or case.verdict != "refused"
    if case.rows_read is not None:
        assert row["rows_read"] == case.rows_read
    if case.ignored is not None:
        assert row["ignored_columns"] == case.ignored
    if case.verdict == "read":
        _assert_rejected(case, row, ledger("rejected_rows"))
    _assert_no_key_in(tmp_path / "lake")


def _assert_rejected(case: Case, delivery: Record, rejected: list[Record]) -> None:
    own = [row for row in rejected if row["delivery_id"] == delivery["delivery_id"]]
    got = sorted((row["row_number"], row["column_name"]) for row in own)
    wanted = sorted(case.rejected)
    assert [number for number, _ in got] == [number for number, _ in wanted], own
    assert all(heading in (ANY_COLUMN, shown) for (_, heading), (_, shown) in zip(wanted, got, strict=True)), got
    assert all(row["reason"] and row["sheet"] == case.sheet for row in own)
    assert delivery["rows_rejected"] == len(wanted)


SAME = [
    (GOOD[0], "MA", date(2020, 2, 1), None, "survey"),
    (GOOD[1], "3F-S", date(2019, 12, 31), date(2020, 1, 2), None),
]


def dressed(day: str = "%d-%m-%Y", blank: str = "", dashed: bool = True) -> list[list[str]]:
    """The two declarations of SAME as text."""
    rows = []
    for key, *others in SAME:
        cells = [c.strftime(day) if isinstance(c, date) else blank if c is None else str(c) for c in others]
        rows.append([key if dashed else key.replace("-", ""), *cells])
    return rows


def typed(**columns: list[Any]) -> bytes:
    """The two declarations of SAME as Parquet, some columns given by the caller."""
    return parquet({name: columns.get(name[:3], [row[at] for row in SAME]) for at, name in enumerate(CONSENT)})


SERIALS = [[GOOD[0], "MA", 43862, None, "survey"], [GOOD[1], "3F-S", 43830.75, 43832.0, None]]
MOMENTS = [datetime(2020, 2, 1, 23, 59), datetime(2019, 12, 31)]
DRESSES: dict[str, tuple[str, bytes]] = {
    "semicolons": ("csv", csv_file(CONSENT, *dressed())),
    "commas, ISO dates": ("csv", csv_file(CONSENT, *dressed("%Y-%m-%d"), delimiter=",")),
    "tabs, dots, no hyphen": ("csv", csv_file(CONSENT, *dressed("%d.%m.%Y", "NA", False), delimiter="\t")),
    "a mark in UTF-8": ("csv", csv_file(CONSENT, *dressed("%d/%m/%Y 12:30", "."), encoding="utf-8-sig")),
    "UTF-16": ("csv", csv_file(CONSENT, *dressed("%Y-%m-%dT12:30:00", "-"), encoding="utf-16")),
    "Windows-1252": ("csv", csv_file(["Udtræk"], CONSENT, *dressed(), encoding="cp1252")),
    "a title with other delimiters": ("csv", csv_file(["Udtræk, maj 2021, 1, 2, 3, 4"], CONSENT, *dressed())),
    "Excel's own first line": ("csv", csv_file(["sep=;"], CONSENT, *dressed())),
    "line ends of one kind": ("csv", csv_file(CONSENT, *dressed()).replace(b"\r\n", b"\n")),
    "everything quoted": ("csv", csv_file(*[[f'"{c}"' for c in line] for line in [CONSENT, *dressed()]])),
    "zeros lost": ("csv", csv_file(CONSENT, *[[line[0].replace("-", "")[1:], *line[1:]] for line in dressed()])),
    "serial numbers in text": ("csv", csv_file(CONSENT, *[[str(c or "") for c in line] for line in SERIALS])),
    "columns turned round": ("csv", csv_file(CONSENT[::-1], *[line[::-1] for line in dressed()])),
    "a workbook": ("xlsx", workbook({"Ark1": [CONSENT, *SAME]})),
    "serial numbers in a workbook": ("xlsx", workbook({"Forside": [["Læs mig"]], "Data": [[], CONSENT, *SERIALS]})),
    "keys as numbers": ("xlsx", workbook({"A": [CONSENT, *[[int(r[0].replace("-", "")), *r[1:]] for r in SAME]]})),
    "Parquet": ("parquet", typed()),
    "Parquet with numbers and moments": ("parquet", typed(CPR=[101601111, 102601112], Afg=MOMENTS)),
    "Parquet with keys as floats": ("parquet", typed(CPR=[101601111.0, 102601112.0])),
}


@pytest.mark.parametrize("dress", DRESSES)
def test_the_same_content_lands_whatever_its_dress(dress: str, tmp_path: Path) -> None:
    extension, content = DRESSES[dress]
    _night(Case(dress, "consent", {f"samtykker_{DAY}.{extension}": content}, "read"), tmp_path)
    (landed,) = (tmp_path / "lake" / "consent_declarations").glob("consent-*.parquet")
    rows = polars.read_parquet(landed).drop("delivery_id", "row_number", "participant_id").rows()
    assert rows == [
        ("MA", date(2020, 2, 1), None, True, False),
        ("3F-S", date(2019, 12, 31), date(2020, 1, 2), True, True),
    ]
    keyed = [hmac.new(KEY.encode(), key.replace("-", "").encode(), "sha256").hexdigest()[:32] for key in GOOD[:2]]
    assert polars.read_parquet(landed)["participant_id"].to_list() == keyed


def test_a_second_night_says_the_same_of_files_that_lay_still(tmp_path: Path) -> None:
    cases = [case for case in CONSENT_CASES if len(case.files) == 1 and case.limits == USUAL]
    files = {
        f"{number:03d} {name}": content for number, case in enumerate(cases) for name, content in case.files.items()
    }
    everything = Case("all", "consent", files, "read")
    first = _night(everything, tmp_path)("deliveries")
    second = _night(everything, tmp_path)("deliveries")
    assert len(first) == len(files)
    assert second == first


def _night(case: Case, folder: Path) -> Callable[[str], list[Record]]:
    """Take the case's files in; returns a reader of the source's ledger."""
    landing, lake = folder / "landing", folder / "lake"
    (landing / case.source).mkdir(parents=True, exist_ok=True)
    for name, content in case.files.items():
        (landing / case.source / name).write_bytes(content)
    prepare_lake(lake)
    take_in(
        case.source, landing=landing, lake=lake, as_of=AS_OF, pseudonym_key=KEY, projects=PROJECTS, limits=case.limits
    )
    return lambda table: polars.read_parquet(lake / "ledger" / table / f"{case.source}.parquet").to_dicts()


def _assert_no_key_in(lake: Path) -> None:
    for path in (path for path in lake.rglob(ANY_COLUMN) if path.is_file()):
        told = str(polars.read_parquet(path).to_dicts()) if path.suffix == ".parquet" else path.read_text("utf-8")
        found = {match.replace("-", "") for match in KEY_LIKE.findall(f"{path.name} {told}")}
        assert not found & KEYS, path.name
