"""Workbooks as no program should write them: damaged, disguised, lying, and cells that only XML can hold."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter

from dagster_project.door.limits import Limits
from tests.integration.door_faults.harness import DAY, Case, Cells, assert_verdict, csv_file, faults, rezipped, workbook
from tests.integration.door_faults.layouts import DECLARATIONS

CONSENT = [list(line) for line in DECLARATIONS.lines()]
GOOD_BOOK = workbook({"Ark1": CONSENT})
SHEET, BOOK, STRINGS = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"
OLE = bytes.fromhex("D0CF11E0A1B11AE1")


def book(name: str, verdict: str, content: bytes, **more: Any) -> Case:
    return Case(name, "consent", {f"samtykker_{DAY}.xlsx": content}, verdict, **more)


def read(name: str, content: bytes, **more: Any) -> Case:
    return book(name, "read", content, rows_read=more.pop("rows_read", 3), **more)


def edited(member: str, old: bytes, new: bytes, content: bytes = GOOD_BOOK) -> bytes:
    """The good workbook with a part of one member replaced."""

    def change(name: str, body: bytes) -> bytes:
        assert name != member or old in body
        return body.replace(old, new, 1) if name == member else body

    return rezipped(content, change)


def replaced(member: str, body: bytes) -> bytes:
    return rezipped(GOOD_BOOK, lambda name, before: body if name == member else before)


def without(member: str) -> bytes:
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD_BOOK)) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            if name != member:
                new.writestr(name, old.read(name))
    return result.getvalue()


def drawn(draw: Callable[[Any], None], **options: Any) -> bytes:
    """A workbook that xlsxwriter is told how to write."""
    content = io.BytesIO()
    written = xlsxwriter.Workbook(content, options)
    draw(written)
    written.close()
    return content.getvalue()


def rows_of(sheet: Any, rows: Cells = CONSENT) -> Any:
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is not None:
                sheet.write(number, column, cell)
    return sheet


def hidden_rows(written: Any) -> None:
    sheet = rows_of(written.add_worksheet())
    sheet.set_row(1, None, None, {"hidden": True})
    sheet.set_column(1, 1, None, None, {"hidden": True})


def chart_sheet(written: Any) -> None:
    chart = written.add_chart({"type": "bar"})
    written.add_chartsheet("Graf").set_chart(chart)
    rows_of(written.add_worksheet("Data"))
    chart.add_series({"values": "=Data!$A$1:$A$2"})


def hidden_sheet(written: Any) -> None:
    written.add_worksheet("Forside").activate()
    rows_of(written.add_worksheet("Data")).very_hidden()


def merged_title(written: Any) -> None:
    sheet = written.add_worksheet()
    sheet.merge_range(0, 0, 0, 4, "Samtykkeerklæringer")
    rows_of(sheet, [[], *CONSENT])


def rich_text(written: Any) -> None:
    sheet = rows_of(written.add_worksheet())
    bold = written.add_format({"bold": True})
    sheet.write_rich_string(1, 4, bold, "sur", "vey")


def formulas(value: Any) -> Callable[[Any], None]:
    def draw(written: Any) -> None:
        rows_of(written.add_worksheet()).write_formula(1, 4, "=1+1", None, value)

    return draw


def day_as(number: float, form: str, **options: Any) -> bytes:
    def draw(written: Any) -> None:
        rows_of(written.add_worksheet()).write_number(1, 2, number, written.add_format({"num_format": form}))

    return drawn(draw, **options)


def key_as(number: float, form: str) -> bytes:
    def draw(written: Any) -> None:
        rows_of(written.add_worksheet()).write_number(1, 0, number, written.add_format({"num_format": form}))

    return drawn(draw)


def cell_xml(xml: bytes) -> bytes:
    """The good workbook with the first row's Omfang cell written by hand."""
    found = GOOD_SHEET.index(b'<c r="E2"')
    end = GOOD_SHEET.index(b"</c>", found) + 4
    return replaced(SHEET, GOOD_SHEET[:found] + xml + GOOD_SHEET[end:])


def bomb(megabytes: int) -> bytes:
    return replaced(SHEET, GOOD_SHEET + b" " * (megabytes * 2**20))


with zipfile.ZipFile(io.BytesIO(GOOD_BOOK)) as archive:
    GOOD_SHEET = archive.read(SHEET)
LOOK = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
PART = Limits(unpacked_bytes=2**22)

ARCHIVE_CASES = [
    read("a good workbook", GOOD_BOOK),
    book(
        "a locked workbook", "refused", OLE + "EncryptedPackage".encode("utf-16-le") + bytes(2048), because="password"
    ),
    book("an old .xls named .xlsx", "refused", OLE + "Workbook".encode("utf-16-le") + bytes(2048), because=".xls"),
    book("CSV named .xlsx", "refused", csv_file(*CONSENT), because="opened"),
    book("HTML named .xlsx", "refused", b"<html><table></table></html>", because="opened"),
    book("an empty file", "refused", b"", because="opened"),
    book("an empty ZIP file", "refused", b"PK\x05\x06" + bytes(18), because="opened"),
    *[
        book(f"its first {part} of ten parts", "refused", GOOD_BOOK[: len(GOOD_BOOK) * part // 10], because="opened")
        for part in (1, 5, 9)
    ],
    book("its last half", "refused", GOOD_BOOK[len(GOOD_BOOK) // 2 :], because="opened"),
    read("a comment behind the archive", GOOD_BOOK[:-2] + b"\x05\0hello"),
    book("no list of sheets", "refused", without(BOOK), because="opened"),
    book("no list of parts", "refused", without("xl/_rels/workbook.xml.rels"), because="opened"),
    book("no sheet where one is listed", "refused", without(SHEET), because="opened"),
    book("no texts where some are named", "refused", without(STRINGS)),
    read("no styles", without("xl/styles.xml")),
    read("no [Content_Types].xml", without("[Content_Types].xml")),
    book("a sheet of no XML", "refused", replaced(SHEET, b"nothing")),
    book("a sheet cut in the middle", "refused", replaced(SHEET, GOOD_SHEET[: len(GOOD_SHEET) // 2])),
    book("a sheet of zeros", "refused", replaced(SHEET, bytes(2**22)), because="opened"),
    book("texts cut in the middle", "refused", edited(STRINGS, b"</sst>", b"<si><t>")),
    book("more than allowed when unpacked", "refused", bomb(5), limits=PART, because="larger"),
    read("less than allowed when unpacked", bomb(3), limits=PART),
    book(
        "a hundred megabytes of blanks that pack well",
        "refused",
        bomb(100),
        limits=Limits(unpacked_bytes=2**26),
        because="larger",
    ),
    book("a cell at the far end", "refused", edited(SHEET, b"</sheetData>", FAR), because="larger"),
    book(
        "a cell at the far end, and a sheet that tells of one cell",
        "refused",
        edited(SHEET, b'ref="A1:E4"', b'ref="A1"', edited(SHEET, b"</sheetData>", FAR)),
        because="larger",
    ),
    read("a far cell of which only the look is set", edited(SHEET, b"</sheetData>", LOOK)),
    read(
        "a long sheet that tells of such a cell",
        edited(SHEET, b'ref="A1:E4"', b'ref="A1:XFD1048576"', edited(SHEET, b"</sheetData>", LOOK, bomb(2))),
    ),
    read("a sheet that tells of more cells than it has", edited(SHEET, b'ref="A1:E4"', b'ref="A1:G90"')),
    read("a sheet that tells of fewer cells than it has", edited(SHEET, b'ref="A1:E4"', b'ref="A1:B2"')),
    read(
        "an entity of a file elsewhere",
        edited(SHEET, b"<worksheet", b'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet'),
    ),
    book("a text number beyond the texts", "refused", cell_xml(b'<c r="E2" t="s"><v>999999</v></c>')),
]
SHEET_CASES = [
    read("rows and columns that are hidden", drawn(hidden_rows)),
    read("a very hidden sheet", drawn(hidden_sheet)),
    read("a sheet of a chart alone first", drawn(chart_sheet)),
    read("a merged title", drawn(merged_title)),
    read("a text in two scripts", drawn(rich_text)),
    read("the texts in the sheet itself", workbook({"Ark1": CONSENT}, in_memory=True, constant_memory=True)),
    read("ten empty sheets first", workbook({**{f"Tom {n}": [] for n in range(10)}, "Data": CONSENT})),
    read("two sheets that fit: the first counts", workbook({"A": CONSENT, "B": CONSENT[:2]})),
    read("the second sheet fits better", workbook({"A": [CONSENT[0][:3]], "B": CONSENT})),
    read(
        "a sheet named like a key",
        workbook({"010160-1234": [*CONSENT, ["x", *CONSENT[1][1:]]]}),
        rows_read=4,
        rejected=((5, "CPR-nr."),),
        sheet="******-****",
    ),
    read(
        "a sheet named with blanks",
        workbook({" Data ": [*CONSENT, ["x", *CONSENT[1][1:]]]}),
        rows_read=4,
        rejected=((5, "CPR-nr."),),
        sheet=" Data ",
    ),
    book(
        "a heading in one sheet, the rows in another",
        "refused",
        workbook({"A": CONSENT[:1], "B": CONSENT[1:]}),
        because="not one row",
    ),
    book("500 title rows", "refused", workbook({"A": [["Titel"]] * 500 + CONSENT}), because="missing"),
    read("499 title rows", workbook({"A": [["Titel"]] * 499 + CONSENT})),
    read("5,000 columns, two thirds of them empty", workbook({"A": [[*row, *[None] * 4_990, "x"] for row in CONSENT]})),
    book(
        "5,001 columns, the last one filled",
        "refused",
        workbook({"A": [[*row, *[None] * 4_995, "x"] for row in CONSENT]}),
        because="columns",
    ),
    read("a cell of 32,767 signs", workbook({"A": [[*row, "x" * 32_767] for row in CONSENT]})),
]
CELL_CASES = [
    *[
        read(f"a day written {form}", day_as(43831, form))
        for form in ("dd-mm-yyyy", "d. mmmm yyyy", "yyyy-mm-dd hh:mm", "[$-406]dddd", "0", "General", "@", "#,##0.00")
    ],
    read("a day with hours", day_as(43831.75, "dd-mm-yyyy")),
    read("a day in the calendar that begins in 1904", day_as(43831, "dd-mm-yyyy", date_1904=True)),
    read("a length of time for a day", day_as(1.5, "[h]:mm"), rejected=((2, "Afgivet"),), sheet="Sheet1"),
    read("a clock time for a day", day_as(0.5, "hh:mm"), rejected=((2, "Afgivet"),), sheet="Sheet1"),
    read("a year for a day", day_as(2020, "0"), rejected=((2, "Afgivet"),), sheet="Sheet1"),
    read("a day far beyond the calendar", day_as(99_999_999, "dd-mm-yyyy"), rejected=((2, "Afgivet"),), sheet="Sheet1"),
    read("a day before the calendar", day_as(-5, "dd-mm-yyyy"), rejected=((2, "Afgivet"),), sheet="Sheet1"),
    *[
        read(f"a key as a number written {form}", key_as(101601234, form))
        for form in ("General", "0000000000", '000000"-"0000', "0.00E+00", "#,##0")
    ],
    read(
        "a key as a number written as a day",
        key_as(101601234, "dd-mm-yyyy"),
        rejected=((2, "CPR-nr."),),
        sheet="Sheet1",
    ),
    read("a key as a number with a fraction", key_as(101601234.5, "0"), rejected=((2, "CPR-nr."),), sheet="Sheet1"),
    read("a formula that gave a word", drawn(formulas("survey"))),
    read("a formula that was never reckoned", drawn(formulas(""))),
    *[
        read(
            f"a formula that gave {error}",
            drawn(formulas(error)),
            rejected=((2, "Omfang"),),
            sheet="Sheet1",
            because="Excel error",
        )
        for error in ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")
    ],
    read("a formula that gave true", drawn(formulas(True)), rejected=((2, "Omfang"),), sheet="Sheet1"),
    read("a text in the cell itself", cell_xml(b'<c r="E2" t="inlineStr"><is><t> survey </t></is></c>')),
    read("a word of a formula", cell_xml(b'<c r="E2" t="str"><f>A1</f><v>survey</v></c>')),
    read("a cell of a style alone", cell_xml(b'<c r="E2" s="1"/>')),
    read("a cell with an empty value", cell_xml(b'<c r="E2"><v></v></c>')),
    read(
        "an ISO day in the cell itself",
        cell_xml(b'<c r="E2" t="d"><v>2020-01-01</v></c>'),
        rejected=((2, "Omfang"),),
        sheet="Ark1",
    ),
    read("a number that is none", cell_xml(b'<c r="E2"><v>abc</v></c>'), rejected=((2, "Omfang"),), sheet="Ark1"),
    read(
        "signs that XML has to escape",
        cell_xml(b'<c r="E2" t="inlineStr"><is><t>&lt;b&gt;&amp;</t></is></c>'),
        rejected=((2, "Omfang"),),
        sheet="Ark1",
    ),
    read("Excel's own escape of a sign", cell_xml(b'<c r="E2" t="inlineStr"><is><t>survey_x000D_</t></is></c>')),
]


@faults(*ARCHIVE_CASES, *SHEET_CASES, *CELL_CASES)
def test_workbooks(case: Case, tmp_path: Path) -> None:
    assert_verdict(case, tmp_path)
