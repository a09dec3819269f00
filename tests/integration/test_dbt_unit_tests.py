"""The rules of the definitions as dbt unit tests, and every data test, on a lake into which nothing has been
delivered.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from dagster_project import records
from dagster_project.dbt_at_hand import DBT_PROCESS
from dagster_project.door.intake import SOURCES, prepare_lake, take_in
from dagster_project.settings import ENGINES, Settings
from tests.support.spark import JAVA, quick_spark


@pytest.mark.parametrize("engine", ENGINES)
def test_every_rule_holds_and_an_empty_lake_builds(engine: str, tmp_path: Path) -> None:
    # Java is the machine's own, as the browser is: no package of the lock has one that starts Spark.
    if engine == "spark" and JAVA is None:
        pytest.skip("Spark needs a Java, and none is on this machine")
    settings = Settings(data_dir=tmp_path / "nothing delivered's", engine=engine)
    prepare_lake(settings.lake)
    records.begin_run(settings.lake, records.Run("none", records.now(), settings.as_of()), in_force=None)
    records.write_checks(settings.lake, "none", [])
    night = {
        "run_id": ["none"],
        "as_of": [date(2021, 9, 1)],
        "looks_back": [False],
        "started_at": [datetime(2021, 9, 1)],
        "demonstration": [False],
        "code_version": ["test"],
    }
    pl.DataFrame(night).write_parquet(settings.lake / "ledger" / "night.parquet")
    for source in SOURCES:
        take_in(
            source,
            landing=settings.landing,
            lake=settings.lake,
            as_of=date(2021, 9, 1),
            pseudonym_key="key",
            projects=frozenset({"MA"}),
            limits=settings.limits,
        )
    settings.warehouse.parent.mkdir(parents=True)
    build = subprocess.run(
        [sys.executable, "-P", str(DBT_PROCESS), "build", "--project-dir", str(settings.dbt_project)],
        env={**os.environ, **settings.dbt_environment(), **quick_spark(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert build.returncode == 0, build.stdout[-4000:]
    results = json.loads((settings.dbt_target / "run_results.json").read_bytes())["results"]
    unit_tests = [result for result in results if result["unique_id"].startswith("unit_test.")]
    assert len(unit_tests) >= 25
    assert {result["status"] for result in unit_tests} == {"pass"}
