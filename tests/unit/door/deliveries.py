"""Small deliveries for the door's tests: rows in, bytes or files out. All persons are invented."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
import xlsxwriter

from dagster_project.door.checking import Gate
from dagster_project.door.intake import Intake, Limits, take_in
from dagster_project.door.opening import Reader

KEY = "a key for tests"
PROJECTS = frozenset({"MA", "FTF", "DSA", "3F-S", "3F-A"})
AS_OF = date(2021, 6, 1)

ANNA, BENT, CLARA = "0101501234", "0202602345", "3103553456"

PARTICIPANT_HEADING = ["CPR-nr.", "Projekt", "A-kasse", "Hold", "Startdato", "Slutdato", "Rekruttering"]
PARTICIPANTS = [
    PARTICIPANT_HEADING,
    [ANNA, "MA", "Magistrene", "1", "06-01-2020", "30-06-2020", "Invitation"],
    [BENT, "FTF", "FTF-A", "2", "07-01-2020", "", "Obligatorisk"],
]
ACTIVITIES = [
    ["CPR-nr.", "Projekt", "Aktivitet", "Dato", "Timer", "Form", "Status"],
    [ANNA, "MA", "Workshop", "01-02-2020", "2,5", "Fysisk", "Gennemført"],
]
JOB_STATUSES = [["CPR-nr.", "Projekt", "Dato", "Jobstatus"], [ANNA, "MA", "01-07-2020", "I job"]]
CONSENT = [
    ["CPR-nr.", "Projekt", "Afgivet", "Tilbagekaldt", "Omfang"],
    [ANNA, "MA", "06-01-2020", "", ""],
    [BENT, "FTF", "07-01-2020", "01-03-2020", "survey"],
]
INVITATIONS = [
    ["Respondent", "CPR-nr.", "Projekt", "Udsendt", "Status"],
    ["R1", ANNA, "MA", "01-09-2020", "Besvaret"],
    ["R2", BENT, "FTF", "01-09-2020", "Ikke besvaret"],
]
ANSWERS = [["Respondent", "Besvaret", "q8", "q9_1", "Q10"], ["R1", "05-09-2020", "1", "0", "tak"]]
CODEBOOK = [
    ["Variabel", "Spørgsmål", "Udsagn", "Type", "Kode", "Label", "Betingelse"],
    ["q8", "Er din strategi bedre?", "", "enkelt", "1", "Ja", ""],
    ["q8", "Er din strategi bedre?", "", "enkelt", "2", "Nej", ""],
    ["q9_1", "Hvordan?", "Flere brancher", "multi", "1", "Valgt", "Q8  in 1, 2"],
    ["q10", "Andet?", "", "fritekst", "", "", ""],
]
PULL = [
    ["PNR", "koen", "foed_dag", "ie_type", "y_2001", "y_2002", "y_2003", "branche_2020_01", "br_2020_02"],
    [ANNA, "K", "01-01-1950", "1", "111", "111", "", "11100", "11100"],
    [BENT, "1", "02-02-1960", "2", "", "651", ".", "", "999999"],
]
RESULTS = [
    ["Projekt", "Indikator", "Mål", "Resultat", "Enhed", "Opgjort", "Kilde"],
    ["MA", "Planlagt antal deltagere", "74", "", "antal", "01-01-2021", "Slutrapport"],
    ["MA", "I job", "", "54,5", "pct", "", ""],
]

Rows = Sequence[Sequence[object]]


def csv_bytes(rows: Rows, delimiter: str = ";", encoding: str = "utf-8") -> bytes:
    """Rows as a CSV file."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(sheets: Mapping[str, Rows]) -> bytes:
    """Sheets as a workbook; dates become date cells."""
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "dd-mm-yyyy"})
    for name, rows in sheets.items():
        sheet = workbook.add_worksheet(name)
        for number, row in enumerate(rows):
            for position, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, position, cell)
                else:
                    sheet.write(number, position, cell)
    workbook.close()
    return content.getvalue()


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """A frame as a Parquet file."""
    content = io.BytesIO()
    frame.write_parquet(content)
    return content.getvalue()


def workbook(**sheets: Rows) -> bytes:
    """A monitoring workbook; each sheet may be replaced."""
    return xlsx_bytes({"Deltagere": PARTICIPANTS, "Aktiviteter": ACTIVITIES, "Jobstatus": JOB_STATUSES} | sheets)


def participant(number: int, **cells: str) -> list[str]:
    """A participant row of its own; `number` is below 10,000."""
    row = dict(zip(PARTICIPANT_HEADING, [f"010150{number:04d}", *PARTICIPANTS[1][1:]], strict=True))
    return list((row | cells).values())


def participants(count: int) -> list[list[str]]:
    """A participants table with so many good rows."""
    return [PARTICIPANT_HEADING, *(participant(number) for number in range(count))]


@dataclass
class House:
    """A landing folder and a lake of their own."""

    root: Path
    as_of: date = AS_OF
    key: str = KEY
    projects: frozenset[str] = PROJECTS
    limits: Limits = field(default_factory=Limits)
    read: Reader | None = None
    looks_back: bool = False

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def gate(self) -> Gate:
        """What a reading depends on besides the file."""
        return Gate(self.key, self.projects, self.limits)

    def put(self, source: str, name: str, content: bytes) -> Path:
        """Deliver a file."""
        path = self.landing / source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def introduce(self, *cprs: str, day: str = "2000-01-01") -> None:
        """Make persons known in MA and FTF, with standing consent for everything."""
        pairs = [(cpr, project) for cpr in cprs for project in ("MA", "FTF")]
        known = [[cpr, project, *PARTICIPANTS[1][2:]] for cpr, project in pairs]
        self.put("monitoring", f"deltagere_{day}.csv", csv_bytes([PARTICIPANT_HEADING, *known]))
        consents = [[cpr, project, "01-01-2000", "", ""] for cpr, project in pairs]
        self.put("consent", f"samtykke_{day}.csv", csv_bytes([CONSENT[0], *consents]))

    def take_in(self, source: str) -> Intake:
        """One source's night; where nobody has been introduced, everybody in the tests has consented to everything."""
        if source in ("survey", "register"):
            if not (self.landing / "monitoring").exists():
                self.introduce(ANNA, BENT, CLARA, *(row[0] for row in participants(300)[1:]))
            for told_before in ("monitoring", "consent"):
                self._take_in(told_before)
        return self._take_in(source)

    def _take_in(self, source: str) -> Intake:
        return take_in(
            source,
            landing=self.landing,
            lake=self.lake,
            as_of=self.as_of,
            pseudonym_key=self.key,
            projects=self.projects,
            limits=self.limits,
            looks_back=self.looks_back,
            **({} if self.read is None else {"read": self.read}),
        )

    def table(self, name: str) -> pl.DataFrame:
        """A lake table over all its files."""
        return pl.read_parquet(self.lake / name / "*.parquet")

    def ledger(self, name: str, source: str) -> pl.DataFrame:
        """A source's part of a ledger table."""
        return pl.read_parquet(self.lake / "ledger" / name / f"{source}.parquet")

    def rejected(self, source: str) -> list[tuple[object, ...]]:
        """(sheet, row number, column) of every rejected row."""
        return self.ledger("rejected_rows", source).select("sheet", "row_number", "column_name").rows()
