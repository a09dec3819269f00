"""Histories look like lives: spells that last, wages where there is a job, and the statuses that were asked for."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.demo.histories import BAND_WEEKS, INDUSTRIES, NOT_STATED, pins, status_word, write_history
from dagster_project.demo.population import Participation, Person
from dagster_project.demo.weeks import FIRST_WEEK, LAST_WEEK, monday_of, month_of, month_of_week, week_of
from tests.unit.demo.readback import UNEMPLOYED, Enrolment


@st.composite
def participations(draw: st.DrawFn) -> Participation:
    start = date(2019, 1, 14) + timedelta(weeks=draw(st.integers(0, 75)), days=draw(st.integers(0, 1)))
    born = date(1957, 1, 2) + timedelta(days=draw(st.integers(0, 4000)))
    statuses = draw(st.text("EBHSUWP", min_size=0, max_size=4))
    group = draw(st.sampled_from([None, 1, 2, 4, 8, 9, 10]))
    person = Person(1, "female", born, "danish", "")
    return Participation(
        person, draw(st.sampled_from(["MA", "3F-A"])), "", "", start, start + timedelta(weeks=13), "", True,
        len(statuses), True, True, draw(st.sampled_from(sorted(BAND_WEEKS))), group, statuses,
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(participations(), st.integers(0, 1000))
def test_a_history_is_what_was_asked_for(one: Participation, seed: int) -> None:
    history = write_history(random.Random(seed), one)
    assert set(history.weeks) == set(range(FIRST_WEEK, LAST_WEEK + 1))
    start = week_of(one.start)
    low, high = BAND_WEEKS[one.band]
    assert low <= sum(history.weeks[week] in UNEMPLOYED for week in range(start - 520, start)) <= high
    assert [status_word(history, monday_of(week)) for week, _ in pins(one)] == list(one.statuses)
    stated = [m for m, code in history.months.items() if m < month_of(one.start) and code != INDUSTRIES[NOT_STATED][0]]
    assert bool(stated) == (one.prior_group is not None)
    if stated:
        assert history.months[max(stated)] in INDUSTRIES[one.prior_group]


def test_spells_last(programme: list[Enrolment]) -> None:
    lengths: list[int] = []
    for one in programme:
        if one.in_register:
            weeks = [code for name, code in one.pull_row.items() if name.startswith("y_")]
            lengths += [len(list(run)) for code, run in groupby(weeks) if code not in ("121", "124")]
    assert sum(length == 1 for length in lengths) / len(lengths) < 0.03
    assert sorted(lengths)[len(lengths) // 2] >= 8


def test_employed_people_mostly_stay_employed(programme: list[Enrolment]) -> None:
    held = lost = 0
    for one in programme:
        if one.in_register:
            months = [bool(code) for name, code in one.pull_row.items() if name.startswith("branche")]
            held += sum(before and after for before, after in pairwise(months))
            lost += sum(before and not after for before, after in pairwise(months))
    assert lost / (held + lost) < 0.05


def test_one_job_month_in_a_hundred_is_not_stated(programme: list[Enrolment]) -> None:
    rows = [one.pull_row for one in programme if one.in_register]
    months = [code for row in rows for name, code in row.items() if name.startswith("branche") and code]
    assert 0.004 < months.count("999999") / len(months) < 0.02


@pytest.mark.parametrize(("day", "month"), [(date(2019, 9, 30), 10), (date(2020, 12, 28), 12)])
def test_the_thursday_decides_the_month(day: date, month: int) -> None:
    assert month_of_week(week_of(day)) % 12 + 1 == month
