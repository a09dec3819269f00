"""What a second night, an earlier day, a stop, a kill and a wrong setting do."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.product import ROOT, Product

Copy = Callable[[], Product]


def test_a_second_night_reads_nothing_again_and_gives_the_same_marts(after_first_night: Copy) -> None:
    product = after_first_night()
    before = product.tables("marts", "report")
    files = {path: path.stat().st_mtime_ns for path in (product.data_dir / "lake").glob("*/*-*.parquet")}
    assert product.run("nightly").returncode == 0
    assert {path: path.stat().st_mtime_ns for path in files} == files
    assert product.tables("marts", "report") == before
    assert product.query("select outcome from ops.runs") == [("published",), ("published",)]


def test_an_earlier_day_sees_only_what_was_delivered_by_then(after_first_night: Copy) -> None:
    product = after_first_night()
    dates = [
        row[0]
        for row in product.query(
            "select distinct extract_date from ops.deliveries where source = 'monitoring' order by 1"
        )
    ]
    day = dates[0]
    outcome = product.run("nightly", NEDSLAG_AS_OF=day.isoformat())
    assert outcome.returncode == 0, outcome.stderr
    late = product.query(f"select distinct status from ops.deliveries where extract_date > '{day}'")
    assert late == [("later",)]
    assert product.query("select count(*) from marts.enrolments")[0][0] < 604


def test_a_threshold_of_severity_error_publishes_nothing(after_first_night: Copy, tmp_path: Path) -> None:
    product = after_first_night()
    strict = tmp_path / "expectations"
    shutil.copytree(ROOT / "expectations", strict)
    lines = (strict / "thresholds.csv").read_text(encoding="utf-8").splitlines()
    lines = [
        line.replace(",warn,", ",error,") if line.startswith("coverage,register_coverage,*") else line for line in lines
    ]
    (strict / "thresholds.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    in_force = (product.data_dir / "marts").resolve()
    outcome = product.run("nightly", NEDSLAG_EXPECTATIONS_DIR=str(strict))
    assert outcome.returncode == 1
    assert "3F-S: register coverage 36.36 is below 50" in outcome.stderr
    assert "Nothing was published" in outcome.stderr
    assert (product.data_dir / "marts").resolve() == in_force
    assert product.run("nightly").returncode == 0
    assert sorted(row[0] for row in product.query("select outcome from ops.runs")) == [
        "failed",
        "published",
        "published",
    ]


def test_one_foreign_file_and_the_key_must_be_given(after_first_night: Copy) -> None:
    product = after_first_night()
    (product.data_dir / "landing" / "results" / "resultater_2021-10-01.csv").write_text(
        "Projekt;Indikator\n", encoding="utf-8"
    )
    outcome = product.run("nightly")
    assert outcome.returncode == 2
    assert "NEDSLAG_PSEUDONYM_KEY" in outcome.stderr


def test_a_refused_file_leaves_the_last_good_one_in_force(after_first_night: Copy) -> None:
    product = after_first_night()
    before = product.tables("marts")
    bad = product.data_dir / "landing" / "consent" / "samtykker_2021-10-01.csv"
    bad.write_text("CPR-nr.;Projekt\n", encoding="utf-8")
    outcome = product.run("nightly", NEDSLAG_PSEUDONYM_KEY="nedslag-demonstration")
    assert outcome.returncode == 0, outcome.stderr
    status, reason = product.query(f"select status, reason from ops.deliveries where file_name = '{bad.name}'")[0]
    assert status == "refused"
    assert reason
    assert product.tables("marts") == before


def test_two_runs_at_once_are_one_run_and_a_clear_message(after_first_night: Copy) -> None:
    product = after_first_night()
    first = subprocess.Popen(
        product.command("nightly"),
        cwd=ROOT,
        env=product.variables(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    record = product.data_dir / "lake" / "ledger" / "night.parquet"
    began = record.stat().st_mtime_ns
    while record.stat().st_mtime_ns == began and first.poll() is None:
        time.sleep(0.05)
    second = product.run("nightly")
    assert second.returncode == 1
    assert "Another run is working" in second.stderr
    assert first.wait() == 0


def test_a_killed_run_leaves_the_last_published_set_whole(after_first_night: Copy) -> None:
    """Kills at random moments; the set in force never changes and the next night is as if nothing had happened."""
    product = after_first_night()
    before = product.tables("marts", "report")
    in_force = (product.data_dir / "marts").resolve()
    moments = random.Random(7)
    for _ in range(3):
        night = subprocess.Popen(
            product.command("nightly"),
            cwd=ROOT,
            env=product.variables(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(moments.uniform(2, 14))
        os.killpg(night.pid, signal.SIGKILL)
        night.wait()
        assert product.tables("marts", "report") == before
    assert product.run("nightly").returncode == 0
    assert product.tables("marts", "report") == before
    outcomes = dict(product.query("select outcome, count(*) from ops.runs group by 1"))
    assert set(outcomes) <= {"published", "interrupted"}
    assert not in_force.exists() or (in_force / "nedslag.duckdb").exists()
