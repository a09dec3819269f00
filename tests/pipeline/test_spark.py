"""The same night with Apache Spark in the place of DuckDB: the same models, the same tables, cell by cell.

NEDSLAG_SPARK_SEEDS names the invented programmes (`4,19,23`).
"""

from __future__ import annotations

import math
import os
import shutil
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dagster_project.door.intake import prepare_lake
from dagster_project.settings import Settings, SettingsError, Spark
from dagster_project.spark_cluster import check_cluster
from tests.pipeline.conftest import FirstNight
from tests.support.dress import write_population
from tests.support.population import draw_population
from tests.support.product import Product
from tests.support.spark import JAVA, LOOPBACK, connect_server, quick_spark, spark_cluster

pytestmark = pytest.mark.skipif(JAVA is None, reason="Spark needs a Java, and none is on this machine")

ON_SPARK = (("NEDSLAG_ENGINE", "spark"),)
MINUTES = 20
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


def test_the_demonstration_is_the_same_on_a_cluster_that_loses_a_worker(
    first_night: FirstNight, tmp_path: Path
) -> None:
    quick = quick_spark(tmp_path, spark_executor_memory="512m")
    with spark_cluster(tmp_path / "cluster", workers=2) as cluster:
        product = Product(tmp_path / "data", (*ON_SPARK, ("NEDSLAG_SPARK_MASTER", cluster.master), *quick.items()))
        built = product.data_dir / "warehouse" / "spark"
        loss = _when_there_is(built / "marts.db" / "enrolments", cluster.lose_worker)
        outcome = product.run("run")
        loss.join()
        assert outcome.returncode == 0, outcome.stderr
        assert [worker.poll() is None for worker in cluster.workers] == [False, True]
    assert not _differences(product, first_night.product)
    assert _types(product) == _types(first_night.product)
    # The printed figures, the warnings: what a person is told is the same.
    assert [line for line in outcome.stdout.splitlines() if "Printed figures" in line] == [
        line for line in first_night.outcome.stdout.splitlines() if "Printed figures" in line
    ]
    assert outcome.stderr == first_night.outcome.stderr
    checks = "select suite, expectation, subject, observed, success from ops.check_results order by all"
    assert product.query(checks) == first_night.product.query(checks)


def _when_there_is(path: Path, act: Callable[[], None]) -> threading.Thread:
    def watch() -> None:
        until = time.monotonic() + MINUTES * 60
        while not path.exists() and time.monotonic() < until:
            time.sleep(0.1)
        act()

    watcher = threading.Thread(target=watch)
    watcher.start()
    return watcher


@pytest.mark.parametrize("seed", [int(seed) for seed in os.environ.get("NEDSLAG_SPARK_SEEDS", "4").split(",")])
def test_a_random_programme_is_the_same_at_a_spark_connect_server(seed: int, tmp_path: Path) -> None:
    """Its tables are at an address, as in an object storage, from where the night fetches them."""
    population = draw_population(seed)
    programme = (("NEDSLAG_AS_OF", population.as_of.isoformat()), ("NEDSLAG_PSEUDONYM_KEY", population.key))
    # Once for both: a workbook bears the time at which it was written.
    write_population(population, tmp_path / "landing")
    tables = (tmp_path / "tables").as_uri()
    with connect_server(tmp_path / "server", f"{tables}/spark") as address:
        at_server = (*ON_SPARK, ("NEDSLAG_SPARK_MASTER", address), ("NEDSLAG_SPARK_TABLES", tables))
        products = []
        for name, engine in {"duckdb": (), "spark": at_server}.items():
            product = Product(tmp_path / name, (*programme, *engine))
            shutil.copytree(tmp_path / "landing", product.data_dir / "landing")
            outcome = product.run("nightly")
            assert outcome.returncode == 0, outcome.stderr
            products.append(product)
    assert not _differences(*products)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"NEDSLAG_SPARK_MASTER": "spark://127.0.0.1:1"}, "Nobody answers at spark://127.0.0.1:1"),
        ({"NEDSLAG_SPARK_TABLES": "/proc/nowhere"}, "NEDSLAG_SPARK_TABLES must be a folder"),
        ({"NEDSLAG_SPARK_LAKE": "/nowhere"}, "NEDSLAG_SPARK_LAKE must say where"),
        ({"NEDSLAG_SPARK_DRIVER_HOST": "203.0.113.1"}, "NEDSLAG_SPARK_DRIVER_HOST"),
    ],
)
def test_a_wrong_setting_stops_the_night_at_once(
    variables: dict[str, str], words: str, after_first_night: Callable[[], Product]
) -> None:
    product = after_first_night()
    before = product.tables("marts", "report", "open_data")
    outcome = product.run("nightly", NEDSLAG_ENGINE="spark", **variables)
    assert outcome.returncode == 1
    assert words in outcome.stderr
    assert product.tables("marts", "report", "open_data") == before


def test_a_cluster_without_workers_stops_the_night(tmp_path: Path) -> None:
    with spark_cluster(tmp_path / "cluster", workers=0) as cluster:
        settings = Settings(tmp_path / "data", engine="spark", spark=Spark(cluster.master))
        prepare_lake(settings.lake)
        with pytest.raises(SettingsError, match="No worker of spark://"):
            check_cluster(settings, patience=20)


def test_a_server_of_something_else_stops_the_night_and_its_token_is_shown_nowhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with ThreadingHTTPServer((LOOPBACK, 0), BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        spark = Spark(f"sc://{LOOPBACK}:{server.server_port}/;token=secret")
        settings = Settings(tmp_path / "data", engine="spark", spark=spark)
        prepare_lake(settings.lake)
        with pytest.raises(SettingsError, match="No session was opened at sc://") as told:
            check_cluster(settings, patience=20)
        server.shutdown()
    assert "secret" not in "".join((str(told.value), *capfd.readouterr()))


def test_a_server_that_keeps_its_tables_elsewhere_stops_the_night(tmp_path: Path) -> None:
    with connect_server(tmp_path / "server", str(tmp_path / "elsewhere")) as address:
        settings = Settings(tmp_path / "data", engine="spark", spark=Spark(address))
        prepare_lake(settings.lake)
        with pytest.raises(SettingsError, match=r"start it with `--conf spark.sql.warehouse.dir="):
            check_cluster(settings)


def test_without_java_it_says_what_to_do(tmp_path: Path) -> None:
    outcome = Product(tmp_path).run("nightly", NEDSLAG_ENGINE="spark", JAVA_HOME=str(tmp_path))
    assert outcome.returncode == 2
    assert "apt-get install" in outcome.stderr
