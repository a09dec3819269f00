"""What became of every row that could be understood, counted: superseded, unmatched, withheld or landed, the first that
applies.

What belongs here: the accounts of a night. What does not: rejected rows, which `reading` has counted, and whose rows
are let in (`rolls`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from dagster_project.door.deliveries import Delivery
from dagster_project.door.force import InForce
from dagster_project.door.lake import delivery_path
from dagster_project.door.people import People
from dagster_project.door.rolls import GATED, LANDED, SUPERSEDED, UNMATCHED
from dagster_project.door.tables import PULL, SOURCES

_COUNTED: Final = ("project_code", "fate")
_FATES: Final = ("row_number", *_COUNTED)


def row_fates(
    lake: Path,
    read: Sequence[Delivery],
    in_force: Iterable[InForce],
    people: People,
    fates: Mapping[str, pl.DataFrame],
    order: Mapping[str, int],
) -> Iterator[tuple[Delivery, str, pl.DataFrame]]:
    """For each read delivery and lake table with rows of the file: row_number, project_code, fate.

    Args:
        read: the source's read deliveries.
        people: whom rows of monitoring and consent are matched with.
        fates: per delivery of a gated kind, its roll with the fate each row has if the file is in force.
        order: `force.precedence` of the deliveries.
    """
    chosen = list(in_force)
    outdated = _superseded_persons([item for item in read if item.table_group == PULL.group], fates, order)
    for item in read:
        if item.table_group not in GATED:
            for table in item.tables:
                yield item, table, _open_fates(lake, item, table, chosen, people).select(_FATES)
            continue
        if item.table_group == PULL.group:
            superseded = pl.col("person").is_in(outdated[item.delivery_id].implode())
        else:
            superseded = pl.lit(not any(part.delivery_id == item.delivery_id for part in chosen))
        yield item, GATED[item.table_group], _with_superseded(fates[item.delivery_id], superseded).select(_FATES)


def count_rows(item: Delivery, table: str, rows: pl.DataFrame) -> list[dict[str, object]]:
    """Rows of the ledger's `delivery_rows` for one delivery and lake table, from its `row_fates`."""
    return [
        {
            "delivery_id": item.delivery_id,
            "lake_table": table,
            "project_code": code,
            "row_fate": fate,
            "row_count": count,
        }
        for code, fate, count in rows.group_by(_COUNTED).len().sort(_COUNTED).iter_rows()
    ]


def _with_superseded(judged: pl.DataFrame, superseded: pl.Expr) -> pl.DataFrame:
    fate = pl.when(superseded).then(pl.lit(SUPERSEDED)).otherwise(pl.col("fate"))
    return judged.with_columns(fate=fate)


def _superseded_persons(
    pulls: Iterable[Delivery], fates: Mapping[str, pl.DataFrame], order: Mapping[str, int]
) -> dict[str, pl.Series]:
    """Per pull, the persons whom a newer pull contains; parts of one pull do not replace each other."""
    newest_first = sorted(pulls, key=lambda item: order[item.delivery_id], reverse=True)
    found: dict[str, pl.Series] = {}
    newer = pl.Series(dtype=pl.UInt64)
    for place in sorted({order[item.delivery_id] for item in newest_first}, reverse=True):
        unit = [item for item in newest_first if order[item.delivery_id] == place]
        found.update({item.delivery_id: newer for item in unit})
        newer = pl.concat([newer, *(fates[item.delivery_id]["person"] for item in unit)]).unique()
    return found


def _open_fates(lake: Path, item: Delivery, table: str, chosen: Iterable[InForce], people: People) -> pl.DataFrame:
    """Rows that need no consent: those of persons are matched with the participations, the others land."""
    schema = next(source.lake_tables[table] for source in SOURCES.values() if table in source.lake_tables)
    columns = [name for name in ("row_number", "participant_id", "project_code") if name in schema]
    rows = pl.read_parquet(delivery_path(lake, table, item.delivery_id), columns=columns)
    codes = {part.project_code for part in chosen if (part.lake_table, part.delivery_id) == (table, item.delivery_id)}
    if "participant_id" in columns:
        known = people.frame.select("participant_id", "project_code", known=True)
        rows = rows.join(known, on=["participant_id", "project_code"], how="left")
        fate = pl.when(pl.col("known").is_null()).then(pl.lit(UNMATCHED)).otherwise(pl.lit(LANDED))
    else:
        fate = pl.lit(LANDED)
    if "project_code" not in columns:
        rows = rows.with_columns(project_code=pl.lit(None, dtype=pl.String))
    # A delivery in force as a whole is chosen for no project in particular.
    counts = pl.lit(None in codes) | pl.col("project_code").is_in(
        pl.Series([*codes - {None}], dtype=pl.String).implode()
    )
    return _with_superseded(rows.with_columns(fate=fate), ~counts.fill_null(value=False))
