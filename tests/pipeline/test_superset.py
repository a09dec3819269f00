"""The dashboard in a real Superset and a real browser, on both copies; where `make superset` has installed one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

import psycopg
import pytest
from playwright.sync_api import Page, Response, sync_playwright
from psycopg.conninfo import conninfo_to_dict

from dagster_project.measures import read_measures
from dagster_project.postgres import ANALYST
from dagster_project.settings import PROJECT_ROOT
from tests.pipeline.conftest import FirstNight
from tests.support.product import Product

SUPERSET = PROJECT_ROOT / ".venv-superset" / "bin" / "python"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PROJECT = "MA"
_MINUTES = 5

pytestmark = [
    pytest.mark.skipif(not SUPERSET.exists(), reason="Superset is not installed here: `make superset` does it"),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]


@pytest.fixture(params=["duckdb", "postgresql"])
def dashboard(
    request: pytest.FixtureRequest, first_night: FirstNight, after_first_night: Callable[[], Product]
) -> Iterator[Page]:
    """The dashboard's page, signed in, with `make superset` running behind it."""
    folder = after_first_night().data_dir
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    variables = {**os.environ, "NEDSLAG_DATA_DIR": str(folder), "NEDSLAG_SUPERSET_PORT": port}
    if request.param == "postgresql":
        variables["NEDSLAG_SUPERSET_DATABASE"] = _analysts_address(first_night.postgres_url)
    with (folder.parent / "superset.log").open("wb") as log:
        server = subprocess.Popen(
            [SUPERSET, PROJECT_ROOT / "docs" / "bi" / "superset_local.py"], env=variables, stdout=log, stderr=log
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/health", server, Path(log.name))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            # A chart below the fold is not asked for before somebody scrolls to it.
            page = browser.new_page(viewport={"width": 1400, "height": 1400})
            page.set_default_timeout(_MINUTES * 60_000)
            page.goto(f"http://127.0.0.1:{port}/login/")
            page.fill("#username", "admin")
            page.fill("#password", (folder / "superset" / "password").read_text())
            page.click("button[type=submit], input[type=submit]")
            page.wait_for_url(lambda address: "login" not in address)
            yield page
            browser.close()
    finally:
        server.terminate()
        server.wait()


def _analysts_address(url: str) -> str:
    """The server's address for a user with the analyst's rights and no more."""
    with psycopg.connect(url, autocommit=True) as administrator:
        administrator.execute("drop role if exists superset_reader")
        administrator.execute("create role superset_reader login")
        administrator.execute(f"grant {ANALYST} to superset_reader".encode())
    parts = conninfo_to_dict(url)
    return f"postgresql+psycopg2://superset_reader@/{parts['dbname']}?host={quote(str(parts['host']), safe='')}"


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _MINUTES * 60
    while True:
        assert server.poll() is None, log.read_text()[-4000:]
        assert time.monotonic() < deadline, log.read_text()[-4000:]
        try:
            with urlopen(address):
                return
        except URLError:
            time.sleep(1)


def test_figure_5_is_the_reports_for_the_programme_and_for_a_project(dashboard: Page, first_night: FirstNight) -> None:
    origin = dashboard.url.split("/", 3)[2]
    answers: list[dict[str, Any]] = []
    loaded: list[str] = []

    def keep(response: Response) -> None:
        loaded.append(response.url)
        if "/api/v1/chart/data" in response.url:
            answers.extend(response.json()["result"])

    dashboard.on("response", keep)
    dashboard.goto(f"http://{origin}/superset/dashboard/nedslag-figur-5/")
    dashboard.get_by_text("Andele i procent og N").wait_for()
    dashboard.get_by_text("437", exact=True).first.wait_for()
    dashboard.locator("[class*=select-selector], [class*=select-content]").first.click()
    dashboard.keyboard.type(PROJECT)
    dashboard.get_by_title(PROJECT, exact=True).first.wait_for()
    dashboard.keyboard.press("Enter")
    dashboard.keyboard.press("Escape")
    dashboard.get_by_role("button", name="Apply filters").click()
    dashboard.get_by_text("52", exact=True).first.wait_for()
    dashboard.wait_for_load_state("networkidle")

    shown = {
        (PROJECT if f"'{PROJECT}'" in answer["query"] else "ALL", row["horizon_months"], name): float(value)
        for answer in answers
        for row in answer["data"]
        if "horizon_months" in row
        for name, value in row.items()
        if name != "horizon_months"
    }
    assert shown == pytest.approx(_report(first_night))
    assert [url for url in loaded if url.split("/", 3)[2:3] != [origin] and url.startswith("http")] == []


def _report(night: FirstNight) -> dict[tuple[str, int, str], float]:
    """What the dashboard must show, from the report's table."""
    shares = {
        share.numerator.expr.split("'")[1]: share.name
        for share in read_measures().shares.values()
        if "status = '" in share.numerator.expr
    }
    figures: dict[tuple[str, int, str], float] = {}
    for project, horizon, status, percent, denominator in night.product.query(
        "select project_code, horizon_months, status, pct, denominator from report.status_by_horizon "
        f"where project_code in ('ALL', '{PROJECT}') and denominator is not null"
    ):
        figures[project, horizon, shares[status]] = percent
        figures[project, horizon, "participations_in_percentages"] = denominator
    return figures
