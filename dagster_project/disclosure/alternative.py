"""A second table that differs from the true one where it must, found by a constraint solver.

Everything here is about differences: a `Move` says how far one cell of the second table may lie from the true one, a
`Sum` that the weighted differences of a relation's cells cancel out.
One worker, a fixed seed and a limit on deterministic time make the answer the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

# Deterministic seconds: a floor, what every cell adds, and a ceiling.
_AT_LEAST, _PER_CELL, _AT_MOST = 0.05, 0.00025, 2.0


@dataclass(frozen=True)
class Move:
    """What one cell may do: its difference lies in [`low`, `high`], which holds 0, and is not 0 when `needed`.

    `cost` is what it costs to differ, in whole points; 0 for a cell that is not printed anyway. One that is `whole`
    differs downwards by `low` only.
    """

    low: int
    high: int
    needed: bool
    cost: int
    whole: bool = False


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
    model = cp_model.CpModel()
    variables: dict[int, cp_model.IntVar] = {}
    costs = []
    differs: dict[int, cp_model.IntVar] = {}
    for cell, move in moves.items():
        downwards = (move.low, min(move.low, -1) if move.whole else -1)
        nonzero = [part for part in (downwards, (1, move.high)) if part[0] <= part[1] and part != (0, -1)]
        must = move.needed and unmet is None
        domain = cp_model.Domain.from_intervals(nonzero if must else [(move.low, move.high)])
        variables[cell] = model.new_int_var_from_domain(domain, "")
        if move.needed and not must:
            met = model.new_bool_var("")
            model.add_linear_expression_in_domain(
                variables[cell], cp_model.Domain.from_intervals(nonzero)
            ).only_enforce_if(met)
            costs.append(unmet * (1 - met))
        elif move.cost and not move.needed:
            differs[cell] = model.new_bool_var("")
            model.add(variables[cell] <= move.high * differs[cell])
            model.add(variables[cell] >= move.low * differs[cell])
            costs.append(move.cost * differs[cell])
    for relation in sums:
        model.add(sum(factor * variables[cell] for cell, factor in relation.terms) == -relation.fixed)
        if unmet is None:
            _add_no_difference_alone(model, relation, moves, differs)
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = 2  # the relaxation of sums is what tells good tables from poor ones
    solver.parameters.max_deterministic_time = min(_AT_MOST, _AT_LEAST + _PER_CELL * len(moves))
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise NoAlternative(status == cp_model.INFEASIBLE)
    found = {cell: int(solver.value(variable)) for cell, variable in variables.items()}
    return Alternative(found, max(0, round(solver.best_objective_bound)) if unmet is None else 0)


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
