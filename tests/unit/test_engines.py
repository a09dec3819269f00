"""The models run on more than one engine: what engines do otherwise stands in one folder, once per engine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dagster_project.settings import ENGINES, Settings, SettingsError

DBT = Path(__file__).parents[2] / "dbt"
ENGINE_MACROS = DBT / "macros" / "engine"
_COMMENT = re.compile(r"\{#.*?#\}|--[^\n]*", re.S)
_MACRO = re.compile(r"\{%-? *macro (\w+)\(")
# `1.5` is a DECIMAL, and what comes of dividing it differs; `1.5e0` is a floating point number everywhere.
_DECIMAL = re.compile(r"(?<![\w.'])\d+\.\d+(?![\w.'%])")


def _sql() -> list[Path]:
    folders = [DBT / name for name in ("models", "macros", "tests")]
    return [path for folder in folders for path in folder.rglob("*.sql")]


def _code(path: Path) -> str:
    return _COMMENT.sub("", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [path for path in _sql() if ENGINE_MACROS not in path.parents], ids=lambda p: p.name)
def test_no_model_knows_its_engine(path: Path) -> None:
    code = _code(path).casefold()
    assert not {*ENGINES, "dispatch", "varchar"}.intersection(re.findall(r"[a-z_]+", code))
    assert "target.type" not in code


@pytest.mark.parametrize("path", _sql(), ids=lambda p: p.name)
def test_numbers_are_the_same_on_every_engine(path: Path) -> None:
    assert not _DECIMAL.findall(_code(path))


def test_what_engines_spell_differently_is_defined_once_for_each() -> None:
    texts = [path.read_text(encoding="utf-8") for path in ENGINE_MACROS.glob("*.sql")]
    macros = [name for text in texts for name in _MACRO.findall(text)]
    dispatched = [name for text in texts for name in re.findall(r"adapter\.dispatch\('(\w+)'\)", text)]
    assert dispatched
    for name in dispatched:
        assert [macros.count(f"{engine}__{name}") for engine in ENGINES] == [1] * len(ENGINES), name


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"NEDSLAG_ENGINE": "oracle"}, "NEDSLAG_ENGINE is one of duckdb, spark"),
        ({"NEDSLAG_ENGINE": "spark", "JAVA_HOME": "/nowhere"}, "needs Java"),
    ],
)
def test_a_wrong_setting_stops_at_once(environment: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Settings.from_environment(environment)
