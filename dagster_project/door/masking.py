"""Digits that look like a CPR number, in any text that leaves the door.

What belongs here: finding and covering them. What does not: deciding whether a cell *is* a person's key (`cells`).
The net is wide on purpose: a number that never was a CPR number may be covered, the other way round must not happen.
"""

from __future__ import annotations

import re

# Digits of any script; and what may stand between two groups of them, signs without width included.
_GAP = r"[\s._\-\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff/]{1,3}"
# Nine or more digits in a row, five or more and then four or more, or DD.MM.YY and then four.
_CPR_LIKE = re.compile(
    rf"\d{{9,}}|\d{{5,}}{_GAP}\d{{4,}}|(?<!\d)\d{{1,2}}[ .\-/]?\d{{2}}[ .\-/]?\d{{2}}{_GAP}\d{{4}}(?!\d)"
)


def mask_digits(text: str) -> str:
    """The text with every digit of a CPR-like run replaced by `*`; everything else, length included, stays."""
    if not any(character.isdigit() for character in text):
        return text
    return _CPR_LIKE.sub(lambda found: re.sub(r"\d", "*", found.group()), text)
