"""A second table that differs from the true one where it should, found by a constraint solver.

Everything here is about differences: a `Move` says how far one cell of the second table may lie from the true one; the
weighted differences of a relation's cells cancel out.
Workers that take turns, a fixed seed and a limit on deterministic time make the answer the same on every machine.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

Terms = tuple[tuple[int, int], ...]
"""(cell, coefficient) of one relation."""

# Deterministic seconds for the cheapest table: a floor, and what every cell that ought to differ adds.
_AT_LEAST, _PER_CELL = 0.2, 0.006
# From so many cells on, one table is made better neighbourhood by neighbourhood instead of all at once.
_MANY = 1_000
# The same for any table at all, whatever it costs; and how many nodes branch and bound may look at.
_PORTFOLIO, _NODES = 2.0, 500
_INFEASIBLE = 2


@dataclass(frozen=True)
class Move:
    """What one cell may do: its difference lies in [`low`, `high`], which holds 0.

    `cost` is what it costs to differ and `unmet` what it costs not to, in whole points; the other way is free. One that
    is `needed` must differ. `slack` has no upper end, and makes an inequality of the only relation that it is in.
    """

    low: int
    high: int
    cost: int = 0
    unmet: int = 0
    needed: bool = False
    slack: bool = False


class NoAlternative(Exception):
    """No differences satisfy every relation and need; `proven` is False when time ran out before that was certain."""

    def __init__(self, proven: bool) -> None:
        super().__init__("no alternative table")
        self.proven = proven


def find_cheapest(moves: Mapping[int, Move], relations: Sequence[Terms]) -> dict[int, int]:
    """The cheapest differences that satisfy every relation and need; near to them where there are many cells.

    Args:
        moves: by cell; every cell of a relation is among them.
        relations: what adds up.

    Raises:
        NoAlternative: there are none, or none was found.
    """
    problem = _Problem(moves, relations)
    model = problem.model
    costs = []
    for cell, variable in problem.variables.items():
        move = moves[cell]
        model.add_hint(variable, 0)
        if move.needed or not (move.cost or move.unmet):
            continue
        differs = model.new_bool_var("")
        model.add_hint(differs, False)
        if move.cost:
            model.add(variable <= move.high * differs)
            model.add(variable >= move.low * differs)
            costs.append(move.cost * differs)
        else:
            model.add_linear_expression_in_domain(variable, _not_nothing(move)).only_enforce_if(differs)
            costs.append(move.unmet * (1 - differs))
    model.minimize(sum(costs))
    wanted = sum(bool(move.needed or move.unmet) for move in moves.values())
    solver = _solver(_AT_LEAST + _PER_CELL * wanted)
    if len(moves) >= _MANY and not any(move.needed for move in moves.values()):
        solver.parameters.interleave_search = True
        solver.parameters.use_lns_only = True
        # Every neighbourhood is simplified anew: what is dear there does not pay.
        solver.parameters.max_presolve_iterations = 1
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
    return problem.solve(solver)


class Portfolio:
    """Looks for some differences that satisfy every relation, whatever they cost, also among very many cells.

    Finds those that a few cells make among themselves, and soon.
    """

    def __init__(self, moves: Mapping[int, Move], relations: Sequence[Terms]) -> None:
        self._problem = _Problem(moves, relations)

    def find(self, needed: int) -> dict[int, int]:
        """Differences that are not 0 in the needed cell.

        Raises:
            NoAlternative: there are none, or none was found.
        """
        solver = _solver(_PORTFOLIO)
        # No way of searching finds every table soon; a portfolio of them, taking turns, does.
        solver.parameters.num_workers = 8
        solver.parameters.interleave_search = True
        solver.parameters.linearization_level = 0
        with self._problem.needing(needed):
            return self._problem.solve(solver)


class BranchAndBound:
    """The same on linear programmes, which takes a minute among many cells.

    Finds those that need hundreds of cells to move together, and proves that there are none.
    """

    def __init__(self, moves: Mapping[int, Move], relations: Sequence[Terms]) -> None:
        self._relations = relations
        self._place = {cell: place for place, cell in enumerate(moves)}
        # Slack is a sum of whole numbers, and whole by itself.
        self._whole = np.array([not move.slack for move in moves.values()], dtype=int)
        self._low = np.array([move.low for move in moves.values()], dtype=float)
        self._high = np.array([math.inf if move.slack else move.high for move in moves.values()])
        terms = [(row, self._place[cell], factor) for row, one in enumerate(relations) for cell, factor in one]
        rows, places, factors = np.array(terms, dtype=np.int64).reshape(-1, 3).T
        matrix = csr_array((factors, (rows, places)), shape=(len(relations), len(moves)))
        self._relations_hold = LinearConstraint(matrix, 0, 0)

    def find(self, needed: int) -> dict[int, int]:
        """Differences that are not 0 in the needed cell.

        Raises:
            NoAlternative: there are none, or none was found.
        """
        place, proven = self._place[needed], True
        for low, high in ((1, self._high[place]), (self._low[place], -1)):
            if low > high:
                continue
            bounds = Bounds(self._low.copy(), self._high.copy())
            bounds.lb[place], bounds.ub[place] = low, high
            result = milp(
                np.zeros(len(self._place)),
                integrality=self._whole,
                bounds=bounds,
                constraints=self._relations_hold,
                options={"node_limit": _NODES},
            )
            if result.x is not None:
                found = {cell: round(result.x[at]) for cell, at in self._place.items()}
                if not any(sum(factor * found[cell] for cell, factor in terms) for terms in self._relations):
                    return {cell: difference for cell, difference in found.items() if difference}
            proven &= result.status == _INFEASIBLE
        raise NoAlternative(proven)


class _Problem:
    """The cells as variables and the relations as constraints of a model; slack is no variable where it need not be."""

    def __init__(self, moves: Mapping[int, Move], relations: Sequence[Terms]) -> None:
        self.moves, self.relations = moves, relations
        self.model = cp_model.CpModel()
        self.open_ended = _open_ended(moves, relations)
        self.variables = {
            cell: self.model.new_int_var_from_domain(
                _not_nothing(move) if move.needed else cp_model.Domain(move.low, move.high), ""
            )
            for cell, move in moves.items()
            if cell not in self.open_ended
        }
        for terms in relations:
            rest = next((term for term in terms if term[0] in self.open_ended), None)
            total = sum(factor * self.variables[cell] for cell, factor in terms if cell in self.variables)
            if rest is None:
                self.model.add(total == 0)
            elif rest[1] > 0:
                self.model.add(total <= -moves[rest[0]].low)
            else:
                self.model.add(total >= moves[rest[0]].low)

    @contextmanager
    def needing(self, cell: int) -> Iterator[None]:
        """The same problem with this cell needed, for a while."""
        domain = self.model.proto.variables[self.variables[cell].index].domain
        before = list(domain)
        domain.clear()
        domain.extend(_not_nothing(self.moves[cell]).flattened_intervals())
        try:
            yield
        finally:
            domain.clear()
            domain.extend(before)

    def solve(self, solver: cp_model.CpSolver) -> dict[int, int]:
        """The differences that are not 0."""
        status = solver.solve(self.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise NoAlternative(status == cp_model.INFEASIBLE)
        found = {cell: int(solver.value(variable)) for cell, variable in self.variables.items()}
        for terms in self.relations:
            for cell, factor in terms:
                if cell in self.open_ended:
                    found[cell] = -factor * sum(weight * found[other] for other, weight in terms if other != cell)
        return {cell: difference for cell, difference in found.items() if difference}


def _solver(seconds: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = seconds
    return solver


def _not_nothing(move: Move) -> cp_model.Domain:
    return cp_model.Domain.from_intervals([part for part in ((move.low, -1), (1, move.high)) if part[0] <= part[1]])


def _open_ended(moves: Mapping[int, Move], relations: Iterable[Terms]) -> set[int]:
    """Slack that is the only one in its only relation, and once."""
    places = Counter(cell for terms in relations for cell, _ in terms if moves[cell].slack)
    found = set()
    for terms in relations:
        slack = [(cell, factor) for cell, factor in terms if moves[cell].slack]
        if len(slack) == 1 and abs(slack[0][1]) == 1 and places[slack[0][0]] == 1:
            found.add(slack[0][0])
    return found
