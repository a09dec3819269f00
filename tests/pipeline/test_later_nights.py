"""What a second night, an earlier day, a stop, a kill and a wrong setting do."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl

from dagster_project.door.pseudonym import participant_id
from tests.support.leaks import texts_outside_landing
from tests.support.product import ROOT, Product
from tests.support.receivers import mail_server, web_server

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


def test_a_failed_night_over_keys_in_every_place_shows_none(after_first_night: Copy, tmp_path: Path) -> None:
    """In names, headings, sheets, cells of the wrong column and bad keys; the night fails at a threshold."""
    product = after_first_night()
    landing = product.data_dir / "landing"
    cpr = next(iter(_keys((landing / "consent" / "samtykker_2021-08-15.csv").read_text(encoding="utf-8-sig"))))
    told = f"{cpr[:6]}-{cpr[6:]}"
    rows = [
        f"CPR-nr.;Projekt;Afgivet;Tilbagekaldt;Omfang;{told}",
        f"{told}x;MA;{cpr};;;",
        f"{cpr};{told};01-01-2020;;{cpr};",
    ]
    (landing / "consent" / f"{told} {cpr}_2021-10-01.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (landing / "results" / f"{cpr}_2021-10-01.csv").write_text(
        "Projekt;Indikator;Mål;Resultat;Enhed;Opgjort;Kilde\n"
        f"MA;Ring {told};{cpr};;antal;;{cpr}\nMA;Ring {told};1;;antal;;{cpr}\n",
        encoding="utf-8",
    )
    (landing / cpr).mkdir()
    (landing / cpr / f"{told}_2021-10-01.csv").write_text(told, encoding="utf-8")
    strict = tmp_path / "expectations"
    shutil.copytree(ROOT / "expectations", strict)
    thresholds = (strict / "thresholds.csv").read_text(encoding="utf-8")
    (strict / "thresholds.csv").write_text(thresholds.replace(",warn,", ",error,"), encoding="utf-8")
    outcome = product.run(
        "nightly", NEDSLAG_EXPECTATIONS_DIR=str(strict), NEDSLAG_PSEUDONYM_KEY="nedslag-demonstration"
    )
    assert outcome.returncode == 1
    places = [("output", outcome.stdout + outcome.stderr), *texts_outside_landing(product.data_dir)]
    assert [place for place, text in places if cpr in text or told in text] == []


def test_nights_after_the_retention_has_emptied_landing_give_the_same_marts(after_first_night: Copy) -> None:
    product = after_first_night()
    before = product.tables("marts", "report")
    key = {"NEDSLAG_PSEUDONYM_KEY": "nedslag-demonstration"}
    assert product.run("nightly", **key, NEDSLAG_LANDING_RETENTION_DAYS="0").returncode == 0
    assert not [path for path in (product.data_dir / "landing").rglob("*") if path.is_file()]
    outcome = product.run("nightly", **key)
    assert outcome.returncode == 0, outcome.stderr
    assert product.tables("marts", "report") == before
    assert product.query("select count(*) from ops.deliveries where purged_on is null") == [(0,)]


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
    assert second.returncode == 2
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


def test_a_withdrawal_leaves_no_row_of_the_person_anywhere(after_first_night: Copy) -> None:
    """Lake files of earlier nights, working database, marts, Parquet and older published sets."""
    product = after_first_night()
    key = {"NEDSLAG_PSEUDONYM_KEY": "nedslag-demonstration"}
    ((person, project),) = product.query(
        "select participant_id, any_value(project_code) from marts.enrolments where answered and in_register "
        "group by 1 having count(*) = 1 order by 1 limit 1"
    )
    assert product.run("nightly", **key).returncode == 0
    assert _places_with(person, product.data_dir)
    log = max((product.data_dir / "landing" / "consent").iterdir())
    text = log.read_text(encoding="utf-8-sig")
    cpr = next(cpr for cpr in _keys(text) if participant_id("nedslag-demonstration", cpr) == person)
    heading = text.splitlines()[0]
    row = {"CPR-nr.": cpr, "Projekt": project, "Afgivet": "01-01-2018", "Tilbagekaldt": "01-10-2021", "Omfang": ""}
    line = ";".join(row[name] for name in heading.split(";"))
    log.with_name("samtykker_2021-10-01.csv").write_text(f"{text.rstrip()}\n{line}\n", encoding="utf-8")
    outcome = product.run("nightly", **key)
    assert outcome.returncode == 0, outcome.stderr
    assert _places_with(person, product.data_dir) == []
    assert product.query(
        f"select consents_survey, in_register from marts.enrolments where participant_id = '{person}'"
    ) == [(False, False)]
    proof = "assert_nobody_without_standing_consent_is_in_the_lake"
    assert (True,) in product.query(f"select success from ops.check_results where expectation = '{proof}'")


def _keys(text: str) -> set[str]:
    return {first + last for first, last in re.findall(r"(?<!\d)(\d{6})-?(\d{4})(?!\d)", text)}


def _places_with(person: str, data_dir: Path) -> list[str]:
    """Survey and register tables with a row of the person, or with a respondent's row in the marts."""
    personal = ("survey", "register", "status_at", "benefit_", "int_register", "int_survey")
    found = []
    for path in sorted(data_dir.rglob("*.parquet")):
        name = path.parent.name if "lake" in path.parts else path.stem
        if name.startswith(personal) and person in str(pl.read_parquet(path).to_dicts()):
            found.append(str(path))
    for path in sorted(data_dir.rglob("*.duckdb")):
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
            for schema, name in tables:
                rows = connection.execute(f'from "{schema}"."{name}"').fetchall() if name.startswith(personal) else []
                if person in str(rows):
                    found.append(f"{path} {name}")
            looked_at = connection.execute(
                "select count(*) from marts.enrolments left join marts.survey_responses using (enrolment_id) "
                "where participant_id = ? and (in_register or sex is not null or respondent_id is not null)",
                [person],
            ).fetchall()
            if looked_at != [(0,)]:
                found.append(f"{path} enrolments")
    return found


def test_a_server_that_is_down_leaves_yesterdays_marts_and_somebody_is_told_what_to_do(after_first_night: Copy) -> None:
    product = after_first_night()
    in_force = (product.data_dir / "marts").resolve()
    nowhere = "postgresql://me:hemmelig@127.0.0.1:1/nedslag"
    with mail_server() as (mails, smtp_url), web_server() as (posted, webhook_url):
        outcome = product.run(
            "nightly",
            NEDSLAG_POSTGRES_URL=nowhere,
            NEDSLAG_POSTGRES_PATIENCE_SECONDS="30",
            NEDSLAG_ALERT_SMTP_URL=smtp_url,
            NEDSLAG_ALERT_TO="a@x.dk",
            NEDSLAG_ALERT_WEBHOOK_URL=webhook_url,
        )
    assert outcome.returncode == 1
    (mail,) = mails
    assert mail["Subject"].startswith("Nedslag NOTHING PUBLISHED, 1 error")
    for words in (outcome.stderr, mail.get_content(), posted[0]["text"]):
        assert "PostgreSQL at 127.0.0.1:1/nedslag cannot be reached" in words
        assert "Start the server" in words
        assert "register coverage 36.36" in words
        assert "hemmelig" not in words
    assert (product.data_dir / "marts").resolve() == in_force


def test_a_night_that_cannot_begin_is_told_of(after_first_night: Copy) -> None:
    product = after_first_night()
    with web_server() as (posted, webhook_url):
        outcome = product.run("nightly", NEDSLAG_PSEUDONYM_KEY="another", NEDSLAG_ALERT_WEBHOOK_URL=webhook_url)
    assert outcome.returncode == 2
    assert "NEDSLAG_PSEUDONYM_KEY is not the key" in posted[0]["text"]
    assert "NOTHING PUBLISHED" in posted[0]["text"]


def test_a_backup_put_back_on_another_machine_gives_the_same_night(after_first_night: Copy, tmp_path: Path) -> None:
    product = after_first_night()
    before = product.tables("marts", "report", "open_data")
    backup = tmp_path / "nedslag.tar"
    assert product.run("backup", str(backup)).returncode == 0
    assert product.run("backup", str(backup)).returncode == 2  # never over another one
    other = Product(tmp_path / "another machine")
    assert other.run("restore", str(backup)).returncode == 0
    assert other.tables("marts", "report", "open_data") == before
    assert json.loads(other.run("health").stdout)["words"] == ""
    outcome = other.run("nightly")
    assert outcome.returncode == 0, outcome.stderr
    assert other.tables("marts", "report", "open_data") == before


def test_health_tells_of_a_set_that_is_too_old_or_not_there(after_first_night: Copy, tmp_path: Path) -> None:
    stale = after_first_night().run("health", "--hours", "0")
    assert stale.returncode == 1
    assert "hours old" in json.loads(stale.stdout)["words"]
    nothing = Product(tmp_path / "nothing").run("health")
    assert nothing.returncode == 1
    assert "Nothing is published" in json.loads(nothing.stdout)["words"]
