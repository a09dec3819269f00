"""Whole numbers of people that give the printed percentages again, found by a constraint solver.

Two problems: a table of counts with known column sums, and the flow of participations between register statuses from
horizon to horizon. Both know counts only; who the people are is decided elsewhere.
One worker, a fixed seed and a limit on deterministic time make the answer the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ortools.sat.python import cp_model

from dagster_project.demo.figures import HORIZONS, PROGRAMME, Target, count_bounds

# E employment, B benefit without hours, H benefit with hours, S self-support, U SU, W wage subsidy, P work placement.
STATUSES = ("E", "B", "H", "S", "U", "W", "P")
LEFT = "L"

# What a step between two neighbouring horizons costs; staying is free, what is not named costs _RARE.
_STEP_COSTS = {
    "BE": 2, "BH": 2, "BU": 2, "BW": 2, "BP": 2, "BS": 4, "EB": 4, "EH": 5, "HE": 2, "HB": 2, "SE": 3, "SB": 4,
    "UE": 2, "UB": 2, "PB": 1, "PE": 1, "PH": 2, "PW": 1, "WE": 1, "WB": 2, "PP": 4, "WW": 2, "BL": 1,
}  # fmt: skip
_RARE = 12
_DETERMINISTIC_SECONDS = 3.0

Counts = dict[str, dict[str, int]]
"""column (project) -> row (category or code) -> count."""

Flow = dict[tuple[str, int, int], dict[tuple[str, str], int]]
"""(project, horizons observed, step) -> (status before, status after) -> count; step 0 starts from one status `B`."""


class Unsolvable(ValueError):
    """The figures asked for cannot all hold."""


def fill_table(
    sizes: Mapping[str, int],
    rows: Iterable[str],
    targets: Iterable[Target],
    preferred: Mapping[str, Mapping[str, float]] | None = None,
) -> Counts:
    """Counts per column that add up to `sizes`, satisfy every target, and lie as near as possible to what is preferred.

    Args:
        sizes: column sums; together they are the denominator of the programme's figures.
        rows: the categories that a column divides into.
        targets: figures over one column, or over all of them (`ALL`).
        preferred: column -> category -> share (0-1) that it should come close to.

    Raises:
        Unsolvable: the targets contradict each other on these sizes.
    """
    model = cp_model.CpModel()
    names = tuple(rows)
    cells = {(c, r): model.new_int_var(0, size, f"{c}/{r}") for c, size in sizes.items() for r in names}
    for column, size in sizes.items():
        model.add(sum(cells[column, row] for row in names) == size)
    for target in targets:
        columns = list(sizes) if target.project == PROGRAMME else [target.project]
        denominator = sum(sizes[column] for column in columns)
        try:
            low, high = count_bounds(target, denominator)
        except ValueError as error:
            raise Unsolvable(f"{target}: {error}") from error
        model.add_linear_constraint(sum(cells[c, part] for c in columns for part in target.parts), low, high)
    distances = []
    for column, shares in (preferred or {}).items():
        for row, share in shares.items():
            distances.append(_distance(model, cells[column, row], round(share * sizes[column]), sizes[column]))
    worst = model.new_int_var(0, max(sizes.values()), "worst")
    for distance in distances:
        model.add(distance <= worst)
    # First no cell far away, then all of them near.
    model.minimize(10 * worst + sum(distances))
    solver = _solve(model, list(cells.values()))
    return {c: {r: solver.value(cells[c, r]) for r in names} for c in sizes}


def status_flow(classes: Mapping[tuple[str, int], int], targets: Iterable[Target]) -> Flow:
    """How many participations move from which status to which between the horizons, with as few moves as possible.

    Args:
        classes: (project, number of horizons observed) -> participations in the register.
        targets: figures of statuses; `subject` is the horizon in months. One participation of the largest project
            leaves the country between 6 and 9 months and stays outside the denominators from then on.

    Raises:
        Unsolvable: the targets contradict each other on these sizes.
    """
    model = cp_model.CpModel()
    leaving = max((c for c in classes if c[1] == 3), key=lambda c: classes[c])
    at: dict[tuple[tuple[str, int], int, str], Any] = {}
    moves: dict[tuple[tuple[str, int], int, str, str], Any] = {}
    for one, size in classes.items():
        for step in range(one[1]):
            for status in (*STATUSES, LEFT):
                gone = int(status == LEFT and one == leaving and step == 2)
                low, high = (gone, gone) if status == LEFT else (0, size)
                at[one, step, status] = model.new_int_var(low, high, f"{one}/{step}/{status}")
            model.add(sum(at[one, step, s] for s in (*STATUSES, LEFT)) == size)
            before = {"B": size} if step == 0 else {s: at[one, step - 1, s] for s in STATUSES}
            for b in before:
                for a in (*STATUSES, LEFT):
                    moves[one, step, b, a] = model.new_int_var(0, size, f"{one}/{step}/{b}{a}")
                model.add(sum(moves[one, step, b, a] for a in (*STATUSES, LEFT)) == before[b])
            for a in (*STATUSES, LEFT):
                model.add(sum(moves[one, step, b, a] for b in before) == at[one, step, a])
    targets = list(targets)
    for target in targets:
        step = HORIZONS.index(int(target.subject))
        inside = [c for c in classes if c[1] > step and target.project in (PROGRAMME, c[0])]
        denominator = sum(classes[c] for c in inside) - int(step == 2 and leaving in inside)
        low, high = count_bounds(target, denominator)
        model.add_linear_constraint(sum(at[c, step, part] for c in inside for part in target.parts), low, high)
    costs = [_cost(b, a) * move for (_, _, b, a), move in moves.items()]
    costs += _spread(model, at, classes, targets)
    model.minimize(sum(costs))
    solver = _solve(model, [*at.values(), *moves.values()])
    flow: Flow = {}
    for (one, step, b, a), move in moves.items():
        flow.setdefault((*one, step), {})[b, a] = solver.value(move)
    return flow


def _spread(
    model: Any, at: Mapping[Any, Any], classes: Mapping[tuple[str, int], int], targets: list[Target]
) -> list[Any]:
    """Penalties that keep every class near the programme's shares, so that no status gathers in one project."""
    shares = {
        (HORIZONS.index(int(t.subject)), t.parts[0]): t.value / 100
        for t in targets
        if t.project == PROGRAMME and t.rule == "rounds_to" and len(t.parts) == 1
    }
    return [
        2 * _distance(model, at[one, step, status], round(share * size), size)
        for (step, status), share in shares.items()
        for one, size in classes.items()
        if one[1] > step
    ]


def _cost(before: str, after: str) -> int:
    return _STEP_COSTS.get(before + after, 0 if before == after else _RARE)


def _distance(model: Any, variable: Any, wanted: int, size: int) -> Any:
    distance = model.new_int_var(0, size, "")
    model.add_abs_equality(distance, variable - wanted)
    return distance


def _solve(model: Any, decisions: list[Any]) -> Any:
    model.add_decision_strategy(decisions, cp_model.CHOOSE_FIRST, cp_model.SELECT_MIN_VALUE)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = _DETERMINISTIC_SECONDS
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise Unsolvable("the figures contradict each other")
    return solver
