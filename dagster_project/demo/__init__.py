"""A synthetic programme whose deliveries give the published evaluation's figures when the product is run on them.

All persons are invented and their numbers belong to nobody. The programme is solved and drawn from one seed; the
product itself knows nothing of it. No code outside this package may import it, except to write the demonstration.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

__all__ = ["Demonstration", "write_demonstration"]

AS_OF = date(2021, 9, 15)
"""The day the published evaluation speaks for; every file's extract date lies before it."""


@dataclass(frozen=True)
class Demonstration:
    """What was written: path below the landing folder -> SHA-256, and a day after the last delivery."""

    files: dict[str, str]
    as_of: date


def write_demonstration(landing: Path, *, seed: int = 2018) -> Demonstration:
    """Write every delivery of the demonstration; the same seed gives the same bytes.

    Args:
        landing: the landing folder; made when it does not exist.
        seed: another seed gives other persons with the same published figures.

    Raises:
        Unsolvable, PatternLost: the printed figures cannot all hold with what this seed draws.
    """
    # The constraint solver is heavy to load, and only writing needs it.
    from dagster_project.demo.programme import write_programme

    write_programme(landing, seed)
    written = sorted(path for path in landing.rglob("*") if path.is_file())
    return Demonstration({path.relative_to(landing).as_posix(): _sha256(path) for path in written}, AS_OF)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
