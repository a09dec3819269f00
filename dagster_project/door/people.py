"""Who is known to monitoring and whose consent stands tonight; whom a survey or register row is held against.

What belongs here: the rule of standing consent and the fingerprints under which the door remembers persons. What does
not: which rows are let in (`rolls`) and which delivery counts (`force`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

_STANDING_SCHEMA: Final = {
    "participant_id": pl.String(),
    "project_code": pl.String(),
    "consents_survey": pl.Boolean(),
    "consents_register": pl.Boolean(),
}


def consent_standing(declarations: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Whether consent stands at the as-of date, per person, project and scope; later events are not seen.

    A withdrawal ends every consent given on or before its day.

    Args:
        declarations: rows of `consent_declarations` in force.
    Returns:
        One row per person and project of the log: participant_id, project_code, consents_survey, consents_register.
    """
    given, withdrawn = pl.col("given_date"), pl.col("withdrawn_date")
    scopes = ("survey", "register")
    latest = declarations.group_by("participant_id", "project_code").agg(
        expression
        for scope in scopes
        for expression in (
            given.filter(pl.col(f"covers_{scope}") & (given <= as_of)).max().alias(f"{scope}_given"),
            withdrawn.filter(pl.col(f"covers_{scope}") & (withdrawn <= as_of)).max().alias(f"{scope}_withdrawn"),
        )
    )
    return latest.select(
        "participant_id",
        "project_code",
        *(
            (
                pl.col(f"{scope}_given").is_not_null()
                & (pl.col(f"{scope}_given") > pl.col(f"{scope}_withdrawn")).fill_null(value=True)
            ).alias(f"consents_{scope}")
            for scope in scopes
        ),
    ).sort("participant_id", "project_code")


@dataclass(frozen=True)
class People:
    """The participations in force as (person, project), with the consents that stand.

    `frame`: participant_id, project_code, consents_survey, consents_register; one row per person and project.
    """

    frame: pl.DataFrame

    @classmethod
    def of(cls, participants: pl.DataFrame, standing: pl.DataFrame) -> People:
        """The persons and projects of `monitoring_participants` in force, with `consent_standing`'s answer for each."""
        keys = ["participant_id", "project_code"]
        joined = participants.select(keys).unique().join(standing, on=keys, how="left")
        return cls(
            joined.with_columns(pl.col("consents_survey", "consents_register").fill_null(value=False)).sort(keys)
        )

    @classmethod
    def nobody(cls) -> People:
        """No participation at all."""
        return cls(pl.DataFrame(schema=_STANDING_SCHEMA))

    def consenting(self, scope: str) -> list[str]:
        """Participant ids with standing consent for `survey` or `register` in some participation."""
        ids: list[str] = self.frame.filter(pl.col(f"consents_{scope}"))["participant_id"].unique().sort().to_list()
        return ids

    def fingerprinted(self, key: str) -> pl.DataFrame:
        """The frame with `person`, the fingerprint of participant_id, in the place of participant_id."""
        return self.frame.select(
            fingerprints(self.frame["participant_id"], key).alias("person"), pl.exclude("participant_id")
        )


def fingerprints(texts: pl.Series, key: str) -> pl.Series:
    """Keyed 64-bit fingerprints of participant or respondent ids; they match nothing else in the house.

    The door remembers the rows that it did not let in by these alone (docs/adr/0005).
    """
    distinct = texts.unique().drop_nulls()
    table = pl.DataFrame(
        {"text": distinct, "fingerprint": pl.Series(_fingerprints(distinct, key), dtype=pl.UInt64)},
        schema={"text": pl.String, "fingerprint": pl.UInt64},
    )
    return pl.DataFrame({"text": texts}).join(table, on="text", how="left", maintain_order="left")["fingerprint"]


def _fingerprints(texts: Iterable[str], key: str) -> list[int]:
    secret = hashlib.sha256(key.encode("utf-8")).digest()
    return [
        int.from_bytes(
            hashlib.blake2b(text.encode("utf-8"), digest_size=8, key=secret, person=b"nedslag-roll").digest()
        )
        for text in texts
    ]
