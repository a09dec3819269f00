"""Writes a population's deliveries as files, each in a legal dress of its own, and notes where every row landed.

Belongs here: formats, encodings, delimiters, headings, the many ways to write a date, a number, a blank, a person key.
Does not belong here: what the values are (population.py) and what they mean (oracle.py).
"""

from __future__ import annotations

import copy
import csv
import hashlib
import io
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pandas
import polars
import pyreadstat
import xlsxwriter

from tests.support.population import Delivery, Population, Row, Table

_KEY = ("CPR-nr.", "CPR", "CPR-nummer", "cprnr", "PNR")

# Column key -> headings that mean it; then how its values are written; then whether the column must be there.
COLUMNS: dict[str, dict[str, tuple[tuple[str, ...], str, bool]]] = {
    "participants": {
        "cpr": (_KEY, "cpr", True),
        "project": (("Projekt",), "word", True),
        "fund": (("A-kasse",), "text", True),
        "course": (("Hold",), "text", True),
        "start": (("Startdato",), "date", True),
        "end": (("Slutdato",), "date", True),
        "recruitment": (("Rekruttering",), "word", False),
    },
    "activities": {
        "cpr": (_KEY, "cpr", True),
        "project": (("Projekt",), "word", True),
        "activity": (("Aktivitet",), "text", True),
        "day": (("Dato",), "date", True),
        "hours": (("Timer",), "number", False),
        "mode": (("Form",), "word", True),
        "status": (("Status",), "word", True),
    },
    "job_statuses": {
        "cpr": (_KEY, "cpr", True),
        "project": (("Projekt",), "word", True),
        "day": (("Dato",), "date", True),
        "job_status": (("Jobstatus",), "word", True),
    },
    "declarations": {
        "cpr": (_KEY, "cpr", True),
        "project": (("Projekt",), "word", True),
        "given": (("Afgivet",), "date", True),
        "withdrawn": (("Tilbagekaldt",), "date", True),
        "scope": (("Omfang",), "word", True),
    },
    "invitations": {
        "respondent": (("Respondent",), "text", True),
        "cpr": (_KEY, "cpr", True),
        "project": (("Projekt",), "word", True),
        "sent": (("Udsendt",), "date", True),
        "disposition": (("Status",), "word", True),
    },
    "answers": {"respondent": (("Respondent",), "text", True), "answered": (("Besvaret",), "date", True)},
    "codebook": {
        "variable": (("Variabel",), "text", True),
        "question": (("Spørgsmål",), "text", True),
        "item": (("Udsagn",), "text", True),
        "type": (("Type",), "word", True),
        "code": (("Kode",), "number", True),
        "label": (("Label",), "text", True),
        "condition": (("Betingelse",), "text", True),
    },
    "pull": {
        "cpr": (_KEY, "cpr", True),
        "sex": (("koen",), "sex", True),
        "birth": (("foed_dag",), "date", True),
        "origin": (("ie_type",), "number", True),
    },
    "indicators": {
        "project": (("Projekt",), "word", True),
        "indicator": (("Indikator",), "text", True),
        "target": (("Mål",), "number", True),
        "result": (("Resultat",), "number", True),
        "unit": (("Enhed",), "word", True),
        "recorded": (("Opgjort",), "date", True),
        "origin_text": (("Kilde",), "text", True),
    },
}

WORDS = {
    "self_recruited": "Selvrekruttering",
    "invitation": "Invitation",
    "mandatory": "Obligatorisk",
    "in_person": "Fysisk",
    "online": "Online",
    "phone": "Telefon",
    "completed": "Gennemført",
    "cancelled": "Aflyst",
    "postponed": "Udsat",
    "in_job": "I job",
    "wage_subsidy": "Løntilskud",
    "work_placement": "Virksomhedspraktik",
    "education": "Uddannelse",
    "unemployed": "Ledig",
    "other": "Andet",
    "survey": "survey",
    "register": "register",
    "both": "survey og register",
    "complete": "Besvaret",
    "partial": "Delvist besvaret",
    "no_response": "Ikke besvaret",
    "undeliverable": "Afvist",
    "refused": "Frabedt",
    "single": "enkelt",
    "multiple": "multi",
    "scale": "skala",
    "free_text": "fritekst",
    "count": "antal",
    "percent": "pct",
}

SHEETS = {"participants": "Deltagere", "activities": "Aktiviteter", "job_statuses": "Jobstatus"}
EXCEL_DAY_ZERO = date(1899, 12, 30)


@dataclass
class Dress:
    """One file's habits. Each cell may still choose among what the file allows."""

    rng: random.Random
    medium: str  # text (CSV, and text columns of Parquet), cells (xlsx), typed (Parquet, Stata)
    dates: list[str] = field(default_factory=list)
    blanks: list[str] = field(default_factory=list)
    cpr: str = "plain"
    decimal: str = ","
    codes: str = "text"  # register codes: as text, as whole numbers, or as the floats of a careless export

    @classmethod
    def draw(cls, rng: random.Random, medium: str) -> Dress:
        forms = ["%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y 00:00", "%Y-%m-%d 13:45:00", "serial"]
        if medium == "cells":
            forms += ["cell", "cell", "moment"]
        blanks = rng.choice([[""], [""], ["", "  ", "."], ["NA", ""], ["-", ""]])
        cpr = rng.choice(
            ["plain", "hyphen", "mixed", "blanks", "lost zero", *(["number"] * 2 if medium == "cells" else [])]
        )
        codes = rng.choice(["text", "text", "number", "float"])
        return cls(rng, medium, rng.sample(forms, rng.choice([1, 1, 2, 4])), blanks, cpr, rng.choice([",", "."]), codes)

    def cell(self, form: str, value: Any) -> Any:
        if value is None:
            return None if self.medium == "cells" and self.rng.random() < 0.7 else self.rng.choice(self.blanks)
        return _FORMS[form](self, value)

    def key(self, cpr: str) -> Any:
        if self.cpr == "number":
            return int(cpr)
        if self.cpr == "lost zero":
            return cpr.removeprefix("0")
        style = self.rng.choice(["plain", "hyphen", "blanks"]) if self.cpr == "mixed" else self.cpr
        written = f"{cpr[:6]}-{cpr[6:]}" if style in ("hyphen", "blanks") else cpr
        return f"  {written} " if style == "blanks" else written

    def date(self, day: date) -> Any:
        form = self.rng.choice(self.dates)
        if form == "cell":
            return day
        if form == "moment":
            return datetime.combine(day, time(14, 30))
        if form == "serial":
            serial = (day - EXCEL_DAY_ZERO).days
            return serial if self.medium == "cells" else str(serial)
        return day.strftime(form)

    def number(self, value: float) -> Any:
        if self.medium == "cells" and self.rng.random() < 0.7:
            return value
        text = str(int(value)) if value == int(value) and self.rng.random() < 0.7 else str(value)
        return text.replace(".", self.decimal)

    def code(self, value: int) -> Any:
        return value if self.medium == "cells" and self.rng.random() < 0.7 else str(value)

    def word(self, value: str) -> str:
        written = WORDS.get(value, value)
        written = self.rng.choice([written, written, written.upper(), written.lower()])
        return self.rng.choice([written, written, f" {written} "])

    def text(self, value: str) -> Any:
        if self.medium == "cells" and value.isdigit() and value[0] != "0" and self.rng.random() < 0.5:
            return int(value)
        return self.rng.choice([value, value, f" {value}  "])

    def sex(self, value: str) -> Any:
        return self.rng.choice(["M", "m", "1"] if value == "male" else ["K", "k", "2"])

    def benefit(self, value: str | None) -> Any:
        if value is None:
            return self.rng.choice(["", "", "", "   ", ".", "NA", "0", "000"])
        if self.codes != "text":
            return self.coded(value)
        return self.rng.choice([value, value, value, f" {value}"])

    def industry(self, value: str | None) -> Any:
        if value is None:
            return self.rng.choice(["", "", "", "  ", ".", "NA", "0", "000"])
        if self.codes != "text":
            return self.coded(value)
        return self.rng.choice([value, value, value.lstrip("0"), f"{value} "])

    def coded(self, value: str) -> Any:
        number = float(value) if self.codes == "float" else int(value)
        return number if self.medium == "cells" else str(number)


_FORMS: dict[str, Callable[[Dress, Any], Any]] = {
    "cpr": Dress.key,
    "date": Dress.date,
    "number": Dress.number,
    "word": Dress.word,
    "text": Dress.text,
    "sex": Dress.sex,
    "code": Dress.code,
}


def write_population(population: Population, landing: Path) -> None:
    """Write every delivery under `landing` and note file names, hashes, headings and row numbers in the population."""
    rng = random.Random(population.seed + 7)
    for delivery in population.deliveries:
        write_delivery(delivery, landing, rng)
    for name in (".DS_Store", "~$låst.xlsx"):
        (landing / "consent").mkdir(parents=True, exist_ok=True)
        (landing / "consent" / name).write_bytes(b"not a delivery")


def write_delivery(delivery: Delivery, landing: Path, rng: random.Random) -> None:
    day = "" if delivery.day is None else f"_{delivery.day.isoformat()}"
    delivery.file_name = f"{delivery.stem}{day}.{delivery.extension}"
    path = landing / delivery.source / delivery.file_name
    path.parent.mkdir(parents=True, exist_ok=True)
    assert not path.exists(), f"two deliveries of one name: {path.name}"
    if delivery.copy_of is not None:
        path.write_bytes((landing / delivery.source / delivery.copy_of.file_name).read_bytes())
        delivery.tables = copy.deepcopy(delivery.copy_of.tables)
    elif delivery.fault == "garbage":
        path.write_bytes(bytes(rng.randrange(256) for _ in range(400)))
    elif delivery.kind == "unknown":
        path.write_text("Hej;med\njer;alle\n")
    elif delivery.extension == "csv":
        path.write_bytes(_csv_bytes(_grid(delivery.tables[0], delivery.fault, rng, "text"), rng))
    elif delivery.extension == "xlsx":
        _write_workbook(delivery, path, rng)
    else:
        _write_typed(delivery, path, rng)
    delivery.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()


# -- a table as a grid of cells --------------------------------------------------------------------------------


@dataclass
class Grid:
    """Heading and rows as they will be written; `numbers` are set when their place in the file is known."""

    headings: list[str]
    cells: list[list[Any]]
    rows: list[Row]


def _grid(table: Table, fault: str | None, rng: random.Random, medium: str) -> Grid:
    dress = Dress.draw(rng, medium)
    columns = COLUMNS[table.name]
    keys = [key for key, (_, _, needed) in columns.items() if needed or rng.random() < 0.8 or _any(table, key)]
    if fault == "missing_column":
        keys.remove(rng.choice([key for key in keys if columns[key][2]]))
    keys += [*table.variables, "extra"]
    if rng.random() < 0.6:
        rng.shuffle(keys)
    table.headings = {key: _heading(table, key, rng) for key in keys}
    rows = [] if fault == "empty" else table.rows
    cells = [[_cell(table, row, key, dress) for key in keys] for row in rows]
    headings = [table.headings[key] for key in keys]
    if fault in ("column_twice", "week_twice"):
        twice = keys.index(
            table.variables[3] if fault == "week_twice" else rng.choice([k for k in keys if k in columns])
        )
        headings.append(headings[twice].upper())
        cells = [[*row, row[twice]] for row in cells]
    if fault in ("bad_condition", "unknown_variable") and "condition" in keys:
        at = keys.index("condition")
        cells[0][at] = "q1 > 2" if fault == "bad_condition" else "q77 in 1,2"
    return Grid(headings, cells, rows)


def _any(table: Table, key: str) -> bool:
    return any(row.values.get(key) is not None or (row.bad or ("",))[0] == key for row in table.rows)


def _cell(table: Table, row: Row, key: str, dress: Dress) -> Any:
    if row.bad is not None and row.bad[0] == key:
        return row.bad[1]
    if key == "extra":
        return "ok"
    value = row.values.get(key)
    if table.name == "pull" and key in table.variables:
        return dress.benefit(value) if key.startswith("y_") else dress.industry(value)
    if key in COLUMNS[table.name]:
        form = COLUMNS[table.name][key][1]
        if key in ("code", "origin") and value is not None:
            return dress.code(value)
        if key == "scope" and value == "both" and dress.rng.random() < 0.3:
            return dress.cell(form, None)
        return dress.cell(form, value)
    return dress.cell("code" if isinstance(value, int) else "text", value)


def _heading(table: Table, key: str, rng: random.Random) -> str:
    if key == "extra":
        return (
            rng.choice(["Bemærkning", "Sagsnr.", "y_1953"])
            if table.name == "pull"
            else rng.choice(["Bemærkning", "Sags-id"])
        )
    if key not in COLUMNS[table.name]:
        if table.name == "pull" and key.startswith("branche_") and rng.random() < 0.3:
            key = key.replace("branche_", "br_")
        return rng.choice([key, key, key.upper(), f" {key}"])
    heading = rng.choice(COLUMNS[table.name][key][0])
    if table.name == "pull" and key != "cpr":
        return rng.choice([heading, heading.upper(), heading.title()])
    half = len(heading) // 2
    changed = [
        heading,
        heading,
        heading.upper(),
        heading.lower(),
        f" {heading} ",
        f"{heading}:",
        f"{heading[:half]}_{heading[half:]}",
    ]
    return rng.choice(changed)


# -- CSV -------------------------------------------------------------------------------------------------------


def _csv_bytes(grid: Grid, rng: random.Random) -> bytes:
    text = io.StringIO()
    ending = rng.choice(["\r\n", "\n"])
    writer = csv.writer(
        text,
        delimiter=rng.choice([";", ";", ",", "\t"]),
        quoting=csv.QUOTE_ALL if rng.random() < 0.3 else csv.QUOTE_MINIMAL,
        lineterminator=ending,
    )
    number = 0
    for title in rng.choice([[], [], [], ["Udtræk fra værktøjet"], ["Udtræk", ""]]):
        text.write(title + ending)
        number += 1
    writer.writerow(grid.headings)
    number += 1
    for row, cells in zip(grid.rows, grid.cells, strict=True):
        if rng.random() < 0.02:
            writer.writerow([""] * len(cells))
            number += 1
        number += 1
        row.number = number
        writer.writerow(cells)
    encodings = ["utf-8", "utf-8-sig", "utf-16", "cp1252"]
    return text.getvalue().encode(rng.choice(encodings))


# -- workbooks -------------------------------------------------------------------------------------------------


def _write_workbook(delivery: Delivery, path: Path, rng: random.Random) -> None:
    book = xlsxwriter.Workbook(str(path))
    tables = list(delivery.tables)
    fault = delivery.fault
    if delivery.kind == "workbook":
        if fault == "missing_sheet":
            tables.pop(rng.randrange(3))
        rng.shuffle(tables)
        if rng.random() < 0.4:
            book.add_worksheet("Vejledning").write(0, 0, "Udfyld arkene")
    elif rng.random() < 0.3:
        book.add_worksheet("Forside").write(2, 1, "Læs først")
    chosen = rng.choice(tables)
    for table in tables:
        own = fault if table is chosen and fault in ("missing_column", "column_twice") else None
        if fault in ("empty", "bad_condition", "unknown_variable", "week_twice") or (
            fault == "no_participants" and table.name == "participants"
        ):
            own = "empty" if fault == "no_participants" else fault
        table.sheet = SHEETS.get(table.name, "Data 2020")
        sheet = book.add_worksheet(table.sheet)
        if rng.random() < 0.15 and len(tables) > 1 and table is not tables[0]:
            sheet.hide()
        _write_sheet(book, sheet, _grid(table, own, rng, "cells"), rng)
    if rng.random() < 0.3:
        notes = book.add_worksheet("Noter")
        notes.write(0, 0, "Projekt")
        notes.hide()
    book.close()


def _write_sheet(book: Any, sheet: Any, grid: Grid, rng: random.Random) -> None:
    day_format = book.add_format({"num_format": rng.choice(["dd-mm-yyyy", "yyyy-mm-dd", "d. mmm yyyy"])})
    at, left = rng.choice([0, 0, 0, 1, 3]), rng.choice([0, 0, 0, 1])
    if at > 1 and rng.random() < 0.7:
        sheet.write(0, left, "Udtræk fra overvågningsværktøjet")
    for column, heading in enumerate(grid.headings):
        sheet.write_string(at, left + column, heading)
    for row, cells in zip(grid.rows, grid.cells, strict=True):
        at += 2 if rng.random() < 0.02 else 1
        row.number = at + 1
        if rng.random() < 0.03:
            sheet.set_row(at, None, None, {"hidden": True})
        for column, cell in enumerate(cells):
            if isinstance(cell, datetime | date):
                sheet.write_datetime(at, left + column, cell, day_format)
            elif isinstance(cell, int | float):
                sheet.write_number(at, left + column, cell)
            elif cell:
                sheet.write_string(at, left + column, cell)


# -- Parquet and Stata -----------------------------------------------------------------------------------------


def _write_typed(delivery: Delivery, path: Path, rng: random.Random) -> None:
    """Columns of one type: dates and numbers as such where every cell of the column allows it, else text."""
    table = delivery.tables[0]
    grid = _grid(table, delivery.fault, rng, "text")
    keys = {heading: key for key, heading in table.headings.items()}
    columns: dict[str, list[Any]] = {}
    for at, heading in enumerate(grid.headings):
        texts = [row[at] for row in grid.cells]
        columns[heading] = _typed(grid.rows, table, keys[heading], texts, rng)
    for number, row in enumerate(grid.rows, start=2):
        row.number = number
    if delivery.extension == "parquet":
        polars.DataFrame(columns, strict=True).write_parquet(path)
    else:
        names = {heading: re.sub(r"\W+", "_", heading.strip()).strip("_") for heading in columns}
        table.headings = {key: names[heading] for key, heading in table.headings.items()}
        frame = pandas.DataFrame({names[heading]: _stata(values) for heading, values in columns.items()})
        pyreadstat.write_dta(frame, str(path))


def _stata(values: list[Any]) -> list[Any]:
    if any(isinstance(value, date | float) for value in values):
        return values
    return ["" if value is None else value for value in values]


def _typed(rows: list[Row], table: Table, key: str, texts: list[Any], rng: random.Random) -> list[Any]:
    plain = all(row.bad is None or row.bad[0] != key for row in rows)
    values = [row.values.get(key) for row in rows]
    form = COLUMNS[table.name].get(key, ((), "", False))[1]
    if table.name == "pull" and key in table.variables:
        numeric = plain and all(str(text).strip(" .0NA") == "" or str(text).endswith(".0") for text in texts)
        return [None if value is None else float(value) for value in values] if numeric else texts
    if not plain or not rows or rng.random() < 0.3:
        return texts
    if form == "date":
        return values
    if form == "cpr" and rng.random() < 0.7:
        return [int(value) for value in values if value is not None]
    if form == "number" or (key in table.variables and all(isinstance(v, int | None) for v in values)):
        return [None if value is None else float(value) for value in values] if rng.random() < 0.5 else texts
    return texts
