"""What the projects recorded: activities by Tabel 4's names, and job statuses as the counsellors saw them.

Lockdowns cancel, postpone and move to screen or telephone. How many took part in work placements and short courses
is settled by `figures`; when and how often people met is this module's own choice.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dagster_project.demo.figures import PROJECTS, Population
from dagster_project.demo.histories import History, status_word
from dagster_project.demo.population import Participation
from dagster_project.demo.weeks import add_months

LAST_DAY = date(2021, 8, 10)
# In person was shut or nearly so.
_LOCKDOWNS = ((date(2020, 3, 11), date(2020, 5, 17)), (date(2020, 12, 9), date(2021, 4, 20)))
_TALK = {"MA": "Karrieresamtale"}
_OTHER_TALK = "Individuel samtale"
# Name, least and most times per participation, hours, first and last week after the start.
_GROUP_PLAN: dict[str, tuple[tuple[str, int, int, float, int, int], ...]] = {
    "MA": (("Workshop", 4, 6, 4, 0, 9), ("Brobygning", 1, 2, 3, 5, 12), ("Netværk", 1, 3, 2, 6, 24)),
    "FTF": (("Workshop", 3, 6, 3, 0, 10), ("Webinar", 0, 1, 1.5, 2, 12), ("Jobformidling", 0, 2, 1, 4, 20)),
    "DSA": (("Kompetenceworkshop", 2, 3, 6, 1, 8), ("Webinar", 0, 1, 1.5, 2, 12), ("Sparring", 0, 2, 0.5, 4, 16)),
    "3F-S": (("3 ugers forløb", 1, 1, 90, 0, 0), ("1 uges forløb", 1, 1, 30, 4, 8), ("Jobcafé", 1, 4, 3, 4, 30)),
    "3F-A": (("Introuge", 1, 1, 30, 0, 0), ("Jobplansforløb", 1, 1, 90, 1, 2),
             ("Afklaringsaktivitet", 1, 3, 4, 2, 9)),
}  # fmt: skip
_TALKS = {"MA": (3, 5), "FTF": (4, 7), "DSA": (8, 8), "3F-S": (3, 6), "3F-A": (2, 5)}
_COURSES: dict[str, tuple[str, ...]] = {
    "MA": ("Kompetenceudviklende kursus",),
    "FTF": ("Opkvalificeringskursus",),
    "DSA": ("Ekstern holdundervisning",) * 4 + ("Individuel faglig opkvalificering",),
    "3F-S": ("AMU-kursus",) * 2 + ("Opkvalificeringskursus",),
    "3F-A": ("AMU-kursus",),
}
_WITHOUT_TALK = {"FTF": 1, "DSA": 2, "3F-A": 1}
_WORDS = {"E": "I job", "B": "Ledig", "H": "Ledig", "S": "Andet", "U": "Uddannelse", "W": "Løntilskud",
          "P": "Virksomhedspraktik"}  # fmt: skip


@dataclass(frozen=True)
class Activity:
    """One activity of one participation."""

    participation: Participation
    name: str
    day: date
    hours: float | None
    mode: str
    status: str


@dataclass(frozen=True)
class JobStatus:
    """A job status as the project recorded it."""

    participation: Participation
    day: date
    word: str


def record_activities(
    rng: random.Random, taken: Iterable[Participation], sizes: Mapping[str, Population]
) -> list[Activity]:
    """Every activity up to the last delivery, in the order of participations and days."""
    recorded: list[Activity] = []
    for project in PROJECTS:
        mine = [p for p in taken if p.project == project]
        quiet = {id(p) for p in rng.sample(mine, _WITHOUT_TALK.get(project, 0))}
        for participation in mine:
            recorded += _talks(rng, participation, quiet=id(participation) in quiet)
            recorded += _group(rng, participation)
        recorded += _work_placements(rng, mine, sizes[project].work_placements)
        recorded += _upskilling(rng, mine, sizes[project])
    order = {id(p): n for n, p in enumerate(taken)}
    recorded = [a for a in recorded if a.day <= LAST_DAY]
    return sorted(recorded, key=lambda a: (order[id(a.participation)], a.day, a.name))


def record_job_statuses(
    rng: random.Random, taken: Iterable[Participation], histories: Mapping[int, History]
) -> list[JobStatus]:
    """Statuses at the end of the course and 3, 6 and 12 months after the start, mostly as the register has them.

    Args:
        histories: person number -> history; who is not in the register has one too, only no pull shows it.
    """
    recorded: list[JobStatus] = []
    for participation in taken:
        history = histories[participation.person.number]
        end, start = participation.end, participation.start
        for day in sorted({end, *(add_months(start, months) for months in (3, 6, 12))}):
            seen = day + timedelta(days=rng.randint(0, 6))
            if seen > LAST_DAY or rng.random() < 0.12:
                continue
            letter = status_word(history, seen)
            if rng.random() < 0.08:
                letter = rng.choice("EB")
            recorded.append(JobStatus(participation, seen, _WORDS[letter]))
    return recorded


def _talks(rng: random.Random, participation: Participation, *, quiet: bool) -> list[Activity]:
    name = _TALK.get(participation.project, _OTHER_TALK)
    weeks = (participation.end - participation.start).days // 7
    number = rng.randint(*_TALKS[participation.project])
    talks = []
    for n in range(number):
        # Within the week before the course ends, also for the last of them.
        day = _weekday(rng, participation.start + timedelta(weeks=min(n * weeks // number, weeks - 1)))
        shut = _locked(day)
        mode = rng.choice(("Telefon", "Telefon", "Online")) if shut else rng.choice(("Fysisk",) * 7 + ("Telefon",))
        happened = "Gennemført" if n == 0 or rng.random() < 0.9 else rng.choice(("Aflyst", "Udsat"))
        status = rng.choice(("Aflyst", "Udsat")) if quiet else happened
        talks.append(Activity(participation, name, day, rng.choice((0.5, 0.75, 1.0, 1.5)), mode, status))
    return talks


def _group(rng: random.Random, participation: Participation) -> list[Activity]:
    made = []
    for name, least, most, hours, first, last in _GROUP_PLAN[participation.project]:
        for _ in range(rng.randint(least, most)):
            day = _weekday(rng, participation.start + timedelta(weeks=rng.randint(first, last)))
            mode, status = "Fysisk", "Gennemført" if rng.random() < 0.95 else "Aflyst"
            if name == "Webinar":
                mode = "Online"
            elif _locked(day):
                mode, status = rng.choice(
                    (("Fysisk", "Aflyst"), ("Fysisk", "Udsat"), ("Online", "Gennemført"), ("Online", "Gennemført"))
                )
            made.append(Activity(participation, name, day, hours if rng.random() < 0.97 else None, mode, status))
    return made


def _work_placements(rng: random.Random, mine: list[Participation], number: int) -> list[Activity]:
    """Placements of so many participations during the course, and a few that the lockdowns stopped."""
    if not number:
        return []
    open_ones = sorted(mine, key=lambda p: (_locked(p.start + timedelta(weeks=5)), rng.random()))
    made = [_during(rng, p, "Virksomhedspraktik", 111.0, "Gennemført") for p in open_ones[:number]]
    stopped = open_ones[number : number + 4]
    return made + [_during(rng, p, "Virksomhedspraktik", None, "Aflyst") for p in stopped]


def _upskilling(rng: random.Random, mine: list[Participation], size: Population) -> list[Activity]:
    """Courses of so many participations during the course; some of the same people also tasted or planned one."""
    order = rng.sample(mine, len(mine))
    on_course = order[: size.short_courses]
    tasting = order[size.short_courses :][: size.taster_courses_only]
    planning = order[size.short_courses + size.taster_courses_only :][: size.education_plans_only]
    made = []
    for participation in on_course:
        hours = rng.choice((7.4, 14.8, 22.2, 37.0))
        name = rng.choice(_COURSES[participation.project])
        made += [_during(rng, participation, name, hours, "Gennemført") for _ in range(rng.randint(1, 2))]
    if size.taster_courses_only:
        both = on_course[: size.taster_courses_only]
        made += [_during(rng, p, "Snusepraktik", 7.4, "Gennemført") for p in [*tasting, *both]]
    if size.education_plans_only:
        both = on_course[-2 * size.education_plans_only :]
        made += [_during(rng, p, "Uddannelsesplan", 2.0, "Gennemført") for p in [*planning, *both]]
    return made


def _during(rng: random.Random, participation: Participation, name: str, hours: float | None, status: str) -> Activity:
    weeks = (participation.end - participation.start).days // 7
    day = _weekday(rng, participation.start + timedelta(weeks=rng.randint(2, weeks - 1)))
    mode = "Online" if _locked(day) and status == "Gennemført" and name != "Virksomhedspraktik" else "Fysisk"
    return Activity(participation, name, day, hours, mode, status)


def _weekday(rng: random.Random, week: date) -> date:
    """A working day of a week counted from a start date, which is always a Monday or a Tuesday."""
    return week + timedelta(days=rng.randint(0, 3))


def _locked(day: date) -> bool:
    return any(first <= day <= last for first, last in _LOCKDOWNS)
