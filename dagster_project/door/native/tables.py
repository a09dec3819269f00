"""Tables open for hashing: who is wanted, who has been seen, which texts a column holds.

What belongs here: sets of fixed-width words. What does not: what the words mean (`rows`, `pulls`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from dagster_project.door.native.compiled import compiled
from dagster_project.door.native.rows import CELL_WORDS

Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

_PERSONS: Final = 1 << 18
_TEXTS: Final = 1 << 14


def wanted_table(people: Words) -> Words:
    """Participant ids (n, 2) as a table for `rows.Persons.wanted`; with nobody in it, nobody is wanted."""
    table = np.zeros((1 << (2 * len(people)).bit_length(), 2), dtype=np.uint64)
    _add(table, people, np.empty(len(people), dtype=np.bool_))
    return table


class Seen:
    """The persons met so far; 64 bytes each at most."""

    def __init__(self) -> None:
        self._table: Words = np.zeros((_PERSONS, 2), dtype=np.uint64)
        self._count = 0

    def add(self, people: Words) -> Flags:
        """Whether each of the participant ids (n, 2) is met for the first time."""
        while 2 * (self._count + len(people)) > len(self._table):
            table = np.zeros((2 * len(self._table), 2), dtype=np.uint64)
            known = self._table[self._table.any(axis=1)]
            _add(table, known, np.empty(len(known), dtype=np.bool_))
            self._table = table
        first = np.empty(len(people), dtype=np.bool_)
        _add(self._table, people, first)
        self._count += int(first.sum())
        return first


@compiled
def _add(table: Words, people: Words, first: Flags) -> None:
    size = table.shape[0]
    for number in range(people.shape[0]):
        place = np.int64(people[number, 0] & np.uint64(size - 1))
        first[number] = True
        # No participant id is zero: an empty place is.
        while table[place, 0] != 0 or table[place, 1] != 0:
            if table[place, 0] == people[number, 0] and table[place, 1] == people[number, 1]:
                first[number] = False
                break
            place = (place + 1) & (size - 1)
        if first[number]:
            table[place, 0] = people[number, 0]
            table[place, 1] = people[number, 1]


class CellTexts:
    """The distinct texts of one column, numbered from 0 as they are met."""

    def __init__(self) -> None:
        self._cells: Words = np.zeros((_TEXTS, CELL_WORDS), dtype=np.uint64)
        self._numbers: Ints = np.full(_TEXTS, -1, dtype=np.int32)
        self.known = 0

    def number(self, cells: Words) -> tuple[Ints, list[bytes]]:
        """The number of each cell (n, CELL_WORDS), and the texts that are new in the order of their numbers."""
        while 2 * (self.known + len(cells)) > len(self._cells):
            known = self._cells[self._places(0)]
            self._cells = np.zeros((2 * len(self._cells), CELL_WORDS), dtype=np.uint64)
            self._numbers = np.full(len(self._cells), -1, dtype=np.int32)
            _number(self._cells, self._numbers, known, np.empty(len(known), dtype=np.int32), 0)
        answers = np.empty(len(cells), dtype=np.int32)
        before, self.known = self.known, _number(self._cells, self._numbers, cells, answers, self.known)
        new = self._cells[self._places(before)] if self.known > before else ()
        return answers, [words.tobytes().rstrip(b"\0") for words in new]

    def _places(self, first: int) -> npt.NDArray[np.intp]:
        """Where the texts from number `first` on stand, in the order of their numbers."""
        places = np.flatnonzero(self._numbers >= first)
        return places[np.argsort(self._numbers[places])]


@compiled
def _number(table: Words, numbers: Ints, cells: Words, answers: Ints, known: int) -> int:
    size = table.shape[0]
    for row in range(cells.shape[0]):
        mixed = np.uint64(0)
        for word in range(CELL_WORDS):
            mixed = (mixed ^ cells[row, word]) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
        place = np.int64(mixed & np.uint64(size - 1))
        while numbers[place] >= 0:
            same = True
            for word in range(CELL_WORDS):
                same &= table[place, word] == cells[row, word]
            if same:
                break
            place = (place + 1) & (size - 1)
        if numbers[place] < 0:
            for word in range(CELL_WORDS):
                table[place, word] = cells[row, word]
            numbers[place] = known
            known += 1
        answers[row] = numbers[place]
    return known
