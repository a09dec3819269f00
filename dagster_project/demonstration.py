"""Which key makes the pseudonyms: the operator's, or the demonstration's own on nothing but the demonstration's files.

The demonstration's folder says what it holds in `demonstration.json`; one other file in landing, and the key must be
given.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from dagster_project.settings import Settings, SettingsError

_DEMONSTRATION_KEY = "nedslag-demonstration"


@dataclass(frozen=True)
class PseudonymKey:
    """The secret of a run's pseudonyms and whether it is the demonstration's."""

    secret: str = field(repr=False)
    demonstration: bool


def pseudonym_key(settings: Settings) -> PseudonymKey:
    """The key for this run.

    Raises:
        SettingsError: no key was given and landing holds anything but the demonstration.
    """
    if settings.pseudonym_key is not None:
        return PseudonymKey(settings.pseudonym_key, demonstration=False)
    if is_demonstration(settings):
        return PseudonymKey(_DEMONSTRATION_KEY, demonstration=True)
    raise SettingsError(
        "NEDSLAG_PSEUDONYM_KEY is not set. Deliveries other than the demonstration are read only with your own key: "
        "set the variable to a long random text, keep it safe, and use the same one every night."
    )


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
    return settings.data_dir / "demonstration.json"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
