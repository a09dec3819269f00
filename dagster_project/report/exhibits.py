"""What an exhibit is made of, and the desk at which its builders sit: tables, words, pen, and how a cell is written.

Belongs here: what every exhibit shares. Does not belong here: any one exhibit, geometry, markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from markupsafe import Markup

from dagster_project.report.charts import Artist, Bar
from dagster_project.report.downloads import Download
from dagster_project.report.pieces import Pieces
from dagster_project.report.rows import shown_pct, shown_share, whole
from dagster_project.report.tables import Row, Table, Warehouse, hidden
from dagster_project.report.texts import Both, Words, interval, number, percent, same

HIDDEN = "\N{MIDDLE DOT}"
ABSENT = "\N{EN DASH}"
INSIDE = (
    "employment",
    "benefit_with_hours",
    "benefit_without_hours",
    "wage_subsidy",
    "work_placement",
    "su",
    "self_support",
)
OUTSIDE = ("left_population", "unknown_code", "not_observed")
PERCENT_TICKS = tuple((value, percent(value)) for value in (0, 50, 100))
_REGISTER = ("monitoring", "consent", "register")
_SURVEY = ("monitoring", "consent", "survey")
_EVERYTHING = ("monitoring", "consent", "survey", "register")
# Table: the sources whose deliveries it rests on.
_SOURCES = {
    "projects": ("results",),
    "activity_timeline": ("monitoring",),
    "activity_reach": ("monitoring",),
    "recruitment": ("monitoring", "results"),
    "data_basis": _EVERYTHING,
    "participant_flow": _EVERYTHING,
    "coverage": _EVERYTHING,
    "representativeness": _EVERYTHING,
    "survey_dispositions": _SURVEY,
    "survey_distribution": _SURVEY,
    "project_results": ("results", *_REGISTER),
    "percentage_feasibility": (*_EVERYTHING, "results"),
    "published_comparison": (*_EVERYTHING, "results"),
    "definitions": (),
    "deliveries": (),
}
# Schema: where its models lie; models of marts and of the open tables have other names than their tables.
_MODELS = {
    "report": "report/{table}",
    "open_data": "open_data/open_{table}",
    "marts": "marts/mart_{table}",
    "ops": "ops/{table}",
}


@dataclass(frozen=True)
class Home:
    """Where a number lives: table, row, model, and what it rests on."""

    table: str
    model: str
    code_version: str
    deliveries: tuple[Both, ...]
    row: Both | None = None
    population: Both | None = None
    basis: Both | None = None


@dataclass(frozen=True)
class Panel:
    """A picture with its caption; `wide` is another drawing of it for wide screens."""

    svg: Markup
    caption: Both
    wide: Markup | None = None


@dataclass(frozen=True)
class Key:
    """A colour and what it stands for."""

    color: str
    text: Both


@dataclass(frozen=True)
class Grid:
    """A table as it is read: a heading, then rows whose first cells are texts and the rest figures."""

    caption: Both
    head: Sequence[Both]
    rows: Sequence[Sequence[Both]]
    texts: int = 1


@dataclass(frozen=True)
class Exhibit:
    """A numbered piece of the page; one whose table the edition does not have has no home."""

    key: str
    label: Both
    title: Both
    home: Home | None
    panels: Sequence[Panel] = ()
    legend: Sequence[Key] = ()
    grids: Sequence[Grid] = ()
    notes: Sequence[Both] = ()
    population: Both | None = None
    absent: Both | None = None
    folded: bool = False
    downloads: Sequence[Download] = ()


@dataclass(frozen=True)
class Content:
    """What an exhibit's builder found; an absence takes the place of pictures and tables."""

    panels: Sequence[Panel] = ()
    grids: Sequence[Grid] = ()
    notes: Sequence[Both] = ()
    legend: Sequence[Key] = ()
    population: Both | None = None
    absent: Both | None = None
    folded: bool = True


class Desk:
    """The tables, words and pen of an edition."""

    def __init__(self, warehouse: Warehouse, words: Words, pieces: Pieces, code_version: str) -> None:
        self.warehouse = warehouse
        self.words = words
        self.pieces = pieces
        self.artist = Artist(pieces)
        self._code_version = code_version

    def home(
        self,
        table: str,
        *,
        schema: str | None = None,
        row: Both | None = None,
        population: Both | None = None,
        basis: Both | None = None,
    ) -> Home:
        """Where numbers of this table come from."""
        place = schema or self.warehouse.edition
        return Home(
            table=f"{place}.{table}",
            model=f"dbt/models/{_MODELS[place].format(table=table)}.sql",
            code_version=self._code_version,
            deliveries=tuple(self._landed[source] for source in sources(table) if source in self._landed),
            row=row,
            population=population,
            basis=basis,
        )

    def last_horizon(self, table: str) -> int | None:
        """The latest horizon at which anybody of the programme is in the percentages."""
        return max(
            (
                row["horizon_months"]
                for row in self.warehouse[table].rows
                if row.get("project_code", "ALL") == "ALL" and (row.get("denominator") or hidden(row, "denominator"))
            ),
            default=None,
        )

    def n(self, row: Row, column: str = "n") -> Both:
        """A count; hidden or absent ones as their signs."""
        value = row.get(column)
        if value is None:
            return same(HIDDEN if hidden(row, column) else ABSENT)
        return number(value)

    def share(self, row: Row, *, with_interval: bool = True) -> Both:
        """A share with its interval, marked when it rests on few."""
        if shown_pct(row) is None:
            return same(HIDDEN if hidden(row, "pct") else ABSENT)
        text = self.percent(row)
        if with_interval and row.get("pct_low") is not None:
            text += same(" (") + interval(row["pct_low"], row["pct_high"]) + same(")")
        return text + same("*" if row.get("small_n") else "")

    def counted(self, row: Row) -> Both:
        """A share with its counts: 32 % (42 of 133)."""
        if shown_pct(row) is None:
            return same(HIDDEN if hidden(row, "pct") else ABSENT)
        counts = self.words["counts"].format(n=self.n(row), denominator=self.n(row, "denominator"))
        return self.percent(row) + same(" (") + counts + same(")") + same("*" if row.get("small_n") else "")

    def percent(self, row: Row) -> Both:
        """A share as it is printed: from its counts, or a weighted one from itself."""
        from_counts = shown_share(row)
        return percent(row["pct"] if from_counts is None else from_counts)

    def sum(self, rows: Iterable[Row], column: str) -> Both:
        """The sum of a column, hidden when a part of it is."""
        total = whole(rows, column)
        return same(HIDDEN) if total is None else number(total)

    def bar(self, label: Both, row: Row | None) -> Bar:
        """A share as a row of a picture."""
        if row is None:
            return Bar(label, same(ABSENT))
        drawn = shown_pct(row) is not None
        return Bar(
            label,
            self.words["hidden"] if hidden(row, "pct") else self.share(row),
            value=row["pct"] if drawn else None,
            low=row.get("pct_low") if drawn else None,
            high=row.get("pct_high") if drawn else None,
        )

    def scopes(self, table: Table) -> list[str]:
        """The project codes of a table, all projects first."""
        return sorted({row["project_code"] for row in table.rows}, key=lambda code: (code != "ALL", code))

    def scope(self, code: str) -> Both:
        """What a project code is called."""
        return self.words.label("scope", code)

    def category(self, dimension: str, category: str) -> Both:
        """What a category of a background is called."""
        return self.words.label("category" if category == "unknown" else dimension, category)

    def legend(self, palette: str, kind: str, codes: Iterable[str]) -> list[Key]:
        """What the colours of a palette stand for."""
        return [Key(f"{palette}{place}", self.words.label(kind, code)) for place, code in enumerate(codes)]

    def population(self, rows: Sequence[Row], *, n: int | None = None) -> Both | None:
        """Whom the rows speak of, in words, with N when it is given."""
        words = next((row["population"] for row in rows if row.get("population")), None)
        if words is None:
            return None
        text = self.words.population(words)
        return text if n is None else self.words["population_n"].format(words=text, n=number(n))

    @cached_property
    def _landed(self) -> dict[str, Both]:
        """Per source, the deliveries that were read, by the name an edition may show."""
        column = "file_name" if self.warehouse.edition == "report" else "delivery_id"
        landed: dict[str, list[str]] = {}
        for row in self.warehouse.of("ops", "deliveries").where(status="landed"):
            landed.setdefault(row["source"], []).append(str(row[column]))
        return {
            source: self.words.label("source", source) + same(": " + ", ".join(sorted(names)))
            for source, names in landed.items()
        }


def sources(table: str) -> tuple[str, ...]:
    """The sources whose deliveries a table rests on."""
    return _SOURCES.get(table, _REGISTER)


def text(value: object) -> Both:
    """Words of the data, as they stand there."""
    return same(ABSENT if value is None else value)


def reason(value: str) -> Both:
    """A reason of the door, which stands in both languages, English first."""
    english, slash, danish = value.partition(" / ")
    return Both(danish, english) if slash and " / " not in danish else same(value)


def day(value: date | None) -> Both:
    """A date: 25.11.2026 in Danish, 2026-11-25 in English."""
    if value is None:
        return same(ABSENT)
    return Both(f"{value.day}.{value.month}.{value.year}", f"{value:%Y-%m-%d}")


def total_text(n: int | None) -> Both:
    """N beside a row; nothing when it is hidden."""
    return same("" if n is None else f"N={n}")


def measured(value: float | None, unit: str) -> Both:
    """A number in its unit; whole ones without decimals, others with one."""
    if value is None:
        return same(ABSENT)
    decimals = 0 if float(value).is_integer() else 1
    return number(value, decimals) if unit == "count" else percent(value, decimals)


def near(value: float | None, decimals: int) -> Both:
    """A percentage beside a printed one, with as many decimals."""
    return same(ABSENT) if value is None else percent(value, decimals)


def yes_no(words: Words, value: bool | None) -> Both:
    """Yes, no, or neither."""
    return same(ABSENT) if value is None else words["yes" if value else "no"]


def employment_at(
    desk: Desk,
    months: int,
    head: Sequence[Both],
    rows: Sequence[Sequence[Both]],
    shares: Sequence[Row],
    panels: Sequence[Panel] = (),
) -> Content:
    """A table, and perhaps pictures, of the share in employment at one horizon; `shares` tell the population."""
    at = desk.words["months_after"].format(months=months)
    return Content(
        panels,
        [Grid(at, head, rows, texts=2)],
        notes=[desk.words.label("status", "employment") + same(", ") + at + same(".")],
        population=desk.population(shares),
    )
