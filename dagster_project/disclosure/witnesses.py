"""The alternative tables of a whole publication, put together from small problems.

Cells that no relation connects are solved apart. In each connected part:

1. A table that differs in as many needed cells as can be and in as few others. What it leaves over gets another one, in
   which cells suppressed by then are free, for as long as that meets anything.
2. For a needed cell still left: any table at all that differs in it, and then the cheapest among the cells in which
   that one differs, which meets as many of the others as it can.
3. A cell for which that is proven impossible is left; where the time ran out, the whole part is given up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import zip_longest

from dagster_project.disclosure.alternative import BranchAndBound, Move, NoAlternative, Portfolio, Terms, find_cheapest

# How far a cell may lie from the truth: near, which solves faster, wide, and anywhere when those have no answer.
_NEAR, _WIDE, _ANYWHERE = 3, 50, 400
# Cells that are not printed are often differences of printed ones and move as far as these together.
_UNPRINTED_REACH = 4
_SLACK_REACH = 10_000_000
# What it is worth to meet a need now rather than with a table of its own.
_UNMET = 2_000


@dataclass(frozen=True)
class Cell:
    """One cell as the solver sees it: an `immovable` one is known to every reader, a `needed` one must differ.

    `cost` is what it costs to suppress it, in points; 0 when it is not printed anyway. `slack` is neither printed nor
    protected: in a single relation it makes an inequality of that, and may be as large as it likes.
    """

    value: int
    printable: bool
    immovable: bool
    needed: bool
    cost: int
    slack: bool = False


@dataclass
class Witnesses:
    """Alternative tables, as differences by cell (those that are not 0), and what was not settled."""

    tables: list[dict[int, int]] = field(default_factory=list)
    given_up: set[int] = field(default_factory=set)
    """Cells of parts that have to be suppressed altogether."""


def find_witnesses(cells: Sequence[Cell], relations: Sequence[Terms]) -> Witnesses:
    """Tables that satisfy every relation and together differ from the truth in as many needed cells as can be found."""
    movable = {cell for cell, one in enumerate(cells) if not one.immovable}
    kept = _without_immovable(movable, relations)
    places = Counter(cell for terms in kept for cell, _ in terms)
    cells = [replace(one, slack=one.slack and places[cell] == 1) for cell, one in enumerate(cells)]
    parts = [
        _Part(cells, members, own)
        for members, own in _connected(movable, kept)
        if any(cells[cell].needed for cell in members)
    ]
    for part in parts:
        part.solve()
    return Witnesses(
        # Parts have no cell in common, so that one table of each is one table of all.
        tables=[dict(item for table in tables for item in table.items()) for tables in _side_by_side(parts)],
        given_up={cell for part in parts if part.given_up for cell in part.members},
    )


def _side_by_side(parts: Sequence[_Part]) -> Iterable[tuple[dict[int, int], ...]]:
    return zip_longest(*(part.tables for part in parts), fillvalue={})


def _without_immovable(movable: set[int], relations: Sequence[Terms]) -> list[Terms]:
    """The relations among movable cells; a cell that is alone in one cannot move either and leaves the set."""
    of_cell: dict[int, list[int]] = defaultdict(list)
    moving: list[set[int]] = []
    for number, terms in enumerate(relations):
        moving.append({cell for cell, _ in terms if cell in movable})
        for cell in moving[-1]:
            of_cell[cell].append(number)
    alone = [number for number, members in enumerate(moving) if len(members) == 1]
    while alone:
        for cell in list(moving[alone.pop()]):
            movable.discard(cell)
            for number in of_cell[cell]:
                moving[number].discard(cell)
                if len(moving[number]) == 1:
                    alone.append(number)
    return [
        tuple((cell, factor) for cell, factor in terms if cell in members)
        for terms, members in zip(relations, moving, strict=True)
        if members
    ]


def _connected(cells: Iterable[int], relations: Iterable[Terms]) -> list[tuple[list[int], list[Terms]]]:
    """Cells and the relations that hold any of them by connected part, in the order of their first cell."""
    root = {cell: cell for cell in sorted(cells)}

    def find(cell: int) -> int:
        while root[cell] != cell:
            root[cell] = root[root[cell]]
            cell = root[cell]
        return cell

    for terms in relations:
        for other, _ in terms[1:]:
            root[find(other)] = find(terms[0][0])
    parts: dict[int, tuple[list[int], list[Terms]]] = {}
    for cell in root:
        parts.setdefault(find(cell), ([], []))[0].append(cell)
    for terms in relations:
        parts[find(terms[0][0])][1].append(terms)
    return list(parts.values())


class _Part:
    """Cells that relations connect."""

    def __init__(self, cells: Sequence[Cell], members: Sequence[int], relations: Sequence[Terms]) -> None:
        self.cells, self.members, self.relations = cells, members, list(dict.fromkeys(relations))
        self.tables: list[dict[int, int]] = []
        self.given_up = False
        self._quick_helps = True
        self.left = {cell for cell in members if cells[cell].needed}
        self.suppressed = set(self.left)

    def solve(self) -> None:
        """Fill `tables`, or give up."""
        while self.left and self._use(self._joint_table()):
            pass
        for cell in sorted(self.left):
            if cell in self.left:
                try:
                    self._use(self._own_table(cell))
                except NoAlternative as none:
                    if not none.proven:
                        self.given_up = True
                        return

    def _use(self, table: dict[int, int]) -> bool:
        """Whether it meets a need."""
        if not self.left & table.keys():
            return False
        self.tables.append(table)
        self.left -= table.keys()
        self.suppressed |= table.keys()
        return True

    def _joint_table(self) -> dict[int, int]:
        """A table that differs in as many needed cells as can be; empty when time ran out at once."""
        try:
            return find_cheapest(self._moves(self.members, _NEAR), self.relations)
        except NoAlternative:
            return {}

    def _own_table(self, cell: int) -> dict[int, int]:
        """A table that differs in the cell: any at all, and then the cheapest among the cells in which that differs."""
        table = self._any_table(cell)
        while True:
            try:
                cheaper = self._cheapest_within(table, cell)
            except NoAlternative:
                return table
            if len(cheaper) >= len(table):
                return cheaper
            table = cheaper

    def _cheapest_within(self, table: Mapping[int, int], cell: int) -> dict[int, int]:
        inside = [tuple(term for term in terms if term[0] in table) for terms in self.relations]
        return find_cheapest(
            self._moves(table, _ANYWHERE, cell), list(dict.fromkeys(terms for terms in inside if terms))
        )

    def _any_table(self, cell: int) -> dict[int, int]:
        """By the quick search, until that has run out of time once."""
        if self._quick_helps:
            try:
                return self._portfolio.find(cell)
            except NoAlternative as none:
                self._quick_helps = none.proven
        return self._branch_and_bound.find(cell)

    @cached_property
    def _portfolio(self) -> Portfolio:
        return Portfolio(self._moves(self.members, _WIDE), self.relations)

    @cached_property
    def _branch_and_bound(self) -> BranchAndBound:
        return BranchAndBound(self._moves(self.members, _ANYWHERE), self.relations)

    def _moves(self, region: Iterable[int], reach: int, needed: int | None = None) -> dict[int, Move]:
        moves = {}
        for cell in region:
            one = self.cells[cell]
            far = _SLACK_REACH if one.slack else reach if one.printable else reach * _UNPRINTED_REACH
            moves[cell] = Move(
                low=-min(one.value, far),
                high=far,
                cost=0 if cell in self.suppressed else one.cost,
                unmet=_UNMET if cell in self.left else 0,
                needed=cell == needed,
                slack=one.slack,
            )
        return moves
