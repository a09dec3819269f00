"""The fingerprint follows what decides a figure, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dagster_project import version
from dagster_project.version import code_version


def _project(folder: Path) -> Path:
    for name, text in {
        "pyproject.toml": '[project]\nversion = "1.2.3"\n',
        "dagster_project/report/words.yaml": "one",
        "dbt/models/a.sql": "select 1",
        "dbt/target/a.sql": "built",
        "docs/a.md": "words",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        ("dbt/models/a.sql", True),
        ("dagster_project/report/words.yaml", True),
        ("dbt/target/a.sql", False),
        ("docs/a.md", False),
    ],
)
def test_what_decides_a_figure_changes_the_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str, differs: bool
) -> None:
    monkeypatch.setattr(version, "PROJECT_ROOT", _project(tmp_path))
    before = code_version()
    assert re.fullmatch(r"1\.2\.3\+[0-9a-f]{12}", before)
    assert code_version() == before
    (tmp_path / changed).write_text("something else")
    assert (code_version() != before) is differs
