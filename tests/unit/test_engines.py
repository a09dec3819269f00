"""The models run on more than one engine: what engines do otherwise stands in one folder, once per engine."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from dagster_project.settings import ENGINES, Settings, SettingsError
from dagster_project.spark_cluster import check_cluster

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
        ({"NEDSLAG_SPARK_MASTER": "cluster:7077"}, "NEDSLAG_SPARK_MASTER must read"),
        ({"NEDSLAG_SPARK_MASTER": "spark://cluster"}, "NEDSLAG_SPARK_MASTER must read"),
    ],
)
def test_a_wrong_setting_stops_at_once(environment: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Settings.from_environment(environment)


def test_a_spark_connect_server_needs_no_java_here() -> None:
    environment = {"NEDSLAG_ENGINE": "spark", "JAVA_HOME": "/nowhere", "NEDSLAG_SPARK_MASTER": "sc://host:15002"}
    assert Settings.from_environment(environment).dbt_environment()["SPARK_REMOTE"] == "sc://host:15002"


def test_its_token_is_shown_nowhere() -> None:
    settings = Settings.from_environment({"NEDSLAG_SPARK_MASTER": "sc://127.0.0.1:1/;token=secret"})
    assert "secret" not in repr(settings)
    with pytest.raises(SettingsError, match=r"Nobody answers at sc://127\.0\.0\.1:1") as told:
        check_cluster(settings)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("tables", "written", "read"),
    [
        ("", "/data/warehouse/spark", "/data/warehouse/spark"),
        ("/shared/nedslag/", "/shared/nedslag/spark", "/shared/nedslag/spark"),
        ("s3a://bucket/nedslag", "s3a://bucket/nedslag/spark", "/data/warehouse/spark"),
    ],
)
def test_tables_at_an_address_are_read_from_a_copy(tables: str, written: str, read: str) -> None:
    settings = Settings.from_environment({"NEDSLAG_DATA_DIR": "/data", "NEDSLAG_SPARK_TABLES": tables})
    assert settings.spark_tables == written
    assert settings.spark_tables_here == Path(read)


def test_what_dbt_is_told_can_be_read_again() -> None:
    """A night's processes inherit it."""
    given = {"NEDSLAG_DATA_DIR": "/data", "NEDSLAG_SPARK_TABLES": "/shared", "NEDSLAG_SPARK_LAKE": "s3a://bucket/lake"}
    settings = replace(Settings.from_environment(given), engine="spark")
    told = settings.dbt_environment()
    assert replace(Settings.from_environment({**given, **told}), engine="spark").dbt_environment() == told
