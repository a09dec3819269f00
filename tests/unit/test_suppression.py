"""What stays blank cannot be worked out, in one release or two, and not much more stays blank than must."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from dagster_project.disclosure import witnesses
from dagster_project.disclosure.alternative import (
    BranchAndBound,
    Move,
    NoAlternative,
    Portfolio,
    Terms,
    find_cheapest,
)
from dagster_project.disclosure.suppression import (
    Cells,
    InconsistentCells,
    Relations,
    Release,
    Suppression,
    suppress,
)
from tests.support.attack import Attack

THRESHOLD = 5
COUNTS = st.sampled_from([0, 0, 1, 1, 2, 3, 4, 5, 7, 12, 30])
THOROUGH = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@dataclass
class Tables:
    """Named cells under construction."""

    values: dict[Hashable, int] = field(default_factory=dict)
    levels: dict[Hashable, int] = field(default_factory=dict)
    latent: set[Hashable] = field(default_factory=set)
    slack: set[Hashable] = field(default_factory=set)
    contributors: dict[Hashable, int] = field(default_factory=dict)
    sums: list[dict[Hashable, int]] = field(default_factory=list)

    def cell(self, name: Hashable, value: int, level: int = 0, latent: bool = False) -> Hashable:
        self.values[name], self.levels[name] = int(value), level
        if latent:
            self.latent.add(name)
        return name

    def total(self, whole: Hashable, parts: Sequence[Hashable]) -> None:
        self.sums.append({whole: -1, **dict.fromkeys(parts, 1)})

    def cells(self) -> Cells:
        names = list(self.values)
        return Cells(
            value=np.array([self.values[name] for name in names], dtype=np.int64),
            contributors=np.array([self.contributors.get(name, self.values[name]) for name in names], dtype=np.int64),
            published=np.array([name not in self.latent for name in names], dtype=np.bool_),
            protect=np.array([name not in self.slack for name in names], dtype=np.bool_),
            level=np.array([self.levels[name] for name in names], dtype=np.int64),
        )

    def relations(self) -> Relations:
        index = {name: number for number, name in enumerate(self.values)}
        entries = [(n, index[name], factor) for n, one in enumerate(self.sums) for name, factor in one.items()]
        columns = np.array(entries, dtype=np.int64).reshape(-1, 3)
        return Relations(columns[:, 0], columns[:, 1], columns[:, 2])

    def suppress(self, previous: Release | None = None, threshold: int = THRESHOLD) -> Suppression:
        return suppress(self.cells(), self.relations(), threshold, previous)

    def blank(self, result: Suppression) -> set[Hashable]:
        return {name for name, blank in zip(self.values, result.suppressed, strict=True) if blank}

    def hidden(self, result: Suppression) -> set[Hashable]:
        return self.blank(result) | self.latent

    def small(self) -> set[Hashable]:
        persons = {name: self.contributors.get(name, value) for name, value in self.values.items()}
        return {name for name, count in persons.items() if 1 <= count < THRESHOLD and name not in self.slack}


def cross(array: np.ndarray, with_latent: bool) -> Tables:
    """A table of any dimension with all its margins (index -1), finer ones at a larger level, and latent rests."""
    tables = Tables()
    axes = range(array.ndim)
    for kept in itertools.chain.from_iterable(itertools.combinations(axes, n) for n in range(array.ndim + 1)):
        summed = array.sum(axis=tuple(axis for axis in axes if axis not in kept))
        for at in np.ndindex(*(array.shape[axis] for axis in kept)):
            position = dict(zip(kept, at, strict=True))
            name = tuple(position.get(axis, -1) for axis in axes)
            tables.cell(name, summed[at], len(kept))
    names = [tuple(name) for name in tables.values if isinstance(name, tuple)]
    for name in names:
        for axis in (axis for axis in axes if name[axis] == -1):
            parts = [(*name[:axis], i, *name[axis + 1 :]) for i in range(array.shape[axis])]
            tables.total(name, parts)
            if with_latent and axis == array.ndim - 1:
                rest = tables.cell(("rest", *name), tables.values[name] - tables.values[parts[0]], latent=True)
                tables.levels[rest] = tables.levels[parts[0]]
                tables.total(name, [parts[0], rest])
    return tables


def attack(*releases: tuple[Tables, set[Hashable]]) -> Attack:
    """What a reader of the releases knows: cells that have not changed are one cell."""
    reader = Attack(largest=1_000)
    first: dict[Hashable, tuple[Hashable, int]] = {}
    for number, (tables, hidden) in enumerate(releases):
        as_known: dict[Hashable, Hashable] = {}
        for name, value in tables.values.items():
            if name in first and first[name][1] == value:
                as_known[name] = first[name][0]
                continue
            as_known[name] = (number, name)
            first[name] = (as_known[name], value)
            seen_later = any(
                later.values.get(name) == value and name not in blank for later, blank in releases[number + 1 :]
            )
            reader.cell(as_known[name], None if name in hidden and not seen_later else value)
        for one in tables.sums:
            reader.total({as_known[name]: factor for name, factor in one.items()})
    return reader


def pinned(*releases: tuple[Tables, set[Hashable]]) -> set[tuple[int, Hashable]]:
    return set(attack(*releases).pinned())


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray:
    shape = draw(st.sampled_from([(2, 3), (3, 3), (4, 3), (2, 2, 2), (2, 3, 2), (3, 2, 4)]))
    size = int(np.prod(shape))
    return np.array(draw(st.lists(COUNTS, min_size=size, max_size=size))).reshape(shape)


def assert_safe(tables: Tables, result: Suppression) -> None:
    blank = tables.blank(result)
    assert not result.fallback
    assert tables.small() - tables.latent <= blank, "a small cell is printed"
    assert not blank & tables.latent
    assert not pinned((tables, tables.hidden(result))) & {(0, name) for name in tables.small()}


@given(arrays(), st.booleans())
@THOROUGH
def test_no_small_cell_of_linked_tables_can_be_worked_out(array: np.ndarray, with_latent: bool) -> None:
    tables = cross(array, with_latent)
    assert_safe(tables, tables.suppress())


@given(st.lists(COUNTS, min_size=12, max_size=12), st.integers(2, 3))
@THOROUGH
def test_no_small_cell_of_tables_that_share_a_margin_can_be_worked_out(counts: list[int], columns: int) -> None:
    array = np.array(counts).reshape(-1, columns)
    tables = cross(array, False)
    for row, total in enumerate(array.sum(axis=1)):  # the same rows by something else
        parts = [tables.cell(("other", row, 0), total // 3, 2), tables.cell(("other", row, 1), total - total // 3, 2)]
        tables.total((row, -1), parts)
    assert_safe(tables, tables.suppress())


@given(arrays(), st.booleans())
@THOROUGH
def test_the_alternative_tables_give_the_same_publication(array: np.ndarray, with_latent: bool) -> None:
    tables = cross(array, with_latent)
    result, cells, relations = tables.suppress(), tables.cells(), tables.relations()
    for witness in result.witnesses:
        assert (cells.value + witness >= 0).all()
        assert not witness[cells.published & ~result.suppressed].any()
        assert not np.bincount(relations.relation, relations.coefficient * witness[relations.cell]).any()
    small = [name in tables.small() for name in tables.values]
    assert (result.witnesses != 0).any(axis=0)[small].all()


@given(arrays(), st.lists(st.tuples(st.integers(0, 23), COUNTS), min_size=1, max_size=3), st.booleans())
@THOROUGH
def test_two_releases_together_give_no_small_cell_away(
    array: np.ndarray, changes: list[tuple[int, int]], with_latent: bool
) -> None:
    changed = array.copy()
    for place, count in changes:
        changed.flat[place % changed.size] = count
    before, after = cross(array, with_latent), cross(changed, with_latent)
    first = before.suppress()
    previous = Release(before.cells().value, before.cells().contributors, first.suppressed)
    second = after.suppress(previous)
    given_away = pinned((before, before.hidden(first)), (after, after.hidden(second)))
    exposed = {name for name, one in zip(after.values, second.exposed, strict=True) if one}
    for release, tables in enumerate((before, after)):
        assert not given_away & {(release, name) for name in tables.small() - exposed}
    assert not second.given_up.any()
    unchanged = {name for name, value in after.values.items() if before.values[name] == value}
    assert before.blank(first) & unchanged <= after.blank(second)


def test_the_same_cells_keep_their_pattern() -> None:
    tables = cross(np.array([[1, 8, 9], [12, 20, 30], [7, 6, 40]]), False)
    first = tables.suppress()
    again = tables.suppress(Release(tables.cells().value, tables.cells().contributors, first.suppressed))
    assert again.reused
    assert (again.suppressed == first.suppressed).all()
    assert not again.exempt.any()


def test_a_small_cell_that_was_printed_before_is_blanked_and_exempt() -> None:
    tables = cross(np.array([[5, 8, 9], [12, 20, 30]]), False)
    cells = tables.cells()
    before = Release(cells.value, cells.contributors, np.zeros(len(cells.value), dtype=np.bool_))
    result = tables.suppress(before, threshold=6)
    assert tables.blank(result) == {(0, 0)}
    assert result.exempt.sum() == 1


def test_a_cell_that_was_printed_and_has_not_changed_covers_nothing() -> None:
    before, after = cross(np.array([9, 20, 30]), False), cross(np.array([4, 20, 30]), False)
    cells = before.cells()
    previous = Release(cells.value, cells.contributors, np.zeros(len(cells.value), dtype=np.bool_))
    assert after.blank(after.suppress(previous)) == {(0,), (-1,)}


def test_what_nothing_can_protect_is_exposed_and_the_rest_is_protected() -> None:
    tables = cross(np.array([[6, 20, 30], [12, 20, 30]]), False)
    tables.cell("third", 2, 2)
    tables.sums.append({(0, 0): -1, "third": 3})
    tables.total("sum", [tables.cell(name, count, 1) for name, count in (("a", 3), ("b", 20), ("c", 20))])
    tables.cell("sum", 43)
    value = np.array([*tables.cells().value[:-5], *[-1] * 5])
    result = tables.suppress(Release(value, value, np.zeros(len(value), dtype=np.bool_)))
    assert [name for name, one in zip(tables.values, result.exposed, strict=True) if one] == ["third"]
    assert result.fallback
    assert len(tables.blank(result)) == 3
    assert {"third", "a"} <= tables.blank(result)


def test_what_is_not_settled_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_time(*_: object) -> None:
        raise NoAlternative(proven=False)

    monkeypatch.setattr(witnesses, "find_cheapest", out_of_time)
    monkeypatch.setattr(witnesses.Portfolio, "find", out_of_time)
    monkeypatch.setattr(witnesses.BranchAndBound, "find", out_of_time)
    tables = cross(np.array([[1, 8, 9], [12, 20, 30]]), True)
    tables.cell("apart", 2)
    tables.cell("far", 30)
    result = tables.suppress()
    assert tables.blank(result) == set(tables.values) - tables.latent - {"far"}
    assert (result.exposed == [name in tables.small() for name in tables.values]).all()
    assert result.fallback


@pytest.mark.parametrize("search", [Portfolio, BranchAndBound])
def test_a_search_for_any_table_finds_one_or_proves_that_there_is_none(
    search: type[Portfolio] | type[BranchAndBound],
) -> None:
    """Two cells against a third; one that nothing lets move; a slack takes what is left."""
    moves = {
        0: Move(-2, 50),
        1: Move(-3, 50),
        2: Move(-50, 1),
        3: Move(-1, 50),
        4: Move(0, 0),
        5: Move(-1, 60),
        6: Move(0, 60, slack=True),
    }
    relations: list[Terms] = [((0, 1), (1, 1), (2, -1)), ((3, 1), (4, -1)), ((5, 13), (6, -1))]
    found = search(moves, relations).find(2)
    assert found[2]
    assert found.get(0, 0) + found.get(1, 0) == found[2]
    assert search(moves, relations).find(5)[6] == 13 * search(moves, relations).find(5)[5]
    with pytest.raises(NoAlternative) as none:
        search(moves, relations).find(3)
    assert none.value.proven


def test_a_cell_that_hundreds_must_follow_gets_its_table() -> None:
    """Farther than the quick search looks: one person fewer means 130 weeks fewer."""
    tables = Tables()
    for name, count in (("persons", 2), ("weeks of others", 140), ("weeks", 400)):
        tables.cell(name, count)
    tables.sums.append({"persons": 130, "weeks of others": 1, "weeks": -1})
    result = tables.suppress()
    assert_safe(tables, result)
    assert not result.fallback
    assert "persons" in tables.blank(result)


def test_what_no_table_for_all_meets_gets_any_table_which_is_made_cheaper(monkeypatch: pytest.MonkeyPatch) -> None:
    def for_one_cell_only(moves: Mapping[int, Move], relations: Sequence[Terms]) -> dict[int, int]:
        return find_cheapest(moves, relations) if any(move.needed for move in moves.values()) else {}

    monkeypatch.setattr(witnesses, "find_cheapest", for_one_cell_only)
    tables = cross(np.array([[1, 8, 9], [12, 20, 30], [40, 50, 60]]), True)
    result = tables.suppress()
    assert_safe(tables, result)
    assert not result.fallback
    assert len(tables.blank(result)) < len(tables.values)


def test_latent_rests_are_protected() -> None:
    tables = Tables()
    tables.cell("N", 40)
    tables.total("N", [tables.cell("n", 37, 1), tables.cell("rest", 3, 1, latent=True)])
    tables.total("N", [tables.cell("a", 20, 1), tables.cell("b", 20, 1)])
    assert_safe(tables, tables.suppress())
    assert "n" in tables.blank(tables.suppress())
    tables.slack.add("rest")
    assert tables.blank(tables.suppress()) == set()


def test_persons_behind_a_magnitude_decide() -> None:
    tables = cross(np.array([[120, 80, 9], [12, 20, 30]]), False)
    tables.contributors = {name: 3 if name == (0, 0) else 10 for name in tables.values}
    result = tables.suppress()
    assert result.primary.sum() == 1
    assert_safe(tables, result)


def test_margins_are_spared() -> None:
    tables = cross(np.array([[1, 18, 19], [12, 20, 30], [17, 16, 40]]), False)
    result = tables.suppress()
    assert all(isinstance(name, tuple) and -1 not in name for name in tables.blank(result))
    assert [(level.level, level.primary, level.complementary) for level in result.levels] == [
        (0, 0, 0),
        (1, 0, 0),
        (2, 1, 3),
    ]


def test_the_answer_is_the_same_every_time() -> None:
    counts = np.random.default_rng(4).choice([0, 1, 3, 6, 12], (4, 3, 4))
    first, second = (cross(counts, True).suppress() for _ in range(2))
    assert (first.suppressed == second.suppressed).all()
    assert (first.witnesses == second.witnesses).all()


def test_a_relation_that_does_not_hold_is_named() -> None:
    tables = cross(np.array([3, 4]), False)
    tables.values[(-1,)] = 8
    with pytest.raises(InconsistentCells, match="relation 0 adds up to -1"):
        tables.suppress()


@pytest.mark.parametrize(
    "spoilt", [{"value": np.array([-1, 1])}, {"level": np.array([0])}, {"contributors": np.array([-1, 0])}]
)
def test_arrays_that_are_no_table_are_refused(spoilt: dict[str, np.ndarray]) -> None:
    tables = cross(np.array([6]), False)
    with pytest.raises(InconsistentCells):
        suppress(replace(tables.cells(), **spoilt), tables.relations())


def test_a_threshold_that_protects_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="a threshold of 2"):
        cross(np.array([3, 4]), False).suppress(threshold=2)


def test_nothing_to_protect_and_no_cells_are_fine() -> None:
    assert cross(np.array([[10, 20], [30, 40]]), False).suppress().suppressed.sum() == 0
    assert Tables().suppress().levels == ()


# -- held against the optimum ----------------------------------------------------------------------------------


def fewest_blank_cells(tables: Tables) -> int:
    """The smallest pattern in which every small cell has some alternative table of its own, by one exact model."""
    model = cp_model.CpModel()
    blank = {name: model.new_bool_var("") for name in tables.values}
    for one in tables.small():
        model.add(blank[one] == 1)
        moved = {name: model.new_int_var(-min(value, 10), 10, "") for name, value in tables.values.items()}
        for name, variable in moved.items():
            model.add(variable <= 10 * blank[name])
            model.add(variable >= -10 * blank[name])
        model.add(moved[one] != 0)
        for relation in tables.sums:
            model.add(sum(factor * moved[name] for name, factor in relation.items()) == 0)
    model.minimize(sum(blank.values()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    return int(sum(solver.value(one) for one in blank.values()))


@pytest.mark.parametrize("seed", range(30))
def test_at_most_half_as_many_again_are_blank_as_must_be(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = [(2, 3), (3, 3), (3, 4), (2, 2, 2)][seed % 4]
    tables = cross(rng.choice([0, 1, 2, 4, 6, 9, 15, 30], shape, p=[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.2]), False)
    assert len(tables.blank(tables.suppress())) <= 1.5 * fewest_blank_cells(tables)
