"""A second table that differs from the true one where it must, found by a constraint solver.

Everything here is about differences: a `Move` says how far one cell of the second table may lie from the true one, a
`Sum` that the weighted differences of a relation's cells cancel out.
One worker, a fixed seed and a limit on deterministic time make the answer the same on every machine.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ortools.sat.python import cp_model

# Deterministic seconds: a floor, what every cell adds, and a ceiling.
_AT_LEAST, _PER_CELL, _AT_MOST = 0.05, 0.00025, 2.0
# How often the search for any table at all begins anew, and how long it goes on each time.
_BEGINNINGS, _BEGINNING = 24, 0.05


@dataclass(frozen=True)
class Move:
    """What one cell may do: its difference lies in [`low`, `high`], which holds 0, and is not 0 when `needed`.

    `cost` is what it costs to differ, in whole points; 0 for a cell that is not printed anyway. One that is `whole`
    differs downwards by `low` only. `slack` has no upper end, and makes an inequality of the only sum that it is in.
    """

    low: int
    high: int
    needed: bool
    cost: int
    whole: bool = False
    slack: bool = False


@dataclass(frozen=True)
class Sum:
    """`sum(coefficient * difference) + fixed == 0`; terms are (cell, coefficient)."""

    terms: tuple[tuple[int, int], ...]
    fixed: int


@dataclass(frozen=True)
class Alternative:
    """Differences by cell, and a proven lower bound of what such tables cost, in points; 0 when needs may be unmet."""

    differences: dict[int, int]
    bound: int


class NoAlternative(Exception):
    """No differences satisfy every sum and need; `proven` is False when the time ran out before that was certain."""

    def __init__(self, proven: bool) -> None:
        super().__init__("no alternative table")
        self.proven = proven


def find_alternative(moves: Mapping[int, Move], sums: Sequence[Sum], unmet: int | None = None) -> Alternative:
    """The cheapest differences that satisfy every sum and need.

    Args:
        moves: by cell; every cell of a sum's terms is among them.
        sums: the relations among them.
        unmet: what a need that is not met costs, in points; None when all of them must be met.

    Raises:
        NoAlternative: there are none, or none was found.
    """
    problem = _Problem(moves, sums, must=unmet is None)
    model = problem.model
    costs = []
    differs: dict[int, cp_model.IntVar] = {}
    for cell, variable in problem.variables.items():
        move = moves[cell]
        if move.needed and unmet is not None:
            met = model.new_bool_var("")
            model.add_linear_expression_in_domain(variable, _not_nothing(move)).only_enforce_if(met)
            costs.append(unmet * (1 - met))
        elif move.cost and not move.needed:
            differs[cell] = model.new_bool_var("")
            model.add(variable <= move.high * differs[cell])
            model.add(variable >= move.low * differs[cell])
            costs.append(move.cost * differs[cell])
    if unmet is None:
        for relation in sums:
            if not any(cell in problem.open_ended for cell, _ in relation.terms):
                _add_no_difference_alone(model, relation, moves, differs)
    model.minimize(sum(costs))
    solver = _solver(min(_AT_MOST, _AT_LEAST + _PER_CELL * len(moves)))
    solver.parameters.linearization_level = 2  # the relaxation of sums is what tells good tables from poor ones
    differences = problem.solve(solver)
    return Alternative(differences, max(0, round(solver.best_objective_bound)) if unmet is None else 0)


class Anywhere:
    """Looks for some differences that satisfy every sum, whatever they cost, also among very many cells.

    No difference at all is nearly an answer, from which the search needs a moment or, where it begins badly, for ever:
    so it has several beginnings, in which the cells stand in another order.
    """

    def __init__(self, moves: Mapping[int, Move], sums: Sequence[Sum]) -> None:
        self._moves, self._sums = moves, sums
        self._chance = random.Random(1)
        self._beginnings: list[_Problem] = []

    def find(self, needed: Collection[int]) -> dict[int, int]:
        """Differences that are not 0 in the needed cells.

        Raises:
            NoAlternative: there are none, or none was found.
        """
        for number in range(_BEGINNINGS):
            if number == len(self._beginnings):
                self._beginnings.append(self._begin())
            problem = self._beginnings[number]
            solver = _solver(_BEGINNING)
            solver.parameters.linearization_level = 0
            solver.parameters.cp_model_presolve = False
            try:
                with problem.needing(needed):
                    return problem.solve(solver)
            except NoAlternative as none:
                if none.proven:
                    raise
        raise NoAlternative(proven=False)

    def _begin(self) -> _Problem:
        order = list(self._moves)
        self._chance.shuffle(order)
        problem = _Problem({cell: self._moves[cell] for cell in order}, self._sums, must=False)
        for variable in problem.variables.values():
            problem.model.add_hint(variable, 0)
        return problem


class _Problem:
    """The cells as variables and the sums as constraints of a model; slack is not a variable where it need not be."""

    def __init__(self, moves: Mapping[int, Move], sums: Sequence[Sum], must: bool) -> None:
        self.moves, self.sums = moves, sums
        self.model = cp_model.CpModel()
        self.open_ended = _open_ended(moves, sums)
        self.variables = {
            cell: self.model.new_int_var_from_domain(
                _not_nothing(move) if must and move.needed else cp_model.Domain(move.low, move.high), ""
            )
            for cell, move in moves.items()
            if cell not in self.open_ended
        }
        for relation in sums:
            rest = next((term for term in relation.terms if term[0] in self.open_ended), None)
            total = sum(factor * self.variables[cell] for cell, factor in relation.terms if cell in self.variables)
            if rest is None:
                self.model.add(total == -relation.fixed)
            elif rest[1] > 0:
                self.model.add(total <= -relation.fixed - moves[rest[0]].low)
            else:
                self.model.add(total >= -relation.fixed + moves[rest[0]].low)

    @contextmanager
    def needing(self, cells: Collection[int]) -> Iterator[None]:
        """The same problem with these cells needed, for a while."""
        variables = self.model.proto.variables
        domains = {cell: variables[self.variables[cell].index].domain for cell in cells}
        before = {cell: list(domain) for cell, domain in domains.items()}
        try:
            for cell, domain in domains.items():
                domain.clear()
                domain.extend(_not_nothing(self.moves[cell]).flattened_intervals())
            yield
        finally:
            for cell, domain in domains.items():
                domain.clear()
                domain.extend(before[cell])

    def solve(self, solver: cp_model.CpSolver) -> dict[int, int]:
        status = solver.solve(self.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise NoAlternative(status == cp_model.INFEASIBLE)
        found = {cell: int(solver.value(variable)) for cell, variable in self.variables.items()}
        for relation in self.sums:
            for cell, factor in relation.terms:
                if cell in self.open_ended:
                    others = sum(weight * found[other] for other, weight in relation.terms if other != cell)
                    found[cell] = -factor * (others + relation.fixed)
        return found


def _solver(seconds: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = seconds
    return solver


def _not_nothing(move: Move) -> cp_model.Domain:
    downwards = (move.low, min(move.low, -1) if move.whole else -1)
    return cp_model.Domain.from_intervals([part for part in (downwards, (1, move.high)) if part[0] <= part[1]])


def _open_ended(moves: Mapping[int, Move], sums: Sequence[Sum]) -> set[int]:
    """Slack that is the only one in its only sum, and once."""
    places = Counter(cell for relation in sums for cell, _ in relation.terms if moves[cell].slack)
    found = set()
    for relation in sums:
        slack = [(cell, factor) for cell, factor in relation.terms if moves[cell].slack]
        if len(slack) == 1 and abs(slack[0][1]) == 1 and places[slack[0][0]] == 1:
            found.add(slack[0][0])
    return found


def _add_no_difference_alone(
    model: cp_model.CpModel, relation: Sum, moves: Mapping[int, Move], differs: Mapping[int, cp_model.IntVar]
) -> None:
    """Clauses that the linear relaxation does not see: where one cell of a relation differs, another one does."""
    needed = sum(moves[cell].needed for cell, _ in relation.terms)
    costing = [differs[cell] for cell, _ in relation.terms if cell in differs]
    if relation.fixed or needed + len(costing) < len(relation.terms):
        return
    if needed == 1:
        model.add_bool_or(costing)
    elif needed == 0:
        for one in costing:
            model.add_bool_or([one.negated(), *(other for other in costing if other is not one)])
