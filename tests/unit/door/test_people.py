"""Standing consent against a slow, obvious oracle; fingerprints."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.door.people import People, consent_standing, fingerprints

AS_OF = date(2021, 6, 30)
_SCHEMA = {
    "participant_id": pl.String,
    "project_code": pl.String,
    "given_date": pl.Date,
    "withdrawn_date": pl.Date,
    "covers_survey": pl.Boolean,
    "covers_register": pl.Boolean,
}
_DAYS = st.integers(-6, 3).map(lambda days: AS_OF + timedelta(days=days))
_DECLARATIONS = st.lists(
    st.fixed_dictionaries(
        {
            "participant_id": st.sampled_from(["p", "q"]),
            "project_code": st.sampled_from(["MA", "FTF"]),
            "given_date": _DAYS,
            "withdrawn_date": st.none() | _DAYS,
            "covers_survey": st.booleans(),
            "covers_register": st.booleans(),
        }
    ),
    max_size=8,
)


def stands(own: list[dict[str, Any]], scope: str) -> bool:
    """A day at a time: given switches on, withdrawn switches off and has the last word of its day."""
    standing = False
    for day in (AS_OF + timedelta(days=days) for days in range(-10, 1)):
        covering = [row for row in own if row[f"covers_{scope}"]]
        if any(row["given_date"] == day for row in covering):
            standing = True
        if any(row["withdrawn_date"] == day for row in covering):
            standing = False
    return standing


@given(_DECLARATIONS)
def test_consent_stands_as_the_days_say(log: list[dict[str, Any]]) -> None:
    standing = consent_standing(pl.DataFrame(log, schema=_SCHEMA), AS_OF)
    keys = {(row["participant_id"], row["project_code"]) for row in log}
    assert {(person, project) for person, project, *_ in standing.rows()} == keys
    for person, project, survey, register in standing.rows():
        own = [row for row in log if (row["participant_id"], row["project_code"]) == (person, project)]
        assert (survey, register) == (stands(own, "survey"), stands(own, "register"))


def test_consents_count_for_participations_only_and_without_one_there_is_none() -> None:
    log = [
        {"participant_id": "p", "project_code": "MA", "given_date": AS_OF, "covers_survey": True},
        {"participant_id": "p", "project_code": "DSA", "given_date": AS_OF, "covers_survey": True},
    ]
    declared = pl.DataFrame(log, schema=_SCHEMA).with_columns(covers_register=pl.col("project_code") == "DSA")
    participants = pl.DataFrame({"participant_id": ["p", "p", "q"], "project_code": ["MA", "MA", "FTF"]})
    people = People.of(participants, consent_standing(declared, AS_OF))
    assert people.frame.rows() == [("p", "MA", True, False), ("q", "FTF", False, False)]


def test_fingerprints_are_keyed_told_apart_and_blank_for_blanks() -> None:
    texts = pl.Series(["a" * 32, None, "b" * 32, "a" * 32])
    first, blank, second, again = fingerprints(texts, "key")
    assert first == again != second
    assert blank is None
    assert first != fingerprints(texts, "another key")[0]
    assert f"{first:x}" not in "a" * 32
