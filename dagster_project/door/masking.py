"""Digits that look like a CPR number, in any text that leaves the door.

What belongs here: finding and covering them. What does not: deciding whether a cell *is* a person's key (`cells`).
The net is wide on purpose: a number that never was a CPR number may be covered, the other way round must not happen.
"""

from __future__ import annotations

import re

# Nine or more digits in a row, or 5-6 digits (also as DD.MM.YY) and four more with a short separator between them.
_CPR_LIKE = re.compile(
    r"[0-9]{9,}"
    r"|(?<![0-9])[0-9]{1,2}[ .\-/]?[0-9]{2}[ .\-/]?[0-9]{2}[ \u00a0._\-\u2010-\u2015\u2212/]{1,3}[0-9]{4}(?![0-9])"
)


def mask_digits(text: str) -> str:
    """The text with every digit of a CPR-like run replaced by `*`; everything else, length included, stays."""
    if not any(character.isdigit() for character in text):
        return text
    return _CPR_LIKE.sub(lambda found: re.sub("[0-9]", "*", found.group()), text)
