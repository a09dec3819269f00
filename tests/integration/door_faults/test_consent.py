"""Consent declarations: the file as such, and every dress of a key, a day and a closed word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dagster_project.door.limits import Limits
from tests.integration.door_faults.harness import (
    ANY_COLUMN,
    DAY,
    GOOD,
    Case,
    Rejected,
    assert_verdict,
    csv_file,
    faults,
    parquet,
    workbook,
)
from tests.integration.door_faults.layouts import DECLARATIONS

CONSENT = DECLARATIONS.heading


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


def rejected_first(count: int) -> Rejected:
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

# -- a text file's own faults ------------------------------------------------------------------------------------------

LINES = [list(line) for line in (CONSENT, *consent_lines(3))]


def text(name: str, verdict: str, content: bytes, **more: Any) -> Case:
    return consent(f"text: {name}", verdict, content, **more)


def bad_row(name: str, content: bytes, row: int, column: str = "CPR-nr.", **more: Any) -> Case:
    return text(name, "read", content, rejected=((row, column),), **more)


TEXT_CASES = [
    text("a mark in UTF-8, twice", "read", b"\xef\xbb\xbf" * 2 + PLAIN, rows_read=3),
    text(
        "a mark in UTF-8 before each of two parts", "read", PLAIN + b"\xef\xbb\xbf" + csv_file(*LINES[1:]), rows_read=6
    ),
    text("a mark and no more", "refused", b"\xef\xbb\xbf", because="missing"),
    text("a UTF-16 mark and no more", "refused", b"\xff\xfe", because="missing"),
    text("UTF-16 with its large end first", "read", b"\xfe\xff" + PLAIN.decode().encode("utf-16-be"), rows_read=3),
    text("UTF-16 with half a sign at the end", "refused", PLAIN.decode().encode("utf-16") + b"x", because="encoding"),
    text("UTF-16 with half a pair of signs", "refused", b"\xff\xfe\x00\xd8" + PLAIN.decode().encode("utf-16-le")),
    text("UTF-32", "refused", PLAIN.decode().encode("utf-32"), because="NUL"),
    text(
        "a mark in UTF-8 before Windows-1252",
        "refused",
        b"\xef\xbb\xbf" + PLAIN.replace(b"MA", b"\xe6", 1),
        because="encoding",
    ),
    text("bytes that no encoding has", "refused", PLAIN.replace(b"MA", b"\x81", 1), because="encoding"),
    text("a NUL in a cell", "refused", PLAIN.replace(b"MA", b"M\0A", 1), because="NUL"),
    text("NULs at the end", "refused", PLAIN + bytes(512), because="NUL"),
    text("line ends of CR alone", "read", PLAIN.replace(b"\r\n", b"\r"), rows_read=3),
    text("line ends of LF alone", "read", PLAIN.replace(b"\r\n", b"\n"), rows_read=3),
    text(
        "line ends of each kind",
        "read",
        b"\r\n".join(PLAIN.split(b"\r\n", 1)).replace(b"\r\n", b"\n", 1).replace(b"\r\n", b"\r", 1),
        rows_read=3,
    ),
    text("line ends of CR CR LF", "read", PLAIN.replace(b"\r\n", b"\r\r\n"), rows_read=3),
    text("no line end after the last row", "read", PLAIN.rstrip(), rows_read=3),
    text("a hundred blank lines at the end", "read", PLAIN + b"\r\n" * 100, rows_read=3),
    text("rows of delimiters at the end", "read", PLAIN + b";;;;\r\n" * 100, rows_read=3),
    text("delimiters after every row", "read", PLAIN.replace(b"\r\n", b";;;\r\n"), rows_read=3),
    bad_row("a line of Ctrl-Z, the end mark of DOS", PLAIN + b"\x1a", 5),
    text("a quotation mark not closed in the heading", "refused", b'"' + PLAIN, because="quotation"),
    text("a quotation mark not closed in a row", "refused", PLAIN.replace(b"MA", b'"MA', 1), because="quotation"),
    text("a quotation mark inside a quoted text", "refused", PLAIN.replace(b"MA", b'"M"A"', 1), because="quotation"),
    bad_row("a quotation mark inside a plain text", PLAIN.replace(b"MA", b'M"A', 1), 2, "Projekt"),
    text("doubled quotation marks", "read", PLAIN.replace(b"MA", b'"M""A"', 1), rejected=((2, "Projekt"),)),
    text("quoted line ends in a heading", "read", PLAIN.replace(b"CPR-nr.", b'"CPR-\r\nnr."'), rows_read=3),
    text("quoted cells with blanks inside", "read", PLAIN.replace(b"MA", b'" MA "'), rows_read=3),
    bad_row("a delimiter inside a text", csv_file(*LINES[:2], [*LINES[2], "a", "b"], LINES[3]), 3, ANY_COLUMN),
    text(
        "a quoted delimiter inside a text",
        "read",
        csv_file([*LINES[0], "Note"], *[[*line, '"a;b"'] for line in LINES[1:]]),
        rows_read=3,
        ignored="Note",
    ),
    bad_row(
        "a quoted line end above a bad row",
        csv_file([*LINES[0], "Note"], [*LINES[1], '"a\r\nb"'], ["x", *LINES[2][1:]]),
        3,
    ),
    text(
        "semicolons in the heading and commas below",
        "refused",
        csv_file(LINES[0]) + csv_file(*LINES[1:], delimiter=","),
    ),
    text(
        "commas, with texts that hold semicolons",
        "read",
        csv_file([*LINES[0], "Note"], *[[*line, "a;b;c;d;e;f"] for line in LINES[1:]], delimiter=","),
        rows_read=3,
    ),
    text("blanks for delimiters", "refused", csv_file(*LINES, delimiter=" "), because="missing"),
    text(
        "columns padded with blanks",
        "read",
        csv_file(*[[cell.center(30) for cell in line] for line in LINES]),
        rows_read=3,
    ),
    bad_row("a totals row", csv_file(*LINES, ["I alt", "", "3"]), 5),
    bad_row("a comment below the rows", csv_file(*LINES, ["* foreløbige tal"]), 5),
    bad_row("the heading again in the middle", csv_file(*LINES[:2], *LINES), 3, rows_read=5),
    bad_row("the heading twice", csv_file(LINES[0], *LINES), 2, rows_read=4),
    text("a heading of a part, then the whole", "read", csv_file(LINES[0][:3], *LINES), rows_read=3),
    text(
        "two headings of one table, columns turned round",
        "read",
        csv_file(*LINES, LINES[0][::-1]),
        rejected=((5, "CPR-nr."),),
    ),
    text("499 title rows", "read", b"Titel\r\n" * 499 + PLAIN, rows_read=3),
    text("500 title rows", "refused", b"Titel\r\n" * 500 + PLAIN, because="missing"),
    text("a title row with many delimiters", "read", b";;;;;;;;;;;;\r\nUdtr\xe6k;;;;;;;;;;;;\r\n" + PLAIN, rows_read=3),
    text("headings under a merged heading", "read", csv_file(["Borger", "", "Samtykke", "", ""], *LINES), rows_read=3),
    text("rows of different lengths", "read", csv_file(LINES[0], LINES[1][:3], LINES[2][:4], LINES[3]), rows_read=3),
    text(
        "empty columns between",
        "read",
        csv_file(*[[part for cell in line for part in (cell, "", "")] for line in LINES]),
        rows_read=3,
    ),
    text(
        "columns without a heading, filled",
        "read",
        csv_file(*[[line[0], "x" if n else "", *line[1:]] for n, line in enumerate(LINES)]),
        rows_read=3,
    ),
    text("ten thousand columns", "refused", csv_file(*[[*line, *["x"] * 10_000] for line in LINES]), because="columns"),
    text("ten thousand empty columns", "read", csv_file(*[[*line, *[""] * 10_000] for line in LINES]), rows_read=3),
    text("a megabyte in a cell", "refused", PLAIN.replace(b"MA", b"M" * 2**20, 1), because="longer"),
    text("a megabyte of blanks in a cell", "read", PLAIN.replace(b"MA", b"MA" + b" " * 2**20, 1), rows_read=3),
    text("a page of HTML", "refused", b"<html><table><tr><td>CPR-nr.</td></tr></table></html>", because="missing"),
    text("JSON", "refused", b'[{"CPR-nr.": "x", "Projekt": "MA"}]'),
    text("a ZIP file", "refused", b"PK\x05\x06" + bytes(18), because="NUL"),
    text("headings that others use", "refused", PLAIN.replace(b"Afgivet", b"Dato for samtykke"), because="Afgivet"),
    text("headings with a comment behind", "refused", PLAIN.replace(b"Afgivet", b"Afgivet (dato)"), because="Afgivet"),
    text("a heading quoted as text", "read", PLAIN.replace(b"Afgivet", b"'Afgivet'"), rows_read=3),
    text(
        "the key under each synonym",
        "refused",
        csv_file([*LINES[0], "cprnr"], *[[*line, ""] for line in LINES[1:]]),
        because="CPR-nr.",
    ),
    *[
        text(f"the key under {heading!r}", "read", PLAIN.replace(b"CPR-nr.", heading.encode()), rows_read=3)
        for heading in ("CPR", "cpr-nummer", "CPRNR", "pnr", "c.p.r. nr", "CPR_NR")
    ],
    *[
        text(f"the key under {heading!r}", "refused", PLAIN.replace(b"CPR-nr.", heading.encode()), because="CPR-nr.")
        for heading in ("Personnummer", "CPR nr 2", "lobenr", "CPR-nr. (10 cifre)")
    ],
    text(
        "a row that names another programme",
        "read",
        PLAIN.replace(b"MA", b"SF", 1),
        rejected=((2, "Projekt"),),
        because="project",
    ),
    text("the same row three times", "read", csv_file(*LINES[:2], *LINES[1:2] * 2), rows_read=3),
    text(
        "withdrawn before it was given",
        "read",
        csv_file(*LINES[:1], [GOOD[0], "MA", "01-02-2020", "01-01-2020", ""]),
        rows_read=1,
    ),
    text(
        "given after the as-of date", "read", csv_file(*LINES[:1], [GOOD[0], "MA", "01-02-2030", "", ""]), rows_read=1
    ),
]

# -- cells in every dress ----------------------------------------------------------------------------------------------

KEYS_THAT_ARE_NONE = (
    "010160–1234",
    "010160 1234",
    "01 01 60 1234",
    "01.01.60-1234",
    "010160--1234",
    "010160-123",
    "01016012",
    "1016012",
    "01016012345",
    "0101601234567",
    "610160-1234",
    "010060-1234",
    "011360-1234",
    "000160-1234",
    "300260-1234",
    "310460-1234",
    "290237-4123",
    "290258-5123",
    "290201-1123",
    "1.01601234E+08",
    "1,01601E+08",
    "101601234.5",
    "-101601234",
    "+0101601234",
    "010160-12A4",
    "CPR 010160-1234",
    "010160-1234, 020260-1234",
    "０１０１６０１２３４",
    "٠١٠١٦٠١٢٣٤",
    "'0101601234",
    "#N/A",
    "ukendt",
    "xxxxxx-xxxx",
    "=A1",
)
KEYS_IN_ODD_DRESS = (
    "101601234.0",
    "101601234,00",
    "0101601234.0",
    "10160-1234",
    "\u00a0010160-1234\u00a0",
    "\u200b010160-1234\ufeff",
    "\t010160-1234\v",
    "010160-0000",
    "310399-9999",
    "290236-4123",
    "290200-6123",
    "290296-5123",
)
NO_DAYS = (
    "31-12-20",
    "1/1/20",
    "31. december 2020",
    "31-dec-2020",
    "december 2020",
    "2020",
    "2020-12",
    "2020-366",
    "2020-W05-1",
    "20201231",
    "31122020",
    "2020/12/31",
    "31-12/2020",
    "31 12 2020",
    "31–12–2020",
    "32-01-2020",
    "00-01-2020",
    "01-00-2020",
    "2021-02-29",
    "29-02-1900",
    "29-02-2100",
    "0000-00-00",
    "24-13-2020",
    "31-12-2020?",
    "ca. 31-12-2020",
    "31-12-2020 25:00",
    "31-12-2020 kl. 12",
    "31-12-2020 31-12-2020",
    "12:30",
    "-43831",
    "4.3831E4",
    "43.831,5",
    "999999",
    "TRUE",
    "#VALUE!",
    "#NUM!",
    "١٠-١٠-٢٠٢٠",
    "uge 5",
)
DAYS_IN_ODD_DRESS = (
    "1-1-2020",
    "29-02-2020",
    "29-02-2000",
    "2000-02-29",
    "01-01-1900",
    "31-12-2100",
    "43831.0",
    "43831.75",
    "43831,75",
    "36526",
    "2020-02-29T00:00:00Z",
    "2020-02-29T00:00:00+01:00",
    "2020-12-31 08:00:00.000",
    "31-12-2020 23:59:59",
    "31.12.2020 08.30",
    "31/12/2020 11:59 PM",
    "  31-12-2020  ",
    "\u00a031-12-2020\u2009",
)
NO_SCOPES = (
    "survey  og register",
    "survey\u00a0og register",
    "survey, register",
    "survey og",
    "register og survey",
    "surveys",
    "begge",
    "1",
    "survey.0",
    "s urvey",
    "#NAME?",
)
NO_PROJECTS = ("3FS", "3F–S", "MA.", "M A", "MA/FTF", "5", "MA.0", "alle", "#NULL!")

CELL_CASES = [
    *[bad_cell(f"key {cell!r}", "cpr", cell, "CPR-nr.") for cell in KEYS_THAT_ARE_NONE],
    *[good_cell(f"key {cell!r}", "cpr", cell) for cell in KEYS_IN_ODD_DRESS],
    *[bad_cell(f"date {cell!r}", "given", cell, "Afgivet") for cell in NO_DAYS],
    *[
        bad_cell(f"withdrawn {cell!r}", "withdrawn", cell, "Tilbagekaldt")
        for cell in ("nej", "31-12-20", "0", "x", "#DIV/0!")
    ],
    *[good_cell(f"date {cell!r}", "given", cell) for cell in DAYS_IN_ODD_DRESS],
    *[good_cell(f"withdrawn {cell!r}", "withdrawn", cell) for cell in (" ", ".", "NA", "-", "\u00a0", "43831")],
    *[bad_cell(f"scope {cell!r}", "scope", cell, "Omfang") for cell in NO_SCOPES],
    *[good_cell(f"scope {cell!r}", "scope", cell) for cell in ("SURVEY", "\tregister ", "Survey Og Register", "NA")],
    *[bad_cell(f"project {cell!r}", "project", cell, "Projekt") for cell in NO_PROJECTS],
    *[good_cell(f"project {cell!r}", "project", cell) for cell in ("Ma", "3f-a\u00a0", "dsa")],
]


@faults(*CONSENT_CASES, *TEXT_CASES, *CELL_CASES)
def test_consent(case: Case, tmp_path: Path) -> None:
    assert_verdict(case, tmp_path)
