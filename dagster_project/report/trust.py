"""Whether the numbers can be trusted, how they compare with print, what they rest on.

Each function builds one exhibit from its table; a missing or empty table never gets here.
"""

from __future__ import annotations

from itertools import groupby

from dagster_project.report.charts import Bar
from dagster_project.report.exhibits import (
    ABSENT,
    HIDDEN,
    INSIDE,
    PERCENT_TICKS,
    Content,
    Desk,
    Grid,
    Panel,
    day,
    employment_at,
    measured,
    near,
    reason,
    text,
    yes_no,
)
from dagster_project.report.rows import in_natural_order, weighted
from dagster_project.report.tables import Row, Table, hidden
from dagster_project.report.texts import Both, joined, number, percent, same, share

_CHARACTERISTICS = ("project", "unemployment_fund", "recruitment_method", "start_year", "activities_completed")
_GROUPS = ("consenting_survey", "answered", "consenting_register", "in_register")
_VARIANTS = ("as_defined", "anchor_end", "four_weeks", "monday_month", "flex_jobs_in", "flex_jobs_out")


def representativeness(desk: Desk, table: Table) -> Content:
    """How the groups that are counted differ from all recruited."""
    say = desk.words
    everyone = table.where(project_code="ALL")
    found = {(row["population_group"], row["characteristic"], row["category"]): row for row in everyone}
    places = [
        (characteristic, category)
        for characteristic in _CHARACTERISTICS
        for category in in_natural_order(row["category"] for row in everyone if row["characteristic"] == characteristic)
    ]
    panels = []
    drawn = any(row["standardised_difference"] is not None for row in everyone)
    for group in _GROUPS if drawn else ():
        bars = []
        for characteristic, members in groupby(places, key=lambda place: place[0]):
            bars.append(Bar(say.label("characteristic", characteristic), same(""), heading=True))
            for _, category in members:
                row = found.get((group, characteristic, category), {})
                value = row.get("standardised_difference")
                text = say["hidden"] if hidden(row, "standardised_difference") else same(ABSENT)
                bars.append(
                    Bar(
                        say.label("characteristic_category", category),
                        text if value is None else number(value, 2),
                        value=value,
                    )
                )
        ticks = tuple((value, number(value, 1)) for value in (-0.5, 0, 0.5))
        svg = desk.artist.bars(bars, domain=(-0.5, 0.5), ticks=ticks, dots=True, beside=128, references=(-0.1, 0.1))
        panels.append(Panel(svg, say.label("population_group", group)))
    rows = [
        [
            say.label("characteristic", characteristic),
            say.label("characteristic_category", category),
            _recruited_share(desk, found.get((_GROUPS[0], characteristic, category), {})),
            *(desk.share(found.get((group, characteristic, category), {}), with_interval=False) for group in _GROUPS),
        ]
        for characteristic, category in places
    ]
    head = (
        say["characteristic"],
        say["category"],
        say["recruited"],
        *(say.label("population_group", group) for group in _GROUPS),
    )
    return Content(
        panels,
        [Grid(say["data"], head, rows, texts=2)],
        notes=() if drawn else [say["differences_hidden"]],
        population=desk.population(everyone),
    )


def _recruited_share(desk: Desk, row: Row) -> Both:
    if row.get("recruited_n") is None or not row.get("recruited_denominator"):
        return same(HIDDEN if hidden(row, "recruited_n") else ABSENT)
    return percent(share(row["recruited_n"], row["recruited_denominator"]))


def reweighted(desk: Desk, table: Table) -> Content:
    """Employment before and after weighting, at the latest horizon that anybody has reached."""
    say = desk.words
    months = desk.last_horizon("status_reweighted")
    if months is None:
        return Content(absent=say["nobody_at_any"])
    scopes = desk.scopes(table)
    at_horizon = table.where(horizon_months=months)
    employed = {row["project_code"]: row for row in at_horizon if row["status"] == "employment"}
    if all(row["weighted_pct"] is None for row in at_horizon):
        return Content(absent=say["weights_hidden"])
    bars = []
    for scope in scopes:
        row = employed.get(scope, {})
        bars.append(Bar(desk.scope(scope), same(""), heading=True))
        bars.append(desk.bar(say["raw"], row))
        bars.append(desk.bar(say["weighted"], weighted(row)))
    panel = Panel(
        desk.artist.bars(bars, dots=True, beside=64, ticks=PERCENT_TICKS),
        say["months_after"].format(months=months),
    )
    everyone = {row["status"]: row for row in at_horizon if row["project_code"] == "ALL"}
    statuses = [
        [
            say.label("status", code),
            desk.share(everyone.get(code, {})),
            desk.share(weighted(everyone.get(code, {}))),
        ]
        for code in INSIDE
    ]
    projects = [
        [
            desk.scope(scope),
            desk.share(employed.get(scope, {})),
            desk.share(weighted(employed.get(scope, {}))),
            desk.n(employed.get(scope, {}), "effective_n"),
            desk.n(employed.get(scope, {}), "unrepresented"),
        ]
        for scope in scopes
    ]
    heads = (say["raw"], say["weighted"])
    return Content(
        [panel],
        [
            Grid(
                say.label("status", "employment"),
                (say["scope"], *heads, say["effective"], say["unrepresented"]),
                projects,
            ),
            Grid(desk.scope("ALL"), (say["status"], *heads), statuses),
        ],
        population=desk.population(at_horizon, n=everyone.get("employment", {}).get("denominator")),
    )


def sensitivity(desk: Desk, table: Table) -> Content:
    """Employment with one definition changed at a time."""
    say = desk.words
    months = desk.last_horizon("definition_sensitivity")
    if months is None:
        return Content(absent=say["nobody_at_any"])
    at_horizon = table.where(horizon_months=months)
    found = {(row["project_code"], row["variant"]): row for row in at_horizon}
    panels, rows = [], []
    for scope in desk.scopes(table):
        bars = [desk.bar(say.label("variant", variant), found.get((scope, variant))) for variant in _VARIANTS]
        panels.append(Panel(desk.artist.bars(bars, dots=True, ticks=PERCENT_TICKS), desk.scope(scope)))
        for variant in _VARIANTS:
            row = found.get((scope, variant), {})
            difference = row.get("difference")
            rows.append(
                [
                    desk.scope(scope),
                    say.label("variant", variant),
                    desk.n(row, "denominator"),
                    desk.share(row),
                    same(HIDDEN if hidden(row, "difference") else ABSENT)
                    if difference is None
                    else number(difference, 1),
                ]
            )
    head = (say["scope"], say["variant"], same("N"), say["share"], say["difference"])
    return employment_at(desk, months, head, rows, at_horizon, panels)


def feasibility(desk: Desk, table: Table) -> Content:
    """The printed percentages that no whole number gives."""
    say = desk.words
    judged = [row for row in table.rows if row["feasible"] is not None]
    bad = [row for row in judged if not row["feasible"]]
    if not judged:
        return Content(absent=say["no_rows"])
    note = say["feasible_some" if bad else "feasible_all"].format(bad=len(bad), n=len(judged))
    rows = [
        [
            same(row["figure_id"]),
            same(row["measure"]),
            desk.scope(row["project_code"]),
            percent(row["published"], row["decimals"]),
            say.label("base", row["base"]) + same(" ") + desk.n(row, "base_n"),
            joined([near(row["nearest_low"], row["decimals"]), near(row["nearest_high"], row["decimals"])], " / "),
        ]
        for row in bad
    ]
    head = (say["figure"], say["measure"], say["scope"], say["printed"], say["base"], say["nearest"])
    return Content(grids=[Grid(say["data"], head, rows, texts=3)] if bad else (), notes=[note])


def comparison(desk: Desk, table: Table) -> Content:
    """The printed figures against the computed: a summary, those that differ, and all."""
    say = desk.words
    kinds = list(dict.fromkeys(row["classification"] for row in table.rows))
    summary = [
        [
            say.label("classification", kind),
            number(len(table.where(classification=kind))),
            number(len(table.where(classification=kind, agrees=True))),
            number(len(table.where(classification=kind, agrees=False))),
            number(sum(not hidden(row, "agrees") for row in table.where(classification=kind, agrees=None))),
            number(sum(hidden(row, "agrees") for row in table.where(classification=kind))),
        ]
        for kind in kinds
    ]
    head = (
        say["classification"],
        say["numbers"],
        say["agree"],
        say["disagree"],
        say["not_computed"],
        say["hidden_head"],
    )
    others = [_printed(desk, row) for row in table.rows if row["agrees"] is not True and not hidden(row, "agrees")]
    columns = (
        say["figure"],
        say["place"],
        say["measure"],
        say["scope"],
        say["explanation"],
        say["printed"],
        say["computed"],
        say["agree"],
    )
    grids = [Grid(say["numbers"], head, summary)]
    if others:
        grids.append(Grid(joined([say["disagree"], say["not_computed"]]), columns, others, texts=5))
    grids.append(Grid(say["full_table"], columns, [_printed(desk, row) for row in table.rows], texts=5))
    return Content(grids=grids)


def _printed(desk: Desk, row: Row) -> list[Both]:
    computed = row["computed"]
    place = [part for part in (row["measure"], row["dimension"], row["category"]) if part]
    if row["horizon_months"]:
        place.append(f"{row['horizon_months']}m")
    return [
        same(row["figure_id"]),
        same(row["ref"]),
        same(", ".join(place)),
        desk.scope(row["project_code"]),
        text(row["explanation"]),
        measured(row["published"], row["unit"]),
        same(HIDDEN if hidden(row, "computed") else ABSENT) if computed is None else measured(computed, row["unit"]),
        yes_no(desk.words, row["agrees"]),
    ]


def definitions(desk: Desk, table: Table) -> Content:
    """Every definition with its version."""
    say = desk.words
    rows = [
        [
            same(row["definition"]),
            Both(row["statement_da"], row["statement_en"]),
            same(row["home"]),
            yes_no(say, row["decided"]),
            same(row["version"]),
        ]
        for row in table.rows
    ]
    head = (say["definition"], say["statement"], say["kept_at"], say["decided"], say["version"])
    return Content(grids=[Grid(say["data"], head, rows, texts=4)])


def deliveries(desk: Desk, table: Table) -> Content:
    """What became of each delivery, and why a refused one was refused."""
    say = desk.words
    column = "file_name" if desk.warehouse.edition == "report" else "delivery_id"
    rows = [
        [
            say.label("source", row["source"]),
            text(row[column]),
            day(row["extract_date"]),
            say.label("delivery_status", row["status"]),
            desk.n(row, "rows_read"),
            desk.n(row, "rows_landed"),
            desk.n(row, "rows_rejected"),
        ]
        for row in sorted(table.rows, key=lambda row: (row["source"], str(row["extract_date"]), str(row["file_name"])))
    ]
    head = (
        say["source"],
        say["delivery"],
        say["extract_date"],
        say["outcome"],
        say["rows_read"],
        say["rows_landed"],
        say["rows_rejected"],
    )
    # A reason names its file, which the open edition does not.
    refused = table.where(status="refused") if desk.warehouse.edition == "report" else []
    return Content(
        grids=[Grid(say["data"], head, rows, texts=4)],
        notes=[reason(row["reason"]) for row in refused if row["reason"]],
    )
