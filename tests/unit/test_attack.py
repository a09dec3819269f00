"""The attacker finds what can be worked out, and nothing else."""

from __future__ import annotations

import csv
from collections.abc import Hashable
from decimal import Decimal
from typing import Any

import pytest

from dagster_project.settings import PROJECT_ROOT
from tests.support.attack import Attack, Contradiction


def attack(cells: dict[Hashable, int | None], *sums: tuple[str, str]) -> Attack:
    """Cells by one-letter name, and sums as (whole, its parts)."""
    reader = Attack()
    for name, printed in cells.items():
        reader.cell(name, printed)
    for whole, parts in sums:
        reader.total({whole: -1, **dict.fromkeys(parts, 1)})
    return reader


def test_a_single_blank_cell_is_the_rest() -> None:
    assert attack({"N": 10, "a": 7, "b": None}, ("N", "ab")).pinned() == {"b": 3}


def test_two_blank_cells_of_a_row_are_not_pinned() -> None:
    assert attack({"N": 10, "a": 5, "b": None, "c": None}, ("N", "abc")).pinned() == {}


def test_two_blank_cells_without_anybody_left_are_zero() -> None:
    assert attack({"N": 10, "a": 10, "b": None, "c": None}, ("N", "abc")).pinned() == {"b": 0, "c": 0}


def test_bounds_are_used() -> None:
    reader = Attack()
    reader.cell("N", 4)
    reader.cell("a", None, high=2)
    reader.cell("b", None, high=2)
    reader.total({"N": -1, "a": 1, "b": 1})
    assert reader.pinned() == {"a": 2, "b": 2}


def test_a_table_that_shares_a_margin_gives_the_cell_away() -> None:
    rows: dict[Hashable, int | None] = {"N": 10, "a": 5, "b": None, "c": None}
    linked = attack({**rows, "d": 3, "e": 0}, ("N", "abc"), ("b", "de"))
    assert linked.pinned() == {"b": 3, "c": 2}
    assert linked.pinned(["c"]) == {"c": 2}


def test_a_rectangle_of_blank_cells_holds() -> None:
    table: dict[Hashable, int | None] = {"r": 9, "s": 9, "k": 8, "l": 10, "a": None, "b": None, "c": None, "d": None}
    sums = (("r", "ab"), ("s", "cd"), ("k", "ac"), ("l", "bd"))
    assert attack(table, *sums).pinned() == {}
    assert attack({**table, "d": 4}, *sums).pinned() == {"a": 3, "b": 6, "c": 5}


def test_two_releases_give_away_what_one_does_not() -> None:
    before: dict[Hashable, int | None] = {"N": 10, "a": 6, "b": None, "c": None}
    after: dict[Hashable, int | None] = {"M": 11, "x": None, "b": None, "y": 2}
    assert attack(before, ("N", "abc")).pinned() == {}
    assert attack(after, ("M", "xby")).pinned() == {}
    both = attack({**before, **after, "x": 7}, ("N", "abc"), ("M", "xby"))  # `b` has not changed
    assert both.pinned() == {"b": 2, "c": 2}


def test_only_whole_numbers_count() -> None:
    reader = Attack()
    reader.cell("a", None, high=1)
    reader.cell("b", None, high=3)
    reader.total({"a": 3, "b": 2}, 5, 5)
    assert reader.pinned() == {"a": 1, "b": 1}


@pytest.mark.parametrize(
    ("percent", "whole", "pinned"),
    [("5", 44, {"n": 2}), ("5", 444, {}), ("4.5", 44, {"n": 2}), ("12.5", 8, {"n": 1}), ("13", 8, {"n": 1})],
)
def test_a_printed_percentage_is_a_range_of_counts(percent: str, whole: int, pinned: dict[str, int]) -> None:
    reader = Attack()
    reader.cell("n", None)
    reader.cell("N", whole)
    reader.share("n", "N", Decimal(percent))
    assert reader.pinned() == pinned


def test_percentages_of_an_unknown_denominator_can_give_it_away() -> None:
    reader = Attack()
    for name in ("N", "a", "b"):
        reader.cell(name, None, low=1, high=8)
    reader.total({"N": -1, "a": 1, "b": 1})
    reader.share("a", "N", Decimal(14))
    assert reader.pinned() == {"N": 7, "a": 1, "b": 6}


def test_what_cannot_be_true_is_a_contradiction() -> None:
    reader = Attack()
    reader.cell("n", None)
    reader.cell("N", 68)
    reader.share("n", "N", Decimal(17))
    with pytest.raises(Contradiction):
        reader.pinned()
    with pytest.raises(Contradiction):
        attack({"N": 10, "a": 4}, ("N", "a"))


def test_the_printed_profile_gives_seven_small_cells_away() -> None:
    reader = Attack(largest=444)
    rows = _profile()
    whole = {row["project_code"]: int(row["value"]) for row in rows if row["measure"] == "register_complete"}
    shares = [row for row in rows if row["unit"] == "pct"]
    for code, count in whole.items():
        reader.cell(code, count)
    dimensions: dict[tuple[str, str], list[Hashable]] = {}
    categories: dict[tuple[str, str], list[Hashable]] = {}
    for row in shares:
        name = (row["project_code"], row["dimension"], row["category"])
        reader.cell(name, None, high=whole[row["project_code"]])
        reader.share(name, row["project_code"], Decimal(row["value"]))
        dimensions.setdefault((row["project_code"], row["dimension"]), []).append(name)
        categories.setdefault((row["dimension"], row["category"]), []).append(name)
    for (code, _), parts in dimensions.items():
        reader.total({code: -1, **dict.fromkeys(parts, 1)})
    for (dimension, category), parts in categories.items():
        reader.total({part: -1 if part == ("ALL", dimension, category) else 1 for part in parts})
    small = {name: count for name, count in reader.pinned().items() if 1 <= count < 5}
    assert small == {
        ("3F-S", "origin", "other"): 2,
        ("3F-A", "origin", "other"): 3,
        ("FTF", "origin", "other"): 4,
        ("3F-S", "unemployment_band", "0-6m"): 2,
        ("MA", "unemployment_band", "2-3y"): 3,
        ("FTF", "unemployment_band", "3-5y"): 3,
        ("MA", "unemployment_band", "3-5y"): 3,
    }


def _profile() -> list[dict[str, Any]]:
    with open(PROJECT_ROOT / "dbt" / "seeds" / "published_figures.csv", encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["ref"] == "Tabel 3"]
