"""Where Dagster keeps its history: files, or a real PostgreSQL."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from dagster_project.night import instance_home
from dagster_project.settings import Settings, SettingsError
from tests.support.postgres import Server, query
from tests.support.product import Product


@dg.job
def job() -> None:
    pass


def _files_with(text: str, folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_history_goes_to_postgres_and_the_address_to_no_file(tmp_path: Path, postgres: Server) -> None:
    url = make_conninfo(postgres.database(), password="p@ss/w %ord")
    settings = Settings(tmp_path, dagster_postgres_url=url)
    before = dict(os.environ)
    with instance_home(settings), dg.DagsterInstance.get() as instance:
        run_id = job.execute_in_process(instance=instance).run_id
        assert "p@ss" not in instance.info_str()
    assert dict(os.environ) == before
    assert query(url, "SELECT run_id, status FROM runs") == [(run_id, "SUCCESS")]
    assert _files_with("ss/w", tmp_path) == []
    with instance_home(settings), dg.DagsterInstance.get() as again:
        assert [run.run_id for run in again.get_runs()] == [run_id]


def test_without_the_setting_history_stays_in_the_folder(tmp_path: Path) -> None:
    with instance_home(Settings(tmp_path)), dg.DagsterInstance.get() as instance:
        run_id = job.execute_in_process(instance=instance).run_id
    assert _files_with(run_id, tmp_path / "dagster")


@pytest.mark.parametrize("command", [["nightly"], ["webserver"], ["daemon"], ["daemon", "--check"], ["ui"]])
def test_a_server_that_is_not_there_is_told_without_the_password(command: list[str], tmp_path: Path) -> None:
    product = Product(tmp_path)
    url = "postgresql://dagster:hemmelig@127.0.0.1:1/dagster"
    outcome = product.run(*command, NEDSLAG_DAGSTER_POSTGRES_URL=url, NEDSLAG_PSEUDONYM_KEY="k")
    assert outcome.returncode == 2
    words = outcome.stdout + outcome.stderr
    assert "Stopped: Dagster's history at 127.0.0.1:1/dagster cannot be reached" in words
    assert "NEDSLAG_DAGSTER_POSTGRES_URL" in words
    assert "hemmelig" not in words


def test_an_address_that_cannot_be_read_is_told_without_the_password(tmp_path: Path) -> None:
    settings = Settings(tmp_path, dagster_postgres_url="postgresql//dagster:hemmelig@127.0.0.1/dagster")
    with pytest.raises(SettingsError, match="Write it as postgresql://") as told, instance_home(settings):
        pass
    assert "hemmelig" not in str(told.value)


def test_a_user_who_may_not_create_tables_is_told_so(tmp_path: Path, postgres: Server) -> None:
    url = postgres.database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE guest LOGIN")
    settings = Settings(tmp_path, dagster_postgres_url=make_conninfo(url, user="guest"))
    with pytest.raises(SettingsError, match="may not create tables"), instance_home(settings):
        pass
