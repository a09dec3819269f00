"""The evaluation page in a real browser: for every reader, on every screen, on paper, and without the network."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise, product
from pathlib import Path

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, sync_playwright

from dagster_project.measures import read_measures
from dagster_project.published_tables import Column, ForeignKey, TableDefinition
from dagster_project.report.dictionary import write_dictionary
from dagster_project.report.page import write_pages
from tests.support.evaluation_sample import FACTS, Programme

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
EDITIONS = ("evaluation", "open_data")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
Open = Callable[..., Page]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine, and none is downloaded")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pages of a small programme."""
    folder = tmp_path_factory.mktemp("pages")
    with duckdb.connect() as connection:
        Programme(projects=("A", "B")).write(connection)
        write_pages(connection, folder, facts=FACTS)
    column = Column("person", "string", "Who, in as many words as it takes to fill a line on a narrow screen.", True)
    people = TableDefinition("marts", "people", "One row per person.", (column,), primary_key=("person",))
    visits = TableDefinition("marts", "visits", "Visits.", (column,), foreign_keys=(ForeignKey("person", "people"),))
    write_dictionary(folder, [people, visits], read_measures(), FACTS.code_version)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, folder: Path) -> Iterator[Open]:
    """Opens an edition; whatever it asks of others, or its script breaks over, fails the test."""
    asked: list[str] = []
    broken: list[str] = []
    contexts = []

    def note(request: Request) -> None:
        if not request.url.startswith(("file:", "data:")):
            asked.append(request.url)

    def open_(
        edition: str, *, language: str = "da", scheme: str = "light", screen: dict[str, int] = DESK, script: bool = True
    ) -> Page:
        context = browser.new_context(color_scheme=scheme, viewport=screen, java_script_enabled=script)
        contexts.append(context)
        context.set_offline(True)
        page = context.new_page()
        page.on("request", note)
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto((folder / f"{edition}.html").as_uri())
        if language == "en":
            page.locator("#language").click()
        return page

    yield open_
    for context in contexts:
        context.close()
    assert asked == []
    assert broken == []


@pytest.mark.parametrize(("edition", "scheme", "language"), list(product(EDITIONS, ("light", "dark"), ("da", "en"))))
def test_the_accessibility_checker_finds_nothing_serious(
    open_page: Open, edition: str, scheme: str, language: str
) -> None:
    page = open_page(edition, scheme=scheme, language=language)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert _serious(page) == []


def _serious(page: Page) -> list[tuple[str, str]]:
    return [
        (rule["id"], node["html"][:200])
        for rule in Axe().run(page).response["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_the_data_dictionary_is_accessible_and_its_keys_lead_to_their_tables(
    open_page: Open, screen: dict[str, int]
) -> None:
    page = open_page("data_dictionary", screen=screen)
    assert _serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
    page.get_by_role("link", name="marts.people").last.click()
    assert page.url.endswith("#marts-people")
    assert page.locator("#marts-people").is_visible()


@pytest.mark.parametrize("edition", EDITIONS)
def test_headings_are_in_order_and_the_landmarks_are_there(open_page: Open, edition: str) -> None:
    page = open_page(edition)
    levels = [int(name[1]) for name in page.eval_on_selector_all("h1, h2, h3, h4", "all => all.map(h => h.tagName)")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for landmark in ("header", "nav", "main", "footer"):
        assert page.locator(landmark).count() == 1
    targets = page.eval_on_selector_all("a[href^='#']", "all => all.map(a => a.getAttribute('href').slice(1))")
    assert [name for name in targets if page.locator(f"[id='{name}']").count() != 1] == []


def test_the_keyboard_changes_the_language(open_page: Open) -> None:
    page = open_page("evaluation")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title() == "Evaluation of Seniorpuljen 2018-2020"
    assert page.locator("h1 .en").is_visible()
    assert page.locator(".da:visible").count() == 0


def test_the_keyboard_opens_the_home_of_a_number(open_page: Open) -> None:
    page = open_page("evaluation")
    number = page.locator("button.number:visible").first
    home = page.locator(f"[id='{number.get_attribute('popovertarget')}']")
    number.focus()
    page.keyboard.press("Enter")
    assert home.is_visible()
    assert "dbt/models/report/recruitment.sql" in home.inner_text()
    page.keyboard.press("Escape")
    assert not home.is_visible()
    assert page.evaluate("document.activeElement.className") == "number"


def test_the_keyboard_opens_the_home_of_an_exhibit(open_page: Open) -> None:
    page = open_page("open_data")
    page.locator("#figure_5 .whence summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("#figure_5 .home").is_visible()


@pytest.mark.parametrize(("edition", "language"), list(product(EDITIONS, ("da", "en"))))
def test_a_phone_needs_no_sideways_scrolling(open_page: Open, edition: str, language: str) -> None:
    page = open_page(edition, language=language, screen=PHONE)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize(("screen", "language"), list(product((PHONE, DESK), ("da", "en"))))
def test_what_pictures_say_is_legible_and_stays_inside(open_page: Open, screen: dict[str, int], language: str) -> None:
    page = open_page("evaluation", screen=screen, language=language)
    assert page.evaluate(_SMALLEST_TEXT) >= 11
    assert page.evaluate(_TEXT_OUTSIDE) == []


def test_without_script_the_page_is_danish_and_whole(open_page: Open) -> None:
    page = open_page("evaluation", script=False)
    assert not page.locator("#language").is_visible()
    assert page.locator("h1 .da").is_visible()


@pytest.mark.parametrize("edition", EDITIONS)
def test_it_prints_on_a4(open_page: Open, edition: str) -> None:
    printed = open_page(edition).pdf(prefer_css_page_size=True, print_background=False)
    sizes = {tuple(map(float, size)) for size in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)}
    assert {(round(width), round(height)) for width, height in sizes} == {(595, 842)}


def test_what_cannot_be_used_on_paper_is_not_printed(open_page: Open) -> None:
    page = open_page("evaluation")
    page.emulate_media(media="print")
    assert not page.locator("#language, .tools, [popover], nav").filter(visible=True).count()
    assert page.locator("#figure_5 .source").is_visible()


_SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll("svg")]
    .filter(picture => picture.clientWidth)
    .map(picture => 12 * picture.getBoundingClientRect().width / picture.viewBox.baseVal.width))"""
_TEXT_OUTSIDE = """() => [...document.querySelectorAll("svg")].flatMap(picture => {
    const frame = picture.getBoundingClientRect();
    return [...picture.querySelectorAll("text")]
        .filter(text => {
            const box = text.getBoundingClientRect();
            return box.width && (box.left < frame.left - 16 || box.right > frame.right + 16);
        })
        .map(text => text.textContent);
})"""
