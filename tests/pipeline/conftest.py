"""One demonstration night for all tests that only look, and copies of its folder for those that act."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.postgres import Server
from tests.support.product import Product


@dataclass(frozen=True)
class FirstNight:
    """The data folder after `python -m dagster_project run`, what that printed, and the copy in PostgreSQL."""

    product: Product
    outcome: subprocess.CompletedProcess[str]
    postgres_url: str


@pytest.fixture(scope="session")
def first_night(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> FirstNight:
    """The demonstration's first night, started as `make run` starts it; look, do not touch."""
    product = Product(tmp_path_factory.mktemp("demonstration") / "data folder's")
    url = postgres.database()
    outcome = product.run("run", NEDSLAG_POSTGRES_URL=url)
    assert outcome.returncode == 0, outcome.stderr
    return FirstNight(product, outcome, url)


@pytest.fixture
def after_first_night(first_night: FirstNight, tmp_path: Path) -> Callable[[], Product]:
    """A copy of the data folder after the first night, to act on."""

    def copy() -> Product:
        folder = tmp_path / "data"
        shutil.copytree(first_night.product.data_dir, folder, symlinks=True)
        return Product(folder)

    return copy
