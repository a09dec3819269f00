"""The arithmetic of printed percentages and the solver's promises."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.demo.figures import HORIZONS, Target, rounding_bounds, status_targets
from dagster_project.demo.solve import LEFT, Unsolvable, fill_table, status_flow
from dagster_project.demo.weeks import add_months, first_week_of_month, month_of_week, week_column, week_of


@given(st.integers(1, 700), st.integers(0, 100))
def test_rounding_bounds_are_every_count_that_prints_so(denominator: int, percent: int) -> None:
    printed = [n for n in range(denominator + 1) if int(100 * n / denominator + 0.5) == percent]
    try:
        low, high = rounding_bounds(percent, denominator)
    except ValueError:
        assert printed == []
    else:
        assert printed == list(range(low, high + 1))


def test_seventeen_percent_of_68_is_impossible() -> None:
    with pytest.raises(ValueError, match="no count of 68 prints as 17 %"):
        rounding_bounds(17, 68)


def test_a_table_keeps_its_sums_and_figures_and_stays_near_what_is_preferred() -> None:
    sizes = {"MA": 30, "DSA": 100}
    targets = [Target("ALL", "q", ("1",), "rounds_to", 50), Target("MA", "q", ("1",), "rounds_to", 90)]
    counts = fill_table(sizes, ["1", "2", "3"], targets, {"DSA": {"2": 0.31, "3": 0.31}})
    assert {column: sum(rows.values()) for column, rows in counts.items()} == sizes
    assert counts["MA"]["1"] == 27
    assert counts["MA"]["1"] + counts["DSA"]["1"] in (65, 66)
    assert abs(counts["DSA"]["2"] - 31) <= 1


def test_figures_that_contradict_each_other_are_refused() -> None:
    halves = [Target("ALL", "q", (code,), "rounds_to", 60) for code in "12"]
    with pytest.raises(Unsolvable):
        fill_table({"MA": 50}, ["1", "2"], halves)
    with pytest.raises(Unsolvable):
        fill_table({"3F-A": 68}, ["1", "2"], [Target("3F-A", "q", ("1",), "rounds_to", 17)])


def test_nobody_is_lost_between_the_horizons() -> None:
    classes = {("MA", 4): 52, ("FTF", 4): 30, ("FTF", 3): 8, ("FTF", 1): 10, ("DSA", 4): 148, ("DSA", 3): 32,
               ("DSA", 2): 25, ("DSA", 1): 24, ("3F-S", 4): 44, ("3F-A", 4): 60, ("3F-A", 1): 4}  # fmt: skip
    flow = status_flow(classes, status_targets())
    for (project, observed), size in classes.items():
        arrived: dict[str, int] = {"B": size}
        for step in range(observed):
            moves = flow[project, observed, step]
            left: dict[str, int] = {}
            for (before, after), count in moves.items():
                left[before] = left.get(before, 0) + count
                arrived.setdefault(after, 0)
            assert {s: n for s, n in left.items() if n} == {s: n for s, n in arrived.items() if n and s != LEFT}
            arrived = {}
            for (_, after), count in moves.items():
                arrived[after] = arrived.get(after, 0) + count
            assert sum(arrived.values()) == size
        assert observed <= len(HORIZONS)


@pytest.mark.parametrize(
    ("monday", "week", "column"),
    [
        (date(1991, 8, 5), 1, "y_9132"),
        (date(2007, 12, 31), 857, "y_0801"),
        (date(2009, 12, 28), 961, "y_0953"),
        (date(2020, 12, 28), 1535, "y_2053"),
        (date(2021, 1, 4), 1536, "y_2101"),
    ],
)
def test_weeks_are_counted_as_the_register_counts_them(monday: date, week: int, column: str) -> None:
    assert week_of(monday) == week
    assert week_column(week) == column


def test_a_week_belongs_to_the_month_of_its_thursday() -> None:
    assert month_of_week(857) == 2008 * 12
    assert first_week_of_month(2008 * 12) == 857
    assert first_week_of_month(2021 * 12) == 1536


def test_months_are_clipped_at_their_end() -> None:
    assert add_months(date(2020, 1, 31), 3) == date(2020, 4, 30)
    assert add_months(date(2019, 11, 30), 3) == date(2020, 2, 29)
