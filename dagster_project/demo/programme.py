"""One programme from a seed: population, outcomes, histories, survey, activities, and the files of all of them.

The order of the steps is here and nothing else; each step draws from its own stream, so that a change in one leaves
the others as they were.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from dagster_project.demo import deliveries
from dagster_project.demo.activities import record_activities, record_job_statuses
from dagster_project.demo.consents import Declaration, declare
from dagster_project.demo.figures import populations, results, rounds
from dagster_project.demo.histories import History, write_history
from dagster_project.demo.outcomes import decide_outcomes
from dagster_project.demo.population import NumberMaker, Participation, Person, recruit
from dagster_project.demo.survey import NO_ANSWER, PARTIAL, Respondent, answer_partly, ask
from dagster_project.demo.weeks import LAST_WEEK, add_months, month_of, week_of

_EARLY_PULL = date(2020, 9, 15)
_EARLY_PULL_WEEK, _EARLY_PULL_MONTH = week_of(date(2020, 8, 10)), month_of(date(2020, 7, 1))
_ONLY_IN_EARLY_PULL = 3
_LAST_PULL = date(2021, 8, 20)
_ORIGIN_UNKNOWN, _NOT_IN_PULL, _WITHOUT_CONSENT, _STRANGERS = 4, 5, 7, 6
_WITHDREW_AFTER_INVITATION = 6
_ODD_BIRTHDAYS = 2


def write_programme(landing: Path, seed: int) -> None:
    """Draw the programme and write its deliveries below `landing`."""
    sizes = populations()
    taken = recruit(_stream(seed, "people"), rounds(), sizes)
    decide_outcomes(_stream(seed, "outcomes"), taken)
    strangers = _strangers(_stream(seed, "strangers"))
    uncertain = _consent_beyond_the_register(taken)
    histories = _write_histories(_stream(seed, "histories"), taken)

    activities = record_activities(_stream(seed, "activities"), taken, sizes)
    statuses = record_job_statuses(_stream(seed, "job statuses"), taken, histories)
    deliveries.write_monitoring(landing / "monitoring", _stream(seed, "monitoring"), taken, activities, statuses)

    log = declare(_stream(seed, "consents"), taken)
    deliveries.write_consents(landing / "consent", _stream(seed, "log"), log)

    respondents = ask(_stream(seed, "survey"), [p for p in taken if p.survey_consent], sizes)
    respondents += _invited_before_withdrawal(_stream(seed, "withdrawals"), log, len(respondents))
    deliveries.write_survey(landing / "survey", _stream(seed, "answers"), respondents, strangers[:2])

    for pull in _pulls(_stream(seed, "pulls"), taken, uncertain, strangers, histories):
        deliveries.write_pull(landing / "register", _stream(seed, f"pull {pull.day}"), pull)

    deliveries.write_results(landing / "results", results())


def _stream(seed: int, name: str) -> random.Random:
    return random.Random(f"{seed}:{name}")


def _strangers(rng: random.Random) -> list[Person]:
    """Persons who appear in pulls and invitations but in no project."""
    numbers = NumberMaker(rng)
    strangers = []
    for n in range(_STRANGERS):
        born = date(1972, 2, 1) + timedelta(days=37 * n)
        sex = rng.choice(("female", "male"))
        strangers.append(Person(-1 - n, sex, born, "danish", numbers.number_for(born, sex)))
    return strangers


def _consent_beyond_the_register(taken: list[Participation]) -> list[Participation]:
    """Consent to the register, but no full record there: the first have no known origin, the rest no row at all."""
    once = _people_once(taken)
    chosen = [p for p in taken if not p.in_register and p.survey_consent and p.person.number in once]
    chosen = chosen[:: max(1, len(chosen) // (_ORIGIN_UNKNOWN + _NOT_IN_PULL))][: _ORIGIN_UNKNOWN + _NOT_IN_PULL]
    for participation in chosen:
        participation.register_consent = True
    return chosen


def _write_histories(rng: random.Random, taken: list[Participation]) -> dict[int, History]:
    """A history of everyone, by person number; of those in two projects, the one of the register's participation."""
    histories: dict[int, History] = {}
    for participation in taken:
        if participation.in_register or participation.person.number not in histories:
            histories[participation.person.number] = write_history(rng, participation)
    return histories


def _invited_before_withdrawal(rng: random.Random, log: list[Declaration], already: int) -> list[Respondent]:
    """Invitations, and a few answers, of people who withdrew their consent after the survey went out."""
    gone = {
        id(row.participation): row.participation
        for row in log
        if row.withdrawn and row.withdrawn > add_months(row.participation.start, 3) + timedelta(days=5)
        if not row.participation.survey_consent and row.scope != "register"
    }
    made = []
    for n, participation in enumerate(list(gone.values())[:_WITHDREW_AFTER_INVITATION], start=already + 1):
        sent = add_months(participation.start, 3)
        answers = answer_partly(rng) if n % 3 == 0 else {}
        status, back = (PARTIAL, sent + timedelta(days=4)) if answers else (NO_ANSWER, None)
        made.append(Respondent(f"S{n:04}", participation, sent, status, back, answers))
    return made


def _pulls(
    rng: random.Random,
    taken: list[Participation],
    uncertain: list[Participation],
    strangers: list[Person],
    histories: dict[int, History],
) -> list[deliveries.Pull]:
    """An early pull and the last one, which holds everyone but a few who are only in the early one."""
    inside = [p for p in taken if p.in_register]
    # Whose birthday this year has passed is as old with a birthday one day earlier.
    passed = [p for p in inside if (p.start.month, p.start.day) > (p.person.born.month, p.person.born.day)]
    odd = {p.person.number for p in rng.sample(passed, _ODD_BIRTHDAYS)}
    rows = [_pull_person(p.person, histories[p.person.number], odd=p.person.number in odd) for p in inside]
    early_only = [p for p in inside if p.start < date(2019, 6, 1)][:_ONLY_IN_EARLY_PULL]
    early_numbers = {p.person.number for p in early_only}
    started = {p.person.number for p in inside if p.start <= _EARLY_PULL}
    once = _people_once(taken)
    refused = [p for p in taken if not p.register_consent and p.person.number in once][:_WITHOUT_CONSENT]
    others = [
        *(
            replace(_pull_person(p.person, histories[p.person.number]), origin_code="")
            for p in uncertain[:_ORIGIN_UNKNOWN]
        ),
        *(_pull_person(p.person, histories[p.person.number]) for p in refused),
        *(_pull_person(person, _short_history(n)) for n, person in enumerate(strangers)),
    ]
    early = [row for row in rows if row.person.number in started]
    late = [row for row in rows if row.person.number not in early_numbers]
    return [
        deliveries.Pull(_EARLY_PULL, early, _EARLY_PULL_WEEK, _EARLY_PULL_MONTH, lost_zeros=True),
        deliveries.Pull(_LAST_PULL, [*late, *others]),
    ]


def _short_history(number: int) -> History:
    """Some weeks of unemployment; the first stranger's code has lost a digit, which costs the row."""
    weeks = range(LAST_WEEK - 30, LAST_WEEK - 3 * number)
    return History(dict.fromkeys(weeks, "111" if number else "11"))


def _pull_person(person: Person, history: History, *, odd: bool = False) -> deliveries.PullPerson:
    """A person as the register knows them; an odd birthday differs by a day from the date in the number."""
    code = "1" if person.origin == "danish" else "23"[person.number % 2]
    known = replace(person, born=person.born - timedelta(days=1)) if odd else person
    return deliveries.PullPerson(known, code, history)


def _people_once(taken: list[Participation]) -> set[int]:
    numbers = [p.person.number for p in taken]
    return {number for number in numbers if numbers.count(number) == 1}
