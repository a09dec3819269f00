"""Which cells of published count tables must stay blank so that no reader can work out a small one.

A cell is primary when 1 <= contributors < threshold. Primary cells are blank, and complementary ones with them, since
rows and columns add up. The pattern is safe when for every sensitive cell there is an alternative table: whole numbers,
not negative, that satisfy every relation, agree with the truth in every printed cell, and differ from it in that cell.
No arithmetic on the publication, linear or integer, can then tell the cell's value. The alternative tables are found
with the pattern, checked, and returned with it.

What a reader is assumed to know: every relation, every printed cell, that all numbers are whole and not negative, and
which cells have not changed since the release before. Not assumed: that a blank cell is not 0 or lies below the
threshold (complementary ones look the same), what contributors know of themselves, or how this engine chooses. A blank
cell may still be narrowed down to two values, and the sum of several blank cells to one.

With the release before, its table joins the problem: cells that have not changed are one cell of both tables.

- Printed then and unchanged: known, so it covers nothing. When it is primary by now it is blanked and `exempt`.
- Blank then and unchanged: stays blank.
- Changed: the values of both releases are protected, with every relation of both tables. A relation belongs to the
  release before when its cells of that time add up to 0.

When everything is unchanged the pattern of then is kept, with what has become primary, and nothing is solved. Only one
release is looked back upon, and cells that no longer exist are not seen.

When blanking cannot help a sensitive cell, it is `exposed` and the others are protected without it. When that is not
settled in time, all cells of the part that relations connect are blanked (`given_up`), and those without a proof are
`exposed` too.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dagster_project.disclosure.alternative import Terms
from dagster_project.disclosure.witnesses import Cell, Witnesses, find_witnesses

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_SMALLEST_THRESHOLD = 3
# Points for blanking a cell: large ones say least about anybody, and a zero is the least credible cover.
_LARGE, _MIDDLING, _ZERO = 100, 110, 130
# A cell of level 0 is worth as many times these, and each finer level one less.
_FINEST = 4


class InconsistentCells(ValueError):
    """The cells are not what a table can be."""


class UnprovenPattern(RuntimeError):
    """An alternative table does not hold; nothing may be published on it."""


@dataclass(frozen=True)
class Cells:
    """Cells of one or more linked tables; all arrays have shape (cells,).

    Attributes:
        value: the true numbers, >= 0.
        contributors: persons behind the cell, >= 0; the value itself for counts of persons.
        published: False for latent cells, which are never printed, such as "denominator minus n".
        protect: whether the cell is sensitive when few persons stand behind it; False for slack.
        level: 0 for totals, larger for finer tables; coarse ones are dearer to suppress and so are spared.
    """

    value: Ints
    contributors: Ints
    published: Bools
    protect: Bools
    level: Ints


@dataclass(frozen=True)
class Relations:
    """Sums that are 0: of coefficient * value over the entries with the same `relation`; arrays of shape (entries,)."""

    relation: Ints
    cell: Ints
    coefficient: Ints


@dataclass(frozen=True)
class Release:
    """The release before, by the cells of now; arrays of shape (cells,).

    Attributes:
        value: the numbers of then, -1 where the cell did not exist.
        contributors: persons behind them; anything where the cell did not exist.
        suppressed: whether the cell was blank; disregarded for latent cells.
    """

    value: Ints
    contributors: Ints
    suppressed: Bools


@dataclass(frozen=True)
class LevelCount:
    """Cells of one level: `primary`, `complementary` and `kept` add up to the blank ones."""

    level: int
    published: int
    primary: int
    complementary: int
    kept: int


@dataclass(frozen=True)
class Suppression:
    """The pattern and its proof; arrays of shape (cells,) unless said otherwise.

    Attributes:
        primary: printed cells that are too small, blank.
        complementary: printed cells that are blank to protect others.
        kept: printed cells that are blank only because they were before.
        witnesses: shape (tables, cells): differences of the alternative tables from the truth. In every sensitive cell,
            latent ones included, but the exempt and exposed ones, some table differs. Empty when `reused`.
        exempt: primary cells whose value the release before has told.
        exposed: sensitive cells, of this release or the one before, without an alternative.
        given_up: printed cells that are blank since their part could not be settled in time.
        levels: counts, coarse levels first.
        reused: the cells are those of the release before and so is the pattern; nothing was solved.
    """

    primary: Bools
    complementary: Bools
    kept: Bools
    witnesses: Ints
    exempt: Bools
    exposed: Bools
    given_up: Bools
    levels: tuple[LevelCount, ...]
    reused: bool

    @property
    def suppressed(self) -> Bools:
        """The blank cells."""
        return self.primary | self.complementary | self.kept

    @property
    def fallback(self) -> bool:
        """Whether some cell is exposed or some part was given up."""
        return bool(self.exposed.any() or self.given_up.any())


def suppress(cells: Cells, relations: Relations, threshold: int = 5, previous: Release | None = None) -> Suppression:
    """Choose the printed cells that stay blank.

    Args:
        cells: the cells of all tables that are published together.
        relations: every sum a reader can rely on.
        threshold: the smallest number of contributors that may be told.
        previous: the release before, if there is one.

    Raises:
        InconsistentCells: arrays do not fit, a number is negative, or a relation (which is named) does not hold.
        ValueError: the threshold is below 3, at which a contributor learns the other's value from a sum of two.
        UnprovenPattern: an alternative table does not hold, which is an error in this package.
    """
    if threshold < _SMALLEST_THRESHOLD:
        raise ValueError(f"a threshold of {threshold} protects nobody: at least {_SMALLEST_THRESHOLD}")
    by_relation = _checked(cells, relations, previous)
    sensitive = _small(cells.contributors, threshold) & cells.protect
    primary = sensitive & cells.published
    nowhere = np.zeros(len(cells.value), dtype=np.bool_)
    unchanged, kept = nowhere, nowhere
    if previous is not None:
        unchanged = previous.value == cells.value
        kept = unchanged & previous.suppressed & cells.published
    known = unchanged & cells.published & ~kept
    if unchanged.all() and len(unchanged):
        return _result(cells, primary, kept, nowhere, primary & known, nowhere, nowhere, Witnesses(), reused=True)

    small_then = nowhere if previous is None else _small(previous.contributors, threshold) & cells.protect
    problem = [
        Cell(
            value=int(cells.value[i]),
            printable=bool(cells.published[i]),
            immovable=bool(known[i]),
            needed=bool((sensitive[i] or (unchanged[i] and small_then[i])) and not known[i]),
            cost=0
            if sensitive[i] or kept[i] or not cells.published[i]
            else _cost(int(cells.value[i]), int(cells.level[i]), threshold),
            slack=not (cells.published[i] or cells.protect[i]),
        )
        for i in range(len(cells.value))
    ]
    relations_of_both = list(by_relation.values())
    then: dict[int, int] = {}
    if previous is not None:
        for i in np.flatnonzero((previous.value >= 0) & ~unchanged).tolist():
            then[i] = len(problem)
            told = bool(cells.published[i] and not previous.suppressed[i])
            value = int(previous.value[i])
            needed = bool(small_then[i]) and not told
            slack = not (cells.published[i] or cells.protect[i])
            problem.append(Cell(value, bool(cells.published[i]), told, needed, cost=0, slack=slack))
        relations_of_both += _relations_then(by_relation, previous, then)
    found = find_witnesses(problem, relations_of_both)
    _check(problem, relations_of_both, found)

    differs = set().union(*found.tables)
    without = [i for i, cell in enumerate(problem) if cell.needed and i not in differs]
    now = {number: i for i, number in then.items()}
    exposed, given_up, moved = nowhere.copy(), nowhere.copy(), nowhere.copy()
    exposed[[now.get(i, i) for i in without]] = True
    given_up[[now.get(i, i) for i in found.given_up]] = True
    moved[[i for i in differs if i < len(moved)]] = True
    given_up &= cells.published & ~known
    complementary = (moved & cells.published | given_up) & ~primary & ~kept
    return _result(cells, primary, kept, complementary, primary & known, exposed, given_up, found)


def _small(contributors: Ints, threshold: int) -> Bools:
    return (contributors >= 1) & (contributors < threshold)


def _cost(value: int, level: int, threshold: int) -> int:
    points = _ZERO if value == 0 else _MIDDLING if value < 2 * threshold else _LARGE
    return points * max(1, _FINEST - level)


def _checked(cells: Cells, relations: Relations, previous: Release | None) -> dict[int, Terms]:
    """The relations by their number, when everything holds."""
    shape = cells.value.shape
    arrays = [cells.contributors, cells.published, cells.protect, cells.level]
    if previous is not None:
        arrays += [previous.value, previous.contributors, previous.suppressed]
    if len(shape) != 1 or any(one.shape != shape for one in arrays):
        raise InconsistentCells("the arrays of cells differ in length")
    if not relations.relation.shape == relations.cell.shape == relations.coefficient.shape:
        raise InconsistentCells("the arrays of relations differ in length")
    if (cells.value < 0).any() or (cells.contributors < 0).any():
        raise InconsistentCells("a cell is negative")
    if len(relations.cell) and not 0 <= relations.cell.min() <= relations.cell.max() < len(cells.value):
        raise InconsistentCells("a relation names a cell that does not exist")
    terms: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for number, cell, coefficient in zip(
        relations.relation.tolist(), relations.cell.tolist(), relations.coefficient.tolist(), strict=True
    ):
        terms[number][cell] += coefficient
    by_relation = {
        number: tuple((cell, factor) for cell, factor in one.items() if factor) for number, one in terms.items()
    }
    for number, one in by_relation.items():
        total = sum(factor * int(cells.value[cell]) for cell, factor in one)
        if total:
            raise InconsistentCells(f"relation {number} adds up to {total} instead of 0")
    return by_relation


def _relations_then(by_relation: dict[int, Terms], previous: Release, then: dict[int, int]) -> list[Terms]:
    """The relations among the cells of the release before that differ from those of now."""
    relations = []
    for terms in by_relation.values():
        existed = [(cell, factor) for cell, factor in terms if previous.value[cell] >= 0]
        holds = sum(factor * int(previous.value[cell]) for cell, factor in existed) == 0
        if holds and (len(existed) < len(terms) or any(cell in then for cell, _ in existed)):
            relations.append(tuple((then.get(cell, cell), factor) for cell, factor in existed))
    return relations


def _check(problem: list[Cell], relations: list[Terms], found: Witnesses) -> None:
    """Hold every alternative table against what it promises; which cells differ is the pattern itself."""
    for table in found.tables:
        if any(problem[i].immovable or problem[i].value + difference < 0 for i, difference in table.items()):
            raise UnprovenPattern("an alternative table changes a cell that is known, or is negative")
        for terms in relations:
            if sum(factor * table.get(i, 0) for i, factor in terms):
                raise UnprovenPattern("an alternative table breaks a relation")


def _result(
    cells: Cells,
    primary: Bools,
    kept: Bools,
    complementary: Bools,
    exempt: Bools,
    exposed: Bools,
    given_up: Bools,
    found: Witnesses,
    reused: bool = False,
) -> Suppression:
    kept = kept & ~primary
    levels = []
    for level in np.unique(cells.level).tolist():
        here = (cells.level == level) & cells.published
        small, cover, old = (int((here & one).sum()) for one in (primary, complementary, kept))
        levels.append(LevelCount(level, int(here.sum()), small, cover, old))
    witnesses = np.zeros((len(found.tables), len(cells.value)), dtype=np.int64)
    for row, table in zip(witnesses, found.tables, strict=True):
        for cell, difference in table.items():
            if cell < len(row):
                row[cell] = difference
    return Suppression(primary, complementary, kept, witnesses, exempt, exposed, given_up, tuple(levels), reused)
