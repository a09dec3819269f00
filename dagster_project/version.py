"""Which code built a set: the project's version and a fingerprint of everything that decides a figure."""

from __future__ import annotations

import hashlib
import tomllib

from dagster_project.settings import PROJECT_ROOT

_DECIDES = (("dagster_project", "*.py"), ("dbt", "*.sql"), ("dbt", "*.py"), ("dbt", "*.csv"), ("dbt", "*.yml"))


def code_version() -> str:
    """`<version>+<12 hex digits>`: the same for the same files, wherever they lie."""
    digest = hashlib.sha256()
    for folder, pattern in _DECIDES:
        for path in sorted((PROJECT_ROOT / folder).rglob(pattern)):
            place = path.relative_to(PROJECT_ROOT)
            if "target" not in place.parts:
                digest.update(place.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return f"{project['version']}+{digest.hexdigest()[:12]}"
