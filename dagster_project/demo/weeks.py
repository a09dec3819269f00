"""Weeks and months as running numbers, and the span that the demonstration's register pulls cover.

A running week counts ISO weeks from 1991-W32, the register's first; a running month is year * 12 + month - 1.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

_FIRST_MONDAY = date(1991, 8, 5)


def week_of(day: date) -> int:
    """The running week that holds a day."""
    return (day - _FIRST_MONDAY).days // 7 + 1


def monday_of(week: int) -> date:
    """The first day of a running week."""
    return _FIRST_MONDAY + timedelta(weeks=week - 1)


def month_of(day: date) -> int:
    """The running month of a day."""
    return day.year * 12 + day.month - 1


def month_of_week(week: int) -> int:
    """The running month of a week: that of its Thursday."""
    return month_of(monday_of(week) + timedelta(days=3))


def first_week_of_month(month: int) -> int:
    """The first running week whose Thursday lies in a running month."""
    week = week_of(date(month // 12, month % 12 + 1, 1))
    return week if month_of_week(week) == month else week + 1


def add_months(day: date, months: int) -> date:
    """A day some calendar months later, clipped to the month's last day."""
    year, month = divmod(month_of(day) + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def week_column(week: int) -> str:
    """A week's column in a pull: `y_2053`."""
    year, number, _ = monday_of(week).isocalendar()
    return f"y_{year % 100:02}{number:02}"


def month_column(month: int) -> str:
    """A month's column in a pull: `branche_2008_01`."""
    return f"branche_{month // 12}_{month % 12 + 1:02}"


FIRST_WEEK = week_of(date(2008, 9, 29))  # 2008-W40: more than 520 weeks before the first start
LAST_WEEK = week_of(date(2021, 8, 2))  # 2021-W31
FIRST_MONTH = month_of(date(2008, 1, 1))
# Industries follow the weeks with two months' delay: they decide what is observed.
LAST_MONTH = month_of(date(2021, 6, 1))
UNEMPLOYMENT_WINDOW = 520
