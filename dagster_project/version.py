"""Which code built a set: the project's version and a fingerprint of what decides a figure or a sentence."""

from __future__ import annotations

import hashlib
import tomllib

from dagster_project.settings import PROJECT_ROOT

_DECIDES = {
    "dagster_project": ("*.py", "*.yaml", "*.jinja", "*.css", "*.js"),
    "dbt": ("*.sql", "*.py", "*.csv", "*.yml"),
}


def code_version() -> str:
    """`<version>+<12 hex digits>`: the same for the same files, wherever they lie."""
    digest = hashlib.sha256()
    for folder, patterns in _DECIDES.items():
        for path in sorted(path for pattern in patterns for path in (PROJECT_ROOT / folder).rglob(pattern)):
            place = path.relative_to(PROJECT_ROOT)
            if "target" not in place.parts:
                digest.update(place.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return f"{project['version']}+{digest.hexdigest()[:12]}"
