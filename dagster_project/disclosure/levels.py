"""The alternative tables of a whole publication, put together from small problems.

Cells that no relation connects are solved apart. In each connected part:

1. A table that differs in as many needed cells as can be. Coarse levels are decided before finer ones, whose problems
   then fall apart into blocks. A block that cannot differ in all its needed cells leaves some out. One that cannot even
   add up to what the coarser levels decided makes the fewest cells that it takes sit this table out, and the levels
   start again. What is left over gets another such table, in which cells suppressed by then are free.
2. For every needed cell still left a table of its own, equal to the truth but for its surroundings: the cells that
   share a relation with it, then those that share one with these, until there is an answer. Where these are too many:
   any table at all, and then a cheaper one among the cells in which it differs.
3. A cell for which that is proven impossible is left; where the time ran out, the whole part is given up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dagster_project.disclosure.alternative import (
    Alternative,
    Anywhere,
    Move,
    NoAlternative,
    Sum,
    find_alternative,
)

# How far a printed cell may lie from the truth: near first, which solves faster, and wide when that has no answer.
_NEAR, _WIDE, _ANYWHERE = 3, 12, 50
# Cells that are not printed are often differences of printed ones and move as far as these together.
_UNPRINTED_REACH = 4
_SLACK_REACH = 10_000_000
# What it is worth to meet a need now rather than with a table of its own: about two suppressed cells.
_UNMET = 300
# What it adds to a coarse cell's cost when a finer sum below it then needs a complement, or saves when it needs none.
_BELOW, _BELOW_AT_MOST = 10, 30
# Reach, whether small cells differ whole, and what an unmet need costs. A coarse cell of two that loses one often
# leaves the finer ones without an answer, one that loses both or gains seldom does.
_ATTEMPTS: tuple[tuple[int, bool, int | None], ...] = (
    (_NEAR, True, None),
    (_WIDE, True, None),
    (_NEAR, False, None),
    (_WIDE, False, None),
    (_WIDE, False, _UNMET),
)
_RESTARTS = 8
# Up to so many cells around a cell the cheapest table of its own is looked for.
_SURROUNDINGS = 600
# So many of the cells that need a table from anywhere are asked for at once.
_AT_ONCE = 3
_MORE_JOINT_TABLES = 1

Terms = tuple[tuple[int, int], ...]
"""(cell, coefficient) of one relation."""


@dataclass(frozen=True)
class Cell:
    """One cell as the solver sees it: an `immovable` one is known to every reader, a `needed` one must differ.

    `cost` is what it costs to suppress it, in points; 0 when it is not printed anyway. `slack` is neither printed nor
    protected: in a single relation it makes an inequality of that, and may be as large as it likes.
    """

    value: int
    level: int
    printable: bool
    immovable: bool
    needed: bool
    cost: int
    slack: bool = False


@dataclass
class Witnesses:
    """Alternative tables, as differences by cell (those that are not 0), and what is known about them."""

    tables: list[dict[int, int]] = field(default_factory=list)
    bounds: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """level -> lower bound for the cells with a cost in which one table for all needs of each block differs, proven
    within the reach that had an answer, the coarser levels being as the first table has them."""
    given_up: set[int] = field(default_factory=set)
    """Cells of parts that have to be suppressed altogether."""


class _Stuck(Exception):
    def __init__(self, block: Collection[int]) -> None:
        super().__init__("a block cannot add up to what the coarser levels decided")
        self.block = block


def find_witnesses(cells: Sequence[Cell], relations: Sequence[Terms]) -> Witnesses:
    """Tables that satisfy every relation and together differ from the truth in as many needed cells as can be found."""
    witnesses = Witnesses()
    movable = {cell for cell, one in enumerate(cells) if not one.immovable}
    kept = _without_immovable(movable, relations)
    places = Counter(cell for terms in kept for cell, _ in terms)
    cells = [replace(one, slack=one.slack and places[cell] == 1) for cell, one in enumerate(cells)]
    cells = _with_cost_below(cells, kept)
    joint: dict[int, int] = {}
    for members, own in _connected(movable, kept):
        if any(cells[cell].needed for cell in members):
            joint |= _Part(cells, members, own, witnesses).solve()
    if joint:
        witnesses.tables.insert(0, joint)
    return witnesses


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


def _with_cost_below(cells: Sequence[Cell], relations: Iterable[Terms]) -> list[Cell]:
    """The cells with costs that look ahead to the finer sums that they are the totals of."""
    more: dict[int, int] = defaultdict(int)
    for terms in relations:
        top = max(cells[cell].level for cell, _ in terms)
        free = sum(not cells[cell].cost for cell, _ in terms if cells[cell].level == top)
        if free < 2:
            for cell, _ in terms:
                if cells[cell].cost and cells[cell].level < top:
                    more[cell] += _BELOW if free == 0 else -_BELOW
    limited = {cell: max(-_BELOW_AT_MOST, min(_BELOW_AT_MOST, cost)) for cell, cost in more.items()}
    return [replace(one, cost=one.cost + limited.get(cell, 0)) for cell, one in enumerate(cells)]


def _connected(cells: Iterable[int], relations: Iterable[Terms]) -> list[tuple[list[int], list[Terms]]]:
    """Cells and the relations that hold any of them by connected part, in the order of their first cell."""
    root = {cell: cell for cell in sorted(cells)}

    def find(cell: int) -> int:
        while root[cell] != cell:
            root[cell] = root[root[cell]]
            cell = root[cell]
        return cell

    placed = []
    for terms in relations:
        members = [cell for cell, _ in terms if cell in root]
        for other in members[1:]:
            root[find(other)] = find(members[0])
        if members:
            placed.append((members[0], terms))
    parts: dict[int, tuple[list[int], list[Terms]]] = {}
    for cell in root:
        parts.setdefault(find(cell), ([], []))[0].append(cell)
    for member, terms in placed:
        parts[find(member)][1].append(terms)
    return list(parts.values())


class _Part:
    """Cells that relations connect."""

    def __init__(
        self, cells: Sequence[Cell], members: Sequence[int], relations: Sequence[Terms], witnesses: Witnesses
    ) -> None:
        self.cells, self.members, self.relations, self.witnesses = cells, members, relations, witnesses
        self.of_cell: dict[int, list[Terms]] = defaultdict(list)
        for terms in relations:
            for cell, _ in terms:
                self.of_cell[cell].append(terms)
        self.finest = max(cells[cell].level for cell in members)
        self.left = {cell for cell in members if cells[cell].needed}
        self.suppressed = set(self.left)
        moves = self._moves(self.members, (), _ANYWHERE)
        self.anywhere = Anywhere(moves, _sums(self.members, dict.fromkeys(self.relations), {}))
        self.decided: dict[tuple[tuple[int, ...], tuple[Sum, ...]], Alternative | None] = {}

    def solve(self) -> dict[int, int]:
        """The table for as many needs as can be, which is returned, and those of the rest, left in the witnesses."""
        joint, bounds = self._joint_table()
        self._meet(joint)
        for _ in range(_MORE_JOINT_TABLES):
            table = self._joint_table()[0] if self.left else {}
            if not self.left.intersection(table):
                break
            self._meet(table)
            self.witnesses.tables.append(table)
        finest_first = sorted(self.left, key=lambda cell: (-self.cells[cell].level, cell))
        for cell in finest_first:
            if cell in self.left:
                self._use(self._table_nearby(cell))
        left = [cell for cell in finest_first if cell in self.left]
        hard = [left[first : first + _AT_ONCE] for first in range(0, len(left), _AT_ONCE)]
        while hard:
            together = [cell for cell in hard.pop() if cell in self.left]
            if not together:
                continue
            try:
                self._use(self._table_anywhere(together))
            except NoAlternative as none:
                half = len(together) // 2
                if half:
                    hard += [together[:half], together[half:]]
                elif not none.proven:
                    self.witnesses.given_up.update(self.members)
        for level, bound in bounds.items():
            self.witnesses.bounds[level] += bound
        return joint

    def _use(self, table: Mapping[int, int]) -> None:
        if table:
            self._meet(table)
            self.witnesses.tables.append(dict(table))

    def _meet(self, table: Mapping[int, int]) -> None:
        self.left -= table.keys()
        self.suppressed |= table.keys()

    def _joint_table(self) -> tuple[dict[int, int], dict[int, int]]:
        """Differences that are not 0, and lower bounds by level."""
        sitting_out: set[int] = set()
        self.decided.clear()
        for _ in range(_RESTARTS):
            try:
                return self._decide_levels(sitting_out)
            except _Stuck as stuck:
                sitting_out |= set(stuck.block)
        return {}, {}

    def _decide_levels(self, sitting_out: Collection[int]) -> tuple[dict[int, int], dict[int, int]]:
        by_level: dict[int, list[Terms]] = defaultdict(list)
        for terms in self.relations:
            by_level[max(self.cells[cell].level for cell, _ in terms)].append(terms)
        table: dict[int, int] = {}
        bounds: dict[int, int] = defaultdict(int)
        for level in sorted({self.cells[cell].level for cell in self.members}):
            free = {c for c in self.members if self.cells[c].level == level and c not in sitting_out}
            for terms in by_level[level]:
                gap = sum(factor * table.get(cell, 0) for cell, factor in terms)
                if gap and not any(cell in free for cell, _ in terms):
                    raise _Stuck([cell for cell, _ in terms if cell in table])
            for block, relations in _connected(free, by_level[level]):
                found = self._decide_block(block, relations, table)
                table.update((cell, difference) for cell, difference in found.differences.items() if difference)
                dearest = max(self.cells[cell].cost for cell in block)
                # Where cells sit out the problem is another one, and its bound says nothing.
                if dearest and not any(cell in sitting_out for terms in relations for cell, _ in terms):
                    bounds[level] += -(-found.bound // dearest)
        return table, bounds

    def _decide_block(self, block: Sequence[int], relations: Sequence[Terms], table: Mapping[int, int]) -> Alternative:
        sums = _sums(block, relations, table)
        needed = {cell for cell in block if cell in self.left}
        if not needed and not any(one.fixed for one in sums):
            return Alternative({}, 0)
        problem = (tuple(block), tuple(sums))
        if problem not in self.decided:
            self.decided[problem] = self._cheapest(block, needed, sums)
        found = self.decided[problem]
        if found is None:
            raise _Stuck(self._asking_too_much(block, relations, table))
        return found

    def _cheapest(self, block: Sequence[int], needed: Collection[int], sums: Sequence[Sum]) -> Alternative | None:
        for reach, whole, unmet in _ATTEMPTS:
            try:
                return find_alternative(self._moves(block, needed, reach, whole), sums, unmet)
            except NoAlternative:
                continue
        return None

    def _asking_too_much(
        self, block: Sequence[int], relations: Sequence[Terms], table: Mapping[int, int]
    ) -> Collection[int]:
        """The fewest coarser cells that must not differ for the block to add up."""
        inside = set(block)
        asking = sorted({cell for terms in relations for cell, _ in terms if cell in table and cell not in inside})
        # A decided cell is all or nothing: 1 stands for its difference.
        moves = {cell: Move(0, 1, needed=True, cost=0) for cell in asking}
        scaled = [tuple((cell, factor * table.get(cell, 1)) for cell, factor in terms) for terms in relations]
        sums = _sums(inside.union(asking), scaled, {})
        try:
            found = find_alternative({**moves, **self._moves(block, (), _WIDE)}, sums, _UNMET)
        except NoAlternative:
            return asking
        return [cell for cell in asking if not found.differences[cell]] or asking

    def _table_nearby(self, cell: int) -> dict[int, int]:
        """The cheapest table that differs in the cell and but for its surroundings is the truth; empty if none is."""
        region = {cell}
        while True:
            wider = {other for one in region for terms in self.of_cell[one] for other, _ in terms} | {cell}
            if len(wider) > _SURROUNDINGS or wider == region:
                return {}
            region = wider
            blank = sorted(one for one in region if one in self.suppressed or not self.cells[one].printable)
            for around, reach in ((blank, _NEAR), (sorted(region), _NEAR), (sorted(region), _WIDE)):
                try:
                    return self._table_of([cell], around, reach)
                except NoAlternative:
                    continue

    def _table_anywhere(self, together: Collection[int]) -> dict[int, int]:
        """Some table over the whole part, and then the cheapest among the cells in which that one differs."""
        table = {cell: difference for cell, difference in self.anywhere.find(together).items() if difference}
        while True:
            try:
                cheaper = self._table_of(together, sorted(table), _WIDE)
            except NoAlternative:
                return table
            if len(cheaper) == len(table):
                return cheaper
            table = cheaper

    def _table_of(self, together: Collection[int], around: Sequence[int], reach: int) -> dict[int, int]:
        relations = dict.fromkeys(terms for one in around for terms in self.of_cell[one])
        found = find_alternative(self._moves(around, together, reach), _sums(around, relations, {}))
        return {cell: difference for cell, difference in found.differences.items() if difference}

    def _moves(
        self, region: Iterable[int], needed: Collection[int], reach: int, whole: bool = False
    ) -> dict[int, Move]:
        moves = {}
        for cell in region:
            one = self.cells[cell]
            far = _SLACK_REACH if one.slack else reach if one.printable else reach * _UNPRINTED_REACH
            moves[cell] = Move(
                low=-min(one.value, far),
                high=far,
                needed=cell in needed,
                cost=0 if cell in self.suppressed else one.cost,
                whole=whole and one.value <= far and one.level < self.finest,
                slack=one.slack,
            )
        return moves


def _sums(region: Iterable[int], relations: Iterable[Terms], decided: Mapping[int, int]) -> list[Sum]:
    """The relations over a region's cells; others are as decided, or else do not differ."""
    inside = set(region)
    return [
        Sum(
            tuple(term for term in terms if term[0] in inside),
            sum(factor * decided.get(cell, 0) for cell, factor in terms if cell not in inside),
        )
        for terms in relations
    ]
