"""The same night with Apache Spark in the place of DuckDB: the same models, the same tables, cell by cell."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.conftest import FirstNight
from tests.support.dress import write_population
from tests.support.population import draw_population
from tests.support.product import Product

pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs a Java, and none is on this machine")

# What the runs themselves are told apart by.
_OF_THE_RUN = {"ops.runs", "ops.check_results"}


def _differences(product: Product, other: Product) -> list[str]:
    """Tables that differ; floating point numbers by more than their last digits."""
    schemas = ("marts", "report", "open_data", "ops")
    ours, theirs = product.tables(*schemas), other.tables(*schemas)
    assert ours.keys() == theirs.keys()
    return [
        table
        for table, rows in ours.items()
        if table not in _OF_THE_RUN
        and (
            len(rows) != len(theirs[table]) or any(not _alike(*pair) for pair in zip(rows, theirs[table], strict=True))
        )
    ]


def _alike(row: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(
        math.isclose(one, two, rel_tol=1e-12, abs_tol=1e-12)
        if isinstance(one, float) and isinstance(two, float)
        else (type(one), one) == (type(two), two)
        for one, two in zip(row, other, strict=True)
    )


def _types(product: Product) -> list[tuple[Any, ...]]:
    return product.query(
        "select table_schema, table_name, column_name, data_type from information_schema.columns order by all"
    )


@pytest.fixture
def on_spark(tmp_path: Path) -> tuple[tuple[str, str], ...]:
    """Settings of a night on Spark; as for a small machine, since two hundred parts of a table cost minutes there."""
    conf = tmp_path / "conf"
    conf.mkdir()
    (conf / "spark-defaults.conf").write_text("spark.sql.shuffle.partitions 4\n", encoding="utf-8")
    return (("NEDSLAG_ENGINE", "spark"), ("SPARK_CONF_DIR", str(conf)))


def test_the_demonstration_is_the_same_on_spark(
    first_night: FirstNight, on_spark: tuple[tuple[str, str], ...], tmp_path: Path
) -> None:
    product = Product(tmp_path / "data", on_spark)
    outcome = product.run("run")
    assert outcome.returncode == 0, outcome.stderr
    assert not _differences(product, first_night.product)
    assert _types(product) == _types(first_night.product)
    # The printed figures, the warnings: what a person is told is the same.
    assert [line for line in outcome.stdout.splitlines() if "Printed figures" in line] == [
        line for line in first_night.outcome.stdout.splitlines() if "Printed figures" in line
    ]
    assert outcome.stderr == first_night.outcome.stderr
    checks = "select suite, expectation, subject, observed, success from ops.check_results order by all"
    assert product.query(checks) == first_night.product.query(checks)


def test_a_random_programme_is_the_same_on_spark(on_spark: tuple[tuple[str, str], ...], tmp_path: Path) -> None:
    population = draw_population(4)
    programme = (("NEDSLAG_AS_OF", population.as_of.isoformat()), ("NEDSLAG_PSEUDONYM_KEY", population.key))
    # Once for both: a workbook bears the time at which it was written.
    write_population(population, tmp_path / "landing")
    products = []
    for name, engine in {"duckdb": (), "spark": on_spark}.items():
        product = Product(tmp_path / name, (*programme, *engine))
        shutil.copytree(tmp_path / "landing", product.data_dir / "landing")
        outcome = product.run("nightly")
        assert outcome.returncode == 0, outcome.stderr
        products.append(product)
    assert not _differences(*products)


def test_without_java_it_says_what_to_do(tmp_path: Path) -> None:
    outcome = Product(tmp_path).run("nightly", NEDSLAG_ENGINE="spark", JAVA_HOME=str(tmp_path))
    assert outcome.returncode == 2
    assert "apt-get install" in outcome.stderr
