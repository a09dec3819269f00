"""Whether the set in force still stands: nothing has arrived, nothing was touched, and no day has come that changes it.

Belongs here: what a set rests on, and comparing it. Does not belong here: what a night does that finds nothing new
(`assets.again`). In doubt, everything is built.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from dagster_project.door.deliveries import READ, REFUSED
from dagster_project.door.files import UNKNOWN
from dagster_project.door.hashes import is_settled, stamp_of
from dagster_project.door.lake import reads_folder, write_text
from dagster_project.door.memory import load_records
from dagster_project.door.tables import SOURCES
from dagster_project.keys import pseudonym_key
from dagster_project.publishing import set_in_force
from dagster_project.settings import PROJECT_ROOT, Settings
from dagster_project.version import code_version
from dagster_project.warehouse_file import open_warehouse

_FILE = "standing.json"


@dataclass(frozen=True)
class Standing:
    """What a published set rests on.

    Attributes:
        run_id: the run that computed it.
        as_of: the day that run spoke for.
        until: the last day for which its tables say the same; None for ever.
        purge_from: the first day on which a file has lain in landing for as long as it may; None for never.
        before: fingerprint of what that run found: landing, code, settings.
        after: fingerprint of what it left behind: the lake, the working database, the set.
    """

    run_id: str
    as_of: date
    until: date | None
    purge_from: date | None
    before: str
    after: str


def found_before(settings: Settings) -> str | None:
    """Fingerprint of all that a night's tables are made from; None when it cannot vouch for them.

    Raises:
        SettingsError: there is no key, or another than before.
    """
    landed = list(_landed(settings.landing))
    if None in landed:
        return None
    return _digest(
        [
            code_version(),
            sys.version,
            *_contents([*_files(PROJECT_ROOT / "requirements"), *_files(settings.expectations)]),
            repr((settings.limits, settings.disclosure_threshold, settings.retention_days, settings.engine)),
            repr(pseudonym_key(settings).demonstration),
            *filter(None, landed),
        ]
    )


def remember(settings: Settings, run_id: str, before: str | None) -> None:
    """Note beside the set in force what it rests on, unless a night to come may find something else in the same files.

    Args:
        before: `found_before` of the run, from before it read anything.
    """
    ledger = pl.read_parquet(settings.lake / "ledger" / "deliveries" / "*.parquet")
    if before is None or _tried_again(settings.lake, ledger):
        return
    with open_warehouse(settings.warehouse, settings.lake) as connection:
        as_of, looks_back, until = connection.execute(
            "select n.as_of, n.looks_back, u.stands_until "
            "from working.staging.stg_ledger__night as n cross join working.intermediate.int_stands_until as u"
        ).fetchall()[0]
    # What a night that looks back leaves in the lake, the next one of the present day may have to shut out.
    if not looks_back:
        due = _purge_from(settings, ledger)
        _write(settings, Standing(run_id, as_of, until, due, before, _left_behind(settings, run_id)))


def remember_again(settings: Settings, standing: Standing, run_id: str) -> None:
    """Note the same beside the set of another run that published it again."""
    (settings.published / run_id / _FILE).unlink(missing_ok=True)
    _write(settings, Standing(**{**vars(standing), "after": _left_behind(settings, run_id)}), run_id)


def standing(settings: Settings, *, as_of: date, today: date) -> Standing | None:
    """What the set in force rests on, if a night for `as_of` would compute the same set; None when it may not.

    Args:
        today: by the clock, UTC.

    Raises:
        SettingsError: there is no key, or another than before.
    """
    in_force = set_in_force(settings.marts)
    known = in_force and _read(settings.published / in_force / _FILE)
    if not in_force or not known:
        return None
    this_day = known.as_of <= as_of <= (known.until or as_of) and today < (known.purge_from or date.max)
    untouched = this_day and known.after == _left_behind(settings, in_force)
    return known if untouched and known.before == found_before(settings) else None


def _tried_again(lake: Path, ledger: pl.DataFrame) -> bool:
    """Whether a file was refused for a reason of the hour, so that every night tries it."""
    refused = ledger.filter(
        pl.col("verdict") == REFUSED,
        pl.col("extract_date").is_not_null(),
        pl.col("table_group") != UNKNOWN,
        pl.col("file_format") != UNKNOWN,
    )
    return any(not (reads_folder(lake) / f"{name}.json").exists() for name in refused["delivery_id"])


def _purge_from(settings: Settings, ledger: pl.DataFrame) -> date | None:
    if settings.retention_days is None:
        return None
    present = set(ledger.filter(pl.col("in_landing"), pl.col("verdict") == READ)["delivery_id"])
    records = [record for source in SOURCES for record in load_records(settings.lake, source).values()]
    since = [
        record.read_on
        for record in records
        if record.delivery_id in present and record.read_on and record.purged_on is None
    ]
    return min(since) + timedelta(days=settings.retention_days) if since else None


def _left_behind(settings: Settings, set_name: str) -> str:
    lake, in_force = settings.lake, settings.published / set_name
    lines = [
        *(_as_written(path) for path in _files(lake) if lake / "records" not in path.parents),
        _as_written(settings.warehouse),
        *(_as_written(path) for path in _files(in_force) if path != in_force / _FILE),
    ]
    return _digest(lines)


def _landed(landing: Path) -> Iterator[str | None]:
    """A line for everything in landing; None for what may change, or be reached, without the line showing it."""
    for path in sorted(landing.rglob("*")):
        try:
            stamp = stamp_of(path)
        except OSError:
            yield None
            continue
        leads_elsewhere = path.is_symlink() and path.is_dir()
        yield None if leads_elsewhere or not is_settled(stamp) else f"{path.relative_to(landing)} {stamp}"


def _as_written(path: Path) -> str:
    """A line that changes when the file is written to, but not when it gets a second name."""
    try:
        about = path.stat()
    except OSError:
        return f"{path.name} is gone"
    return f"{path.parent.name}/{path.name} {about.st_size} {about.st_mtime_ns}"


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def _contents(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        yield f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _write(settings: Settings, known: Standing, set_name: str | None = None) -> None:
    place = settings.published / (set_name or known.run_id) / _FILE
    write_text(json.dumps(asdict(known), default=str), place)


def _read(path: Path) -> Standing | None:
    """What was noted; None where nothing was, or nothing that can be understood."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        for name in ("as_of", "until", "purge_from"):
            data[name] = date.fromisoformat(data[name]) if data[name] else None
        return Standing(**data)
    except (OSError, ValueError, TypeError, KeyError):
        return None
