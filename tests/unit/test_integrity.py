"""The leak search."""

from __future__ import annotations

import duckdb
import pytest

from dagster_project.integrity import columns_with_cpr_numbers


@pytest.mark.parametrize("text", ["0102031234", "010203-1234", "see 010203 1234.", "x(311299-0001)"])
def test_digits_like_a_cpr_number_are_found(text: str) -> None:
    assert _found(text) == {"marts.notes.note": 1}


@pytest.mark.parametrize(
    "text", ["3213031234", "01020312345", "a0102031234", "0102031234f", "2021-03-04", "1234567890"]
)
def test_other_digits_are_not(text: str) -> None:
    assert _found(text) == {}


def _found(text: str) -> dict[str, int]:
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.notes as select ? as note, 0102031234 as number", [text])
        return columns_with_cpr_numbers(connection, ("marts",))
