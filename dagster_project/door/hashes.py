"""The hash that is a file's identity, and how a night knows it without reading the file again.

What belongs here: SHA-256, stamps, the memory of both. What does not: what the identity means (`files`, `intake`).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from dagster_project.door.lake import write_text

Stamp = tuple[int, ...]
HashOf = Callable[[Path, Stamp], str]

_SETTLED: Final = 2_000_000_000  # nanoseconds


def stamp_of(path: Path) -> Stamp:
    """What changes when a file is written to or replaced: where it is stored, its size, and when it was touched."""
    about = path.stat()
    return (about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)


def hash_bytes(path: Path, stamp: Stamp) -> str:
    """SHA-256 of the file's bytes in hex, read in pieces, whatever its stamp."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_settled(stamp: Stamp) -> bool:
    """Whether a later change would change the stamp: a file touched a moment ago may be touched again within the tick
    of the clock that stamps it.
    """
    return time.time_ns() - max(stamp[-2:]) > _SETTLED


class KnownHashes:
    """SHA-256 of files, remembered by their stamps: a night need not read a file to know that it knows it.

    Args:
        path: where they are kept between nights; stamps and hashes are all that is written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, str] = {}
        self._met: dict[str, str] = {}
        # Without a memory, or with one that cannot be understood, every file is read.
        with suppress(OSError, ValueError, AttributeError):
            self._known = {str(stamp): str(digest) for stamp, digest in json.loads(path.read_text("ascii")).items()}

    def of(self, path: Path, stamp: Stamp) -> str:
        """The file's hash, from its bytes unless its stamp is known.

        Raises:
            OSError: it cannot be read.
        """
        name = "-".join(map(str, stamp))
        digest = self._known.get(name) or hash_bytes(path, stamp)
        if is_settled(stamp) and stamp_of(path) == stamp:
            self._met[name] = digest
        return digest

    def save(self) -> None:
        """Keep what was met; the others are gone from landing."""
        if self._met != self._known:
            write_text(json.dumps(self._met), self._path)
