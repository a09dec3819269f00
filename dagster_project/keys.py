"""Which key makes the pseudonyms, and that it stays the same: another key would make a second population.

What belongs here: choosing, remembering and rotating the key. What does not: the hash itself (`door.pseudonym`). The
lake remembers the key's fingerprint, never the key.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from dagster_project.demonstration import DEMONSTRATION_KEY, is_demonstration
from dagster_project.door.files import list_landing
from dagster_project.door.lake import LAKE_TABLES, reads_folder, write_text
from dagster_project.door.memory import load_records
from dagster_project.door.pseudonym import key_fingerprint
from dagster_project.door.tables import SOURCES
from dagster_project.lock import only_run
from dagster_project.settings import Settings, SettingsError


@dataclass(frozen=True)
class PseudonymKey:
    """The secret of a run's pseudonyms and whether it is the demonstration's."""

    secret: str = field(repr=False)
    demonstration: bool


def pseudonym_key(settings: Settings) -> PseudonymKey:
    """The key for this run.

    Raises:
        SettingsError: no key was given and landing holds anything but the demonstration; or the lake was made with
            another key.
    """
    key = _given_key(settings)
    before = _remembered(settings)
    if before and before["fingerprint"] != key_fingerprint(key.secret):
        raise SettingsError(
            f"NEDSLAG_PSEUDONYM_KEY is not the key that {settings.data_dir} has been run with since {before['since']}: "
            f"its fingerprint is {key_fingerprint(key.secret)}, the known one {before['fingerprint']}. Every person "
            "would get a second pseudonym, so nothing was run. Set the former key; or, if the key is meant to change, "
            "run `make rotate-key` with the new one set (docs/operations.md); or use another NEDSLAG_DATA_DIR."
        )
    return key


def remember_key(settings: Settings, key: PseudonymKey) -> None:
    """Let the lake know the fingerprint of the key that it is made with."""
    if _remembered(settings) is None:
        _remember(settings, key)


def rotate_key(settings: Settings, *, give_up_purged: bool) -> list[str]:
    """Let the new key take the place of the one the lake was made with: everything in landing is read again.

    Args:
        give_up_purged: go on although files that have been read are no longer in landing. Their rows cannot be given
            new pseudonyms and are lost.
    Returns:
        Masked names of the files whose rows were given up.
    Raises:
        SettingsError: no key, no change of key, or files missing from landing.
        NightAlreadyRunning: a run holds the data folder.
    """
    key = _given_key(settings)
    before = _remembered(settings)
    if before is None:
        raise SettingsError(f"{settings.data_dir} has not been run yet: there is no key to change. Run `make nightly`.")
    if before["fingerprint"] == key_fingerprint(key.secret):
        raise SettingsError("NEDSLAG_PSEUDONYM_KEY is the key already in use. Set the new key and run again.")
    with only_run(settings.data_dir):
        missing = _read_but_gone(settings)
        if missing and not give_up_purged:
            raise SettingsError(
                f"{len(missing)} files that have been read are no longer in landing, so their persons cannot be given "
                f"new pseudonyms: {', '.join(missing)}. Put them back from the backup, or run "
                "`make rotate-key GIVE_UP_PURGED=1` to go on without their rows."
            )
        # Records first: without one, no lake file is believed.
        shutil.rmtree(reads_folder(settings.lake), ignore_errors=True)
        for source in SOURCES:
            for table in LAKE_TABLES[source]:
                shutil.rmtree(settings.lake / table, ignore_errors=True)
        shutil.rmtree(settings.lake / "ledger", ignore_errors=True)
        settings.warehouse.unlink(missing_ok=True)
        _remember(settings, key)
    return missing


def _given_key(settings: Settings) -> PseudonymKey:
    if settings.pseudonym_key is not None:
        return PseudonymKey(settings.pseudonym_key, demonstration=False)
    if is_demonstration(settings):
        return PseudonymKey(DEMONSTRATION_KEY, demonstration=True)
    raise SettingsError(
        "NEDSLAG_PSEUDONYM_KEY is not set. Deliveries other than the demonstration are read only with your own key: "
        "set the variable to a long random text, keep it safe, and use the same one every night."
    )


def _read_but_gone(settings: Settings) -> list[str]:
    gone: list[str] = []
    for source in SOURCES.values():
        present = {file.delivery_id for file in list_landing(settings.landing, source)}
        records = load_records(settings.lake, source.name).values()
        gone += [
            f"{source.name}/{record.file_name}"
            for record in records
            if record.refusal is None and record.delivery_id not in present
        ]
    return sorted(gone)


def _path(settings: Settings) -> Path:
    return settings.lake / "key.json"


def _remembered(settings: Settings) -> dict[str, str] | None:
    path = _path(settings)
    if not path.exists():
        return None
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        return {"fingerprint": str(known["fingerprint"]), "since": str(known["since"])}
    except (ValueError, KeyError, TypeError):
        raise SettingsError(
            f"{path} cannot be read, so it is not known which key made the lake. Restore the file from the backup; or, "
            "if every delivery still lies in landing, remove the folder it lies in and run again: all is read anew."
        ) from None


def _remember(settings: Settings, key: PseudonymKey) -> None:
    known = {"fingerprint": key_fingerprint(key.secret), "since": f"{datetime.now(UTC):%Y-%m-%d}"}
    write_text(json.dumps(known), _path(settings))
