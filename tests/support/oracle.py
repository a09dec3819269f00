"""The definitions a second time: slow, obvious Python from what stands in the files to every row of the marts.

Belongs here: the rules of who counts, when, and as what, in lists and dicts. Does not belong here: reading files, SQL,
anything of the product. It knows the rows because the population knows them; of the product it reads only the
reference lists in dbt/seeds. Where the contract leaves a value open, the expected value is ANY.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.support.population import PLANNED, PROJECTS, WEEK_ONE, Delivery, Population, Row, Table, running_week

HORIZONS = (3, 6, 9, 12)
SCOPES = (*PROJECTS, "ALL")
Z = 1.959964
BANDS = (
    ("0-6m", 0, 25),
    ("6-12m", 26, 51),
    ("1-2y", 52, 103),
    ("2-3y", 104, 155),
    ("3-5y", 156, 259),
    ("5y+", 260, 520),
)
AGE_GROUPS = ("under 50", "50-54", "55-59", "60+")
INSIDE = (
    *("employment", "self_support", "benefit_with_hours", "benefit_without_hours"),
    *("wage_subsidy", "work_placement", "su"),
)
OUTSIDE = ("left_population", "unknown_code", "not_observed")
DIMENSIONS: dict[str, tuple[str, ...]] = {
    "sex": ("female", "male"),
    "age_group": AGE_GROUPS,
    "origin": ("danish", "other"),
    "unemployment_band": tuple(name for name, _, _ in BANDS),
    "industry_group": tuple(str(n) for n in range(1, 11)),
}
INDUSTRY_GROUPS = (
    *((1, 1, 3), (2, 5, 39), (3, 41, 43), (4, 45, 56), (5, 58, 63), (6, 64, 66), (7, 68, 68)),
    *((8, 69, 82), (9, 84, 88), (10, 90, 99)),
)
UNUSED_DIVISIONS = (0, 4, 34, 40, 44, 48, 54, 57, 67, 76, 83, 89)


class _Any:
    def __repr__(self) -> str:
        return "ANY"


ANY = _Any()
Record = dict[str, Any]


@dataclass
class Expected:
    """What a published table must hold: rows over `columns`, `key` names a row in messages."""

    key: tuple[str, ...]
    rows: list[Record]
    free_zero: Callable[[Record], bool] = lambda row: False  # rows of count 0 that may be there or not


@dataclass(frozen=True)
class Reference:
    """The reference lists that a user edits."""

    projects: dict[str, Record]
    benefit_codes: dict[str, Record]
    activity_types: dict[str, str]

    def counts_as_unemployment(self, code: str | None) -> bool:
        return code in self.benefit_codes and self.benefit_codes[code]["counts_as_unemployment"].lower() == "true"

    @classmethod
    def read(cls, seeds: Path) -> Reference:
        def rows(name: str) -> list[Record]:
            with (seeds / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))

        return cls(
            {row["project_code"]: row for row in rows("projects")},
            {row["benefit_code"]: row for row in rows("benefit_codes")},
            {row["activity_name"]: row["core_element"] for row in rows("activity_types")},
        )


# -- which files count, and which of their rows ----------------------------------------------------------------


@dataclass
class Seen:
    """One file as the run sees it."""

    delivery: Delivery
    verdict: str = "read"
    rejected: dict[int, Any] = field(default_factory=dict)  # id(row) -> heading of the column, or ANY
    all_rejected: bool = False
    fate: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> list[tuple[Table, Row]]:
        return [(table, row) for table in self.delivery.tables for row in table.rows]

    def accepted(self, table_name: str) -> list[Row]:
        tables = [table for table in self.delivery.tables if table.name == table_name]
        return [row for table in tables for row in table.rows if id(row) not in self.rejected]


IDENTITY = {
    "participants": ("cpr", "project", "start"),
    "invitations": ("respondent",),
    "answers": ("respondent",),
    "pull": ("cpr",),
}


def look_at_files(population: Population) -> list[Seen]:
    seen = [Seen(delivery) for delivery in population.deliveries]
    first_of_bytes: dict[tuple[str, date | None, str], str] = {}
    for file in sorted(seen, key=lambda s: s.delivery.file_name):
        delivery = file.delivery
        identity = (delivery.source, delivery.day, delivery.sha256)
        if delivery.day is not None and delivery.day > population.as_of:
            file.verdict = "later"
        elif first_of_bytes.setdefault(identity, delivery.file_name) != delivery.file_name:
            file.verdict = "duplicate"
        elif delivery.fault is not None:
            file.verdict = "refused"
    for file in seen:
        if file.verdict == "read" and file.delivery.kind != "answers":
            judge_rows(file)
    codebook = codebook_in_force(seen)
    for file in seen:
        if file.verdict == "read" and file.delivery.kind == "answers":
            judge_rows(file, codebook)
    return seen


def judge_rows(file: Seen, codebook: Codebook | None = None) -> None:
    """Reject rows that cannot be understood or repeat an earlier one; refuse the file if they are too many."""
    for table in file.delivery.tables:
        earlier: set[tuple[Any, ...]] = set()
        for row in table.rows:
            identity = tuple(row.values[key] for key in IDENTITY.get(table.name, ()))
            outside = codebook.outside(row) if codebook is not None else []
            bad = [*outside]
            if row.bad is not None and not is_unjudged(row.bad[0], table, codebook):
                bad.append(row.bad[0])
            if bad:
                file.rejected[id(row)] = table.headings[bad[0]] if len(bad) == 1 else ANY  # of several, any one is told
            elif identity and identity in earlier:
                file.rejected[id(row)] = ANY
            else:
                earlier.add(identity)
    count = len(file.rejected)
    if count >= 3 and count > 0.05 * len(file.rows):
        file.verdict = "refused"
        file.all_rejected = True


def is_unjudged(column: str, table: Table, codebook: Codebook | None) -> bool:
    """A bad code in a column that no codebook in force knows is nobody's business."""
    return (
        table.name == "answers" and column in table.variables and (codebook is None or column not in codebook.variables)
    )


def newest(seen: Iterable[Seen], kind: str) -> Seen | None:
    """Consent, survey and results: the newest good file of a kind replaces older ones whole."""
    files = [file for file in seen if file.delivery.kind == kind and file.verdict == "read"]
    return max(files, key=lambda file: (file.delivery.day, file.delivery.file_name), default=None)


# -- codebook --------------------------------------------------------------------------------------------------


@dataclass
class Codebook:
    variables: dict[str, Record]  # variable -> question, item, type, condition
    labels: dict[tuple[str, int], str | None]

    def legal(self, variable: str) -> set[int]:
        codes = {code for name, code in self.labels if name == variable}
        return codes | {0, 1} if self.variables[variable]["type"] == "multiple" else codes

    def outside(self, row: Row) -> list[str]:
        """The variables of the row whose code the codebook does not know."""
        judged = [variable for variable, facts in self.variables.items() if facts["type"] != "free_text"]
        codes = {variable: row.values.get(variable) for variable in judged}
        return [name for name, code in codes.items() if code is not None and code not in self.legal(name)]


def codebook_in_force(seen: list[Seen]) -> Codebook | None:
    file = newest(seen, "codebook")
    if file is None:
        return None
    codebook = Codebook({}, {})
    for row in file.accepted("codebook"):
        codebook.variables[row.values["variable"]] = row.values
        if row.values["code"] is not None:
            codebook.labels[row.values["variable"], row.values["code"]] = row.values["label"]
    return codebook


def meets(condition: str | None, answers: Record) -> bool:
    """`q8 in 1,2,3`, judged by its text on the respondent's answers; no condition is met by everyone."""
    if condition is None:
        return True
    variable, codes = condition.lower().split(" in ")
    return answers.get(variable.strip()) in {int(code) for code in codes.split(",")}


# -- monitoring in force ---------------------------------------------------------------------------------------


def monitoring_in_force(seen: list[Seen]) -> dict[tuple[str, str], list[tuple[Seen, Row]]]:
    """(project, table) -> rows: the newest unit that contains the project and in which the table was good."""
    units: dict[tuple[date, str], list[Seen]] = defaultdict(list)
    for file in seen:
        delivery = file.delivery
        if delivery.source == "monitoring" and file.verdict == "read" and delivery.day is not None:
            units[delivery.day, delivery.file_name if delivery.kind == "workbook" else "files"].append(file)
    in_force: dict[tuple[str, str], list[tuple[Seen, Row]]] = {}
    for name in sorted(units):  # later units overwrite earlier ones
        files = units[name]
        for project in PROJECTS:
            contained = any(
                id(row) not in file.rejected and row.values["project"] == project
                for file in files
                for _, row in file.rows
            )
            for table in {table.name for file in files for table in file.delivery.tables} if contained else ():
                rows = [
                    (file, row) for file in files for row in file.accepted(table) if row.values["project"] == project
                ]
                in_force[project, table] = rows
    return in_force


# -- the world as the run knows it -----------------------------------------------------------------------------


class World:
    """Participations, consents, register and survey in force; the populations of the definitions."""

    def __init__(self, population: Population, reference: Reference) -> None:
        self.population = population
        self.reference = reference
        self.seen = look_at_files(population)
        self.in_force = monitoring_in_force(self.seen)
        self.codebook = codebook_in_force(self.seen)
        self.consent_log = self.rows_in_force("declarations")
        self.participations: dict[tuple[str, str], list[Record]] = defaultdict(list)
        for (_, table), rows in self.in_force.items():
            for _, row in rows if table == "participants" else ():
                self.participations[row.values["cpr"], row.values["project"]].append(dict(row.values))
        for own in self.participations.values():
            own.sort(key=lambda values: values["start"])
        self.known = {cpr for cpr, _ in self.participations}
        self.register = self._register()
        self.enrolments = [self._enrolment(values) for own in self.participations.values() for values in own]
        self._invite()

    def rows_in_force(self, kind: str) -> list[Row]:
        file = newest(self.seen, kind)
        return [] if file is None else file.accepted(kind)

    def pseudonym(self, cpr: str) -> str:
        return hmac.new(self.population.key.encode(), cpr.encode("ascii"), hashlib.sha256).hexdigest()[:32]

    # consent

    def consents(self, cpr: str, project: str, scope: str) -> bool:
        """Whether consent stands at the as-of date: the latest gift is later than the latest withdrawal."""
        as_of = self.population.as_of
        own = [r.values for r in self.consent_log if (r.values["cpr"], r.values["project"]) == (cpr, project)]
        covering = [row for row in own if row["scope"] in (scope, "both")]
        given = [row["given"] for row in covering if row["given"] <= as_of]
        withdrawn = [row["withdrawn"] for row in covering if row["withdrawn"] is not None and row["withdrawn"] <= as_of]
        return bool(given) and (not withdrawn or max(given) > max(withdrawn))

    # register

    def _register(self) -> dict[str, tuple[Seen, Row, RegisterPerson]]:
        """Person -> the newest good pull that contains them."""
        found: dict[str, tuple[Seen, Row, RegisterPerson]] = {}
        pulls = [file for file in self.seen if file.delivery.kind == "pull" and file.verdict == "read"]
        for file in sorted(pulls, key=lambda file: (file.delivery.day, file.delivery.file_name)):
            table = file.delivery.tables[0]
            for row in file.accepted("pull"):
                found[row.values["cpr"]] = (file, row, RegisterPerson(row.values, table.variables))
        return found

    # participations

    def participation_at(self, cpr: str, project: str, day: date) -> Record | None:
        """The participation with the latest start on or before the day, else the first one."""
        own = self.participations.get((cpr, project), [])
        begun = [values for values in own if values["start"] <= day]
        return begun[-1] if begun else own[0] if own else None

    def enrolment_at(self, cpr: str, project: str, day: date) -> Record | None:
        values = self.participation_at(cpr, project, day)
        return None if values is None else self.by_id[self.enrolment_id(values)]

    def enrolment_id(self, values: Record) -> str:
        text = f"{self.pseudonym(values['cpr'])}|{values['project']}|{values['start'].isoformat()}"
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    def _enrolment(self, values: Record) -> Record:
        cpr, project, start = values["cpr"], values["project"], values["start"]
        consents_register = self.consents(cpr, project, "register")
        person = self.register[cpr][2] if consents_register and cpr in self.register else None
        enrolment = {
            "cpr": cpr,
            "enrolment_id": self.enrolment_id(values),
            "participant_id": self.pseudonym(cpr),
            "project_code": project,
            "unemployment_fund": values["fund"],
            "course_round": values["course"],
            "start_date": start,
            "end_date": values["end"],
            "recruitment_method": values["recruitment"],
            "consents_survey": self.consents(cpr, project, "survey"),
            "consents_register": consents_register,
            "invited": False,
            "answered": False,
            "in_register": person is not None and person.is_complete and person.covers(running_week(start)),
            **dict.fromkeys(
                (
                    "sex",
                    "age_at_start",
                    "age_group",
                    "origin",
                    "unemployment_weeks",
                    "unemployment_band",
                    "prior_industry_group",
                )
            ),
            "person": person,
        }
        if enrolment["in_register"] and person is not None:
            weeks = person.unemployment_before(running_week(start), self.reference)
            enrolment |= {
                "sex": person.sex,
                "age_at_start": age_on(person.birth, start),
                "age_group": age_group(age_on(person.birth, start)),
                "origin": person.origin,
                "unemployment_weeks": weeks,
                "unemployment_band": band(weeks),
                "prior_industry_group": person.prior_industry(start),
            }
        return enrolment

    def _invite(self) -> None:
        """Match invitations with participations; answers follow their invitation."""
        self.by_id = {enrolment["enrolment_id"]: enrolment for enrolment in self.enrolments}
        answers = {row.values["respondent"]: row for row in self.rows_in_force("answers")}
        self.responses: list[Record] = []
        self.answer_rows: list[tuple[Record, Row]] = []
        for row in self.rows_in_force("invitations"):
            values = row.values
            enrolment = self.enrolment_at(values["cpr"], values["project"], values["sent"])
            if enrolment is None or not enrolment["consents_survey"]:
                continue
            enrolment["invited"] = True
            enrolment["answered"] |= values["disposition"] == "complete"
            answer = answers.get(values["respondent"])
            response = {
                "respondent_id": values["respondent"],
                "enrolment_id": enrolment["enrolment_id"],
                "project_code": values["project"],
                "sent_date": values["sent"],
                "disposition": values["disposition"],
                "answered_date": None if answer is None else answer.values["answered"],
            }
            self.responses.append(response)
            if answer is not None:
                self.answer_rows.append((response, answer))

    @property
    def in_register(self) -> list[Record]:
        return [enrolment for enrolment in self.enrolments if enrolment["in_register"]]


class RegisterPerson:
    """A person's row in the pull that counts for them."""

    def __init__(self, values: Record, columns: list[str]) -> None:
        self.sex, self.birth = values["sex"], values["birth"]
        self.origin = {None: None, 1: "danish", 2: "other", 3: "other"}[values["origin"]]
        self.codes: dict[int, str | None] = {}
        self.industries: dict[int, str | None] = {}
        for column in columns:
            if column.startswith("y_"):
                self.codes[week_of_column(column)] = values[column]
            else:
                _, year, month = column.split("_")
                self.industries[int(year) * 12 + int(month) - 1] = values[column]

    @property
    def is_complete(self) -> bool:
        return None not in (self.sex, self.birth, self.origin)

    def covers(self, week: int) -> bool:
        return bool(self.codes) and min(self.codes) <= week <= max(self.codes)

    def unemployment_before(self, start_week: int, reference: Reference) -> int | None:
        """Weeks with a code that counts among the 520 before the start week; null unless the pull covers them all."""
        window = range(start_week - 520, start_week)
        if not all(week in self.codes for week in window):
            return None
        return sum(reference.counts_as_unemployment(self.codes[week]) for week in window)

    def prior_industry(self, start: date) -> int | None:
        """The group of the latest month before the start month that has a stated industry."""
        before = sorted((m for m in self.industries if m < start.year * 12 + start.month - 1), reverse=True)
        groups = (industry_group(self.industries[month]) for month in before)
        return next((group for group in groups if group is not None and group != 11), None)

    def spells(self) -> list[Record]:
        """Maximal runs of equal code over weeks that follow each other; blanks are no spell."""
        spells: list[Record] = []
        for week in sorted(self.codes):
            code = self.codes[week]
            last = spells[-1] if spells else None
            if code is None:
                continue
            if last is not None and last["benefit_code"] == code and last["to"] == week - 1:
                last["to"] = week
            else:
                spells.append({"benefit_code": code, "from": week, "to": week})
        return spells


# -- weeks, months, ages, groups -------------------------------------------------------------------------------


def week_of_column(column: str) -> int:
    year, number = int(column[2:4]), int(column[4:6])
    return running_week(date.fromisocalendar(year + (1900 if year >= 90 else 2000), number, 1))


def week_text(week: int) -> str:
    year, number, _ = (WEEK_ONE + timedelta(weeks=week - 1)).isocalendar()
    return f"{year}-W{number:02d}"


def months_after(start: date, months: int) -> date:
    """Calendar months later, clipped to the month's last day."""
    month = start.year * 12 + start.month - 1 + months
    first_of_next = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(month // 12, month % 12 + 1, min(start.day, (first_of_next - timedelta(days=1)).day))


def month_of_week(week: int) -> int:
    thursday = WEEK_ONE + timedelta(weeks=week - 1, days=3)
    return thursday.year * 12 + thursday.month - 1


def age_on(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def age_group(age: int) -> str:
    return "under 50" if age < 50 else "50-54" if age < 55 else "55-59" if age < 60 else "60+"


def band(weeks: int | None) -> str | None:
    return None if weeks is None else next(name for name, low, high in BANDS if low <= weeks <= high)


def industry_group(code: str | None) -> int | None:
    """The ten-group of a six-digit code; 11 where the activity is not stated or the division is not in use."""
    if code is None:
        return None
    division = int(code[:2])
    if code == "999999" or division in UNUSED_DIVISIONS:
        return 11
    return next(group for group, low, high in INDUSTRY_GROUPS if low <= division <= high)


def wilson(p: float, size: float) -> tuple[float, float]:
    """The Wilson interval of a share of `size`, in per cent."""
    centre = (p + Z * Z / (2 * size)) / (1 + Z * Z / size)
    half = Z * math.sqrt(p * (1 - p) / size + Z * Z / (4 * size**2)) / (1 + Z * Z / size)
    return 100 * max(0.0, centre - half), 100 * min(1.0, centre + half)


def is_small(denominator: int) -> bool:
    return denominator < 30


def share(n: int, denominator: int) -> Record:
    """A count with its denominator, percentage and Wilson interval."""
    cells = {"n": n, "denominator": denominator, "small_n": is_small(denominator)}
    if denominator == 0:
        return {**cells, "pct": None, "pct_low": None, "pct_high": None}
    low, high = wilson(n / denominator, denominator)
    return {**cells, "pct": 100 * n / denominator, "pct_low": low, "pct_high": high}


def percentage(n: int, denominator: int) -> float | None:
    return 100 * n / denominator if denominator else None


def within(rows: Iterable[Record], scope: str) -> list[Record]:
    return [row for row in rows if scope in ("ALL", row["project_code"])]


# -- marts -----------------------------------------------------------------------------------------------------


def status(code: str | None, wage_income: bool, reference: Reference) -> str:
    """Status at a horizon: the first rule that fits."""
    if code is not None and code not in reference.benefit_codes:
        return "unknown_code"
    status_class = "no_benefit" if code is None else reference.benefit_codes[code]["status_class"]
    if status_class == "benefit":
        return "benefit_with_hours" if wage_income else "benefit_without_hours"
    if status_class == "no_benefit":
        return "employment" if wage_income else "self_support"
    return str(status_class)


def status_at_horizon(world: World) -> list[Record]:
    rows = []
    for enrolment in world.in_register:
        person: RegisterPerson = enrolment["person"]
        for months in HORIZONS:
            horizon_date = months_after(enrolment["start_date"], months)
            week = running_week(horizon_date)
            month = month_of_week(week)
            prior = enrolment["prior_industry_group"]
            row = {
                **{key: enrolment[key] for key in ("enrolment_id", "participant_id", "project_code")},
                "horizon_months": months,
                "horizon_date": horizon_date,
                "horizon_week": week_text(week),
                "observed": week in person.codes and month in person.industries,
                **dict.fromkeys(("benefit_code", "has_wage_income", "status", "industry_group")),
                "prior_industry_group": prior,
                "industry_changed": None,
            }
            if row["observed"]:
                group = industry_group(person.industries[month])
                row["benefit_code"] = person.codes[week]
                row["has_wage_income"] = person.industries[month] is not None
                row["status"] = status(row["benefit_code"], row["has_wage_income"], world.reference)
                row["industry_group"] = group
                if row["status"] == "employment" and group != 11 and prior is not None:
                    row["industry_changed"] = group != prior
            row["in_percentages"] = row["status"] in INSIDE
            rows.append(row)
    return rows


def benefit_spells(world: World) -> list[Record]:
    rows = []
    for cpr in sorted({enrolment["cpr"] for enrolment in world.in_register}):
        for spell in world.register[cpr][2].spells():
            rows.append(
                {
                    "participant_id": world.pseudonym(cpr),
                    "benefit_code": spell["benefit_code"],
                    "first_week": week_text(spell["from"]),
                    "last_week": week_text(spell["to"]),
                    "weeks": spell["to"] - spell["from"] + 1,
                }
            )
    return rows


def participants(world: World) -> list[Record]:
    rows = []
    for cpr in sorted(world.known):
        own = [enrolment for enrolment in world.enrolments if enrolment["cpr"] == cpr]
        consents = any(enrolment["consents_register"] for enrolment in own)
        person = world.register[cpr][2] if consents and cpr in world.register else None
        rows.append(
            {
                "participant_id": world.pseudonym(cpr),
                "enrolments": len(own),
                "first_start_date": min(enrolment["start_date"] for enrolment in own),
                "sex": person.sex if person else None,
                "birth_year": person.birth.year if person and person.birth else None,
                "origin": person.origin if person else None,
            }
        )
    return rows


def activities(world: World) -> list[Record]:
    rows = []
    for _, row in _monitoring_rows(world, "activities"):
        values = row.values
        enrolment = world.enrolment_at(values["cpr"], values["project"], values["day"])
        if enrolment is not None:
            dated = {"activity_date": values["day"]}
            rows.append(
                {
                    **{key: enrolment[key] for key in ("enrolment_id", "participant_id", "project_code")},
                    **dated,
                    "period": period(dated, enrolment) or "before",
                    "activity_name": values["activity"],
                    "core_element": world.reference.activity_types.get(values["activity"], "other"),
                    "hours": values["hours"],
                    "mode": values["mode"],
                    "activity_status": values["status"],
                }
            )
    return rows


def job_statuses(world: World) -> list[Record]:
    rows = []
    for _, row in _monitoring_rows(world, "job_statuses"):
        values = row.values
        enrolment = world.enrolment_at(values["cpr"], values["project"], values["day"])
        if enrolment is not None:
            recorded = {"recorded_date": values["day"], "job_status": values["job_status"]}
            rows.append({"enrolment_id": enrolment["enrolment_id"], "project_code": values["project"], **recorded})
    return rows


def _monitoring_rows(world: World, name: str) -> list[tuple[Seen, Row]]:
    return [pair for (_, table), rows in world.in_force.items() if table == name for pair in rows]


def survey_answers(world: World) -> list[Record]:
    codebook = world.codebook
    if codebook is None:
        return []
    rows = []
    for response, answer in world.answer_rows:
        for variable, facts in codebook.variables.items():
            if facts["type"] == "free_text":
                continue
            code = answer.values.get(variable)
            rows.append(
                {
                    **{key: response[key] for key in ("respondent_id", "enrolment_id", "project_code")},
                    "variable": variable,
                    "question": facts["question"],
                    "item": facts["item"],
                    "in_base": meets(facts["condition"], answer.values),
                    "answer_code": code,
                    "answer_label": codebook.labels.get((variable, code)) if code is not None else None,
                }
            )
    return rows


def planned_participants(world: World) -> dict[str, float | None]:
    rows = [row.values for row in world.rows_in_force("indicators") if row.values["indicator"] == PLANNED]
    return {row["project"]: row["target"] for row in rows}


def projects(world: World) -> list[Record]:
    planned = planned_participants(world)
    kept = ("project_code", "project_name", "lead_fund", "geography", "special_focus")
    facts = world.reference.projects.values()
    return [
        {**{k: row[k] or None for k in kept}, "planned_participants": planned.get(row["project_code"])} for row in facts
    ]


# -- report ----------------------------------------------------------------------------------------------------


def data_basis(world: World) -> list[Record]:
    """Distinct persons within the row's scope."""
    rows = []
    for scope in SCOPES:
        own = within(world.enrolments, scope)

        def persons(*conditions: str, own: list[Record] = own) -> int:
            return len({row["cpr"] for row in own if any(row[condition] for condition in conditions)})

        recruited = len({row["cpr"] for row in own})
        consenting = persons("consents_survey", "consents_register")
        invited, answered, in_register = persons("invited"), persons("answered"), persons("in_register")
        rows.append(
            {
                "project_code": scope,
                "recruited": recruited,
                "consenting": consenting,
                "consenting_survey": persons("consents_survey"),
                "consenting_register": persons("consents_register"),
                "invited": invited,
                "answered": answered,
                "response_rate": percentage(answered, invited),
                "in_register": in_register,
                "register_coverage": percentage(in_register, recruited),
                "consent_coverage": percentage(consenting, recruited),
            }
        )
    return rows


def category(enrolment: Record, dimension: str) -> str:
    value = enrolment["prior_industry_group" if dimension == "industry_group" else dimension]
    return "unknown" if value is None else str(value)


def participant_profile(world: World) -> list[Record]:
    rows = []
    for scope in SCOPES:
        own = within(world.in_register, scope)
        for dimension, categories in DIMENSIONS.items():
            for name in (*categories, "unknown"):
                n = sum(category(enrolment, dimension) == name for enrolment in own)
                rows.append({"project_code": scope, "dimension": dimension, "category": name, **share(n, len(own))})
    return rows


def recruitment(world: World) -> list[Record]:
    planned = planned_participants(world)
    rows = []
    for scope in SCOPES:
        targets = list(planned.values()) if scope == "ALL" else [planned.get(scope)]
        known = [target for target in targets if target is not None]
        recruited = len({row["cpr"] for row in within(world.enrolments, scope)})
        target = sum(known) if known else None
        complete = len(known) == (len(PROJECTS) if scope == "ALL" else 1)
        attainment = 100 * recruited / target if target else None
        row: Record = {"project_code": scope, "planned": target, "recruited": recruited, "attainment": attainment}
        if scope == "ALL" and not complete and known:
            row |= {"planned": ANY, "attainment": ANY}  # the contract does not say what a sum with an unknown part is
        rows.append(row)
    return rows


def status_counts(keys: Record, statuses: list[str | None]) -> list[Record]:
    """One row per status: shares of those observed with a status inside the percentages; counts for the rest."""
    counts = Counter("not_observed" if value is None else value for value in statuses)
    denominator = sum(counts[name] for name in INSIDE)
    rows = [{**keys, "status": name, **share(counts[name], denominator)} for name in INSIDE]
    blank = {"denominator": ANY, "small_n": ANY, "pct": None, "pct_low": None, "pct_high": None}
    return rows + [{**keys, "status": name, "n": counts[name], **blank} for name in OUTSIDE]


def status_by_horizon(world: World) -> list[Record]:
    grid = status_at_horizon(world)
    rows = []
    for scope in SCOPES:
        for months in HORIZONS:
            statuses = [row["status"] for row in within(grid, scope) if row["horizon_months"] == months]
            rows += status_counts({"project_code": scope, "horizon_months": months}, statuses)
    return rows


def status_by_background(world: World) -> list[Record]:
    grid = status_at_horizon(world)
    rows = []
    for dimension, categories in DIMENSIONS.items():
        for name in (*categories, "unknown"):
            for months in HORIZONS:
                own = [row for row in grid if row["horizon_months"] == months]
                statuses = [r["status"] for r in own if category(world.by_id[r["enrolment_id"]], dimension) == name]
                rows += status_counts({"dimension": dimension, "category": name, "horizon_months": months}, statuses)
    return rows


def industry_change(world: World) -> list[Record]:
    grid = status_at_horizon(world)
    rows = []
    for scope in SCOPES:
        for months in HORIZONS:
            own = [
                row for row in within(grid, scope) if row["horizon_months"] == months and row["status"] == "employment"
            ]
            changed = sum(row["industry_changed"] is True for row in own)
            unknown = sum(row["industry_changed"] is None for row in own)
            rows.append(
                {"project_code": scope, "horizon_months": months, **share(changed, len(own)), "unknown": unknown}
            )
    return rows


def survey_distribution(world: World) -> list[Record]:
    """Complete answers in the base that answered: a multiple-choice question when any of its options is filled."""
    codebook = world.codebook
    if codebook is None:
        return []
    complete = {response["respondent_id"] for response in world.responses if response["disposition"] == "complete"}
    answers = [row for row in survey_answers(world) if row["respondent_id"] in complete and row["in_base"]]
    filled = {(row["respondent_id"], row["question"]) for row in answers if row["answer_code"] is not None}
    rows = []
    grid = [(variable, code) for variable in codebook.variables for code in sorted(codebook.legal(variable))]
    for variable, code in grid:
        facts, label = codebook.variables[variable], codebook.labels.get((variable, code))
        for scope in SCOPES:
            own = [row for row in within(answers, scope) if row["variable"] == variable]
            if facts["type"] == "multiple":
                asked = [row for row in own if (row["respondent_id"], row["question"]) in filled]
            else:
                asked = [row for row in own if row["answer_code"] is not None]
            n = sum(row["answer_code"] == code for row in asked)
            keys = {"project_code": scope, "variable": variable, "question": facts["question"], "item": facts["item"]}
            routing = facts["condition"]
            if routing is not None:
                asked_of, codes = routing.lower().split(" in ")
                routing = f"{asked_of.strip()} in {codes.replace(' ', '')}"
            base = {"routing": routing, "in_base": len(own)}
            rows.append({**keys, **base, "answer_code": code, "answer_label": label, **share(n, len(asked))})
    return rows


def period(activity: Record, enrolment: Record) -> str | None:
    """During the course (26 weeks when the end is missing), after it, or neither."""
    end = enrolment["end_date"] or enrolment["start_date"] + timedelta(weeks=26)
    if activity["activity_date"] < enrolment["start_date"]:
        return None
    return "during" if activity["activity_date"] <= end else "after"


def activity_reach(world: World) -> list[Record]:
    """Participations with at least one completed activity, by core element (activity_name null) and by activity."""
    reached: dict[tuple[str, str | None, str], set[str]] = defaultdict(set)
    for activity in activities(world):
        when = period(activity, world.by_id[activity["enrolment_id"]])
        if activity["activity_status"] == "completed" and when is not None:
            for name in (None, activity["activity_name"]):
                reached[activity["core_element"], name, when].add(activity["enrolment_id"])
    rows = []
    for scope in SCOPES:
        own = {enrolment["enrolment_id"] for enrolment in within(world.enrolments, scope)}
        for (element, name, when), enrolments in reached.items():
            keys = {"project_code": scope, "core_element": element, "activity_name": name, "period": when}
            rows.append({**keys, **share(len(own & enrolments), len(own))})
    return rows


def project_results(world: World) -> list[Record]:
    employed = {
        row["project_code"]: row
        for row in status_by_horizon(world)
        if row["status"] == "employment" and row["horizon_months"] == 12
    }
    rows = []
    for row in world.rows_in_force("indicators"):
        values = row.values
        register = employed[values["project"]]
        target, own_result = values["target"], values["result"]
        rows.append(
            {
                "project_code": values["project"],
                "indicator": values["indicator"],
                "target": target,
                "own_result": own_result,
                "reaches_target": None if target is None or own_result is None else own_result >= target,
                "unit": values["unit"],
                "register_n": register["n"],
                "register_denominator": register["denominator"],
                "register_pct": register["pct"],
                "register_pct_low": register["pct_low"],
                "register_pct_high": register["pct_high"],
            }
        )
    return rows


# -- ops -------------------------------------------------------------------------------------------------------


def account(world: World) -> Counter[tuple[str, str | None]]:
    """Give every accepted row of every good file its fate; returns the unmatched rows by source and project."""
    unmatched: Counter[tuple[str, str | None]] = Counter()
    standing = {id(row) for rows in world.in_force.values() for _, row in rows}
    invitations = {row.values["respondent"]: row.values for row in world.rows_in_force("invitations")}
    whole = {
        id(file)
        for kind in ("declarations", "invitations", "answers", "codebook", "indicators")
        if (file := newest(world.seen, kind))
    }

    def fate(file: Seen, table: Table, row: Row) -> str:
        values, source = row.values, file.delivery.source
        if source == "monitoring":
            if id(row) not in standing:
                return "superseded"
            known = (values["cpr"], values["project"]) in world.participations
            return "landed" if known else lost(source, values["project"])
        if source == "register":
            if world.register[values["cpr"]][1] is not row:
                return "superseded"
            if values["cpr"] not in world.known:
                return lost(source, None)
            own = [enrolment for enrolment in world.enrolments if enrolment["cpr"] == values["cpr"]]
            return "landed" if any(enrolment["consents_register"] for enrolment in own) else "withheld"
        if id(file) not in whole:
            return "superseded"
        if table.name in ("codebook", "indicators"):
            return "landed"
        if table.name == "answers":
            invitation = invitations.get(values["respondent"])
            if invitation is None:
                return lost(source, None)
            values = invitation
        pair = (values["cpr"], values["project"])
        if pair not in world.participations:
            return lost(source, values["project"])
        if table.name == "declarations" or world.consents(*pair, "survey"):
            return "landed"
        return "withheld"

    def lost(source: str, project: str | None) -> str:
        unmatched[source, project] += 1
        return "unmatched"

    for file in world.seen:
        file.fate.clear()
        if file.verdict == "read":
            for table, row in file.rows:
                file.fate["rejected" if id(row) in file.rejected else fate(file, table, row)] += 1
    return unmatched


def deliveries(world: World) -> list[Record]:
    account(world)
    rows = []
    for file in world.seen:
        delivery, counts = file.delivery, file.fate
        left = counts["landed"] + counts["unmatched"] + counts["withheld"]
        status = file.verdict if file.verdict != "read" else "landed" if left else "superseded"
        read = len(file.rows) if file.verdict == "read" or file.all_rejected else 0
        rows.append(
            {
                "source": delivery.source,
                "file_name": delivery.file_name,
                "extract_date": delivery.day if delivery.fault != "unknown_extension" else ANY,
                "sha256": delivery.sha256,
                "rows_read": read,
                "rows_landed": counts["landed"],
                "rows_rejected": read if file.all_rejected else counts["rejected"],
                "rows_superseded": counts["superseded"],
                "rows_unmatched": counts["unmatched"],
                "rows_withheld": counts["withheld"],
                "status": status,
            }
        )
    return rows


def rejected_rows(world: World) -> list[Record]:
    """The bad rows of every file that was read through, also of one that was refused because they were too many."""
    rows = []
    for file in world.seen:
        for table, row in file.rows:
            if id(row) in file.rejected:
                heading = file.rejected[id(row)]
                place = {"source": file.delivery.source, "file_name": file.delivery.file_name, "sheet": table.sheet}
                rows.append(
                    {**place, "row_number": row.number, "column_name": heading if heading is ANY else heading.strip()}
                )
    return rows


def unmatched(world: World) -> list[Record]:
    return [{"source": source, "project_code": project, "rows": n} for (source, project), n in account(world).items()]


# -- everything ------------------------------------------------------------------------------------------------


def _is_empty(row: Record) -> bool:
    return bool(row["n"] == 0)


def is_rare(row: Record) -> bool:
    """A zero of a category that no figure prints: the grid may hold it or not."""
    return _is_empty(row) and row["category"] in ("unknown", "under 50")


def expected_tables(population: Population, reference: Reference) -> dict[str, Expected]:
    """`schema.table` -> what it must hold."""
    from tests.support.oracle_evaluation import evaluation_tables  # which builds on this module

    world = World(population, reference)
    enrolment_columns = [
        key for key in (world.enrolments[0] if world.enrolments else {}) if key not in ("cpr", "person")
    ]
    enrolments = [{key: row[key] for key in enrolment_columns} for row in world.enrolments]
    activity_key = ("enrolment_id", "activity_date", "activity_name", "hours", "mode", "activity_status")
    return {
        "marts.projects": Expected(("project_code",), projects(world)),
        "marts.participants": Expected(("participant_id",), participants(world)),
        "marts.enrolments": Expected(("enrolment_id",), enrolments),
        "marts.activities": Expected(activity_key, activities(world)),
        "marts.job_statuses": Expected(("enrolment_id", "recorded_date", "job_status"), job_statuses(world)),
        "marts.status_at_horizon": Expected(("enrolment_id", "horizon_months"), status_at_horizon(world)),
        "marts.benefit_spells": Expected(("participant_id", "first_week"), benefit_spells(world)),
        "marts.survey_responses": Expected(("respondent_id",), world.responses),
        "marts.survey_answers": Expected(("respondent_id", "variable"), survey_answers(world)),
        "report.data_basis": Expected(("project_code",), data_basis(world)),
        "report.participant_profile": Expected(
            ("project_code", "dimension", "category"), participant_profile(world), is_rare
        ),
        "report.recruitment": Expected(("project_code",), recruitment(world)),
        "report.status_by_horizon": Expected(("project_code", "horizon_months", "status"), status_by_horizon(world)),
        "report.status_by_background": Expected(
            ("dimension", "category", "horizon_months", "status"), status_by_background(world), is_rare
        ),
        "report.industry_change": Expected(("project_code", "horizon_months"), industry_change(world)),
        "report.survey_distribution": Expected(("project_code", "variable", "answer_code"), survey_distribution(world)),
        "report.activity_reach": Expected(
            ("project_code", "core_element", "activity_name", "period"), activity_reach(world), _is_empty
        ),
        "report.project_results": Expected(("project_code", "indicator"), project_results(world)),
        **evaluation_tables(world),
        "ops.deliveries": Expected(("source", "file_name"), deliveries(world)),
        "ops.rejected_rows": Expected(("source", "file_name", "sheet", "row_number"), rejected_rows(world)),
        "ops.unmatched": Expected(("source", "project_code"), unmatched(world)),
    }
