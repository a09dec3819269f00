"""The morning in the UI: the server as `make ui` starts it, over a random programme, with a night launched by a click.

The tests stand in the order of a morning. What needs no results is looked at while the night works.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from dagster_project.suites import load_expectations
from tests.support.dress import write_population
from tests.support.population import draw_population
from tests.support.product import ROOT, Product

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
LOOPBACK = "127.0.0.1"
LOOPBACK_IN_HEXADECIMAL = "0100007F"
LISTENING = "0A"
JOB = "/locations/nedslag/jobs/nightly"
PATIENCE = 60_000  # milliseconds, on a machine that does other things too
NIGHT = 600_000
ENDED = re.compile("^(Success|Failure|Canceled)$")
GROUPS = [
    *("1_landing", "2_lake", "2_reference_data", "3_staging", "4_intermediate", "5_marts", "6_report", "7_open_data"),
    *("8_operations", "9_published"),
]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine, and none is downloaded")


class Server:
    """The product's `ui` command on a free port, and every process that it has started."""

    def __init__(self, product: Product) -> None:
        with socket.socket() as free:
            free.bind((LOOPBACK, 0))
            self.port: int = free.getsockname()[1]
        self.product = product
        self._process = subprocess.Popen(
            product.command("ui", "--port", str(self.port)),
            cwd=ROOT,
            env=product.variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def wait_until_it_serves(self) -> None:
        assert self._process.stdout is not None
        said = []
        for line in self._process.stdout:
            said.append(line)
            if "Serving dagster-webserver" in line:
                # Nobody reads on; a full pipe would stop the server.
                threading.Thread(target=self._process.stdout.read, daemon=True).start()
                return
        pytest.fail("the server ended: " + "".join(said))

    def listens_on(self) -> set[tuple[str, int]]:
        """Address (as the kernel lists it) and port of every TCP socket on which any of its processes listens."""
        sockets = set()
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if os.getsid(int(process.name)) == self._process.pid:
                    for file in (process / "fd").iterdir():
                        # A file closed meanwhile must not hide the process's others.
                        with suppress(FileNotFoundError):
                            sockets.add(str(file.readlink()))
        rows = [
            row.split()
            for table in ("tcp", "tcp6")
            for row in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]
        ]
        places = [row[1].split(":") for row in rows if row[3] == LISTENING and f"socket:[{row[9]}]" in sockets]
        return {(address, int(port, 16)) for address, port in places}

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(30)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    population = draw_population(3)
    data_dir = tmp_path_factory.mktemp("morning")
    write_population(population, data_dir / "landing")
    # Without these the night is half as long, and what is looked at here is there.
    for source in ("survey", "register", "results"):
        shutil.rmtree(data_dir / "landing" / source)
    settings = {"NEDSLAG_AS_OF": population.as_of.isoformat(), "NEDSLAG_PSEUDONYM_KEY": population.key}
    server = Server(Product(data_dir, tuple(settings.items())))
    try:
        server.wait_until_it_serves()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def asked() -> set[str]:
    """Every host that a page has asked for something."""
    return set()


@pytest.fixture(scope="module")
def browser_context(server: Server, asked: set[str]) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        context = browser.new_context(
            base_url=f"http://{LOOPBACK}:{server.port}", viewport={"width": 1600, "height": 1400}
        )
        context.set_default_timeout(PATIENCE)
        context.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
        context.on("page", lambda page: page.on("websocket", lambda ws: asked.add(urlsplit(ws.url).netloc)))
        yield context
        browser.close()


@pytest.fixture
def page(browser_context: BrowserContext) -> Iterator[Page]:
    page = browser_context.new_page()
    yield page
    page.close()


@pytest.fixture(scope="module")
def launched(browser_context: BrowserContext) -> None:
    """The nightly job, started on its own page."""
    page = browser_context.new_page()
    page.goto(JOB)
    page.get_by_role("button", name="Materialize all").click()
    expect(page.get_by_text("Launched run")).to_be_visible(timeout=PATIENCE)
    page.close()


@pytest.fixture(scope="module")
def night(launched: None, browser_context: BrowserContext) -> None:
    """That night, when it has ended well."""
    page = browser_context.new_page()
    page.goto(f"{JOB}/runs")
    expect(page.get_by_text(ENDED)).to_have_text("Success", timeout=NIGHT)
    page.close()


def test_groups_tell_the_way_from_landing_to_published(launched: None, page: Page) -> None:
    page.goto("/asset-groups")
    names = page.get_by_text(re.compile(r"^\d_[a-z_]+$"))
    expect(names.filter(has_text="9_published").first).to_be_visible()
    assert list(dict.fromkeys(names.all_inner_texts())) == GROUPS


def test_links_lead_from_landing_to_the_report(launched: None, page: Page) -> None:
    page.goto("/assets/landing/monitoring")
    for step in (
        *("lake / monitoring_participants", "staging / stg_monitoring__participants", "intermediate / int_enrolments"),
        *("marts / enrolments", "report / data_basis", "published / evaluation", "published / nedslag"),
    ):
        page.get_by_role("link").filter(has=page.get_by_title(step, exact=True)).click()
        expect(page).to_have_url(re.compile(f"/assets/{step.replace(' / ', '/')}"))
    expect(page.get_by_text("What readers are given")).to_be_visible()


def test_nothing_is_open_to_other_machines(launched: None, server: Server) -> None:
    assert server.listens_on() == {(LOOPBACK_IN_HEXADECIMAL, server.port)}


def test_telemetry_is_off(server: Server, page: Page) -> None:
    page.goto("/")
    told = page.evaluate("JSON.parse(document.getElementById('initialization-data').textContent)")
    assert told["telemetryEnabled"] is False


@pytest.mark.usefixtures("night")
def test_the_night_stands_in_the_history_and_is_published(server: Server, page: Page) -> None:
    ((run_id, outcome),) = server.product.query("select run_id, outcome from ops.runs")
    assert outcome == "published"
    page.goto("/runs")
    expect(page.get_by_role("link", name=f"run {run_id[:8]}")).to_be_visible()
    expect(page.get_by_text(ENDED)).to_have_text("Success")


@pytest.mark.usefixtures("night")
def test_a_breach_shows_its_figure_its_threshold_and_the_reason(server: Server, page: Page) -> None:
    suite, name, subject, observed, threshold = server.product.query(
        "select suite, expectation, subject, observed, threshold from ops.check_results "
        "where not success and expectation = 'rejection_rate' order by all"
    )[0]
    asset = next(
        one.asset for one in load_expectations(ROOT / "expectations") if (one.suite, one.name) == (suite, name)
    )
    page.goto(f"/assets/{'/'.join(asset)}?view=checks&checkDetail={suite}__{name}")
    expect(page.get_by_text("Thresholds (")).to_be_visible()
    expect(page.get_by_text(f"{threshold:g}, else a warning.").first).to_be_visible()
    breach = re.compile(
        rf"{re.escape(subject)}: {name.replace('_', ' ')} {observed:.4g} is (below|above) {threshold:g} \(\w"
    )
    expect(page.get_by_text(breach)).to_be_visible()
    expect(page.get_by_text("Plots", exact=True)).to_be_visible()
    page.get_by_role("tab", name="Execution history").or_(page.get_by_text("Execution history")).first.click()
    expect(page.get_by_role("row").filter(has_text="Failed")).to_have_count(1)


@pytest.mark.usefixtures("night")
def test_a_data_test_shows_what_it_demands_and_found(page: Page) -> None:
    page.goto("/assets/marts/enrolments?view=checks&checkDetail=one_row_per_enrolments_enrolment_id")
    expect(page.get_by_text("are the key: never blank, and never twice")).to_be_visible()
    expect(page.get_by_text("0 failing rows; the threshold is 0.")).to_be_visible()


@pytest.mark.usefixtures("night")
def test_a_column_is_followed_down_to_the_heading_of_the_file(page: Page) -> None:
    page.goto("/assets/marts/enrolments")
    page.get_by_role("row").filter(has_text="where_columns_come_from").get_by_text("[Show Markdown]").click()
    age = page.get_by_role("dialog").get_by_role("row").filter(has_text="age_at_start").first
    expect(age).to_contain_text("intermediate/int_enrolments_in_register.age_at_start")
    expect(age).to_contain_text("lake/register_persons.birth_date")
    page.goto("/assets/lake/register_persons")
    expect(page.get_by_role("row").filter(has_text="birth_date")).to_contain_text("Heading foed_dag of the file.")


@pytest.mark.usefixtures("night")
def test_a_mart_shows_its_rows_its_deadline_and_whether_it_is_fresh(server: Server, page: Page) -> None:
    ((rows,),) = server.product.query("select count(*) from marts.enrolments")
    page.goto("/assets/marts/enrolments")
    expect(page.get_by_text("Row count").locator("..")).to_contain_text(f"{rows:,}")
    expect(page.get_by_text("Deadline: At 06:00 AM")).to_be_visible()
    expect(page.get_by_text("Passing").first).to_be_visible()
    page.get_by_role("button", name="Plots").click()
    expect(page.get_by_text("dagster/row_count")).to_be_visible()


@pytest.mark.usefixtures("night")
def test_no_page_has_asked_another_host(server: Server, asked: set[str]) -> None:
    assert asked - {""} == {f"{LOOPBACK}:{server.port}"}
