"""The demonstration in a landing folder: laid out, and recognised byte for byte.

The demonstration's folder says what it holds in `demonstration.json`; one other file in landing, and it is no longer
the demonstration.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from dagster_project.settings import Settings, SettingsError

RECORD = "demonstration.json"
DEMONSTRATION_KEY = "nedslag-demonstration"


def is_demonstration(settings: Settings) -> bool:
    """Whether every file in landing is one that the demonstration wrote, byte for byte."""
    record = _record(settings)
    files = files_in(settings.landing)
    if not record.exists() or not files:
        return False
    written: dict[str, str] = json.loads(record.read_text(encoding="utf-8"))
    return all(written.get(str(path.relative_to(settings.landing))) == _sha256(path) for path in files)


def lay_out(settings: Settings) -> bool:
    """Put the demonstration into an empty landing folder; False when it lies there already.

    Raises:
        SettingsError: landing holds other files.
    """
    if is_demonstration(settings):
        return False
    if files_in(settings.landing):
        raise SettingsError(
            f"{settings.landing} holds deliveries that are not the demonstration's. Run `make nightly` on them, "
            "or set NEDSLAG_DATA_DIR to an empty folder for the demonstration."
        )
    # The generator brings a constraint solver with it, which nightly runs need not load.
    from dagster_project.demo import write_demonstration

    write_demonstration(settings.landing)
    written = {str(path.relative_to(settings.landing)): _sha256(path) for path in files_in(settings.landing)}
    _record(settings).write_text(json.dumps(written, indent=1, sort_keys=True), encoding="utf-8")
    return True


def files_in(folder: Path) -> list[Path]:
    """Every file below a folder, in name order; none when the folder is missing."""
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def _record(settings: Settings) -> Path:
    return settings.data_dir / RECORD


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
