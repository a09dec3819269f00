"""One landed file opened: its bytes held against their hash, then read.

What belongs here: what can go wrong around a reading. What does not: the reading itself (`reading`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from dagster_project.door import reasons
from dagster_project.door.checking import Gate
from dagster_project.door.files import LandedFile
from dagster_project.door.hashes import stamp_of
from dagster_project.door.reading import Reading, read_delivery
from dagster_project.door.reasons import Refusal
from dagster_project.door.tables import PULL, Source

Reader = Callable[[LandedFile, Source, Gate], Reading]


def open_delivery(file: LandedFile, source: Source, gate: Gate) -> Reading:
    """Read one file in this process.

    Returns:
        What the bytes hold, a refusal included: the same bytes are read to the same answer.
    Raises:
        Refusal: the file cannot be had at this hour, or its reader failed in a way nobody foresaw.
    """
    # A pull is read piece by piece; that it is still the file that was hashed is told by its stamp.
    whole = file.table is not PULL
    content: bytes | Path = file.path
    try:
        if not whole:
            _check_stamp(file)
        elif file.path.stat().st_size > gate.limits.unpacked_bytes:
            raise Refusal(reasons.TOO_LARGE)
        else:
            content = file.path.read_bytes()
    except OSError:
        raise Refusal(reasons.UNREADABLE) from None
    if isinstance(content, bytes) and hashlib.sha256(content).hexdigest() != file.sha256:
        raise Refusal(reasons.CHANGED)
    try:
        reading = read_delivery(content, file.file_format, source, file.table, gate, file.delivery_id, file.year)
        if not whole:
            _check_stamp(file)
        return reading
    except Refusal:
        raise
    except BaseException as error:
        # A reader's panic is no Exception, but a fault of the file; an interrupt is neither.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise Refusal(reasons.unexpected(type(error).__name__)) from None


def _check_stamp(file: LandedFile) -> None:
    if stamp_of(file.path) != file.stamp:
        raise Refusal(reasons.CHANGED)
