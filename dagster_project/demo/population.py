"""Who takes part: invented persons with numbers that belong to nobody, their participations, background and consents.

Counts come from `figures` and `solve`; register histories, survey answers and activities are made elsewhere.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from dagster_project.demo.figures import PROGRAMME, PROJECTS, Population, Round, Target, profile
from dagster_project.demo.solve import fill_table

# Funds and how many participations belong to each; what is left of a project goes to its first fund.
_FUNDS: dict[str, dict[str, int]] = {
    "MA": {"Magistrenes A-kasse": 72},
    "FTF": {"FTFa": 81},
    "DSA": {"DSA": 70, "BUPL": 58, "SL": 55, "LAKA": 54},
    "3F-S": {"3F": 62, "FOA": 39, "HK": 20},
    "3F-A": {"3F": 48, "HK": 28, "Dansk Metal": 17},
}
_RECRUITMENT = {
    "MA": ("Selvrekruttering",) * 19 + ("Invitation",),
    "FTF": ("Selvrekruttering",) * 7 + ("Invitation",) * 3,
    "DSA": ("Selvrekruttering",) * 8 + ("Invitation",) * 2,
    "3F-S": ("Selvrekruttering",) * 5 + ("Invitation",) * 3 + ("Obligatorisk",) * 2,
    "3F-A": ("Selvrekruttering",) * 6 + ("Invitation",) * 3 + ("Obligatorisk",),
}
_AGES = {"50-54": (50, 54), "55-59": (55, 59), "60+": (60, 64)}
_YOUNGEST, _OLDEST = 50, 65
_CPR_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
# Both are known in Silkeborg first and moved to Aalborg; each counts once in survey and register.
_IN_TWO_PROJECTS = 2


@dataclass
class Person:
    """One invented person. `origin` is `danish` or `other`; `cpr` has ten digits without hyphen."""

    number: int
    sex: str
    born: date
    origin: str
    cpr: str = field(repr=False)


@dataclass(eq=False)
class Participation:
    """One person in one project. Consents are what stands at the end; `band` and `group` only for the register's."""

    person: Person
    project: str
    fund: str
    course_round: str
    start: date
    end: date
    recruitment: str
    in_register: bool
    horizons_observed: int
    survey_consent: bool
    register_consent: bool
    band: str = "1-2y"
    prior_group: int | None = None
    statuses: str = ""
    industry_at_12: int | None = None


@dataclass(eq=False)
class _Draft:
    project: str
    course_round: str
    start: date
    horizons_observed: int
    in_register: bool
    sex: str = ""
    age_group: str = ""
    origin: str = ""
    band: str = "1-2y"


def recruit(rng: random.Random, rounds: list[Round], sizes: dict[str, Population]) -> list[Participation]:
    """All participations, in the order of projects and rounds, with background and standing consents.

    The register's participations have exactly the distributions of Tabel 3; the others are drawn like them.
    """
    drafts = [draft for one in rounds for draft in _drafts(rng, one)]
    _give_background(rng, drafts)
    numbers = NumberMaker(rng)
    oldest = _pick_oldest(drafts)
    youngest = next(d for d in drafts if d.in_register and d.age_group == "50-54")
    taken: list[Participation] = []
    funds = {project: _shuffled_funds(rng, project) for project in PROJECTS}
    for number, draft in enumerate(drafts, start=1):
        born = _birthday(rng, draft, exact=_OLDEST if draft in oldest else _YOUNGEST if draft is youngest else None)
        person = Person(number, draft.sex, born, draft.origin, numbers.number_for(born, draft.sex))
        taken.append(
            Participation(
                person,
                draft.project,
                funds[draft.project].pop(),
                draft.course_round,
                draft.start,
                draft.start + timedelta(weeks=sizes[draft.project].weeks),
                rng.choice(_RECRUITMENT[draft.project]),
                draft.in_register,
                draft.horizons_observed,
                survey_consent=False,
                register_consent=draft.in_register,
                band=draft.band,
            )
        )
    _merge_two_project_people(taken)
    _give_survey_consents(rng, taken, sizes)
    return taken


class NumberMaker:
    """Makes CPR-like numbers that cannot be anyone's: a real date, never 1 January, and a failing modulus 11."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._given: set[str] = set()

    def number_for(self, born: date, sex: str) -> str:
        """Ten digits for a birth between 1937 and 1999, the last one even for women."""
        if (born.month, born.day) == (1, 1):
            raise ValueError("numbers of 1 January may be real ones that fail modulus 11")
        while True:
            century = self._rng.choice("0123012301230123" + "49")
            tail = f"{century}{self._rng.randrange(100):02}{2 * self._rng.randrange(5) + (sex == 'male')}"
            number = f"{born:%d%m%y}{tail}"
            checksum = sum(weight * int(digit) for weight, digit in zip(_CPR_WEIGHTS, number, strict=True))
            if checksum % 11 and number not in self._given:
                self._given.add(number)
                return number


def _drafts(rng: random.Random, one: Round) -> list[_Draft]:
    days = (one.last_start - one.first_start).days
    mondays = [day for n in range(days + 1) if (day := one.first_start + timedelta(days=n)).weekday() == 0]
    starts = mondays if one.project == "DSA" else [one.first_start] * 8 + [one.last_start]
    drafts = [
        _Draft(one.project, one.name, rng.choice(starts), one.horizons_observed, n < one.in_register)
        for n in range(one.participants)
    ]
    rng.shuffle(drafts)
    return drafts


def _give_background(rng: random.Random, drafts: list[_Draft]) -> None:
    inside = Counter(d.project for d in drafts if d.in_register)
    attribute = {"sex": "sex", "age_group": "age_group", "origin": "origin", "unemployment_band": "band"}
    for dimension, table in profile().items():
        targets = [
            Target(project, dimension, (category,), "rounds_to", percent)
            for category, shares in table.items()
            for project, percent in shares.items()
        ]
        counts = fill_table(inside, table, targets)
        for project in PROJECTS:
            pool = [category for category, n in counts[project].items() for _ in range(n)]
            rng.shuffle(pool)
            weights = [shares[PROGRAMME] for shares in table.values()]
            for draft in (d for d in drafts if d.project == project):
                value = pool.pop() if draft.in_register else rng.choices(list(table), weights)[0]
                setattr(draft, attribute[dimension], value)


def _pick_oldest(drafts: list[_Draft]) -> list[_Draft]:
    """Two of the register's 60+ who start late enough to be 65 and short of the pension age."""
    late = [d for d in drafts if d.in_register and d.age_group == "60+" and d.start >= date(2020, 1, 1)]
    return late[:2]


def _birthday(rng: random.Random, draft: _Draft, exact: int | None) -> date:
    low, high = _AGES[draft.age_group]
    age = exact or min(rng.randint(low, high), rng.randint(low, high))
    # The last day that still makes `age` on the start date, less some months of the year after the birthday.
    spread = 120 if exact == _OLDEST else 364
    while True:
        birthday = draft.start.replace(year=draft.start.year - age) - timedelta(days=rng.randint(0, spread))
        if (birthday.month, birthday.day) != (1, 1):
            return birthday


def _shuffled_funds(rng: random.Random, project: str) -> list[str]:
    pool = [fund for fund, n in _FUNDS[project].items() for _ in range(n)]
    rng.shuffle(pool)
    return pool


def _merge_two_project_people(taken: list[Participation]) -> None:
    """Give two early participations in Silkeborg the person of a later one in Aalborg."""
    early = [p for p in taken if p.project == "3F-S" and not p.in_register and p.start < date(2019, 7, 1)]
    late = [p for p in taken if p.project == "3F-A" and p.in_register and p.start > date(2020, 1, 1)]
    for first, second in zip(early[:_IN_TWO_PROJECTS], late[:_IN_TWO_PROJECTS], strict=True):
        first.person = second.person
        first.fund = second.fund = "3F"


def _give_survey_consents(rng: random.Random, taken: list[Participation], sizes: dict[str, Population]) -> None:
    """Survey consents as many as each project needs, mostly of those who also consented to the register."""
    held = Counter(p.person.number for p in taken)
    twice = [p for p in taken if held[p.person.number] == 2]
    # One of the two is in the survey through her first project, the other through his second.
    chosen_of_twice = {id(twice[0]), id(next(p for p in twice[2:] if p.person is twice[1].person))}
    for project in PROJECTS:
        mine = [p for p in taken if p.project == project and held[p.person.number] == 1]
        order = sorted(mine, key=lambda p: rng.random() - 3.0 * p.in_register * (rng.random() < 0.96))
        fixed = [p for p in twice if p.project == project and id(p) in chosen_of_twice]
        for participation in (fixed + order)[: sizes[project].survey_consents]:
            participation.survey_consent = True
