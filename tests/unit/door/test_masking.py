"""Digits that look like a CPR number are covered wherever they stand; nothing else is touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.door.masking import mask_digits
from dagster_project.door.pseudonym import key_fingerprint, participant_id

WRAPPING = st.text(st.characters(exclude_categories=["Nd"], exclude_characters=".-/ "), max_size=8)


@given(
    WRAPPING,
    st.from_regex(r"[0-9]{6}[- ]?[0-9]{4}", fullmatch=True),
    WRAPPING,
)
def test_a_key_is_masked_in_any_text(before: str, key: str, after: str) -> None:
    masked = mask_digits(f"{before}{key}{after}")
    assert masked == before + "".join("*" if character.isdigit() else character for character in key) + after


@pytest.mark.parametrize(
    "text",
    [
        "101501234",
        "10150-1234",
        "01.01.50-1234",
        "01 01 50 1234",
        "010150 - 1234",
        "010150\u20131234",
        "450101501234",
        "010150\n1234",
        "010150\u200b-1234",
        "1010150-1234",
        "010150-12345",
        "０１０１５０-１２３４",
    ],
)
def test_bad_and_broken_keys_are_masked_too(text: str) -> None:
    assert not any(character.isdigit() for character in mask_digits(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "uden tal",
        "12345678",
        "31-12-2020",
        "2020-12-31",
        "2020-12-31 13:45",
        "Hold 3, 2020",
        "tlf. 12 34 56 78",
        "100.000",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert mask_digits(text) == text


def test_the_pseudonym_is_the_published_formula() -> None:
    # HMAC-SHA256 computed with another implementation: openssl dgst -sha256 -hmac nøgle.
    assert participant_id("nøgle", "0101501234") == "703726e9a0812e8c948e1accd61d74c2"


def test_keys_are_told_apart_without_being_told() -> None:
    assert key_fingerprint("a") != key_fingerprint("b")
    assert len(key_fingerprint("a")) == 12
