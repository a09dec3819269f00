"""Synthetic pulls of the DREAM register, as large as the national file.

    python -m benchmarks.pulls OUT PERSONS

What belongs here: a file with the shape, the size and the run lengths of a pull. What does not: anything calibrated.
The histories are semi-Markov (a state, a length, the next state) and fuller than the real register's, so that a row
weighs 6 KB. The persons are invented; their numbers have real dates, never 1 January, and fail modulus 11, so they
are nobody's. Some ten thousand histories are printed once; a row is a person and a history of that person's birth year.
"""

from __future__ import annotations

import csv
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

PROJECT_ROOT: Final = Path(__file__).resolve().parent.parent
FIRST_MONDAY: Final = date(1991, 8, 5)  # of 1991-W32, the first week column
BIRTH_YEARS: Final = range(1926, 2001)
HISTORIES_PER_YEAR: Final = 128
FIRST_INDUSTRY_YEAR: Final = 2008
_ROWS_AT_A_TIME: Final = 2_000  # some 13 MB of text

# Days of birth, 1 January left out: numbers of that day may fail modulus 11 and yet be someone's.
_DAYS: Final = [
    day
    for number in range((date(BIRTH_YEARS[-1] + 1, 1, 1) - date(BIRTH_YEARS[0], 1, 1)).days)
    if (day := date(BIRTH_YEARS[0], 1, 1) + timedelta(number)).timetuple().tm_yday > 1
]
# Per day: 400 beginnings of the serial number, two sexes, four last digits that fail modulus 11.
_NUMBERS_PER_DAY: Final = 400 * 2 * 4
_NUMBERS: Final = len(_DAYS) * _NUMBERS_PER_DAY
_STRIDE: Final = 37_953_571  # a prime that does not divide _NUMBERS: every person another number
_WEIGHTS: Final = np.array([4, 3, 2, 7, 6, 5, 4, 3, 2])


# ---- persons ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Persons:
    """Who stands in some rows: ten digits as a number, place in _DAYS, and whether a man; one entry per person each."""

    keys: npt.NDArray[np.int64]
    days: npt.NDArray[np.int64]
    men: npt.NDArray[np.bool_]


def persons_of(rows: range, seed: int = 1) -> Persons:
    """The persons of some rows, counted from 0; the same for every size of file.

    Raises:
        ValueError: more persons than there are numbers.
    """
    if rows.stop > _NUMBERS:
        raise ValueError(f"at most {_NUMBERS:,} persons have a number")
    places = (np.arange(rows.start, rows.stop, rows.step, dtype=np.int64) * _STRIDE + seed * 1_000_003) % _NUMBERS
    days, rest = np.divmod(places, _NUMBERS_PER_DAY)
    serial, last_digit = np.divmod(rest, 8)
    men = last_digit % 2 == 1
    dates = np.array([(day.day, day.month, day.year % 100) for day in _DAYS], dtype=np.int64)[days]
    # The seventh digit tells the century: 0-3 before 2000, 4-7 from then on.
    later = np.array([day.year >= 2000 for day in _DAYS])[days]
    head = dates[:, 0] * 10_000 + dates[:, 1] * 100 + dates[:, 2]
    nine = head * 1_000 + serial + 400 * later
    digits = nine[:, None] // 10 ** np.arange(8, -1, -1) % 10
    fitting = -(digits @ _WEIGHTS) % 11
    # Odd digits are men's; the one that would pass modulus 11 is stepped over.
    last_digit = np.where((fitting % 2 == last_digit % 2) & (fitting <= last_digit), last_digit + 2, last_digit)
    return Persons(nine * 10 + last_digit, days, men)


def keys_of(persons: int, seed: int = 1, share: float = 1.0) -> list[str]:
    """The CPR numbers of a file's persons, or of an evenly spread share of them, in the order of the file."""
    rows = range(0, persons, max(1, round(1 / share)))
    return [f"{key:010d}" for key in persons_of(rows, seed).keys.tolist()]


# ---- histories -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """Where a person may stand: what a week's cell says, how many weeks it lasts, what follows.

    `activation`: codes of activation blocks, the most common first; `since`: first running week it exists.
    """

    code: int
    weeks: int
    spread: float
    following: dict[str, int]
    activation: tuple[int, ...] = ()
    since: int = 1


JOB, OUT, PENSION, ABROAD, DEAD = "job", "out", "pension", "abroad", "dead"
_ILL: Final = {JOB: 40, "jobafklaring": 10, "ressource": 8, "fleksjob": 12, "foertid": 4, "kontant": 16, "dagpenge": 16}
STATES: Final[dict[str, State]] = {
    JOB: State(
        0, 48, 1.0, {"dagpenge": 44, "syg": 30, "barsel": 8, JOB: 10, OUT: 3, "kontant": 14, "su": 6, ABROAD: 3}
    ),
    OUT: State(0, 16, 0.9, {JOB: 40, "kontant": 30, "su": 10, ABROAD: 5, "syg": 5}),
    "dagpenge": State(
        111, 34, 0.9, {JOB: 48, "kontant": 18, "syg": 20, OUT: 3, "deltid": 12}, (213, 217, 218, 215, 214)
    ),
    "deltid": State(112, 16, 0.7, {JOB: 50, "dagpenge": 50}),
    "kontant": State(
        730, 90, 0.9, {JOB: 25, "foertid": 4, "syg": 14, "rev": 14, "su": 8, "uddhjaelp": 8}, (733, 737, 738, 735)
    ),
    "jobparat": State(130, 60, 0.9, {JOB: 40, "kontant": 30, OUT: 6}, (133, 137, 138, 136, 139)),
    "uddhjaelp": State(720, 60, 0.8, {"su": 40, JOB: 20, "jobparat": 30}, (723, 727, 728, 725), since=1170),
    "su": State(651, 140, 0.5, {JOB: 70, "kontant": 15, "dagpenge": 25}),
    "barsel": State(881, 42, 0.3, {JOB: 70, "dagpenge": 15, "kontant": 10}),
    "syg": State(890, 20, 1.0, _ILL, (899, 893, 897)),
    "jobafklaring": State(870, 80, 0.6, {"fleksjob": 40, "foertid": 8, JOB: 30}, (873, 877, 878), since=1196),
    "ressource": State(810, 130, 0.5, {"foertid": 30, "fleksjob": 50}, (813, 817, 818), since=1118),
    "ledighedsydelse": State(740, 50, 0.8, {"fleksjob": 85, "foertid": 6}, (743, 747, 748)),
    "fleksjob": State(771, 120, 0.8, {"ledighedsydelse": 60, "foertid": 6, "flekssyg": 40}),
    "flekssyg": State(774, 12, 0.8, {"fleksjob": 90, "foertid": 4}),
    "rev": State(760, 90, 0.6, {JOB: 40, "fleksjob": 35, "kontant": 20}, (764, 763, 765)),
    "foertid": State(783, 5_000, 0.1, {"foertid": 1}),
    "efterloen": State(621, 5_000, 0.1, {"efterloen": 1}),
    ABROAD: State(997, 150, 0.9, {JOB: 60, OUT: 30, "kontant": 10}),
    PENSION: State(998, 5_000, 0.1, {PENSION: 1}),
}
_AT_EIGHTEEN: Final = {JOB: 30, "su": 55, "kontant": 15}
_AT_FIRST: Final = {JOB: 40, "dagpenge": 18, "kontant": 18, "syg": 8, "barsel": 4, OUT: 4, "foertid": 5, "su": 4}
_EMPLOYED: Final = frozenset({JOB, "fleksjob", "flekssyg", "deltid"})
_BESIDE: Final = {"su": 0.25, "dagpenge": 0.17, "kontant": 0.17, "barsel": 0.17, "syg": 0.17, "efterloen": 0.17}
_SUMMER: Final = range(27, 32)  # no study grant between two school years
_NOT_STATED: Final = 999999
_PENSION_AGE, _LEAVING_AGE, _GROWN_UP_AGE = 65, 60, 18
# Employed persons by industry group, in thousands.
_GROUPS: Final = {1: 59, 2: 375, 3: 156, 4: 587, 5: 103, 6: 80, 7: 25, 8: 221, 9: 900, 10: 131}


def headings(weeks: int, months: int) -> list[str]:
    """The columns of a pull."""
    mondays = [(FIRST_MONDAY + timedelta(7 * number)).isocalendar() for number in range(weeks)]
    return [
        *("PNR", "koen", "foed_dag", "ie_type"),
        *(f"y_{year % 100:02d}{week:02d}" for year, week, _ in mondays),
        *(f"branche_{FIRST_INDUSTRY_YEAR + month // 12}_{month % 12 + 1:02d}" for month in range(months)),
    ]


class Histories:
    """Draws histories of a number of weeks and months."""

    def __init__(self, weeks: int, months: int, seed: int) -> None:
        self.chance = random.Random(seed)
        self.weeks, self.months = weeks, months
        thursdays = [FIRST_MONDAY + timedelta(7 * number + 3) for number in range(weeks)]
        self.month_of_week = [(day.year - FIRST_INDUSTRY_YEAR) * 12 + day.month - 1 for day in thursdays]
        self.week_of_year = [day.isocalendar().week for day in thursdays]
        self.industries, self.industry_weights = _industries(self.chance)

    def draw(self, birth_year: int) -> tuple[list[int], list[int]]:
        """One history: a benefit code per week and an industry code per month, 0 for a blank."""
        chance, cells, industries = self.chance, [0] * self.weeks, [0] * self.months
        grown_up, leaving, pension = (
            52 * (birth_year + age - FIRST_MONDAY.year) + chance.randrange(52)
            for age in (_GROWN_UP_AGE, _LEAVING_AGE, _PENSION_AGE)
        )
        end = min(self.weeks, 52 * (birth_year + int(chance.gauss(83, 11)) - FIRST_MONDAY.year))
        if end <= 0:
            end = chance.randrange(self.weeks)
        leaves_early = chance.random() < 0.5
        week = max(grown_up, 0)
        name = _one_of(chance, _AT_EIGHTEEN if grown_up > 0 else _AT_FIRST)
        while week < end:
            if week >= pension:
                name = PENSION
            elif week >= leaving and leaves_early:
                name = "efterloen"
            state = STATES[name]
            if week + 1 < state.since:
                name, state = "kontant", STATES["kontant"]
            until = min(week + max(1, int(chance.lognormvariate(0, state.spread) * state.weeks)), end)
            for bound in (pension, leaving if leaves_early else pension):
                if week < bound < until:
                    until = bound
            self._fill(cells, industries, name, week, until)
            week, name = until, _one_of(chance, state.following)
        cells[end:] = [999] * (self.weeks - end)
        # The last two months fill up later.
        for late in range(max(0, self.months - 2), self.months):
            if chance.random() < 0.4:
                industries[late] = 0
        return cells, industries

    def _fill(self, cells: list[int], industries: list[int], name: str, first: int, until: int) -> None:
        chance, state = self.chance, STATES[name]
        cells[first:until] = [state.code] * (until - first)
        week = first
        while state.activation and (week := week + chance.randrange(4, 48)) < until:
            ends = min(until, week + chance.randrange(4, 27))
            code = state.activation[min(int(chance.expovariate(1.1)), len(state.activation) - 1)]
            cells[week:ends] = [code] * (ends - week)
            week = ends
        if name == "su" and chance.random() < 0.5:
            for number in range(first, until):
                if self.week_of_year[number] in _SUMMER:
                    cells[number] = 0
        if name == JOB and chance.random() < 0.15:
            for number in range(first, until):
                if self.week_of_year[number] in (29, 30):
                    cells[number] = 121
        # Some work beside a benefit: every fourth student, every sixth of the others who may.
        if name in _EMPLOYED or chance.random() < _BESIDE.get(name, 0.0):
            self._employ(industries, first, until)

    def _employ(self, industries: list[int], first: int, until: int) -> None:
        begins, ends = max(self.month_of_week[first], 0), min(self.month_of_week[until - 1] + 1, self.months)
        if begins >= ends:
            return
        code = self.chance.choices(self.industries, self.industry_weights)[0]
        industries[begins:ends] = [_NOT_STATED if self.chance.random() < 0.01 else code] * (ends - begins)


def _one_of(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


def _industries(chance: random.Random) -> tuple[list[int], list[float]]:
    """Codes of real divisions with drawn further digits, and how common each is."""
    with open(PROJECT_ROOT / "dbt" / "seeds" / "industry_divisions.csv", encoding="utf-8", newline="") as file:
        rows = [(int(row["division"]), int(row["industry_group"])) for row in csv.DictReader(file)]
    rows = [(division, group) for division, group in rows if group in _GROUPS and 1 <= division < 99]
    codes: list[int] = []
    weights: list[float] = []
    for division, group in rows:
        share = _GROUPS[group] / sum(other == group for _, other in rows)
        drawn = sorted(chance.sample(range(100, 1_000), 8))
        codes += [division * 10_000 + 10 * digits for digits in drawn]
        weights += [share / 8 / (place + 1) for place in range(8)]
    return codes, weights


def _printed(cells: Sequence[int], industries: Sequence[int], delimiter: str) -> bytes:
    texts = [f"{code:03d}" if code else "" for code in cells] + [f"{code:06d}" if code else "" for code in industries]
    return (delimiter.join(texts) + "\n").encode()


# ---- the file --------------------------------------------------------------------------------------------------------


def write_pull(
    path: Path, persons: int, *, weeks: int = 1800, months: int = 216, seed: int = 1, delimiter: str = ";"
) -> None:
    """Write a pull: a heading and one row per person, in no order.

    Args:
        weeks: week columns from 1991-W32 on.
        months: month columns from January 2008 on.
    Raises:
        ValueError: more persons than there are numbers.
    """
    drawing = Histories(weeks, months, seed)
    histories = [_printed(*drawing.draw(year), delimiter) for year in BIRTH_YEARS for _ in range(HISTORIES_PER_YEAR)]
    with open(path, "wb", buffering=0) as file:
        file.write((delimiter.join(headings(weeks, months)) + "\n").encode())
        for block in _blocks(persons, histories, seed, delimiter):
            rest = memoryview(block)
            while rest:
                rest = rest[file.write(rest) :]


def _blocks(persons: int, histories: list[bytes], seed: int, delimiter: str) -> Iterator[bytes]:
    chance = np.random.default_rng(seed)
    dates = [day.isoformat() for day in _DAYS]
    first_history = np.array([(day.year - BIRTH_YEARS[0]) * HISTORIES_PER_YEAR for day in _DAYS])
    for first in range(0, persons, _ROWS_AT_A_TIME):
        some = persons_of(range(first, min(first + _ROWS_AT_A_TIME, persons)), seed)
        places = first_history[some.days] + chance.integers(0, HISTORIES_PER_YEAR, len(some.days))
        origins = chance.choice([1, 2, 3], len(some.days), p=[0.86, 0.11, 0.03])
        rows = zip(
            some.keys.tolist(), some.men.tolist(), some.days.tolist(), origins.tolist(), places.tolist(), strict=True
        )
        parts: list[bytes] = []
        for key, man, day, origin, place in rows:
            background = (f"{key:010d}", "1" if man else "2", dates[day], str(origin), "")
            parts.append(delimiter.join(background).encode())
            parts.append(histories[place])
        yield b"".join(parts)


def main(path: Path, persons: int) -> None:
    """Write a pull and tell what it weighs."""
    began = time.perf_counter()
    write_pull(path, persons)
    seconds, size = time.perf_counter() - began, path.stat().st_size
    print(f"{persons:,} persons, {size / 1e6:,.0f} MB, {size / persons:,.0f} bytes each, {seconds:.1f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
