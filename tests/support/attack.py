"""An attacker with a solver: which blank cells of a publication can be worked out from what is printed.

Belongs here: what a reader can know (printed numbers, sums, rounded shares) and whether that pins a number.
Does not belong here: how cells were chosen to be blank.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ortools.sat.python import cp_model

_MANY, _PATIENCE = 500, 600.0
_UPDATES_OF_A_CELL = 40


class Contradiction(AssertionError):
    """No whole numbers agree with what the attacker knows."""


@dataclass(frozen=True)
class _Sum:
    """`low <= sum(coefficient * cell) <= high`; None is no bound."""

    terms: Mapping[Hashable, int]
    low: int | None
    high: int | None
    why: str

    def holds(self, value: Callable[[Hashable], int]) -> bool:
        total = sum(coefficient * value(name) for name, coefficient in self.terms.items())
        return (self.low is None or self.low <= total) and (self.high is None or total <= self.high)

    def post(self, model: cp_model.CpModel, variable: Callable[[Hashable], cp_model.IntVar]) -> cp_model.Constraint:
        low = cp_model.INT32_MIN if self.low is None else self.low
        high = cp_model.INT32_MAX if self.high is None else self.high
        return model.add_linear_constraint(sum(c * variable(name) for name, c in self.terms.items()), low, high)


@dataclass(frozen=True)
class _Several:
    """So many of the cells are not 0."""

    terms: Mapping[Hashable, int]
    number: int
    why: str

    def holds(self, value: Callable[[Hashable], int]) -> bool:
        return sum(value(name) > 0 for name in self.terms) == self.number

    def post(self, model: cp_model.CpModel, variable: Callable[[Hashable], cp_model.IntVar]) -> cp_model.Constraint:
        some = []
        for name in self.terms:
            some.append(model.new_bool_var(""))
            model.add(variable(name) >= 1).only_enforce_if(some[-1])
            model.add(variable(name) == 0).only_enforce_if(~some[-1])
        return model.add(sum(some) == self.number)


class Attack:
    """What a reader knows about the cells of a publication.

    A cell is any hashable name. One whose number is printed is known, every other is a whole number within its bounds.
    """

    def __init__(self, largest: int = 100_000) -> None:
        self._bounds: dict[Hashable, tuple[int, int]] = {}
        self._unknown: list[Hashable] = []
        self._relations: list[_Sum | _Several] = []
        self._largest = largest

    def cell(self, name: Hashable, printed: int | None, low: int = 0, high: int | None = None) -> None:
        """A cell with its printed number, or a blank one and the bounds that are known of it."""
        if printed is None:
            self._unknown.append(name)
            self._bounds[name] = (low, self._largest if high is None else high)
        else:
            self._bounds[name] = (printed, printed)

    def total(self, terms: Mapping[Any, int], low: int | None = 0, high: int | None = 0, why: str = "") -> None:
        """`low <= sum(coefficient * cell) <= high`: an equation to 0 unless said otherwise; None is no bound."""
        relation = _Sum(dict(terms), low, high, why)
        if all(self._known(name) for name in terms) and not relation.holds(lambda name: self._bounds[name][0]):
            raise Contradiction(f"printed numbers do not add up: {why} {sorted(map(repr, terms))}")
        self._relations.append(relation)

    def share(self, part: Hashable, whole: Hashable, percent: Decimal) -> None:
        """A printed percentage, rounded half up to as many decimals as it is printed with."""
        unit = 10 ** max(0, -int(percent.as_tuple().exponent))
        twice = int(2 * percent * unit)
        self.total({part: 200 * unit, whole: -(twice - 1)}, 0, None)
        self.total({part: -200 * unit, whole: twice + 1}, 1, None)

    def several(self, names: Iterable[Hashable], number: int, why: str = "") -> None:
        """So many of the cells are not 0."""
        self._relations.append(_Several(dict.fromkeys(names, 1), number, why))

    def pinned(
        self,
        names: Collection[Hashable] | None = None,
        example: Mapping[Any, int] | None = None,
        enough: int | None = None,
    ) -> dict[Any, int]:
        """The blank cells (of those asked for) that have one number only, with it; so many are `enough`.

        `example` is a solution that the caller has, and saves looking for one.

        Raises:
            Contradiction: what is known cannot all be true.
        """
        if example is not None:
            self._must_agree(example)
        bounds, live = self._narrowed()
        asked = set(self._unknown if names is None else names)
        found = {
            name: bounds[name][0] for name in self._unknown if name in asked and bounds[name][0] == bounds[name][1]
        }
        for cells, relations in _components(bounds, live):
            if enough is not None and len(found) >= enough:
                break
            wanted = [name for name in cells if name in asked]
            if wanted or example is None:
                found.update(_Part(cells, relations, bounds).pinned(wanted, example))
        return found

    def reasons(self, name: Hashable, value: int) -> list[str]:
        """Relations that pin the cell to the value, none of which can be spared; none when nothing pins it."""
        near = self._near(name)
        size = 8
        while size < 2 * len(near):  # the first relations around the cell are often enough
            part = _Part((), near[:size], self._bounds)
            if part.pins(part.relations, name, value):
                return [relation.why + _told(relation, self._bounds) for relation in part.core(name, value)]
            size *= 2
        return []

    def _near(self, name: Hashable) -> list[_Sum | _Several]:
        """The relations that hang together with a cell through blank cells, the nearest first."""
        at: dict[Hashable, list[_Sum | _Several]] = defaultdict(list)
        for relation in self._relations:
            for cell in relation.terms:
                if not self._known(cell):
                    at[cell].append(relation)
        found: dict[int, _Sum | _Several] = {}
        queue, seen = deque([name]), {name}
        while queue:
            for relation in at[queue.popleft()]:
                found[id(relation)] = relation
                fresh = [cell for cell in relation.terms if not self._known(cell) and cell not in seen]
                seen.update(fresh)
                queue.extend(fresh)
        return list(found.values())

    def _known(self, name: Hashable) -> bool:
        low, high = self._bounds[name]
        return low == high

    def _must_agree(self, example: Mapping[Hashable, int]) -> None:
        for name, (low, high) in self._bounds.items():
            if not low <= example[name] <= high:
                raise Contradiction(f"{name!r} is not {example[name]}")
        for relation in self._relations:
            if not relation.holds(example.__getitem__):
                numbers = {name: example[name] for name in relation.terms}
                raise Contradiction(f"not true: {relation.why} {numbers} {relation}")

    def _narrowed(self) -> tuple[dict[Hashable, tuple[int, int]], list[_Sum | _Several]]:
        """Bounds after each sum has been used until nothing moves, and the relations that still say something."""
        bounds = dict(self._bounds)
        sums = [relation for relation in self._relations if isinstance(relation, _Sum)]
        at: dict[Hashable, list[int]] = defaultdict(list)
        for number, relation in enumerate(sums):
            for name in relation.terms:
                at[name].append(number)
        queue, waiting = deque(range(len(sums))), set(range(len(sums)))
        updates: dict[Hashable, int] = defaultdict(int)
        while queue:
            number = queue.popleft()
            waiting.discard(number)
            for name in _narrow(sums[number], bounds):
                updates[name] += 1
                low, high = bounds[name]
                if updates[name] <= _UPDATES_OF_A_CELL or low == high:
                    fresh = [other for other in at[name] if other not in waiting]
                    waiting.update(fresh)
                    queue.extend(fresh)
        live = [
            relation
            for relation in self._relations
            if any(bounds[name][0] < bounds[name][1] for name in relation.terms)
        ]
        return bounds, live


def _narrow(relation: _Sum, bounds: dict[Hashable, tuple[int, int]]) -> list[Hashable]:
    """Tightens the cells of one sum; tells which have moved."""
    least, most = 0, 0
    for name, c in relation.terms.items():
        low, high = bounds[name]
        least += c * (low if c > 0 else high)
        most += c * (high if c > 0 else low)
    if (relation.high is not None and least > relation.high) or (relation.low is not None and most < relation.low):
        raise Contradiction(f"no whole numbers agree with what is known: {relation}")
    moved: list[Hashable] = []
    for name, c in relation.terms.items():
        low, high = bounds[name]
        if low == high or c == 0:
            continue
        own_least, own_most = (c * low, c * high) if c > 0 else (c * high, c * low)
        top = None if relation.high is None else relation.high - (least - own_least)  # c * cell is at most this
        bottom = None if relation.low is None else relation.low - (most - own_most)
        if c < 0:
            top, bottom = (None if bottom is None else -bottom), (None if top is None else -top)
        new_high = high if top is None else min(high, top // abs(c))
        new_low = low if bottom is None else max(low, -((-bottom) // abs(c)))
        if (new_low, new_high) == (low, high):
            continue
        if new_low > new_high:
            raise Contradiction(f"no whole numbers agree with what is known: {relation}")
        bounds[name] = (new_low, new_high)
        moved.append(name)
        new_least, new_most = (c * new_low, c * new_high) if c > 0 else (c * new_high, c * new_low)
        least += new_least - own_least
        most += new_most - own_most
    return moved


def _components(
    bounds: Mapping[Hashable, tuple[int, int]], relations: Sequence[_Sum | _Several]
) -> Iterable[tuple[list[Hashable], list[_Sum | _Several]]]:
    """Blank cells that hang together, each group with its relations."""
    parent: dict[Hashable, Hashable] = {name: name for name, (low, high) in bounds.items() if low < high}

    def root(name: Hashable) -> Hashable:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    blank = [[name for name in relation.terms if name in parent] for relation in relations]
    for names in blank:
        for name in names[1:]:
            parent[root(name)] = root(names[0])
    groups: dict[Hashable, tuple[list[Hashable], list[_Sum | _Several]]] = defaultdict(lambda: ([], []))
    for name in parent:
        groups[root(name)][0].append(name)
    for relation, names in zip(relations, blank, strict=True):
        groups[root(names[0])][1].append(relation)
    return groups.values()


class _Part:
    """Blank cells that hang together, as a model."""

    def __init__(
        self,
        cells: Sequence[Hashable],
        relations: Sequence[_Sum | _Several],
        bounds: Mapping[Hashable, tuple[int, int]],
    ) -> None:
        self._cells, self.relations, self._bounds = cells, relations, bounds

    def pinned(self, wanted: Sequence[Hashable], example: Mapping[Hashable, int] | None) -> dict[Hashable, int]:
        model, variables = self._model()
        if example is None:
            first = _solve(model)
            if first is None:
                raise Contradiction("no whole numbers agree with what is known")
            example = {name: first.value(variables[name]) for name in self._cells}
        fixed: dict[Hashable, int] = {}
        left = list(wanted)
        while left:
            name = left.pop()
            solver = self._elsewhere(model, variables[name], name, example)
            if solver is None:
                fixed[name] = example[name]
            else:  # a solution moves many cells at once
                left = [cell for cell in left if solver.value(variables[cell]) == example[cell]]
        return fixed

    def core(self, name: Hashable, value: int) -> list[_Sum | _Several]:
        """Of relations that pin a cell, some that do so and none of which can be spared."""
        core = list(self.relations)
        size = max(1, len(core) // 2)
        while True:  # leave out ever smaller runs of relations that are not needed
            position = 0
            while position < len(core):
                fewer = core[:position] + core[position + size :]
                if self.pins(fewer, name, value):
                    core = fewer
                else:
                    position += size
            if size == 1:
                return core
            size //= 2

    def pins(self, relations: Sequence[_Sum | _Several], name: Hashable, value: int) -> bool:
        """By these relations the cell cannot have another value."""
        model, variables = _Part((name,), relations, self._bounds)._model()
        model.add(variables[name] != value)
        return _solve(model) is None

    def _model(self) -> tuple[cp_model.CpModel, dict[Hashable, cp_model.IntVar]]:
        model = cp_model.CpModel()
        variables = {name: model.new_int_var(*self._bounds[name], "") for name in self._cells}
        for relation in self.relations:
            for name in relation.terms:
                if name not in variables:
                    variables[name] = model.new_int_var(*self._bounds[name], "")
            relation.post(model, variables.__getitem__)
        return model, variables

    def _elsewhere(
        self, model: cp_model.CpModel, variable: cp_model.IntVar, name: Hashable, example: Mapping[Hashable, int]
    ) -> cp_model.CpSolver | None:
        """A solution in which the cell has another value than in the example; the model is as before afterwards."""
        domain = model.proto.variables[variable.index].domain
        before = list(domain)
        others = cp_model.Domain(*self._bounds[name]).intersection_with(
            cp_model.Domain.from_values([example[name]]).complement()
        )
        domain.clear()
        domain.extend(others.flattened_intervals())
        try:
            return _solve(model)
        finally:
            domain.clear()
            domain.extend(before)


def _solve(model: cp_model.CpModel) -> cp_model.CpSolver | None:
    """The solver with its answer; None when there is none."""
    solver = cp_model.CpSolver()
    # Searches of several kinds: what one of them never finds another one finds in a moment.
    solver.parameters.num_workers = 8 if len(model.proto.variables) > _MANY else 1
    solver.parameters.random_seed = 1
    solver.parameters.max_time_in_seconds = _PATIENCE
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    assert status in (cp_model.OPTIMAL, cp_model.FEASIBLE), "the attack needs more time"
    return solver


def _told(relation: _Sum | _Several, bounds: Mapping[Hashable, tuple[int, int]]) -> str:
    """The relation with the numbers that are known, for a person."""
    terms = []
    for name, coefficient in relation.terms.items():
        low, high = bounds[name]
        terms.append(f"{coefficient:+d}*{name!r}" + (f"={low}" if low == high else "=?"))
    edge = f" in [{relation.low}, {relation.high}]" if isinstance(relation, _Sum) else f" not 0: {relation.number}"
    return f": {' '.join(terms)}{edge}"
