"""What takes long to make and is often the same the night after: pictures and workbooks, by what they are made of."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path


class Pieces:
    """Makes a piece once: not again when the other edition, or the night before, had the same."""

    def __init__(self, kept: Path | None = None, version: str = "") -> None:
        """
        Args:
            kept: file with the pieces of the night before; it need not exist, and one that cannot be read is as none.
            version: of the code that makes them; another one's pieces are made anew.
        """
        self._kept, self._version = kept, version
        self._made: dict[str, str] = {}
        self._before = _read(kept)

    def piece(self, made_of: str, make: Callable[[], str]) -> str:
        """The piece that `make` makes of these words, whenever that was."""
        key = hashlib.sha256(f"{self._version}{made_of}".encode()).hexdigest()
        if key not in self._made:
            self._made[key] = self._before.get(key) or make()
        return self._made[key]

    def keep(self) -> None:
        """Leave this night's pieces, and no others, for the next."""
        if self._kept is not None:
            unfinished = self._kept.with_name(f".{self._kept.name}.new")
            unfinished.write_text(json.dumps(self._made, ensure_ascii=False), encoding="utf-8")
            os.replace(unfinished, self._kept)


def _read(path: Path | None) -> dict[str, str]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8")) if path is not None else {}
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}
