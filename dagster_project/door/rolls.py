"""Consent at the door: which survey and register rows are let into the lake, and what the others are counted as.

The roll of a file is one line per row that could be understood, with keyed fingerprints of whom it is about. It is all
that the door keeps of a row it did not let in, so that the row can be counted, and let in when consent is given
(docs/adr/0005). What belongs here: rolls, fates, letting in. What does not: who consents (`people`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from dagster_project.door.lake import delivery_path, reads_folder, write_table
from dagster_project.door.people import fingerprints
from dagster_project.door.tables import ANSWERS, INVITATIONS, PULL

LANDED: Final = "landed"
SUPERSEDED: Final = "superseded"
UNMATCHED: Final = "unmatched"
WITHHELD: Final = "withheld"

# Kinds of file whose rows need consent, each with the lake table whose rows are the file's rows.
GATED: Final[Mapping[str, str]] = {table.group: table.lake_table for table in (INVITATIONS, ANSWERS, PULL)}
# Lake tables that hang on a row (or, in the register, on a person) of the file's own table.
_DEPENDENT: Final[Mapping[str, Mapping[str, str]]] = {
    ANSWERS.group: {"survey_answers": "row_number"},
    PULL.group: {"register_benefit_spells": "participant_id", "register_industry_spells": "participant_id"},
}
ROLL_SCHEMA: Final = {
    "row_number": pl.Int32(),
    "person": pl.UInt64(),
    "respondent": pl.UInt64(),
    "project_code": pl.String(),
    "place": pl.Int64(),
}


def take_roll(group: str, frames: Mapping[str, pl.DataFrame], key: str) -> pl.DataFrame:
    """The roll of a file of a gated kind: row_number, person?, respondent?, project_code?, place? (the row's byte)."""
    rows = frames[GATED[group]]
    columns: dict[str, pl.Series] = {"row_number": rows["row_number"]}
    for column, name in (("participant_id", "person"), ("respondent_id", "respondent")):
        if column in rows.columns:
            columns[name] = fingerprints(rows[column], key)
    if "project_code" in rows.columns:
        columns["project_code"] = rows["project_code"]
    height = rows.height
    return pl.DataFrame(
        {
            name: columns.get(name, pl.repeat(None, height, dtype=dtype, eager=True))
            for name, dtype in ROLL_SCHEMA.items()
        },
        schema=ROLL_SCHEMA,
    )


def roll_path(lake: Path, delivery_id: str) -> Path:
    """Where a file's roll lies, beside its read record."""
    return reads_folder(lake) / f"{delivery_id}.parquet"


def save_roll(lake: Path, delivery_id: str, roll: pl.DataFrame) -> None:
    """Keep a file's roll."""
    write_table(roll, roll_path(lake, delivery_id))


def load_roll(lake: Path, delivery_id: str) -> pl.DataFrame:
    """A file's roll as it was taken."""
    return pl.read_parquet(roll_path(lake, delivery_id))


# ---- fates -----------------------------------------------------------------------------------------------------------
# All take a roll and return it with `fate` (landed, unmatched or withheld, as if the file were in force).


def invitation_fates(roll: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Invitations need standing survey consent in their own project.

    Args:
        people: `People.fingerprinted`.
    """
    known = people.select("person", "project_code", consents="consents_survey")
    return _with_fate(roll.join(known, on=["person", "project_code"], how="left", maintain_order="left"))


def answer_fates(roll: pl.DataFrame, invitations: pl.DataFrame) -> pl.DataFrame:
    """Answers follow their invitation; without one they are unmatched.

    Args:
        invitations: `invitation_fates` of the invitations in force.
    """
    invited = invitations.select("respondent", "project_code", "fate")
    followed = roll.drop("project_code").join(invited, on="respondent", how="left", maintain_order="left")
    return followed.with_columns(pl.col("fate").fill_null(UNMATCHED))


def pull_fates(roll: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Register rows need standing register consent in some participation of the person."""
    known = people.group_by("person").agg(pl.col("consents_register").any().alias("consents"))
    return _with_fate(roll.join(known, on="person", how="left", maintain_order="left"))


def _with_fate(joined: pl.DataFrame) -> pl.DataFrame:
    fate = (
        pl.when(pl.col("consents").is_null())
        .then(pl.lit(UNMATCHED))
        .when(pl.col("consents"))
        .then(pl.lit(LANDED))
        .otherwise(pl.lit(WITHHELD))
    )
    return joined.with_columns(fate=fate).drop("consents")


def only_held(fates: pl.DataFrame, held: pl.Series) -> pl.DataFrame:
    """The fates where a row that is not in the lake, and cannot come back, stays withheld."""
    lost = (pl.col("fate") == LANDED) & ~pl.col("row_number").is_in(held.implode())
    return fates.with_columns(fate=pl.when(lost).then(pl.lit(WITHHELD)).otherwise(pl.col("fate")))


# ---- letting in ------------------------------------------------------------------------------------------------------


def let_in(group: str, frames: Mapping[str, pl.DataFrame], fates: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The file's lake tables with nothing but what hangs on rows whose fate is `landed`."""
    own = GATED[group]
    wanted = fates.filter(pl.col("fate") == LANDED).select("row_number")
    kept = {**frames, own: frames[own].join(wanted, on="row_number", how="semi", maintain_order="left")}
    for table, by in _DEPENDENT.get(group, {}).items():
        kept[table] = frames[table].join(kept[own].select(by), on=by, how="semi", maintain_order="left")
    return kept


def rows_in_lake(lake: Path, group: str, delivery_id: str) -> pl.Series:
    """Row numbers of the file that stand in the lake."""
    return pl.read_parquet(delivery_path(lake, GATED[group], delivery_id), columns=["row_number"])["row_number"]


def shut_out(lake: Path, group: str, delivery_id: str, fates: pl.DataFrame) -> None:
    """Rewrite the file's lake tables without the rows whose fate is no longer `landed`.

    The file's own table comes last: until it is written, a cut-off run is seen to be unfinished.
    """
    own = GATED[group]
    tables = [*_DEPENDENT.get(group, {}), own]
    frames = {table: pl.read_parquet(delivery_path(lake, table, delivery_id)) for table in tables}
    kept = let_in(group, frames, fates)
    for table in tables:
        write_table(kept[table], delivery_path(lake, table, delivery_id))


def add_late(lake: Path, group: str, delivery_id: str, frames: Mapping[str, pl.DataFrame]) -> None:
    """Add rows that were let in later to the file's lake tables, where a first reading would have put them.

    The file's own table comes last, as in `shut_out`; what hangs on rows that it does not hold was cut off, and goes.
    """
    own = GATED[group]
    held = pl.read_parquet(delivery_path(lake, own, delivery_id))
    rows = pl.concat([held, frames[own]]).sort("row_number")
    for table, by in _DEPENDENT.get(group, {}).items():
        whole = pl.read_parquet(delivery_path(lake, table, delivery_id))
        before = whole.join(held.select(by), on=by, how="semi", maintain_order="left")
        order = rows.select(by, pl.col("row_number").alias("_order"))
        both = pl.concat([before, frames[table]]).join(order, on=by, how="left", maintain_order="left")
        write_table(both.sort("_order", maintain_order=True).drop("_order"), delivery_path(lake, table, delivery_id))
    write_table(rows, delivery_path(lake, own, delivery_id))
