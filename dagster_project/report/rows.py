"""Reading one row or a few: what may be shown of them.

Belongs here: a value out of rows, None when any part of it is hidden. Does not belong here: words, markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from dagster_project.report.tables import Row
from dagster_project.report.texts import share


def shown_pct(row: Row) -> float | None:
    """The share in per cent, unrounded; None when the row has none to show."""
    value = row.get("pct")
    return None if value is None else float(value)


def shown_share(row: Row, decimals: int = 0) -> Decimal | None:
    """The share in per cent as it is printed: from the counts where they stand, half up, once."""
    n, denominator = row.get("n"), row.get("denominator")
    if row.get("pct") is None:
        return None
    return share(n, denominator, decimals) if n is not None and denominator else None


def whole(rows: Iterable[Row], column: str) -> int | None:
    """The sum of a column; None when a part of it is hidden, for a sum without it would be another number."""
    values = [row.get(column) for row in rows]
    return None if None in values else sum(value for value in values if value is not None)


def undone(row: Row | None) -> int | None:
    """Activities of a month that did not take place."""
    if row is None:
        return 0
    counts = (row["cancelled"], row["postponed"])
    return None if None in counts else sum(counts)


def in_order(rows: Sequence[Row], column: str, order: str = "sort_order") -> list[str]:
    """The different values of a column, in the table's own order."""
    return list(dict.fromkeys(row[column] for row in sorted(rows, key=lambda row: (row[order], str(row[column])))))


def in_natural_order(codes: Iterable[str]) -> list[str]:
    """Codes with the numbers in front of some of them as numbers: 5-9 before 10+."""
    return sorted(set(codes), key=lambda code: (int((re.findall(r"^\d+(?=[-+]|$)", code) or ["-1"])[0]), code))


def flow_place(row: Row) -> tuple[int, int]:
    """Place of a step: its horizon's steps stand together."""
    horizon = row["horizon_months"]
    return (row["step_order"], 0) if horizon is None else (99, horizon * 10 + row["step_order"])


def agreeing(rows: Sequence[Row]) -> Row:
    """How many records of one job status the register agrees with, of those in the percentages."""
    judged = [row for row in rows if row["denominator"] is not None]
    agree = [row for row in judged if row["agrees"]]
    denominator = judged[0]["denominator"] if judged else None
    hidden = any(row.get("suppressed") for row in rows)
    n = whole(agree, "n")
    if n is None or not denominator:
        return {"pct": None, "n": None, "denominator": denominator, "suppressed": hidden}
    return {"n": n, "denominator": denominator, "pct": 100 * n / denominator, "small_n": judged[0]["small_n"]}


def weighted(row: Row) -> Row:
    """The weighted share of a row, with its own interval; it has no counts of its own."""
    return {
        "pct": row.get("weighted_pct"),
        "pct_low": row.get("weighted_low"),
        "pct_high": row.get("weighted_high"),
        "small_n": row.get("small_n"),
        "suppressed": row.get("suppressed"),
    }


def register_share(row: Row) -> Row:
    """The register's share in employment beside a project's own result."""
    return {
        "n": row["register_n"],
        "denominator": row["register_denominator"],
        "pct": row["register_pct"],
        "pct_low": row.get("register_pct_low"),
        "pct_high": row.get("register_pct_high"),
        "small_n": row.get("register_small_n"),
        "suppressed": row.get("suppressed"),
    }
