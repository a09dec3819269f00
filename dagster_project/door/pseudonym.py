"""The keyed hash that stands for a person everywhere after the door.

What belongs here: the hash and the key's fingerprint. What does not: reading a CPR number out of a cell (`cells`).
"""

from __future__ import annotations

import hmac

PARTICIPANT_ID_LENGTH = 32
FINGERPRINT_LENGTH = 12


def _digest(key: str, message: str) -> str:
    return hmac.digest(key.encode("utf-8"), message.encode("utf-8"), "sha256").hex()


def participant_id(key: str, cpr: str) -> str:
    """First 32 hex digits of HMAC-SHA256 over the ten CPR digits; `key` is the secret as UTF-8."""
    return _digest(key, cpr)[:PARTICIPANT_ID_LENGTH]


def key_fingerprint(key: str) -> str:
    """Twelve hex digits that tell two keys apart without telling anything about either."""
    return _digest(key, "nedslag")[:FINGERPRINT_LENGTH]
