"""The demonstration, written once for all tests of this folder, and what a plain reader finds in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.demo import Demonstration, write_demonstration
from tests.unit.demo.readback import Enrolment, read_programme


@pytest.fixture(scope="session")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demonstration") / "landing"


@pytest.fixture(scope="session")
def demonstration(landing: Path) -> Demonstration:
    return write_demonstration(landing)


@pytest.fixture(scope="session")
def programme(demonstration: Demonstration, landing: Path) -> list[Enrolment]:
    return read_programme(landing)
