"""The evaluation page: what it shows, what it never shows, and what it says when there is nothing to show."""

from __future__ import annotations

import base64
import io
import json
import re
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pytest
import yaml
from python_calamine import CalamineWorkbook

from dagster_project.report.page import RunFacts, write_pages
from dagster_project.report.rows import agreeing, in_natural_order, whole
from dagster_project.report.texts import Both, number, percent, rounded, share
from dagster_project.settings import PROJECT_ROOT
from tests.support.evaluation_sample import FACTS, Programme
from tests.support.open_data import WITHOUT_TWIN

REPORT = PROJECT_ROOT / "dagster_project" / "report"
TABLES = (
    "activity_reach",
    "activity_timeline",
    "coverage",
    "data_basis",
    "definition_sensitivity",
    "definitions",
    "industry_change",
    "participant_flow",
    "participant_profile",
    "percentage_feasibility",
    "project_results",
    "published_comparison",
    "recruitment",
    "representativeness",
    "source_agreement",
    "status_by_background",
    "status_by_background_project",
    "status_by_horizon",
    "status_reweighted",
    "status_transitions",
    "status_weeks",
    "survey_dispositions",
    "survey_distribution",
    "time_to_job",
)


class Page(HTMLParser):
    """A page as its reader has it: text without styles and scripts, and the files it carries."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.files: dict[str, str] = {}
        self._text: list[str] = []
        self._silent = False
        self.feed(html)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._text).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = tag in ("style", "script")
        given = dict(attrs)
        if given.get("download"):
            self.files[str(given["download"])] = str(given["href"])

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._text.append(data)

    def csv(self, name: str) -> list[list[str]]:
        """Lines of a CSV file, split at every semicolon."""
        text = unquote(self.files[name].partition(",")[2]).removeprefix("\N{BYTE ORDER MARK}")
        return [line.split(";") for line in text.splitlines()]

    def sheet(self, name: str) -> list[list[object]]:
        """Cells of a workbook's first sheet."""
        content = base64.b64decode(self.files[name].partition(",")[2])
        return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def draw(programme: Programme, folder: Path, *, facts: RunFacts = FACTS, change: str = "") -> tuple[Page, Page]:
    """The evaluator's page and the open one, of a programme after a change of its tables."""
    with duckdb.connect() as connection:
        programme.write(connection)
        connection.execute(change or "SELECT 1")
        return tuple(Page(path.read_text(encoding="utf-8")) for path in write_pages(connection, folder, facts=facts))


def to_every_table(statement: str) -> str:
    """A change of every table of both editions."""
    return "; ".join(
        f"{statement} {schema}.{table}"
        for schema, table in product(("report", "open_data"), TABLES)
        if schema == "report" or table not in WITHOUT_TWIN
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Page, Page]:
    return draw(Programme(projects=("A", "B")), tmp_path_factory.mktemp("pages"))


@pytest.mark.parametrize(("n", "of", "decimals", "expected"), [(1, 200, 0, "1"), (1, 8, 0, "13"), (1, 8, 1, "12.5")])
def test_a_share_is_rounded_half_up_from_its_counts(n: int, of: int, decimals: int, expected: str) -> None:
    assert str(share(n, of, decimals)) == expected


@pytest.mark.parametrize(("value", "expected"), [(0.5, "1"), (2.5, "3"), (-0.4, "0"), (-1.25, "-1")])
def test_a_number_is_rounded_half_up_once(value: float, expected: str) -> None:
    assert str(rounded(value)) == expected


def test_numbers_are_written_as_each_language_writes_them() -> None:
    assert number(1776.25, 1) == Both("1.776,3", "1,776.3")
    assert number(-0.125, 2) == Both("−0,12", "−0.12")
    assert percent(40) == Both("40\N{NO-BREAK SPACE}%", "40%")


def test_a_sum_with_a_hidden_part_is_hidden() -> None:
    assert whole([{"n": 1}, {"n": None}], "n") is None
    row = {"denominator": 10, "agrees": True, "small_n": True, "suppressed": True, "n": None}
    assert agreeing([row])["pct"] is None


def test_bands_stand_in_the_order_of_their_numbers() -> None:
    assert in_natural_order(["10+", "3F", "5-9", "0", "DSA"]) == ["3F", "DSA", "0", "5-9", "10+"]


def test_the_page_is_in_danish_and_carries_english(pages: tuple[Page, Page]) -> None:
    for page in pages:
        assert '<html lang="da"' in page.html
        assert "Hovedresultater" in page.text
        assert "Key findings" in page.text
        assert page.html.count('class="da"') == page.html.count('class="en"')


def test_a_finding_has_its_numbers_and_each_number_its_home(pages: tuple[Page, Page]) -> None:
    html = pages[0].html
    assert 'popovertarget="employment-share">25\N{NO-BREAK SPACE}%</button>' in html
    home = html[html.index('id="employment-share"') :].partition("</dl>")[0]
    for part in (
        "report.status_by_horizon",
        "project_code = ALL, horizon_months = 12, status = employment",
        "dbt/models/report/status_by_horizon.sql",
        "20 of 80",
        "register_fil_2021-08-15.csv",
        FACTS.code_version,
    ):
        assert part in home


def test_every_home_is_a_model_of_this_project(pages: tuple[Page, Page]) -> None:
    for page in pages:
        named = set(re.findall(r"dbt/models/[a-z_/]+\.sql", page.text))
        assert len(named) >= len(TABLES)
        assert [path for path in sorted(named) if not (PROJECT_ROOT / path).is_file()] == []


def test_the_evaluators_page_says_that_it_may_not_be_made_public(pages: tuple[Page, Page]) -> None:
    evaluators, open_to_anyone = pages
    assert "må ikke offentliggøres" in evaluators.text
    assert "may not be made public" in evaluators.text
    assert "må ikke offentliggøres" not in open_to_anyone.text


def test_nothing_is_asked_of_anybody(pages: tuple[Page, Page]) -> None:
    for page in pages:
        assert "://" not in page.html
        assert not re.search(r"<(?:link|script|img|iframe)[^>]*(?:src|href)=\"(?!data:)", page.html)


def test_words_of_the_data_are_text_and_never_markup_or_formula(tmp_path: Path) -> None:
    page, _ = draw(Programme(words="=<script>alert(1)</script>"), tmp_path)
    assert "<script>alert" not in page.html
    assert "=&lt;script&gt;alert(1)&lt;/script&gt;" in page.html
    assert "'=<script>alert(1)</script>" in {line[3] for line in page.csv("survey_distribution_q2.csv")}
    assert "'=<script>alert(1)</script>" in {line[3] for line in page.sheet("survey_distribution_q2.xlsx")}


def test_what_is_suppressed_is_neither_shown_nor_carried(tmp_path: Path) -> None:
    change = """
        UPDATE report.status_by_horizon SET n = 77777, pct = 77.125;
        UPDATE open_data.status_by_horizon SET n = NULL, pct = NULL, pct_low = NULL, pct_high = NULL, suppressed = true
    """
    page, open_page = draw(Programme(), tmp_path, change=change)
    assert "77.777" in page.text
    assert "77.777" not in open_page.text
    lines = open_page.csv("status_by_horizon.csv")
    assert {line[lines[0].index("n")] for line in lines[1:]} == {""}
    cells = open_page.sheet("status_by_horizon.xlsx")
    assert {line[cells[0].index("n")] for line in cells[1:]} == {""}
    assert "skjult" in open_page.text


def test_hidden_people_are_not_taken_for_nobody(tmp_path: Path) -> None:
    change = """
        UPDATE open_data.status_by_horizon
        SET n = NULL, denominator = NULL, pct = NULL, pct_low = NULL, pct_high = NULL, suppressed = true
    """
    _, page = draw(Programme(), tmp_path, change=change)
    assert "Ingen er nået til" not in page.text
    assert "Skjulte tal er udeladt af figuren" in page.text


def test_moves_with_a_hidden_number_are_told_and_not_drawn(pages: tuple[Page, Page], tmp_path: Path) -> None:
    _, page = draw(Programme(people=20), tmp_path)
    assert 'class="wide"' in pages[0].html
    assert 'class="wide"' not in page.html
    assert "Vandringerne tegnes ikke" in page.text


def test_every_text_stands_in_both_languages_and_is_used() -> None:
    words = yaml.safe_load((REPORT / "words.yaml").read_text(encoding="utf-8"))
    code = "".join(path.read_text(encoding="utf-8") for path in (*REPORT.glob("*.py"), *REPORT.glob("*.jinja")))
    for texts in words["say"].values():
        assert [type(text) for text in texts] == [str, str]
    assert [key for key in words["say"] if f'"{key}"' not in code] == []


def test_the_open_page_names_no_files_and_no_observed_rates(pages: tuple[Page, Page]) -> None:
    page, open_page = pages
    assert "register_fil_2021-08-15.csv" in page.text
    assert "_fil_" not in open_page.html
    assert "register-2021-08-15-0a1b" in open_page.text
    assert "47,3" in page.text
    assert "47,3" not in open_page.text


def test_only_checks_of_the_run_are_told(pages: tuple[Page, Page]) -> None:
    assert "Samtykkedækning under tærsklen: A" in pages[0].text
    assert "an earlier night" not in pages[0].text


def test_the_notice_of_demonstration_data_stands_when_it_is(pages: tuple[Page, Page], tmp_path: Path) -> None:
    real = RunFacts("run-1", FACTS.as_of, "0.1.0+abc", FACTS.generated_at, is_demonstration=False)
    assert "Demonstrationsdata" in pages[0].text
    assert "Demonstrationsdata" not in draw(Programme(), tmp_path, facts=real)[0].text


def test_a_missing_table_is_said(tmp_path: Path) -> None:
    pages = draw(Programme(), tmp_path, change=to_every_table("DROP TABLE"))
    for edition, page in zip(("report", "open_data"), pages, strict=True):
        for table in TABLES:
            assert table == "data_basis" or f"Tabellen {edition}.{table} er ikke i dette datasæt" in page.text
        assert_whole(page)


def test_an_empty_table_is_said(tmp_path: Path) -> None:
    others = "DELETE FROM marts.projects; DELETE FROM ops.deliveries; DELETE FROM ops.check_results"
    change = f"{to_every_table('DELETE FROM')}; {others}"
    for page in draw(Programme(), tmp_path, change=change):
        assert page.text.count("Der er endnu ingen data til dette.") > 20
        assert "Der er endnu ingen tal at fremhæve." in page.text
        assert_whole(page)


@pytest.mark.parametrize(
    ("programme", "said"),
    [
        (Programme(people=0), "Ingen er nået til 12 måneder endnu."),
        (Programme(people=0), "Ingen har besvaret dette spørgsmål endnu."),
        (Programme(people=1), "Figur 5"),
        (Programme(reached=9), "Ingen er nået til 12 måneder endnu."),
        (Programme(reached=0), "Ingen er nået til det første nedslagspunkt endnu."),
        (Programme(projects=()), "Ingen er nået til det første nedslagspunkt endnu."),
    ],
    ids=["nobody", "no answers", "one person", "nobody at 12 months", "nobody at 3 months", "no project"],
)
def test_a_programme_that_has_little_to_show_says_so(programme: Programme, said: str, tmp_path: Path) -> None:
    for page in draw(programme, tmp_path):
        assert said in page.text
        assert_whole(page)


def test_a_project_without_participants_stands_beside_the_others(tmp_path: Path) -> None:
    change = "UPDATE report.status_by_horizon SET n = 0, denominator = 0, pct = NULL WHERE project_code = 'B'"
    page, _ = draw(Programme(projects=("A", "B")), tmp_path, change=change)
    assert "Ingen er nået til 3 måneder endnu." in page.text
    assert_whole(page)


def assert_whole(page: Page) -> None:
    """Nothing on the page is a leftover of the code."""
    assert not re.search(r"\b(?:None|nan|NaN|undefined|Undefined|inf)\b", page.text)
    assert "⟦" not in page.html


def test_what_the_night_before_made_serves_again_and_nothing_else_is_kept(tmp_path: Path) -> None:
    kept = tmp_path / "pieces.json"
    with duckdb.connect() as connection:
        Programme().write(connection)

        def pictures() -> list[str]:
            page = write_pages(connection, tmp_path, facts=FACTS, kept=kept)[0].read_text(encoding="utf-8")
            return re.findall("<svg.*?</svg>", page, re.DOTALL)

        first, drawn = pictures(), json.loads(kept.read_text())
        assert len(first) > 20
        assert pictures() == first
        # A picture is taken from the file, not drawn again.
        kept.write_text(json.dumps(dict.fromkeys(drawn, "<svg>kept</svg>") | {"old": "<svg>old</svg>"}))
        assert set(pictures()) == {"<svg>kept</svg>"}
        assert "old" not in json.loads(kept.read_text())
        kept.write_text("{damaged")
        assert pictures() == first
