"""The files of the demonstration in the dresses of real ones: workbooks, CSV of several encodings, wide pulls.

Older deliveries stand beside newer ones, and a few cells cannot be read, so that a run shows what becomes of both.
Everything written here is decided by its arguments: the same programme gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import xlsxwriter

from dagster_project.demo.activities import Activity, JobStatus
from dagster_project.demo.consents import Declaration, as_known_on
from dagster_project.demo.histories import History
from dagster_project.demo.population import Participation, Person
from dagster_project.demo.survey import NO_ANSWER, SCALES, Respondent, codebook
from dagster_project.demo.weeks import FIRST_MONTH, FIRST_WEEK, LAST_MONTH, LAST_WEEK, month_column, week_column

Cell = str | int | float | date | None
Row = Sequence[Cell]
_CREATED = datetime(2021, 8, 15, 8, 0, 0)
_LAST_MONITORING = date(2021, 8, 15)
# Earlier snapshots of some projects, superseded by the last one.
_EARLIER_MONITORING = {"MA": date(2020, 3, 1), "DSA": date(2020, 9, 30), "3F-S": date(2020, 2, 29),
                       "FTF": date(2020, 10, 15)}  # fmt: skip
_KEY_HEADING = {"MA": "CPR-nr.", "FTF": "CPR", "DSA": "CPR-nummer", "3F-S": "cprnr", "3F-A": "PNR"}


@dataclass(frozen=True)
class PullPerson:
    """A row of a register pull. `origin_code` is ie_type as the register writes it, blank where it is not known."""

    person: Person
    origin_code: str
    history: History


@dataclass(frozen=True)
class Pull:
    """A register pull: who is in it and how far it reaches."""

    day: date
    people: Sequence[PullPerson]
    last_week: int = LAST_WEEK
    last_month: int = LAST_MONTH
    lost_zeros: bool = False


def write_monitoring(
    folder: Path,
    rng: random.Random,
    taken: Sequence[Participation],
    activities: Sequence[Activity],
    job_statuses: Sequence[JobStatus],
) -> None:
    """Snapshots of the projects: workbooks, and three CSV files for the project whose tool exports nothing else."""
    for project in _KEY_HEADING:
        for day in (_EARLIER_MONITORING.get(project), _LAST_MONITORING):
            if day is None:
                continue
            people = [p for p in taken if p.project == project and p.start <= day]
            done = [a for a in activities if a.participation.project == project and a.day <= day]
            states = [s for s in job_statuses if s.participation.project == project and s.day <= day]
            sheets = _monitoring_sheets(rng, project, people, done, states, day)
            if project == "FTF":
                for sheet, rows in sheets.items():
                    _write_csv(folder / f"FTF_{sheet.lower()}_{day}.csv", rows, encoding="cp1252")
            else:
                title = ["Projekt 3F Søhøjlandet: udtræk"] if project == "3F-S" else []
                _write_workbook(folder / f"{project}_{day}.xlsx", sheets, title)


def write_consents(folder: Path, rng: random.Random, log: Sequence[Declaration]) -> None:
    """The cumulative log, early and last; the last has a row whose date nobody can read."""
    for day in (date(2020, 6, 30), date(2021, 8, 15)):
        rows: list[Row] = [("CPR-nr.", "Projekt", "Afgivet", "Tilbagekaldt", "Omfang")]
        for r in as_known_on(log, day):
            key = _hyphenated(r.participation.person.cpr)
            withdrawn = f"{r.withdrawn:%d-%m-%Y}" if r.withdrawn else ""
            rows.append((key, r.participation.project, f"{r.given:%d-%m-%Y}", withdrawn, r.scope))
        if day.year == 2021:
            unreadable = rng.choice(rows[1:])
            rows.append((unreadable[0], unreadable[1], "medio august", "", ""))
        _write_csv(folder / f"samtykker_{day}.csv", rows, encoding="utf-8-sig")


def write_survey(
    folder: Path, rng: random.Random, respondents: Sequence[Respondent], strangers: Sequence[Person]
) -> None:
    """Codebook, invitations and answers; the last two early and last, the answers with two rows that are rejected."""
    _write_csv(folder / "kodebog_2019-04-01.csv", _codebook_rows(), encoding="utf-8")
    for day in (date(2020, 9, 1), date(2021, 8, 25)):
        sent = [r for r in respondents if r.sent <= day]
        rows: list[Row] = [("Respondent", "CPR-nr.", "Projekt", "Udsendt", "Status")]
        for r in sent:
            status = r.status if r.answered is None or r.answered <= day else NO_ANSWER
            rows.append((r.number, r.participation.person.cpr, r.participation.project, f"{r.sent}", status))
        if day.year == 2021:
            for n, person in enumerate(strangers):
                rows.append((f"T{n:03}", person.cpr, "DSA", "2020-03-02", NO_ANSWER))
        _write_csv(folder / f"invitationer_{day}.csv", rows, encoding="utf-8")
        names = [v.name for v in codebook()]
        answers: list[Row] = [("Respondent", "Besvaret", *names)]
        back = sorted((r for r in sent if r.answered and r.answered <= day), key=lambda r: (r.answered, r.number))
        for r in back:
            answers.append((r.number, f"{r.answered}", *(r.answers.get(name, "") for name in names)))
        if day.year == 2021:
            answers += _rejected_answers(back, names)
        _write_csv(folder / f"besvarelser_{day}.csv", answers, encoding="utf-8")


def write_pull(folder: Path, rng: random.Random, pull: Pull) -> None:
    """A wide pull: one row per person, a column per week and month; the rows in the register's own order."""
    weeks = range(FIRST_WEEK, pull.last_week + 1)
    months = range(FIRST_MONTH, pull.last_month + 1)
    columns = [*(week_column(w) for w in weeks), *(month_column(m) for m in months)]
    rows: list[Row] = [("PNR", "koen", "foed_dag", "ie_type", *columns)]
    for one in rng.sample(list(pull.people), len(pull.people)):
        person = one.person
        benefits = [one.history.weeks.get(w, "") for w in weeks]
        industries = [one.history.months.get(m, "") for m in months]
        if pull.lost_zeros:
            industries = [code.lstrip("0") for code in industries]
        sex = "2" if person.sex == "female" else "1"
        rows.append((person.cpr, sex, f"{person.born:%d-%m-%Y}", one.origin_code, *benefits, *industries))
    _write_csv(folder / f"dream_{pull.day}.csv", rows, encoding="utf-8")


def write_results(folder: Path, indicators: Sequence[Mapping[str, str]]) -> None:
    """Targets and own results: first the targets alone, then both."""
    for day in (date(2019, 3, 31), date(2021, 8, 31)):
        rows: list[Row] = [("Projekt", "Indikator", "Mål", "Resultat", "Enhed", "Opgjort", "Kilde")]
        for r in indicators:
            if day.year == 2019:
                if r["target"]:
                    rows.append((r["project"], r["indicator"], r["target"], "", r["unit"], "", "Ansøgning"))
            else:
                own = (r["target"], r["result"], r["unit"], "31-05-2021", "Slutrapport")
                rows.append((r["project"], r["indicator"], *own))
        _write_csv(folder / f"resultater_{day}.csv", rows, encoding="utf-8-sig")


def _monitoring_sheets(
    rng: random.Random,
    project: str,
    people: Sequence[Participation],
    activities: Sequence[Activity],
    job_statuses: Sequence[JobStatus],
    day: date,
) -> dict[str, list[Row]]:
    key = _KEY_HEADING[project]
    is_last = day == _LAST_MONITORING
    participants: list[Row] = [(key, "Projekt", "A-kasse", "Hold", "Startdato", "Slutdato", "Rekruttering")]
    for n, p in enumerate(people):
        # Early snapshots do not say how people were recruited, and have one start date that was corrected since.
        start = p.start if is_last or n else p.start + timedelta(days=1)
        recruitment = p.recruitment if is_last and rng.random() < 0.98 else None
        person = _key_cell(rng, p.person, project)
        dates = (_date_cell(start, project), _end_cell(rng, p, day))
        participants.append((person, p.project, p.fund, p.course_round, *dates, recruitment))
    done: list[Row] = [
        (key, "Projekt", "Aktivitet", "Dato", "Timer", "Form", "Status"),
        *(
            (
                _key_cell(rng, a.participation.person, project),
                project,
                a.name,
                _date_cell(a.day, project),
                _hours_cell(a.hours, project),
                a.mode,
                a.status,
            )
            for a in activities
        ),
    ]
    states: list[Row] = [
        (key, "Projekt", "Dato", "Jobstatus"),
        *((_key_cell(rng, s.participation.person, project), project, _date_cell(s.day, project), s.word)
          for s in job_statuses),
    ]  # fmt: skip
    if is_last:
        # Slips of the pen that cost their row and nothing else.
        first = _key_cell(rng, people[0].person, project)
        done.append((first, project, done[1][2], "31-02-2021", None, "Telefon", "Gennemført"))
        done.append((first, project, done[1][2], _date_cell(people[0].end, project), None, "Telefon", "Måske"))
        states.append((first, project, _date_cell(people[0].end, project), "Ved ikke"))
        if project == "DSA":
            participants.append(participants[1])
    return {"Deltagere": participants, "Aktiviteter": done, "Jobstatus": states}


def _key_cell(rng: random.Random, person: Person, project: str) -> Cell:
    """A person key as this project's tool writes it: text with or without hyphen, or a number without its zero."""
    if project in ("DSA", "3F-A"):
        return int(person.cpr) if rng.random() < 0.3 else person.cpr
    if project == "FTF":
        return str(int(person.cpr)) if rng.random() < 0.5 else person.cpr
    return _hyphenated(person.cpr)


def _hyphenated(cpr: str) -> str:
    return f"{cpr[:6]}-{cpr[6:]}"


def _date_cell(day: date, project: str) -> Cell:
    if project in ("MA", "3F-A"):
        return day
    return f"{day:%d.%m.%Y}" if project == "3F-S" else f"{day:%d-%m-%Y}"


def _end_cell(rng: random.Random, one: Participation, day: date) -> Cell:
    """Blank while the participation runs, and for some of the project where a blank stands for its 26 weeks."""
    if one.end > day or (one.project == "3F-S" and rng.random() < 0.04):
        return None
    return _date_cell(one.end, one.project)


def _hours_cell(hours: float | None, project: str) -> Cell:
    if hours is None or project in ("MA", "DSA", "3F-A"):
        return hours
    return f"{hours:g}".replace(".", ",")


def _codebook_rows() -> list[Row]:
    rows: list[Row] = [("Variabel", "Spørgsmål", "Udsagn", "Type", "Kode", "Label", "Betingelse")]
    for v in codebook():
        codes: Iterable[tuple[Cell, str]] = SCALES[v.scale].items() if v.scale else [("", "")]
        rows += [(v.name, v.question, v.item, v.kind, code, label, v.condition) for code, label in codes]
    return rows


def _rejected_answers(back: Sequence[Respondent], names: Sequence[str]) -> list[Row]:
    """A second row of someone who already answered, and a second one whose code is not in the codebook."""
    first, other = back[0], back[1]
    return [
        (first.number, "2021-08-01", *(first.answers.get(name, "") for name in names)),
        (other.number, "2021-08-02", "9", *("" for _ in names[1:])),
    ]


def _write_csv(path: Path, rows: Iterable[Row], encoding: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


def _write_workbook(path: Path, sheets: Mapping[str, Sequence[Row]], title: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # In memory, because then the archive carries no file times.
    with xlsxwriter.Workbook(str(path), {"in_memory": True, "default_date_format": "dd-mm-yyyy"}) as book:
        book.set_properties({"created": _CREATED})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            head: list[Row] = [title] if title else []
            for number, row in enumerate([*head, *rows]):
                sheet.write_row(number, 0, row)
