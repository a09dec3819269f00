"""dbt's manifest, parsed again only when something that it depends on has changed.

The asset graph is built from the manifest when the code is imported, so it must exist before dbt runs.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dagster_project.errors import NedslagError
from dagster_project.settings import Settings

DBT = Path(sys.executable).with_name("dbt")
_IGNORED_FOLDERS = {"target", "logs", "__pycache__"}


class DbtProjectError(NedslagError):
    """dbt could not read its own project; the text carries dbt's words."""


def prepare_manifest(settings: Settings) -> Path:
    """Path of a manifest that fits the dbt project as it lies on disk.

    Several processes may ask at once, as when a server starts its services: one parses, the others wait. dbt itself
    never writes to this path, so nobody reads half a manifest while a night runs.

    Raises:
        DbtProjectError: when `dbt parse` fails.
    """
    settings.dbt_target.mkdir(parents=True, exist_ok=True)
    with open(settings.dbt_target / ".manifest.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _manifest(settings)


def is_prepared(settings: Settings) -> bool:
    """Whether the manifest fits the dbt project as it lies on disk, so that nobody need parse."""
    return _fits(settings, _fingerprint(settings))


def _manifest(settings: Settings) -> Path:
    manifest, stamp = _files(settings)
    fingerprint = _fingerprint(settings)
    if _fits(settings, fingerprint):
        return manifest
    stamp.unlink(missing_ok=True)
    lineage_cache(settings).unlink(missing_ok=True)
    parse = subprocess.run(
        [str(DBT), "--quiet", "parse", "--project-dir", str(settings.dbt_project)],
        env={**os.environ, **settings.dbt_environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    if parse.returncode != 0:
        raise DbtProjectError(f"dbt cannot read {settings.dbt_project}:\n{parse.stdout}{parse.stderr}")
    shutil.copyfile(settings.dbt_target / "manifest.json", manifest.with_suffix(".new"))
    os.replace(manifest.with_suffix(".new"), manifest)
    stamp.write_text(fingerprint)
    return manifest


def _fits(settings: Settings, fingerprint: str) -> bool:
    manifest, stamp = _files(settings)
    return manifest.exists() and stamp.exists() and stamp.read_text() == fingerprint


def _files(settings: Settings) -> tuple[Path, Path]:
    """The manifest, and beside it the fingerprint of what it was made from."""
    return settings.dbt_target / "graph.json", settings.dbt_target / "manifest.fingerprint"


def lineage_cache(settings: Settings) -> Path:
    """Where the column lineage is kept while the manifest stays the same."""
    return settings.dbt_target / "lineage.json"


def load_manifest(settings: Settings) -> Mapping[str, Any]:
    """The manifest as a mapping; see `prepare_manifest`."""
    manifest: Mapping[str, Any] = json.loads(prepare_manifest(settings).read_bytes())
    return manifest


def _fingerprint(settings: Settings) -> str:
    digest = hashlib.sha256(importlib.metadata.version("dbt-core").encode())
    digest.update(json.dumps(settings.dbt_environment(), sort_keys=True).encode())
    for path in sorted(settings.dbt_project.rglob("*")):
        if path.is_file() and not _IGNORED_FOLDERS.intersection(path.relative_to(settings.dbt_project).parts):
            digest.update(str(path.relative_to(settings.dbt_project)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
