"""The printed figures that the demonstration is built to satisfy, as data, and the arithmetic of a printed percentage.

The CSV files beside this module are carried over from the published evaluation: `profile.csv` (Tabel 3), `status.csv`
(Figur 5, chapter 6.3 and Bilag 1), `survey.csv` (chapters 4-6), `results.csv` (Bilag 1). `rounds.csv` and
`populations.csv` lay out who takes part when, so that the printed populations come out; `codebook.csv` words the
questionnaire. Nothing here solves or draws anything.

How figures that pull against each other are read:
- The projects' volumes add up to 604 and the report counts 602: two people took part in two projects.
- 17 % employed in 3F-A fits none of its 68: eight start too late to be observed at 12 months, 10 of 60 are 17 %.
- Status shares are labelled with 444 people, but rest on those observed at the horizon: 437 at 3 months, 334 at 12.
- FTF prints 6-8 % in work placement within half a year: 3 of 48 after 3 months, 3 of 38 after 6.
- 3F-A's 81, 16, 59, 37 and 82 % fit no single number of respondents that its volume and response rate allow: 57
  answer, and one of them leaves the question on health blank (33 of 56 are 59 %).
- "About 40 %" in FTF is 15 of its 37 answers (40.5 %).
- Figur 9 rests on 266 without saying why: 34 respondents leave all its options blank.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

PROJECTS = ("MA", "FTF", "DSA", "3F-S", "3F-A")
PROGRAMME = "ALL"
HORIZONS = (3, 6, 9, 12)


@dataclass(frozen=True)
class Target:
    """One printed figure: over `parts` (statuses or answer codes) of a project or the programme.

    `rule` is `rounds_to` (percent, rounded half up), `count`, `at_least` or `at_most` (percent, unrounded).
    """

    project: str
    subject: str
    parts: tuple[str, ...]
    rule: str
    value: int


@dataclass(frozen=True)
class Round:
    """A course round, or one intake of it: starts between `first_start` and `last_start`.

    `in_register` of its participations are in the register, and all of them are observed at so many horizons.
    """

    project: str
    name: str
    first_start: date
    last_start: date
    participants: int
    in_register: int
    horizons_observed: int


@dataclass(frozen=True)
class Population:
    """How many participations of a project consented, answered and did what, and how many weeks its course lasted."""

    project: str
    survey_consents: int
    complete_answers: int
    work_placements: int
    short_courses: int
    taster_courses_only: int
    education_plans_only: int
    weeks: int


def profile() -> dict[str, dict[str, dict[str, int]]]:
    """Tabel 3 as printed: dimension -> category -> project or ALL -> percent."""
    table: dict[str, dict[str, dict[str, int]]] = {}
    for row in _rows("profile.csv"):
        shares = {name: int(row[name]) for name in (*PROJECTS, PROGRAMME)}
        table.setdefault(row["dimension"], {})[row["category"]] = shares
    return table


def status_targets() -> list[Target]:
    """Figures of the register statuses; `subject` is the horizon in months."""
    return [_target(row, row["horizon"], row["statuses"]) for row in _rows("status.csv")]


def survey_targets() -> list[Target]:
    """Figures of the survey; `subject` is the variable."""
    return [_target(row, row["variable"], row["codes"]) for row in _rows("survey.csv")]


def results() -> list[dict[str, str]]:
    """The projects' own targets and results: project, indicator, unit, target, result; the last two may be blank."""
    return list(_rows("results.csv"))


def rounds() -> list[Round]:
    """The course rounds in the order of projects and dates."""
    return [
        Round(
            row["project"],
            row["course_round"],
            date.fromisoformat(row["first_start"]),
            date.fromisoformat(row["last_start"]),
            int(row["participants"]),
            int(row["in_register"]),
            int(row["horizons_observed"]),
        )
        for row in _rows("rounds.csv")
    ]


def populations() -> dict[str, Population]:
    """The sizes of each project's populations."""
    rows = _rows("populations.csv")
    return {
        row["project"]: Population(row["project"], **{k: int(v) for k, v in row.items() if k != "project"})
        for row in rows
    }


def rounding_bounds(percent: int, denominator: int) -> tuple[int, int]:
    """Smallest and largest count whose share of `denominator` prints as `percent`, rounded half up.

    Raises:
        ValueError: no count does.
    """
    smallest = max(0, -((1 - 2 * percent) * denominator // 200))
    largest = ((2 * percent + 1) * denominator - 1) // 200
    if smallest > largest:
        raise ValueError(f"no count of {denominator} prints as {percent} %")
    return smallest, min(largest, denominator)


def count_bounds(target: Target, denominator: int) -> tuple[int, int]:
    """The counts that satisfy a figure on a known denominator, ends included.

    Raises:
        ValueError: no count does.
    """
    if target.rule == "rounds_to":
        return rounding_bounds(target.value, denominator)
    if target.rule == "count":
        return target.value, target.value
    if target.rule == "at_least":
        return -(-target.value * denominator // 100), denominator
    if target.rule == "at_most":
        return 0, target.value * denominator // 100
    raise ValueError(f"unknown rule {target.rule}")


def _target(row: Mapping[str, str], subject: str, parts: str) -> Target:
    return Target(row["project"], subject, tuple(parts.split("+")), row["rule"], int(row["value"]))


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())
