"""Reads the demonstration's files back and applies the definitions in the slowest, plainest way.

It shares no code with the generator or the product: dates become ISO weeks, weeks become column names, and every
population is a loop. Only what the demonstration writes is understood here, not everything a delivery may hold.
"""

from __future__ import annotations

import calendar
import csv
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from python_calamine import CalamineWorkbook

PROJECTS = ("MA", "FTF", "DSA", "3F-S", "3F-A")
UNEMPLOYED = {"111", "112", "113", "124", "130", "133", "134", "135", "136", "137", "139", "152", "211", "213",
              "214", "215", "216", "217", "218", "219"}  # fmt: skip
CLASSES = {
    "su": {"651", "652"},
    "wage_subsidy": {"135", "136", "215", "216"},
    "work_placement": {"137", "138", "217", "218"},
    "no_benefit": {"", "121", "122", "123"},
    "left_population": {"997", "999"},
    "benefit": {"111", "112", "113", "124", "130", "133", "134", "139", "152", "211", "213", "214", "219", "621",
                "890", "893", "998"},
}  # fmt: skip
HORIZONS = (3, 6, 9, 12)


@dataclass
class Activity:
    name: str
    day: date
    mode: str
    status: str


@dataclass
class Enrolment:
    cpr: str = field(repr=False)
    project: str
    fund: str
    course_round: str
    start: date
    end: date | None
    recruitment: str
    activities: list[Activity] = field(default_factory=list)
    job_statuses: list[tuple[date, str]] = field(default_factory=list)
    survey_consent: bool = False
    register_consent: bool = False
    sent: date | None = None
    disposition: str = ""
    answers: dict[str, str] | None = field(default=None, repr=False)
    pull_row: dict[str, str] | None = field(default=None, repr=False)

    @property
    def in_register(self) -> bool:
        row = self.pull_row
        return self.register_consent and row is not None and all(row[c] for c in ("koen", "foed_dag", "ie_type"))


def read_programme(landing: Path) -> list[Enrolment]:
    """Every participation of the newest deliveries with all that hangs on it; rows that cannot be read are left out."""
    enrolments = _enrolments(landing / "monitoring")
    _consents(landing / "consent", enrolments)
    _survey(landing / "survey", enrolments)
    pulls = [_table(path, "utf-8") for path in sorted((landing / "register").glob("*.csv"))]
    for one in enrolments:
        for pull in pulls:
            for row in pull:
                if _key(row["PNR"]) == one.cpr:
                    one.pull_row = row
    return enrolments


def age(one: Enrolment) -> int:
    born = day_of(one.pull_row["foed_dag"])
    return one.start.year - born.year - ((one.start.month, one.start.day) < (born.month, born.day))


def unemployed_weeks(one: Enrolment) -> int:
    monday = one.start - timedelta(days=one.start.weekday())
    columns = [week_column(monday - timedelta(weeks=n)) for n in range(1, 521)]
    assert all(column in one.pull_row for column in columns), "the pull does not cover the 520 weeks"
    return sum(one.pull_row[column] in UNEMPLOYED for column in columns)


def band(weeks: int) -> str:
    for name, limit in (("0-6m", 26), ("6-12m", 52), ("1-2y", 104), ("2-3y", 156), ("3-5y", 260)):
        if weeks < limit:
            return name
    return "5y+"


def prior_group(one: Enrolment) -> int | None:
    month = date(one.start.year, one.start.month, 1)
    while month > date(2008, 1, 1):
        month = (month - timedelta(days=1)).replace(day=1)
        found = group(one.pull_row.get(f"branche_{month:%Y_%m}", ""))
        if found not in (None, 11):
            return found
    return None


def group(code: str) -> int | None:
    if not code:
        return None
    code = code.zfill(6)
    if code == "999999":
        return 11
    division = int(code[:2])
    limits = ((1, 3), (5, 39), (41, 43), (45, 56), (58, 63), (64, 66), (68, 68), (69, 82), (84, 88), (90, 99))
    return next(n for n, (low, high) in enumerate(limits, start=1) if low <= division <= high)


def horizon(one: Enrolment, months: int) -> tuple[str, int | None] | None:
    """Status and industry group at a horizon; None when the pull ends before it."""
    count = one.start.year * 12 + one.start.month - 1 + months
    year, month = count // 12, count % 12 + 1
    day = date(year, month, min(one.start.day, calendar.monthrange(year, month)[1]))
    monday = day - timedelta(days=day.weekday())
    thursday = monday + timedelta(days=3)
    week, industry = week_column(monday), f"branche_{thursday:%Y_%m}"
    if week not in one.pull_row or industry not in one.pull_row:
        return None
    code, wage = one.pull_row[week], one.pull_row[industry]
    kind = next(name for name, codes in CLASSES.items() if code in codes)
    if kind == "benefit":
        kind = "benefit_with_hours" if wage else "benefit_without_hours"
    elif kind == "no_benefit":
        kind = "employment" if wage else "self_support"
    return kind, group(wage)


def week_column(monday: date) -> str:
    year, week, _ = monday.isocalendar()
    return f"y_{year % 100:02}{week:02}"


def day_of(cell: object) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    for form in ("%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(str(cell), form).date()
        except ValueError:
            continue
    raise ValueError("not a date")


def _enrolments(folder: Path) -> list[Enrolment]:
    sheets: dict[str, list[list[object]]] = {"Deltagere": [], "Aktiviteter": [], "Jobstatus": []}
    for project in PROJECTS:
        newest = max(path.stem[-10:] for path in folder.glob(f"{project}_*"))
        for name, rows in sheets.items():
            if project == "FTF":
                rows += [list(r.values()) for r in _table(folder / f"FTF_{name.lower()}_{newest}.csv", "cp1252")]
            else:
                book = CalamineWorkbook.from_path(str(folder / f"{project}_{newest}.xlsx"))
                found = book.get_sheet_by_name(name).to_python()
                heading = next(n for n, row in enumerate(found) if "Projekt" in row)
                rows += found[heading + 1 :]
    enrolments: dict[tuple[str, str], Enrolment] = {}
    for cpr, project, fund, course, start, end, recruitment in sheets["Deltagere"]:
        one = Enrolment(_key(cpr), project, fund, course, day_of(start), day_of(end) if end else None, recruitment)
        enrolments.setdefault((one.cpr, one.project), one)
    for cpr, project, name, day, _, mode, status in sheets["Aktiviteter"]:
        if status in ("Gennemført", "Aflyst", "Udsat") and day != "31-02-2021":
            enrolments[_key(cpr), project].activities.append(Activity(name, day_of(day), mode, status))
    for cpr, project, day, word in sheets["Jobstatus"]:
        if word != "Ved ikke":
            enrolments[_key(cpr), project].job_statuses.append((day_of(day), word))
    return list(enrolments.values())


def _consents(folder: Path, enrolments: list[Enrolment]) -> None:
    log = [row for row in _table(max(folder.glob("*.csv")), "utf-8-sig") if row["Afgivet"][0].isdigit()]
    for one in enrolments:
        mine = [r for r in log if (_key(r["CPR-nr."]), r["Projekt"]) == (one.cpr, one.project)]
        one.survey_consent = _stands([r for r in mine if r["Omfang"].lower() != "register"])
        one.register_consent = _stands([r for r in mine if r["Omfang"].lower() != "survey"])


def _stands(rows: list[dict[str, str]]) -> bool:
    given = [day_of(row["Afgivet"]) for row in rows]
    withdrawn = [day_of(row["Tilbagekaldt"]) for row in rows if row["Tilbagekaldt"]]
    return bool(given) and (not withdrawn or max(given) > max(withdrawn))


def _survey(folder: Path, enrolments: list[Enrolment]) -> None:
    invitations = _table(max(folder.glob("invitationer_*")), "utf-8")
    answers: dict[str, dict[str, str]] = {}
    for row in _table(max(folder.glob("besvarelser_*")), "utf-8"):
        answers.setdefault(row["Respondent"], row)
    by_key = {(one.cpr, one.project): one for one in enrolments if one.survey_consent}
    for row in invitations:
        one = by_key.get((_key(row["CPR-nr."]), row["Projekt"]))
        if one is not None:
            one.sent, one.disposition = day_of(row["Udsendt"]), row["Status"]
            one.answers = answers.get(row["Respondent"])


def _table(path: Path, encoding: str) -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _key(cell: object) -> str:
    text = str(int(cell)) if isinstance(cell, float) else str(cell)
    return text.replace("-", "").zfill(10)
