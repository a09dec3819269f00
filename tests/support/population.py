"""Random programmes: other people, other dates, other histories, with the rare cases made frequent.

Belongs here: what stands in the deliveries, as typed values and as deliberately spoiled cells. Does not belong here:
how a value is dressed in a file (dress.py) and what the warehouse should make of it (oracle.py). Nothing here imports
the product. All people are invented; their CPR numbers fail modulus 11.
"""

from __future__ import annotations

import random
from calendar import monthrange
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar

PROJECTS = ("MA", "FTF", "DSA", "3F-S", "3F-A")
PLANNED = "Planlagt antal deltagere"
WEEK_ONE = date(1991, 8, 5)

_FUNDS = ("HK", "Krifa", "FTFa", "Min A-kasse", "3F", "Lærernes a-kasse", "Det Faglige Hus")
_ACTIVITY_NAMES = (
    *("Karrieresamtale", "Individuel samtale", "Workshop", "Introuge", "Webinar", "Brobygning", "Virksomhedspraktik"),
    *("AMU-kursus", "Opkvalificeringskursus", "Netværk", "Jobcafé", "Vandretur", "Fyraftensmøde ”åbent hus”"),
)
_COUNTING_CODES = ("111", "112", "113", "114", "124", "130", "137", "136", "211", "213", "215", "216", "730", "733")
_OTHER_CODES = (
    *("121", "122", "123", "651", "652", "771", "774", "783", "881", "890", "893", "899", "998", "785"),
    *("758", "765", "766", "767", "768", "813", "815", "817", "115", "775", "997", "999"),
)
_INDUSTRY_CODES = (
    *("011100", "014500", "032100", "099000", "101100", "351100", "390000", "410000", "439990", "471120", "491000"),
    *("561010", "581300", "620100", "631200", "641900", "661900", "681000", "682040", "692000", "702200", "750000"),
    *("781000", "822000", "841100", "853110", "869010", "889990", "900110", "960210", "990000"),
    *("999999", "040000", "340000", "440000", "760000", "830000", "890000", "000100", "570000", "670000", "999999"),
)
_EDGE_STARTS = (
    *(date(2016, 2, 29), date(2020, 2, 29), date(2015, 12, 28), date(2016, 1, 3), date(2016, 1, 4), date(2015, 12, 31)),
    *(
        date(2019, 12, 30),
        date(2020, 6, 30),
        date(2020, 12, 31),
        date(2020, 1, 1),
        date(2018, 12, 31),
        date(2017, 1, 1),
    ),
    *(
        date(2019, 8, 31),
        date(2019, 5, 31),
        date(2019, 11, 30),
        date(2018, 11, 29),
        date(2019, 3, 31),
        date(2017, 8, 30),
    ),
    *(date(2015, 10, 1), date(2020, 3, 30), date(2020, 9, 29), date(2020, 10, 3), date(2019, 1, 31), date(2018, 5, 31)),
)
_EDGE_UNEMPLOYMENT = (0, 1, 25, 26, 51, 52, 103, 104, 155, 156, 259, 260, 519, 520)
_EDGE_AGES = (49, 50, 54, 55, 59, 60)


@dataclass
class Row:
    """One row of a file: its values by column key, and at most one cell that is written as something else."""

    values: dict[str, Any]
    bad: tuple[str, str] | None = None  # column key, what is written there instead
    number: int = 0  # as a person sees it in the file; set by the writer


@dataclass
class Table:
    """One sheet, or the whole of a file without sheets. `variables` are the columns beyond the fixed ones."""

    name: str
    rows: list[Row]
    variables: list[str] = field(default_factory=list)
    headings: dict[str, str] = field(default_factory=dict)  # column key -> heading as written; set by the writer
    sheet: str | None = None  # set by the writer


@dataclass
class Delivery:
    """One file in landing. `fault` names what is wrong with the whole file, if anything."""

    source: str
    kind: str
    stem: str
    day: date | None
    extension: str
    tables: list[Table]
    fault: str | None = None
    copy_of: Delivery | None = None
    file_name: str = ""  # set by the writer
    sha256: str = ""  # set by the writer


@dataclass
class Person:
    cpr: str
    sex: str
    birth: date
    origin: int


@dataclass
class Population:
    seed: int
    as_of: date
    key: str
    deliveries: list[Delivery]
    cprs: set[str]


def running_week(day: date) -> int:
    """The DREAM week that holds the day: 1 is 1991-W32."""
    return (day - WEEK_ONE).days // 7 + 1


def week_column(week: int) -> str:
    year, number, _ = (WEEK_ONE + timedelta(weeks=week - 1)).isocalendar()
    return f"y_{year % 100:02d}{number:02d}"


def month_column(month: int) -> str:
    return f"branche_{month // 12}_{month % 12 + 1:02d}"


def months_later(day: date, months: int) -> date:
    """The same day so many calendar months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def draw_population(seed: int) -> Population:
    """Everything that lies in the landing folder of one invented programme."""
    return _Draw(seed).population()


class _Draw:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = rng = random.Random(seed)
        self.cprs: set[str] = set()
        self.as_of = date(2021, 3, 1) + timedelta(days=rng.randrange(1200))
        before = (*rng.sample(range(8, 300), 3), rng.choice([0, 0, 7]))
        self.days = sorted(self.as_of - timedelta(days=days) for days in before)
        self.later = self.as_of + timedelta(days=rng.choice([1, 1, 30]))
        self.unwilling = rng.choice(PROJECTS) if rng.random() < 0.15 else None  # nobody consents to the register
        self.hired = rng.choice(PROJECTS) if rng.random() < 0.2 else None  # everybody finds a job that lasts

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def population(self) -> Population:
        participants = self.participations()
        strangers = [self.person(self.birth(date(2019, 1, 1))) for _ in range(6)]
        people = {person.cpr: person for person, _ in participants}
        deliveries = [
            *self.monitoring(participants, strangers),
            *self.consent(participants, strangers),
            *self.survey(participants, strangers),
            *self.register(participants, people, strangers),
            *self.results(),
        ]
        deliveries += self.junk(deliveries)
        return Population(self.seed, self.as_of, f"nøgle-{self.seed}", deliveries, self.cprs)

    # -- people ------------------------------------------------------------------------------------------------

    def person(self, birth: date) -> Person:
        sex = self.rng.choice(["male", "female"])
        written = birth if self.chance(0.95) else birth + timedelta(days=400)  # foed_dag decides over the number
        while True:
            seventh = self.rng.choice("01239") if written.year % 100 >= 37 else self.rng.choice("0123")
            digits = written.strftime("%d%m%y") + seventh + f"{self.rng.randrange(1000):03d}"
            weighted = sum(int(d) * w for d, w in zip(digits, (4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True))
            if weighted % 11 and digits not in self.cprs:
                self.cprs.add(digits)
                return Person(digits, sex, birth, self.rng.choice([1, 1, 1, 1, 1, 2, 3]))

    def birth(self, start: date) -> date:
        """Ages at the groups' edges, on and around the birthday, and some born on 29 February."""
        if self.chance(0.06):
            return date(1960, 2, 29)
        age = self.rng.choice(_EDGE_AGES) if self.chance(0.6) else self.rng.randint(46, 66)
        day = start.replace(year=start.year - age, day=min(start.day, 28))
        return day + timedelta(days=self.rng.choice([-1, 0, 0, 1, self.rng.randint(-364, 0)]))

    def start(self) -> date:
        if self.chance(0.6):
            return self.rng.choice(_EDGE_STARTS)
        return date(2015, 10, 1) + timedelta(days=self.rng.randrange(1900))

    def participations(self) -> list[tuple[Person, dict[str, Any]]]:
        """(person, participant row) pairs; some persons twice in a project, some in two projects."""
        pairs: list[tuple[Person, dict[str, Any]]] = []
        for project in PROJECTS:
            for _ in range(self.rng.randint(24, 44)):
                start = self.start()
                pairs.append(self.participation(self.person(self.birth(start)), project, start))
        for person, row in self.rng.sample(pairs, 14):
            project = row["project"] if self.chance(0.4) else self.rng.choice(PROJECTS)
            start = self.rng.choice(
                [self.start(), row["start"], row["start"] + timedelta(days=self.rng.randint(1, 200))]
            )
            if all((p.cpr, r["project"], r["start"]) != (person.cpr, project, start) for p, r in pairs):
                pairs.append(self.participation(person, project, start))
        if self.chance(0.3):
            pairs.append(self.participation(self.person(date(1962, 5, 5)), "MA", self.as_of + timedelta(days=20)))
        return pairs

    def participation(self, person: Person, project: str, start: date) -> tuple[Person, dict[str, Any]]:
        row = {
            "cpr": person.cpr,
            "project": project,
            "fund": self.rng.choice(_FUNDS),
            "course": self.rng.choice(["1", "2", "3", "Hold A", "Forår 2019"]),
            "start": start,
            "end": None if self.chance(0.3) else start + timedelta(days=self.rng.randint(0, 300)),
            "recruitment": self.rng.choice([None, "self_recruited", "invitation", "mandatory"]),
        }
        return person, row

    # -- monitoring --------------------------------------------------------------------------------------------

    def monitoring(self, participants: list[tuple[Person, dict[str, Any]]], strangers: list[Person]) -> list[Delivery]:
        """Several dates; on each, projects come in workbooks of their own, in a common one, in files, or not at all."""
        rows = [dict(row) for _, row in participants]
        absent = self.rng.choice(PROJECTS) if self.chance(0.15) else None
        deliveries: list[Delivery] = []
        for number, day in enumerate([*self.days, self.later]):
            alone: list[str] = []
            together: list[str] = []
            files: list[str] = []
            for project in PROJECTS:
                choices: list[list[str] | None] = (
                    [alone, alone, together, files, files] if number == 0 else [alone, together, files, None]
                )
                chosen = self.rng.choice(choices)
                if chosen is not None and project != absent:
                    chosen.append(project)
            for project in alone:
                deliveries.append(self.workbook(f"{project} udtræk", day, rows, [project], strangers, number))
                if self.chance(0.12):
                    deliveries.append(self.workbook(f"{project} udtræk ny", day, rows, [project], strangers, 3))
            if together:
                deliveries.append(self.workbook("overvågning samlet", day, rows, together, strangers, number))
                absentees = [row for row in rows if row["project"] not in (*alone, *together, *files)]
                if number == 2 and absentees and self.chance(0.15):  # a snapshot that holds a project by one activity
                    row = self.rng.choice(absentees)
                    stray = self.activity(row["cpr"], row["project"], row["start"])
                    deliveries[-1].tables[1].rows.append(Row(stray))
            if files:
                deliveries += self.triplet(day, rows, files, strangers, number)
            rows = [self.later_version(row) for row in rows if self.chance(0.97)]
        return deliveries

    def later_version(self, row: dict[str, Any]) -> dict[str, Any]:
        changed = dict(row)
        if changed["end"] is None and self.chance(0.2):
            changed["end"] = changed["start"] + timedelta(days=self.rng.randint(1, 300))
        if self.chance(0.05):
            changed["fund"] = self.rng.choice(_FUNDS)
        if self.chance(0.03):
            changed["course"] = "9"
        return changed

    def monitoring_tables(
        self, rows: list[dict[str, Any]], projects: list[str], strangers: list[Person]
    ) -> list[Table]:
        own = [row for row in rows if row["project"] in projects]
        people = [Row(dict(row)) for row in own]
        activities: list[Row] = []
        statuses: list[Row] = []
        for row in own:
            for _ in range(24 if self.chance(0.04) else self.rng.choice([0, 1, 1, 2, 3, 5])):
                activities.append(Row(self.activity(row["cpr"], row["project"], self.around(row))))
            for _ in range(self.rng.choice([0, 0, 1, 2])):
                statuses.append(Row(self.job_status(row["cpr"], row["project"], self.around(row))))
            if self.chance(0.25):
                for day in self.near_a_horizon(row["start"]):
                    statuses.append(Row(self.job_status(row["cpr"], row["project"], day)))
        for stranger in self.rng.sample(strangers, 2):
            project = self.rng.choice(projects)
            activities.append(Row(self.activity(stranger.cpr, project, date(2019, 4, 1))))
            statuses.append(Row(self.job_status(stranger.cpr, project, date(2019, 5, 1))))
        if len(projects) > 1 and own:  # a known person in a project without a participation of theirs
            someone = self.rng.choice(own)
            other = self.rng.choice([p for p in projects if p != someone["project"]])
            activities.append(Row(self.activity(someone["cpr"], other, date(2019, 6, 1))))
        for part in (people, activities, statuses):
            self.rng.shuffle(part)
        return [Table("participants", people), Table("activities", activities), Table("job_statuses", statuses)]

    def around(self, row: dict[str, Any]) -> date:
        """Days at and next to the edges of the course."""
        start: date = row["start"]
        end: date = row["end"] or start + timedelta(weeks=26)
        edges = [start, start - timedelta(1), end, end + timedelta(1), end + timedelta(30), start - timedelta(40)]
        return self.rng.choice([*edges, start + timedelta(days=self.rng.randint(0, 400))])

    def near_a_horizon(self, start: date) -> list[date]:
        """Days as near to a horizon as each other, the same day twice, or one in the middle between two horizons."""
        months, days = self.rng.choice([3, 6, 9]), timedelta(days=self.rng.randint(0, 20))
        date_of, next_date = months_later(start, months), months_later(start, months + 3)
        middle = date_of + timedelta(days=(next_date - date_of).days // 2)
        return self.rng.choice([[date_of - days, date_of + days], [next_date + days] * 2, [middle]])

    def activity(self, cpr: str, project: str, day: date) -> dict[str, Any]:
        return {
            "cpr": cpr,
            "project": project,
            "activity": self.rng.choice(_ACTIVITY_NAMES),
            "day": day,
            "hours": self.rng.choice([None, 1.0, 2.5, 0.75, 7.4, 37.0]),
            "mode": self.rng.choice(["in_person", "online", "phone"]),
            "status": self.rng.choice(["completed", "completed", "cancelled", "postponed"]),
        }

    def job_status(self, cpr: str, project: str, day: date) -> dict[str, Any]:
        words = ["in_job", "wage_subsidy", "work_placement", "education", "unemployed", "other"]
        return {"cpr": cpr, "project": project, "day": day, "job_status": self.rng.choice(words)}

    def workbook(
        self,
        stem: str,
        day: date,
        rows: list[dict[str, Any]],
        projects: list[str],
        strangers: list[Person],
        number: int,
    ) -> Delivery:
        tables = self.monitoring_tables(rows, projects, strangers)
        delivery = Delivery("monitoring", "workbook", stem, day, "xlsx", tables)
        if number and self.chance(0.2):
            delivery.fault = self.rng.choice(
                ["missing_sheet", "missing_column", "column_twice", "garbage", "no_participants"]
            )
        elif number and self.chance(0.15):
            self.spoil(tables, share=0.09)
        else:
            self.spoil(tables)
        if self.chance(0.15) and delivery.fault is None:
            tables[self.rng.choice([1, 2])].rows.clear()  # only Deltagere has to have rows
        return delivery

    def triplet(
        self, day: date, rows: list[dict[str, Any]], projects: list[str], strangers: list[Person], number: int
    ) -> list[Delivery]:
        words = {"participants": "Deltagere", "activities": "aktiviteter", "job_statuses": "JOBSTATUS"}
        files = []
        for table in self.monitoring_tables(rows, projects, strangers):
            extension = self.rng.choice(["csv", "csv", "parquet"])
            file = Delivery("monitoring", table.name, f"tal-{words[table.name]}", day, extension, [table])
            if not table.rows:
                continue
            if number and self.chance(0.15):
                continue  # the part is missing
            if number and self.chance(0.15):
                file.fault = self.rng.choice(["missing_column", "column_twice", "garbage", "empty"])
                if extension == "parquet" and file.fault == "column_twice":
                    file.fault = "missing_column"
            elif number and self.chance(0.1):
                self.spoil([table], share=0.12)
            else:
                self.spoil([table])
            files.append(file)
        return files

    # -- bad rows ----------------------------------------------------------------------------------------------

    _BAD_CELLS: ClassVar[dict[str, list[str]]] = {
        "cpr": ["320160-1234", "12345", "abc", "", "0000000000", "3102601234", "11111111111"],
        "project": ["XYZ", "", "MA2"],
        "fund": [""],
        "course": ["."],
        "start": ["31-02-2020", "i morgen", ""],
        "end": ["2020-13-01", "31.04.2019", "snart"],
        "recruitment": ["Nabo"],
        "activity": ["", "NA"],
        "day": ["30-02-2019", "", "12/2019"],
        "hours": ["to", "1.2.3"],
        "mode": ["Skype", ""],
        "status": ["Måske", ""],
        "job_status": ["Ferie", ""],
        "given": ["", "2020-00-10", "igår"],
        "withdrawn": ["99-99-2020"],
        "scope": ["alt", "surveys"],
        "respondent": [""],
        "sent": ["", "32-01-2020"],
        "disposition": ["ukendt", ""],
        "answered": ["", "x"],
        "sex": ["7", "X"],
        "birth": ["31-02-1960", "ukendt"],
        "origin": ["9", "dansk"],
        "target": ["mange", "1,2,3"],
        "result": ["få"],
        "recorded": ["for nylig"],
        "indicator": [""],
    }

    def spoil(self, tables: list[Table], share: float | None = None) -> None:
        """Spoil cells and repeat rows: below the refusal threshold, or (with a share) above it."""
        rows = [(table, row) for table in tables for row in table.rows]
        allowed = max(2, len(rows) // 20)
        wanted = self.rng.choice([0, 1, 2, allowed]) if share is None else max(3, int(len(rows) * share) + 1)
        repeats = self.rng.choice([0, 0, 1]) if share is None and wanted else 0
        for table, row in self.rng.sample(rows, min(len(rows), wanted - repeats)):
            keys = [key for key in row.values if key in self._BAD_CELLS]
            if table.name == "pull" and self.chance(0.6):
                key = self.rng.choice(table.variables)
                row.bad = (
                    key,
                    self.rng.choice(["12", "1234", "abc", "11a"] if key.startswith("y_") else ["abc", "1234567"]),
                )
            elif table.name == "codebook":
                continue
            elif keys:
                key = self.rng.choice(keys)
                row.bad = (key, self.rng.choice(self._BAD_CELLS[key]))
        for table in tables[:1]:
            if repeats and table.name in ("participants", "invitations", "answers", "pull"):
                good = [row for row in table.rows if row.bad is None]
                if good:
                    again = Row(dict(self.rng.choice(good).values))
                    if table.name == "participants":
                        again.values["fund"] = "En anden kasse"
                    table.rows.append(again)

    # -- consent -----------------------------------------------------------------------------------------------

    def consent(self, participants: list[tuple[Person, dict[str, Any]]], strangers: list[Person]) -> list[Delivery]:
        log: list[dict[str, Any]] = []
        for cpr, project in sorted({(person.cpr, row["project"]) for person, row in participants}):
            log += self.declarations(cpr, project)
        for stranger in self.rng.sample(strangers, 3):
            log.append(self.declaration(stranger.cpr, self.rng.choice(PROJECTS), date(2019, 1, 1), None, "both"))
        someone = self.rng.choice(participants)[0]
        log.append(self.declaration(someone.cpr, self.rng.choice(PROJECTS), date(2019, 1, 1), None, "both"))
        self.rng.shuffle(log)
        del log[len(log) // 20 * 20 :]  # so that exactly one row in twenty can be bad
        half = self.rng.sample(log, len(log) // 2)
        return self.cumulative("consent", "declarations", "samtykker", [half, log, log], [])

    def declaration(self, cpr: str, project: str, given: date, withdrawn: date | None, scope: str) -> dict[str, Any]:
        return {"cpr": cpr, "project": project, "given": given, "withdrawn": withdrawn, "scope": scope}

    def declarations(self, cpr: str, project: str) -> list[dict[str, Any]]:
        """The lives a consent can have: standing, partial, withdrawn, renewed, the same day, after the as-of date."""
        day = date(2018, 6, 1) + timedelta(days=self.rng.randrange(600))
        on, one, later = self.as_of, timedelta(days=1), day + timedelta(days=self.rng.randint(1, 200))
        scope = self.rng.choice(["both", "both", "both", "survey", "register"])
        lives: dict[str, list[tuple[date, date | None, str]]] = {
            "none": [],
            "standing": [(day, None, scope)],
            "two scopes": [(day, None, "survey"), (later, None, "register")],
            "withdrawn": [(day, later, scope)],
            "withdrawn the same day": [(day, day, scope)],
            "renewed": [(day, later, scope), (later + one, None, scope)],
            "renewed on the day of the withdrawal": [(day, later, scope), (later, None, "both")],
            "one scope withdrawn": [(day, None, "both"), (day, later, self.rng.choice(["survey", "register"]))],
            "given on the as-of date": [(on, None, scope)],
            "given after the as-of date": [(on + one, None, scope)],
            "withdrawn on the as-of date": [(day, on, scope)],
            "withdrawn after the as-of date": [(day, on + one, scope)],
            "renewed after the as-of date": [(day, later, scope), (on + one, None, scope)],
            "withdrawn before given": [(later, day, scope)],
        }
        name = "standing" if self.chance(0.6) else self.rng.choice(list(lives))
        if project == self.unwilling:
            return [self.declaration(cpr, project, given, end, "survey") for given, end, _ in lives[name]]
        return [self.declaration(cpr, project, *life) for life in lives[name]]

    # -- files that replace older ones whole -------------------------------------------------------------------

    def cumulative(
        self, source: str, kind: str, stem: str, versions: list[list[dict[str, Any]]], variables: list[str]
    ) -> list[Delivery]:
        """Two or three versions, the last good one in force; sometimes a refused or a later one on top."""
        files = []
        days = self.days[: len(versions)]
        for day, version in zip(days, versions, strict=True):
            table = Table(kind, [Row(dict(values)) for values in version], list(variables))
            self.spoil([table])
            files.append(Delivery(source, kind, stem, day, self.rng.choice(["csv", "csv", "xlsx", "parquet"]), [table]))
        if self.chance(0.25):
            other = stem + self.rng.choice([" rettet", "_v2"])  # of one date: a lesser name, or a greater one
            files.append(Delivery(source, kind, other, files[-1].day, "csv", [self.copy(files[-1].tables[0])]))
            if files[-1].tables[0].rows:
                files[-1].tables[0].rows.pop()
        if self.chance(0.35):
            spoiled = self.copy(files[-1].tables[0])
            last = Delivery(source, kind, stem, self.days[-1], "csv", [spoiled])
            more = ["bad_condition", "unknown_variable"] if kind == "codebook" else []
            last.fault = self.rng.choice(["missing_column", "column_twice", "empty", "garbage", None, *more])
            if last.fault is None and len(spoiled.rows) >= 3 and kind != "codebook":
                self.spoil([spoiled], share=0.1)
            if last.fault or kind != "codebook":
                files.append(last)
        if self.chance(0.35):
            files.append(Delivery(source, kind, stem, self.later, "csv", [self.copy(files[0].tables[0])]))
        return [file for file in files if file.tables[0].rows]

    def copy(self, table: Table) -> Table:
        return Table(table.name, [Row(dict(row.values), row.bad) for row in table.rows], list(table.variables))

    # -- survey ------------------------------------------------------------------------------------------------

    def survey(self, participants: list[tuple[Person, dict[str, Any]]], strangers: list[Person]) -> list[Delivery]:
        if self.chance(0.08):
            return []
        old, new = self.codebook(newest=False), self.codebook(newest=True)
        variables = [v for v in dict.fromkeys(entry["variable"] for entry in new) if v != "q9"]
        invitations, answers = self.invitations_and_answers(participants, strangers, new)
        fewer = [row for row in invitations if self.chance(0.7)]
        half = [row for row in answers if self.chance(0.5)]
        return [
            *self.cumulative("survey", "codebook", "kodebog", [old, new], []),
            *self.cumulative("survey", "invitations", "invitationer", [fewer, invitations], []),
            *self.answers_files([half, answers], [*variables, "kanal"]),
        ]

    def codebook(self, newest: bool) -> list[dict[str, Any]]:
        """Every question type, routing, and a scale that gained a code and a question between two dates."""
        scale = ["I høj grad", "I nogen grad", "Slet ikke", "Ved ikke"]
        entries: list[dict[str, Any]] = []

        def add(
            variable: str, question: str, item: str | None, kind: str, labels: dict[int, str], route: str | None
        ) -> None:
            common = {"variable": variable, "question": question, "item": item, "type": kind, "condition": route}
            entries.extend({**common, "code": code, "label": label} for code, label in labels.items())
            if kind == "free_text":
                entries.append({**common, "code": None, "label": None})

        grades = dict(enumerate(scale, start=1))
        add("q1", "Var du interesseret?", None, "single", grades, None)
        for number, item in enumerate(["Afklaring", "Inspiration", "Andet"], start=1):
            add(
                f"q2_{number}",
                "Hvorfor deltog du?",
                item,
                "multiple",
                {0: "Nej", 1: "Ja"} if newest else {1: "Ja"},
                None,
            )
        for number, item in enumerate(["Alder", "Netværk", "Helbred"], start=1):
            add(f"q3_{number}", "Hvad står i vejen?", item, "scale", {**grades, 5: "Meget"} if newest else grades, None)
        add("q4", "Blev strategien bedre?", None, "single", grades, None)
        for number, item in enumerate(["Flere brancher", "Netværk"], start=1):
            add(f"q5_{number}", "Hvordan blev den bedre?", item, "multiple", {1: "Ja"}, "q4 in 1,2")
        add("q6", "Uddyb gerne", None, "free_text", {}, None)
        add(
            "q7",
            "Hvorfor ikke?",
            None,
            "single",
            {1: "Tid", 2: "Lyst", 10: "Andet; eller"},
            self.rng.choice(["q4 in 3", "Q4 IN 3 , 4"]),
        )
        for number in (1, 2):
            add(
                f"q8_{number}",
                "Hvor enig?",
                f"Udsagn {number}",
                "scale",
                grades,
                self.rng.choice(["q2_1 in 1", "q1 in 1,2,3"]),
            )
        if newest:
            add("q9", "Nyt spørgsmål", None, "single", {1: "Ja", 2: "Nej"}, None)
        return entries

    def invitations_and_answers(
        self, participants: list[tuple[Person, dict[str, Any]]], strangers: list[Person], codebook: list[dict[str, Any]]
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        prefix = self.rng.choice(["", "R", "0"])
        pairs = list(dict.fromkeys((person.cpr, row["project"]) for person, row in participants if self.chance(0.85)))
        pairs += [(stranger.cpr, self.rng.choice(PROJECTS)) for stranger in self.rng.sample(strangers, 2)]
        pairs.append((participants[0][0].cpr, self.rng.choice(PROJECTS)))
        starts: dict[tuple[str, str], list[date]] = {}
        for person, row in participants:
            starts.setdefault((person.cpr, row["project"]), []).append(row["start"])
        invitations, answers = [], []
        for number, (cpr, project) in enumerate(dict.fromkeys(pairs), start=1001):
            own = starts.get((cpr, project), [date(2019, 1, 1)])
            sent = self.rng.choice(own) + timedelta(days=self.rng.choice([-3, -1, 0, 30, 200]))
            words = ["complete"] * 6 + ["partial", "no_response", "undeliverable", "refused"]
            row = {"respondent": f"{prefix}{number}", "cpr": cpr, "project": project, "sent": sent}
            row["disposition"] = self.rng.choice(words)
            invitations.append(row)
            likely = {"complete": 0.97, "partial": 0.9}.get(row["disposition"], 0.05)
            if self.chance(likely):
                answers.append(self.answer(row["respondent"], sent, codebook))
        answers += [self.answer(f"{prefix}{9000 + n}", date(2020, 1, 1), codebook) for n in range(2)]
        complete = [row for row in invitations if row["disposition"] == "complete"]
        for number, row in enumerate(self.rng.sample(complete, 4)):  # sent again under another number, never answered
            invitations.append({**row, "respondent": f"{prefix}{8000 + number}", "disposition": "no_response"})
        fruitless = [row for row in invitations if row["disposition"] != "complete"]
        for number, row in enumerate(self.rng.sample(fruitless, min(8, len(fruitless)))):
            again = self.rng.choice(["partial", "no_response", "undeliverable", "refused"])
            invitations.append({**row, "respondent": f"{prefix}{8100 + number}", "disposition": again})
        return invitations, answers

    def answer(self, respondent: str, sent: date, codebook: list[dict[str, Any]]) -> dict[str, Any]:
        """Answers that do not care about routing, so that some stand out of their base."""
        row: dict[str, Any] = {
            "respondent": respondent,
            "answered": sent + timedelta(days=self.rng.randint(0, 60)),
            "kanal": "mobil",
        }
        codes: dict[str, list[int]] = {}
        for entry in codebook:
            codes.setdefault(entry["variable"], []).append(entry["code"])
        blank_questions = {entry["question"] for entry in codebook if self.chance(0.03)}
        for entry in codebook:
            variable = entry["variable"]
            if variable == "q9":  # the answers file has no column of it
                continue
            if entry["type"] == "free_text":
                row[variable] = self.rng.choice([None, "Det var godt; tak", 'Jeg savnede "mere" tid', "Ring 12345678"])
            elif entry["question"] in blank_questions:
                row[variable] = None
            elif entry["type"] == "multiple":
                row[variable] = self.rng.choice([None, 0, 1, 1])
            else:
                row[variable] = self.rng.choice([None, *codes[variable], *codes[variable], *codes[variable]])
        return row

    def answers_files(self, versions: list[list[dict[str, Any]]], variables: list[str]) -> list[Delivery]:
        files = self.cumulative("survey", "answers", "besvarelser", versions, variables)
        for file in files:
            rows = file.tables[0].rows
            budget = max(2, len(rows) // 20) - sum(row.bad is not None for row in rows) - 1
            if file.fault is None and budget > 0 and len(rows) > 40:
                good = [
                    row
                    for row in rows
                    if row.bad is None and sum(r.values["respondent"] == row.values["respondent"] for r in rows) == 1
                ]
                for row in self.rng.sample(good, 1):
                    variable = self.rng.choice(["q1", "q2_1", "q3_2", "q7"])
                    row.bad = (variable, self.rng.choice(["99", "x", "-1", "1,5"]))
        return files

    # -- register ----------------------------------------------------------------------------------------------

    def register(
        self, participants: list[tuple[Person, dict[str, Any]]], people: dict[str, Person], strangers: list[Person]
    ) -> list[Delivery]:
        if self.chance(0.05):
            return []
        starts: dict[str, date] = {}
        for person, row in participants:
            starts.setdefault(person.cpr, row["start"])
        histories = {cpr: self.history(starts[cpr]) for cpr in people}
        for cpr in {person.cpr: row for person, row in participants if row["project"] == self.hired}:
            self.hire(histories[cpr], running_week(starts[cpr]) + self.rng.randint(0, 45))
        for stranger in strangers:
            people = {**people, stranger.cpr: stranger}
            histories[stranger.cpr] = self.history(date(2019, 1, 1))
        everyone = sorted(histories)
        begun = Counter(day for day in starts.values() if day < self.as_of)
        someone = self.rng.choice(begun.most_common(4))[0]  # a day on which several people start
        last = running_week(min(self.as_of, date(2022, 12, 1)))
        spans = [
            (running_week(date(2004, 9, 1)), running_week(date(2019, 9, 15)), 0.6),
            (running_week(date(2005, 10, 3)), last - self.rng.randint(0, 60), 0.7),
            [
                (running_week(someone), last, 0.12),  # somebody starts in the first week of the pull
                (running_week(date(2005, 1, 3)), running_week(someone), 0.12),  # ... or in the last
                (running_week(someone) - 520, last, 0.12),  # ... or the 520 weeks are just covered
            ][self.seed % 3],
        ]
        files = []
        for number, (first, final, share) in enumerate(spans):
            weeks = list(range(first, final + 1))
            months = self.months_of(first, final - self.rng.choice([0, 0, 4, 9]))
            if number and self.chance(0.4) and len(weeks) > 60:
                starting = [running_week(day) for day, _ in begun.most_common(6) if running_week(day) in weeks[1:-1]]
                weeks.remove(self.rng.choice(starting if starting and self.chance(0.6) else weeks[1:-1]))
                if len(months) > 12 and self.chance(0.7):
                    months.remove(self.rng.choice(months[-36:-1]))
            members = [cpr for cpr in everyone if self.chance(share)]
            if number == 2:
                members = sorted({*members, *(cpr for cpr, day in starts.items() if day == someone)})
            rows = [self.register_row(people[cpr], histories[cpr], weeks, months) for cpr in members]
            variables = [*map(week_column, weeks), *map(month_column, months)]
            table = Table("pull", rows, variables)
            self.spoil([table])
            extension = self.rng.choice(["csv", "csv", "parquet", "dta", "xlsx"])
            stem, day = "dream", self.days[number]
            if number == 2 and self.chance(0.3):  # two pulls of one date: the greater name counts for those in both
                stem, day = self.rng.choice(["dream del 2", "dream_b"]), self.days[1]
            files.append(Delivery("register", "pull", stem, day, extension, [table]))
        if self.chance(0.3):
            refused = self.copy(files[1].tables[0])
            fault = self.rng.choice(["garbage", "empty", "missing_column", "week_twice"])
            files.append(Delivery("register", "pull", "dream", self.days[3], "csv", [refused], fault=fault))
        return files

    def months_of(self, first: int, final: int) -> list[int]:
        """Running months (year * 12 + month - 1) of the Thursdays of the weeks."""
        thursdays = (WEEK_ONE + timedelta(weeks=w - 1, days=3) for w in range(first, max(first, final) + 1))
        return sorted({day.year * 12 + day.month - 1 for day in thursdays})

    def history(self, start: date) -> dict[str, str]:
        """Weekly codes and monthly industries 2003-2024, with a chosen number of unemployed weeks before the start."""
        week = running_week(start)
        codes: dict[int, str] = {}
        self.fill(
            codes,
            running_week(date(2003, 1, 1)),
            running_week(date(2024, 12, 1)),
            [*_OTHER_CODES, *_COUNTING_CODES],
            0.5,
            30,
        )
        window = range(week - 520, week)
        for w in window:
            codes.pop(w, None)
        self.fill(codes, week - 520, week - 1, list(_OTHER_CODES), 0.6, 60)
        total = self.rng.choice(_EDGE_UNEMPLOYMENT) if self.chance(0.7) else self.rng.randint(0, 520)
        for w in self.blocks(list(window), total):
            codes[w] = self.rng.choice(_COUNTING_CODES) if self.chance(0.1) else "111"
        if self.chance(0.3):  # the week before the window and the start week itself do not count
            codes[week - 521] = codes[week] = "111"
        for months in (3, 6, 9, 12):
            near = running_week(start + timedelta(days=round(months * 30.44)))
            for w in range(near - 1, near + 2):
                if self.chance(0.4):
                    codes.pop(w, None)
                elif self.chance(0.5):
                    codes[w] = self.rng.choice([*_OTHER_CODES, *_COUNTING_CODES])
        industries: dict[int, str] = {}
        self.fill(industries, 2003 * 12, 2024 * 12 + 11, list(_INDUSTRY_CODES), 0.4, 14)
        cells = {week_column(w): code for w, code in codes.items() if w >= 1}
        return {**cells, **{month_column(m): code for m, code in industries.items()}}

    def hire(self, history: dict[str, str], first: int) -> None:
        """No benefit and a wage from a week on."""
        for week in range(first, first + 150):
            history.pop(week_column(week), None)
        for month in self.months_of(first, first + 149):
            history[month_column(month)] = "620100"

    def fill(self, cells: dict[int, str], first: int, last: int, values: list[str], blank: float, longest: int) -> None:
        at = first
        while at <= last:
            length = self.rng.randint(1, longest)
            if not self.chance(blank):
                value = self.rng.choice(values)
                cells.update((n, value) for n in range(at, min(at + length, last + 1)))
            at += length

    def blocks(self, weeks: list[int], total: int) -> list[int]:
        """`total` of the weeks, in up to three runs, the edges of the window included often."""
        if self.chance(0.3):
            return weeks[:total] if self.chance(0.5) else weeks[len(weeks) - total :]
        gaps = sorted(self.rng.randint(0, len(weeks) - total) for _ in range(2))
        parts = sorted(self.rng.randint(0, total) for _ in range(2))
        chosen = [gaps[0] + n for n in range(parts[0])]
        chosen += [gaps[1] + n for n in range(parts[0], parts[1])]
        chosen += [len(weeks) - total + n for n in range(parts[1], total)]
        return [weeks[n] for n in chosen]

    def register_row(self, person: Person, history: dict[str, str], weeks: list[int], months: list[int]) -> Row:
        values: dict[str, Any] = {
            "cpr": person.cpr,
            "sex": None if self.chance(0.03) else person.sex,
            "birth": None if self.chance(0.03) else person.birth,
            "origin": None if self.chance(0.03) else person.origin,
        }
        columns = [*map(week_column, weeks), *map(month_column, months)]
        values.update((column, history.get(column)) for column in columns)
        revised = self.rng.sample(columns, min(len(columns), 4)) if self.chance(0.4) else []
        for column in revised:  # a pull revises the one before it
            values[column] = self.rng.choice([None, *(_COUNTING_CODES if column.startswith("y_") else _INDUSTRY_CODES)])
        return Row(values)

    # -- results and junk --------------------------------------------------------------------------------------

    def results(self) -> list[Delivery]:
        if self.chance(0.1):
            return []
        targets = {project: None if self.chance(0.03) else float(self.rng.randint(10, 60)) for project in PROJECTS}
        planned = [self.indicator(project, PLANNED, target, "count") for project, target in targets.items()]
        others = [
            self.indicator(project, name, self.rng.choice([None, 40.25, 66.5, 80.0]), "percent")
            for project in PROJECTS
            for name in self.rng.sample(["I job", "Uddannelsesplan", "Øget motivation", "Jobplan, færdig"], 2)
        ]
        first = [self.indicator(project, PLANNED, 99.0, "count") for project in PROJECTS]
        return self.cumulative("results", "indicators", "resultater", [first, planned + others], [])

    def indicator(self, project: str, name: str, target: float | None, unit: str) -> dict[str, Any]:
        return {
            "project": project,
            "indicator": name,
            "target": target,
            "result": self.rng.choice([None, 12.0, 40.25, 80.0]),
            "unit": unit,
            "recorded": self.rng.choice([None, date(2020, 6, 30)]),
            "origin_text": self.rng.choice([None, "Slutrapport", "Statusrapport; 2020"]),
        }

    def junk(self, deliveries: list[Delivery]) -> list[Delivery]:
        """Files without a date, of an unknown kind, and the same bytes again, under their date or under a newer one."""
        extra = []
        for source in ("monitoring", "consent", "survey", "register", "results"):
            own = [d for d in deliveries if d.source == source and d.day is not None and d.day <= self.as_of]
            if own and self.chance(0.25):
                extra.append(self.same_bytes(self.rng.choice(own), "z kopi {}", None))
            good = [file for file in own if file.fault is None and file.day != self.days[-1]]
            if good and source != "monitoring" and self.chance(0.25):
                extra.append(self.same_bytes(self.rng.choice(good), "{} tilbage", self.days[-1]))
            if self.chance(0.2):
                extra.append(Delivery(source, "unknown", "uden dato", None, "csv", [], fault="no_date"))
            if self.chance(0.15):
                extra.append(Delivery(source, "unknown", "læs mig", self.days[0], "txt", [], fault="unknown_extension"))
        if self.chance(0.2):
            extra.append(Delivery("survey", "unknown", "diverse", self.days[0], "csv", [], fault="unknown_kind"))
        return extra

    def same_bytes(self, original: Delivery, name: str, day: date | None) -> Delivery:
        stem, extension = name.format(original.stem), original.extension
        again = Delivery(original.source, original.kind, stem, day or original.day, extension, [], original.fault)
        again.copy_of = original
        return again
