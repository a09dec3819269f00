"""The log of consent declarations: rows that end in exactly the consents that the population has.

Some are given in two declarations, withdrawn for one scope, withdrawn altogether, or withdrawn and given again.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from dagster_project.demo.population import Participation

LAST_DAY = date(2021, 8, 10)
_BOTH = ("survey og register", "survey og register", "Survey og register", "")


@dataclass(frozen=True)
class Declaration:
    """One row of the log; `scope` as the projects wrote it, blank for both."""

    participation: Participation
    given: date
    withdrawn: date | None
    scope: str


def declare(rng: random.Random, taken: Iterable[Participation]) -> list[Declaration]:
    """The whole log by date of declaration, as it stands on the day of the last delivery."""
    log = [row for participation in taken for row in _rows(rng, participation)]
    return sorted(log, key=lambda row: row.given)


def as_known_on(log: Iterable[Declaration], day: date) -> list[Declaration]:
    """The log as it was on an earlier day: later declarations and withdrawals are not in it yet."""
    return [
        Declaration(r.participation, r.given, r.withdrawn if r.withdrawn and r.withdrawn <= day else None, r.scope)
        for r in log
        if r.given <= day
    ]


def _rows(rng: random.Random, one: Participation) -> list[Declaration]:
    given = one.start + timedelta(days=rng.randint(0, 7))
    # Long enough after the survey went out that a withdrawal can meet an invitation.
    later = min(given + timedelta(days=rng.randint(40, 200)), LAST_DAY - timedelta(days=20))
    again = later + timedelta(days=rng.randint(5, 20))
    fate = rng.random()
    both = rng.choice(_BOTH)
    if one.survey_consent and one.register_consent:
        if fate < 0.03:
            return [Declaration(one, given, later, both), Declaration(one, again, None, both)]
        if fate < 0.06:
            register = Declaration(one, given + timedelta(days=3), None, "register")
            return [Declaration(one, given, None, "survey"), register]
        return [Declaration(one, given, None, both)]
    if one.survey_consent or one.register_consent:
        kept, dropped = ("survey", "register") if one.survey_consent else ("register", "survey")
        if fate < 0.15:
            return [Declaration(one, given, None, both), Declaration(one, given, later, dropped)]
        if fate < 0.25:
            return [Declaration(one, given, later, both), Declaration(one, again, None, kept)]
        return [Declaration(one, given, None, kept)]
    return [Declaration(one, given, later, both)] if fate < 0.2 else []
