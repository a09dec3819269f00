"""Register histories week by week: benefit codes and the industry of each month with wage income.

A history is spells (a semi-Markov life: job, unemployment with activation, sickness, SU, self-support), drawn so that
it has exactly the wanted unemployment before the start and exactly the wanted statuses at the horizons. The lengths are
this module's own choice, not calibrated to the real register.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from dagster_project.demo.figures import HORIZONS
from dagster_project.demo.outcomes import NOT_STATED
from dagster_project.demo.population import Participation
from dagster_project.demo.weeks import (
    FIRST_MONTH,
    FIRST_WEEK,
    LAST_MONTH,
    LAST_WEEK,
    UNEMPLOYMENT_WINDOW,
    add_months,
    first_week_of_month,
    monday_of,
    month_of_week,
    week_of,
)

# Weeks of unemployment before the start: the bands of Tabel 3, ends included.
BAND_WEEKS = {"0-6m": (0, 25), "6-12m": (26, 51), "1-2y": (52, 103), "2-3y": (104, 155), "3-5y": (156, 259),
              "5y+": (260, 520)}  # fmt: skip
INDUSTRIES: dict[int, tuple[str, ...]] = {
    1: ("011100", "016100"),
    2: ("101110", "222900", "251100", "281300", "310900"),
    3: ("412000", "432100", "433200"),
    4: ("471120", "494100", "521000", "561010"),
    5: ("581400", "620100", "639100"),
    6: ("641900", "651200"),
    7: ("682040", "683210"),
    8: ("702200", "782000", "812100", "711210"),
    9: ("841300", "852010", "861000", "871020", "880130", "889120"),
    10: ("900110", "932910", "949900", "960210"),
    NOT_STATED: ("999999",),
}
_JOB, _BENEFIT, _HOURS, _SELF, _SU, _SICK, _GONE = "job", "benefit", "hours", "self", "su", "sick", "gone"
_WITH_WAGE = (_JOB, _HOURS)
_BASE = {"E": _JOB, "B": _BENEFIT, "H": _HOURS, "S": _SELF, "U": _SU, "W": _BENEFIT, "P": _BENEFIT, "L": _GONE}
_BLOCK_ENDINGS = {"W": "56", "P": "78"}
_BLOCK_WEEKS = {"W": (8, 20), "P": (3, 8)}
_PASSIVE_LIMIT = 104  # weeks of dagpenge in a row before municipal benefit takes over
_PENSION, _EARLY_RETIREMENT = "998", "621"


@dataclass
class History:
    """Codes of one person: `weeks` and `months` by running number, blank where there is none."""

    weeks: dict[int, str] = field(default_factory=dict)
    months: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Spell:
    state: str
    first: int
    last: int
    group: int | None = None


def write_history(rng: random.Random, participation: Participation) -> History:
    """The whole history of a participation's person, from the pull's first week to its last."""
    start = week_of(participation.start)
    wanted = _weeks_wanted(rng, participation.band)
    spells = _joined(_before(rng, start, wanted, participation.prior_group), _after(rng, participation, start))
    history = History()
    municipal = rng.random() < (0.08 if participation.project.startswith("3F") else 0.02)
    for spell in spells:
        _print_codes(rng, history, spell, start, municipal)
    _print_blocks(rng, history, participation)
    _print_early_months(history, spells[0])
    _fall_ill(rng, history, participation)
    _retire(rng, history, participation)
    _lose_late_reports(rng, history, participation)
    return history


def pins(participation: Participation) -> list[tuple[int, str]]:
    """(running week, status) of every observed horizon."""
    days = [add_months(participation.start, months) for months in HORIZONS]
    return [(week_of(day), status) for day, status in zip(days, participation.statuses, strict=False)]


def _weeks_wanted(rng: random.Random, band: str) -> int:
    low, high = BAND_WEEKS[band]
    if band == "5y+":
        return rng.choice([low, high, *(low + int(rng.triangular(0, high - low, 20)) for _ in range(20))])
    return rng.choice([low, high, *(rng.randint(low, high) for _ in range(12))])


def _before(rng: random.Random, start: int, wanted: int, group: int | None) -> list[_Spell]:
    """Spells from the pull's first week to the week before the start, `wanted` of the last 520 weeks unemployed."""
    window = start - UNEMPLOYMENT_WINDOW
    stretches, tail = _stretches(rng, wanted)
    gaps = [index for index, (unemployed, _) in enumerate(stretches) if not unemployed]
    spells: list[_Spell] = []
    first = window
    for index, (unemployed, length) in enumerate(stretches):
        last = first + length - 1
        if unemployed:
            spells.append(_Spell(_BENEFIT, first, last, group))
        else:
            # The last work before the start decides the prior industry; earlier work may have been in another.
            spells += _gap(rng, first, last, group if index == gaps[-1] else _earlier(rng, group))
        first = last + 1
    if tail:
        spells.append(_Spell(rng.choice((_SICK, _JOB)) if group else _SICK, first, start - 1, group))
    return [*_before_window(window, spells[0], group), *spells]


def _stretches(rng: random.Random, wanted: int) -> tuple[list[tuple[bool, int]], int]:
    """The 520 weeks as stretches (unemployed or not, weeks), and a short job or sickness at the end for some."""
    free = UNEMPLOYMENT_WINDOW - wanted
    tail = rng.randint(6, 14) if free > 40 and rng.random() < 0.12 else 0
    count = min(1 + wanted // 26, rng.randint(1, 4), max(1, (free - tail) // 26)) if wanted else 0
    gaps = _split(rng, free - tail, max(count, 1), shortest=min(10, (free - tail) // max(count, 1)))
    unemployed = _split(rng, wanted, count, shortest=min(6, wanted // max(count, 1)))
    stretches: list[tuple[bool, int]] = []
    for index, gap in enumerate(gaps):
        stretches.append((False, gap))
        stretches += [(True, unemployed[index])] if count else []
    return [(is_unemployed, length) for is_unemployed, length in stretches if length], tail


def _before_window(window: int, first: _Spell, group: int | None) -> list[_Spell]:
    """What filled the weeks between the pull's first and the window: a job that then ended or went on."""
    if window == FIRST_WEEK:
        return []
    if first.state == _BENEFIT:
        return [_Spell(_JOB if group else _SELF, FIRST_WEEK, window - 1, group)]
    return [_Spell(first.state, FIRST_WEEK, window - 1, first.group)]


def _gap(rng: random.Random, first: int, last: int, group: int | None) -> list[_Spell]:
    """A stretch without unemployment: work, with a spell of sickness in the long ones; self-support without a trade."""
    if group is None:
        middle = first + (last - first) // 2
        return [_Spell(_SELF, first, middle), *([_Spell(_SICK, middle + 1, last)] if middle < last else [])]
    if last - first < 60 or rng.random() < 0.5:
        return [_Spell(_JOB, first, last, group)]
    sick = rng.randint(first + 20, last - 30)
    back = sick + rng.randint(5, 18)
    return [_Spell(_JOB, first, sick - 1, group), _Spell(_SICK, sick, back - 1), _Spell(_JOB, back, last, group)]


def _earlier(rng: random.Random, group: int | None) -> int | None:
    return group if group is None or rng.random() < 0.7 else rng.choice((2, 4, 8, 9))


def _after(rng: random.Random, participation: Participation, start: int) -> list[_Spell]:
    """Spells from the start week to the pull's last; a change never touches the month of another horizon's status."""
    stops = [(start, _BENEFIT), *((week, _BASE[status]) for week, status in pins(participation))]
    spells: list[_Spell] = []
    first, state = start, _BENEFIT
    for (before, _), (after, wanted) in pairwise(stops):
        if wanted == state:
            continue
        earliest = start + 2 if before == start else first_week_of_month(month_of_week(before) + 1)
        change = rng.randint(earliest, max(earliest, first_week_of_month(month_of_week(after))))
        spells.append(_Spell(state, first, change - 1, _group_after(rng, participation, state, last=False)))
        first, state = change, wanted
    ended = first_week_of_month(month_of_week(stops[-1][0]) + 1)
    if state == _BENEFIT and ended < LAST_WEEK - 8 and rng.random() < 0.25:
        change = rng.randint(ended, LAST_WEEK - 4)
        spells.append(_Spell(state, first, change - 1))
        first, state = change, _JOB
        group = participation.prior_group or 9
    else:
        group = _group_after(rng, participation, state, last=True) or 9
    return [*spells, _Spell(state, first, LAST_WEEK, group)]


def _group_after(rng: random.Random, participation: Participation, state: str, *, last: bool) -> int | None:
    if state == _JOB and last and participation.industry_at_12 is not None:
        return participation.industry_at_12
    prior = participation.prior_group or 9
    return prior if state == _HOURS or rng.random() < 0.7 else rng.choice((4, 8, 9))


def _joined(before: list[_Spell], after: list[_Spell]) -> list[_Spell]:
    """Both lives in one; unemployment that runs on through the start is one spell."""
    last, first = before[-1], after[0]
    if last.state == first.state == _BENEFIT:
        return [*before[:-1], _Spell(_BENEFIT, last.first, first.last), *after[1:]]
    return [*before, *after]


def _print_codes(rng: random.Random, history: History, spell: _Spell, start: int, municipal: bool) -> None:
    weeks = range(spell.first, spell.last + 1)
    if spell.state == _BENEFIT:
        codes = _benefit_codes(rng, spell, start, municipal)
    elif spell.state == _HOURS:
        spans = [[rng.choice(("112", "112", "113"))] * 6 for _ in range(0, len(weeks), 6)]
        codes = [code for span in spans for code in span][: len(weeks)]
    elif spell.state == _SICK:
        codes = ["890" if n < 8 else "893" for n in range(len(weeks))]
    elif spell.state == _SU:
        codes = [rng.choice(("651", "651", "652"))] * len(weeks)
    elif spell.state == _GONE:
        codes = ["997"] * len(weeks)
    else:
        codes = [""] * len(weeks)
        if spell.state == _JOB and spell.first < start:
            _print_holidays(rng, codes, spell, "121")
    history.weeks.update(zip(weeks, codes, strict=True))
    if spell.state in _WITH_WAGE and spell.group is not None:
        industry = rng.choice(INDUSTRIES[spell.group])
        for month in range(month_of_week(spell.first), month_of_week(spell.last) + 1):
            if month <= LAST_MONTH:
                history.months[month] = industry
        if spell.last < start:
            _forget_some_industries(rng, history, spell)


def _forget_some_industries(rng: random.Random, history: History, spell: _Spell) -> None:
    """One month in a hundred of a job before the start is not stated, but neither its first nor its last."""
    for month in range(month_of_week(spell.first) + 1, month_of_week(spell.last) - 1):
        if rng.random() < 0.01:
            history.months[month] = INDUSTRIES[NOT_STATED][0]


def _benefit_codes(rng: random.Random, spell: _Spell, start: int, municipal: bool) -> list[str]:
    """Dagpenge with blocks of activation and holidays; after two years, or from the outset, municipal benefit."""
    length = spell.last - spell.first + 1
    limit = 0 if municipal else _PASSIVE_LIMIT
    codes = ["111" if n < limit else "130" for n in range(length)]
    if length > limit:
        for n in range(limit, length):
            if date(2014, 1, 6) <= monday_of(spell.first + n) < date(2016, 1, 4) and not municipal:
                codes[n] = "152"
    n = rng.randint(6, 26)
    while n < length - 4:
        block = min(rng.randint(4, 26), length - n)
        family = {"111": "21", "130": "13"}.get(codes[n])
        if family:
            # Subsidised work and placements after the start are printed around the horizons only.
            ending = rng.choice("33349" if spell.first + n + block > start else "333345679")
            code = family + ending
            for week in range(n, n + block):
                codes[week] = code if codes[week] in ("111", "130") else codes[week]
        n += block + rng.randint(8, 40)
    if not municipal:
        _print_holidays(rng, codes, spell, "124")
    if spell.first <= start <= spell.last and rng.random() < 0.3:
        for n in range(start - spell.first + 2, min(start - spell.first + 8, length)):
            codes[n] = "211" if codes[n] == "111" else codes[n]
    return codes


def _print_holidays(rng: random.Random, codes: list[str], spell: _Spell, code: str) -> None:
    for year in range(monday_of(spell.first).year, monday_of(spell.last).year + 1):
        if rng.random() < (0.5 if code == "124" else 0.06):
            first = week_of(date(year, 7, 6)) + rng.randint(0, 2) - spell.first
            for n in range(first, first + rng.randint(1, 3)):
                if 0 <= n < len(codes) and codes[n] in ("", "111"):
                    codes[n] = code


def _print_blocks(rng: random.Random, history: History, participation: Participation) -> None:
    """Wage subsidy and work placement: short blocks inside benefit, around the horizon's week."""
    stops = pins(participation)
    for index, (week, status) in enumerate(stops):
        if status not in _BLOCK_ENDINGS:
            continue
        family = "13" if history.weeks[week].startswith("13") else "21"
        code = family + rng.choice(_BLOCK_ENDINGS[status])
        length = rng.randint(*_BLOCK_WEEKS[status])
        first = week - rng.randint(0, length - 1)
        earliest = stops[index - 1][0] + 1 if index else week_of(participation.start)
        latest = stops[index + 1][0] - 1 if index + 1 < len(stops) else LAST_WEEK
        for one in range(max(first, earliest), min(first + length - 1, latest) + 1):
            if history.weeks[one] and history.weeks[one] not in ("112", "113"):
                history.weeks[one] = code


def _print_early_months(history: History, first: _Spell) -> None:
    """Industries reach further back than the weeks: a job that stands at the first week began before it."""
    if first.state == _JOB and first.group is not None:
        industry = history.months[month_of_week(first.first)]
        for month in range(FIRST_MONTH, month_of_week(first.first)):
            history.months[month] = industry


def _fall_ill(rng: random.Random, history: History, participation: Participation) -> None:
    """Some who stay on benefit are reported sick for a while, most often where health is the project's concern."""
    share = 0.25 if participation.project == "3F-A" else 0.08
    if set(participation.statuses) == {"B"} and rng.random() < share:
        first = week_of(participation.start) + rng.randint(4, 30)
        for week in range(first, min(first + rng.randint(8, 40), LAST_WEEK) + 1):
            if history.weeks[week]:
                history.weeks[week] = "890" if week < first + 8 else "893"


def _retire(rng: random.Random, history: History, participation: Participation) -> None:
    """Old-age pension from the legal age on, and early retirement for some who stay on benefit from 62 on."""
    born = participation.person.born
    pension = week_of(_pension_day(born))
    for week in range(max(pension, FIRST_WEEK), LAST_WEEK + 1):
        if history.weeks[week] and history.weeks[week] != "997":
            history.weeks[week] = _PENSION
    steady = set(participation.statuses) == {"B"}
    earliest = max(week_of(add_months(born, 62 * 12)), week_of(participation.start) + 12)
    if steady and earliest < LAST_WEEK and rng.random() < 0.35:
        for week in range(earliest, LAST_WEEK + 1):
            if history.weeks[week] and history.weeks[week] != _PENSION:
                history.weeks[week] = _EARLY_RETIREMENT


def _pension_day(born: date) -> date:
    """When the old-age pension begins by the rules in force 2019-2021."""
    half_years = (130, 131, 132, 133, 134)
    limits = (date(1954, 1, 1), date(1954, 7, 1), date(1955, 1, 1), date(1955, 7, 1))
    return add_months(born, 6 * half_years[sum(born >= limit for limit in limits)])


def _lose_late_reports(rng: random.Random, history: History, participation: Participation) -> None:
    """Some employers have not reported the last two months yet, though never a month that decides a status."""
    pinned = {month_of_week(week) for week, _ in pins(participation)}
    for month in (LAST_MONTH - 1, LAST_MONTH):
        if month not in pinned and rng.random() < 0.15:
            history.months.pop(month, None)


def _split(rng: random.Random, total: int, parts: int, shortest: int) -> list[int]:
    """`total` in so many random parts, none below `shortest`."""
    if parts == 0:
        return []
    spare = total - parts * shortest
    cuts = sorted(rng.randint(0, spare) for _ in range(parts - 1))
    return [shortest + b - a for a, b in pairwise([0, *cuts, spare])]


def status_word(history: History, day: date) -> str:
    """What a counsellor would have seen on a day: E, B, H, S, U, W or P, read off the history."""
    week = min(week_of(day), LAST_WEEK)
    code = history.weeks.get(week, "")
    wage = min(month_of_week(week), LAST_MONTH) in history.months
    if not code or code in ("121", "122", "123"):
        return "E" if wage else "S"
    if code in ("651", "652"):
        return "U"
    if code[-1] in "5678" and code[:2] in ("13", "21"):
        return "W" if code[-1] in "56" else "P"
    return "H" if wage else "B"
