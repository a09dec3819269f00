"""What has arrived in landing since the last night began, told from the folder alone: nothing is opened.

Belongs here: names and times of files. Does not belong here: whether a file can be used (`door`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dagster_project.door.files import delivered_paths


@dataclass(frozen=True)
class Arrivals:
    """Files that came after a moment: `settled` ones are whole, those `arriving` may still be written to.

    `latest` is when the last settled one came, in nanoseconds since 1970; 0 when there is none.
    """

    settled: int
    arriving: int
    latest: int


def arrivals_since(landing: Path, moment: datetime | None, *, now: datetime, quiet_seconds: float) -> Arrivals:
    """Look through landing.

    Args:
        landing: the folder with one folder per source.
        moment: UTC without zone; None for the beginning of time.
        now: UTC without zone.
        quiet_seconds: a file is whole when it has not been touched for so long.
    """
    after = _nanoseconds(moment) if moment else 0
    settled, arriving = [], 0
    for path in delivered_paths(landing):
        try:
            # The change of its entry, not of its content: a file that was moved or copied in keeps its old date.
            came = path.stat().st_ctime_ns
        except OSError:
            continue
        if came > _nanoseconds(now) - quiet_seconds * 1e9:
            arriving += 1
        elif came > after:
            settled.append(came)
    return Arrivals(len(settled), arriving, max(settled, default=0))


def _nanoseconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp() * 1e9)
