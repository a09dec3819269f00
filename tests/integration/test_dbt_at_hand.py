"""The dbt that is ready before it is asked for does what the one that is started anew does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dagster_project.dbt_at_hand import DBT_PROCESS, dbt_at_hand
from dagster_project.dbt_process import AT_HAND
from dagster_project.manifest import prepare_manifest
from dagster_project.settings import Settings

LIST = ("--quiet", "ls", "--resource-type", "model", "--select", "marts")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A data folder whose project has been read once."""
    settings = Settings(tmp_path_factory.mktemp("at hand"))
    prepare_manifest(settings)
    return settings


def _start(settings: Settings, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", str(DBT_PROCESS), *arguments],
        env={**os.environ, **settings.dbt_environment()},
        cwd=settings.dbt_project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _run(settings: Settings, *arguments: str) -> tuple[int, str]:
    process = _start(settings, *arguments)
    output = process.communicate(timeout=120)[0]
    return process.returncode, output


def _until_it_listens() -> None:
    until = time.monotonic() + 30
    while not Path(os.environ[AT_HAND]).exists() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.2)


def test_it_says_and_ends_as_one_that_is_started_anew(settings: Settings) -> None:
    started_anew = _run(settings, *LIST)
    assert started_anew[0] == 0
    assert "nedslag.marts.enrolments" in started_anew[1].splitlines()
    with dbt_at_hand(settings) as process:
        assert process is not None
        _until_it_listens()
        assert _run(settings, *LIST) == started_anew
        # It serves one; the next is started anew.
        assert process.wait(timeout=30) == 0
        assert _run(settings, *LIST) == started_anew
    assert AT_HAND not in os.environ


@pytest.mark.parametrize("arguments", [("build", "--select"), ("run-operation", "no_such_macro")])
def test_a_call_that_fails_fails(settings: Settings, arguments: tuple[str, ...]) -> None:
    anew = _run(settings, "--quiet", *arguments)
    with dbt_at_hand(settings):
        _until_it_listens()
        at_hand = _run(settings, "--quiet", *arguments)
    assert at_hand[0] == anew[0] != 0


def test_it_ends_with_its_caller(settings: Settings) -> None:
    with dbt_at_hand(settings) as process:
        assert process is not None
        _until_it_listens()
        caller = _start(settings, "build")
        assert caller.stdout
        assert caller.stdout.readline()  # it has begun
        caller.kill()
        caller.communicate()
        assert process.wait(timeout=60) == 0


def test_there_is_none_before_the_project_has_been_read(tmp_path: Path) -> None:
    with dbt_at_hand(Settings(tmp_path)) as process:
        assert process is None
