"""What the machine may do to a night: each time a message that says what to do, and yesterday's marts stand."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from dagster_project import records
from tests.support.product import ROOT, Product
from tests.support.receivers import web_server

Copy = Callable[[], Product]
Tables = dict[str, list[tuple[object, ...]]]

# A user namespace: its mounts end with it, and an administrator's rights do not reach beyond it.
_may_unshare = bool(shutil.which("unshare")) and not subprocess.run(["unshare", "-Urm", "true"], check=False).returncode
needs_namespaces = pytest.mark.skipif(not _may_unshare, reason="this machine lets no test have a user namespace")


def _report(product: Product) -> Tables:
    return product.tables("marts", "report", "open_data")


@needs_namespaces
@pytest.mark.parametrize("free_kilobytes", [0, 6_000])
def test_a_full_disk(after_first_night: Copy, tmp_path: Path, free_kilobytes: int) -> None:
    """At the very beginning, and at several places further on; with room again the next night is as if nothing was."""
    product = after_first_night()
    disk = tmp_path / "disk"
    disk.mkdir()
    python = product.command()[0]
    query = "select count(*), sum(n), count(distinct status) from report.status_by_horizon"
    marts = f"duckdb.connect('{disk}/marts/nedslag.duckdb', read_only=True)"
    look = f"import duckdb; print({marts}.execute('{query}').fetchall())"
    script = f"""
        mount -t tmpfs -o size=2g tmpfs "{disk}"
        cp -a "{product.data_dir}/." "{disk}"
        used=$(df --output=used -k "{disk}" | tail -1)
        mount -o remount,size=$((used + {free_kilobytes}))k "{disk}"
        "{python}" -m dagster_project nightly; echo "exit status $?"
        "{python}" -c "{look}"
        mount -o remount,size=2g "{disk}"
        "{python}" -m dagster_project nightly; echo "exit status $?"
        "{python}" -c "{look}"
    """
    with web_server() as (posted, webhook_url):
        outcome = subprocess.run(
            ["unshare", "-Urm", "sh", "-c", script],
            cwd=ROOT,
            env=product.variables(NEDSLAG_DATA_DIR=str(disk), NEDSLAG_ALERT_WEBHOOK_URL=webhook_url),
            capture_output=True,
            text=True,
            check=False,
        )
    figures = str(product.query(query))
    said = [line for line in outcome.stdout.splitlines() if line.startswith(("exit", "["))]
    assert said[0] in ("exit status 1", "exit status 2"), outcome.stderr
    assert said[1:] == [figures, "exit status 0", figures], outcome.stderr
    for words in (outcome.stderr, posted[0]["text"]):
        assert f"The disk of {disk} is full. Make room there" in words
        assert "Traceback" not in words


@needs_namespaces
@pytest.mark.parametrize("place", [".", "warehouse", "published"])
def test_a_folder_that_may_not_be_written(after_first_night: Copy, place: str) -> None:
    product = after_first_night()
    before = _report(product)
    folder = product.data_dir / place
    folder.chmod(0o500)
    with web_server() as (posted, webhook_url):
        outcome = subprocess.run(
            ["unshare", "--user", *product.command("nightly")],
            cwd=ROOT,
            env=product.variables(NEDSLAG_ALERT_WEBHOOK_URL=webhook_url),
            capture_output=True,
            text=True,
            check=False,
        )
    folder.chmod(0o700)
    assert outcome.returncode in (1, 2), outcome.stderr
    for words in (outcome.stderr, posted[0]["text"]):
        assert f"Something in {product.data_dir} may not be read or written" in words
        assert "Traceback" not in words
    assert _report(product) == before


def test_working_files_that_are_broken_are_made_anew(after_first_night: Copy) -> None:
    """Nothing after the lake matters: the database, its log, and what dbt remembers."""
    product = after_first_night()
    before = _report(product)
    warehouse = product.data_dir / "warehouse"
    for name in ("working.duckdb", "working.duckdb.wal", "dbt/partial_parse.msgpack", "dbt/run_results.json"):
        (warehouse / name).write_bytes(b"broken" * 1000)
    outcome = product.run("nightly")
    assert outcome.returncode == 0, outcome.stderr
    assert _report(product) == before


def test_a_clock_in_the_past(after_first_night: Copy) -> None:
    """Told apart from an operator who looks back; one that was wrong before can be set right with one command."""
    product = after_first_night()
    before = _report(product)
    runs = (product.data_dir / "lake" / "records" / "runs").glob("*.parquet")
    (record,) = (path for path in runs if not path.name.startswith("0_"))
    frame = pl.read_parquet(record)
    frame.with_columns(started_at=pl.lit(records.now() + timedelta(days=3))).write_parquet(record)
    outcome = product.run("nightly")
    assert outcome.returncode == 1
    assert "The machine's clock says" in outcome.stderr
    assert "NEDSLAG_AS_OF=<today> make nightly" in outcome.stderr
    assert _report(product) == before
    assert product.run("nightly", NEDSLAG_AS_OF=records.now().date().isoformat()).returncode == 0
    assert product.run("nightly").returncode == 0
    assert _report(product) == before


def test_a_night_that_takes_too_long_is_ended(after_first_night: Copy) -> None:
    product = after_first_night()
    before = _report(product)
    with web_server() as (posted, webhook_url):
        outcome = product.run("nightly", NEDSLAG_MAX_NIGHT_MINUTES="0.05", NEDSLAG_ALERT_WEBHOOK_URL=webhook_url)
    assert outcome.returncode == 1
    for words in (outcome.stderr, posted[0]["text"]):
        assert "the run was ended after 0.05 minutes, as NEDSLAG_MAX_NIGHT_MINUTES says" in words
    assert _report(product) == before
    assert product.run("nightly").returncode == 0
    assert ("interrupted",) in product.query("select outcome from ops.runs")


def test_what_nobody_foresaw_quotes_nothing(after_first_night: Copy) -> None:
    """A lake table that is no Parquet any more: the library's words stay in the log."""
    product = after_first_night()
    before = _report(product)
    for path in (product.data_dir / "lake" / "ledger" / "in_force").iterdir():
        path.unlink()
        path.mkdir()
    with web_server() as (posted, webhook_url):
        outcome = product.run("nightly", NEDSLAG_ALERT_WEBHOOK_URL=webhook_url)
    assert outcome.returncode == 1
    for words in (outcome.stderr, posted[0]["text"]):
        assert re.search(r"lake__ledger_night: something that nobody foresaw \(\w+\)\. Every word", words)
        assert "parquet" not in words
    assert _report(product) == before
