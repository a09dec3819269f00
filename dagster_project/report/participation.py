"""Who took part: projects, activity, the way through the data, profile, recruitment, reach.

Each function builds one exhibit from its table; a missing or empty table never gets here.
"""

from __future__ import annotations

from dagster_project.report.charts import Bar, Stack, Strip
from dagster_project.report.exhibits import (
    ABSENT,
    PERCENT_TICKS,
    Content,
    Desk,
    Grid,
    Key,
    Panel,
    text,
    total_text,
)
from dagster_project.report.rows import flow_place, in_order, shown_pct, undone
from dagster_project.report.tables import Table, hidden
from dagster_project.report.texts import joined, number, percent, same, share

_CORE_ELEMENTS = ("group_teaching", "individual_talk", "company_contact", "upskilling", "other")
_DIMENSIONS = ("sex", "age_group", "origin", "unemployment_band", "industry_group")


def projects_funds(desk: Desk, table: Table) -> Content:
    """Tabel 1: the projects and the fund that leads each."""
    say = desk.words
    rows = [[same(row["project_code"]), same(row["project_name"]), text(row["lead_fund"])] for row in table.rows]
    return Content(grids=[Grid(say["data"], (say["code"], say["name"], say["fund"]), rows, texts=3)])


def projects_focus(desk: Desk, table: Table) -> Content:
    """Tabel 2: where the projects work and what they aim at."""
    say = desk.words
    rows = [
        [same(row["project_code"]), same(row["project_name"]), text(row["geography"]), text(row["special_focus"])]
        for row in table.rows
    ]
    head = (say["code"], say["name"], say["geography"], say["focus"])
    return Content(grids=[Grid(say["data"], head, rows, texts=4)])


def timeline(desk: Desk, table: Table) -> Content:
    """Figur 1: activities by month and core element, a panel per project."""
    say = desk.words
    months = sorted({row["month"] for row in table.rows})
    years = [(place, str(month.year)) for place, month in enumerate(months) if month.month == 1]
    panels, rows = [], []
    for scope in desk.scopes(table):
        strips = []
        for element in _CORE_ELEMENTS:
            found = {row["month"]: row for row in table.where(project_code=scope, core_element=element)}
            done = tuple(found[month]["completed"] if month in found else 0 for month in months)
            missed = tuple(undone(found.get(month)) for month in months)
            label = say.label("core_element", element)
            if None in done:
                total = say["hidden"]
            else:
                counts = [count for count in done if count is not None]
                total = say["most"].format(n=number(sum(counts)), most=number(max(counts, default=0)))
            strips.append(Strip(label, total, done, missed))
            sums = [desk.sum(found.values(), column) for column in ("completed", "cancelled", "postponed")]
            rows.append([desk.scope(scope), label, *sums])
        panels.append(Panel(desk.artist.timeline(strips, years), desk.scope(scope)))
    head = (say["scope"], say["core_element"], say["completed"], say["cancelled"], say["postponed"])
    legend = [Key("mark", say["completed"]), Key("mark-quiet", joined([say["cancelled"], say["postponed"]]))]
    return Content(panels, [Grid(say["data"], head, rows, texts=2)], legend=legend)


def flow(desk: Desk, table: Table) -> Content:
    """Both ways through the data: kept at each step, and why the others came no further."""
    say = desk.words
    panels, grids = [], []
    for path in ("survey", "register"):
        steps = table.where(project_code="ALL", path=path)
        kept = sorted((row for row in steps if row["outcome"] == "kept"), key=flow_place)
        if not kept:
            continue
        first = kept[0]["n"]
        longest = max((row["n"] or 0 for row in kept), default=0) or 1
        bars, rows = [], []
        for row in kept:
            label = say.label("step", row["step"])
            if row["horizon_months"]:
                label += same(", ") + say["months"].format(months=row["horizon_months"])
            text = say["hidden"] if hidden(row, "n") else desk.n(row)
            if first and row["n"] is not None and row["step_order"] > 1:
                text += same(" (") + percent(share(row["n"], first)) + same(")")
            bars.append(Bar(label, text, value=row["n"]))
            lost = [
                say.label("reason", other["reason"]) + same(" ") + desk.n(other)
                for other in sorted(steps, key=lambda other: other["reason_order"])
                if other["outcome"] == "lost"
                and (other["step"], other["horizon_months"]) == (row["step"], row["horizon_months"])
                and other["n"] != 0
            ]
            rows.append([label, joined(lost) if lost else same(ABSENT), desk.n(row), desk.n(row, "persons")])
        panels.append(Panel(desk.artist.bars(bars, domain=(0, longest)), say.label("path", path)))
        head = (say["step"], say["lost"], say["participations"], say["persons"])
        grids.append(Grid(say.label("path", path), head, rows, texts=2))
    return Content(panels, grids)


def coverage(desk: Desk, table: Table) -> Content:
    """Rates of consent, answers and register, a panel per rate."""
    say = desk.words
    scopes = desk.scopes(table)
    measures = list(dict.fromkeys(row["measure"] for row in sorted(table.rows, key=lambda row: row["measure"])))
    found = {(row["project_code"], row["measure"]): row for row in table.rows}
    panels = [
        Panel(
            desk.artist.bars(
                [desk.bar(desk.scope(scope), found.get((scope, measure))) for scope in scopes],
                beside=56,
                ticks=PERCENT_TICKS,
            ),
            say.label("measure", measure),
        )
        for measure in measures
    ]
    rows = [
        [desk.scope(scope), *(desk.share(found.get((scope, measure), {})) for measure in measures)] for scope in scopes
    ]
    head = (say["scope"], *(say.label("measure", measure) for measure in measures))
    return Content(panels, [Grid(say["data"], head, rows)], population=desk.population(table.rows))


def dispositions(desk: Desk, table: Table) -> Content:
    """What became of the invitations, per project."""
    say = desk.words
    codes = in_order(table.where(project_code="ALL"), "disposition")
    stacks, rows = [], []
    for scope in desk.scopes(table):
        found = {row["disposition"]: row for row in table.where(project_code=scope)}
        n = next((row["denominator"] for row in found.values() if row["denominator"] is not None), None)
        shares = tuple(shown_pct(found.get(code, {})) for code in codes)
        stacks.append(Stack(desk.scope(scope), total_text(n), shares))
        rows.append([desk.scope(scope), *(desk.counted(found.get(code, {})) for code in codes)])
    head = (say["scope"], *(say.label("disposition", code) for code in codes))
    panel = Panel(desk.artist.stacks(stacks, "answer", beside=52), say["answers"])
    return Content(
        [panel],
        [Grid(say["data"], head, rows)],
        legend=desk.legend("answer", "disposition", codes),
        population=desk.population(table.rows),
    )


def profile(desk: Desk, table: Table) -> Content:
    """Tabel 3: who took part, by background and project."""
    say = desk.words
    scopes = desk.scopes(table)
    found = {(row["project_code"], row["dimension"], row["category"]): row for row in table.rows}
    size = {row["project_code"]: row["denominator"] for row in table.rows if row["denominator"] is not None}
    rows = []
    for dimension in _DIMENSIONS:
        for category in in_order(table.where(dimension=dimension), "category"):
            cells = [found.get((scope, dimension, category), {}) for scope in scopes]
            if all(cell.get("n") == 0 for cell in cells):
                continue
            rows.append(
                [
                    say.label("dimension", dimension),
                    desk.category(dimension, category),
                    *(desk.share(cell, with_interval=False) for cell in cells),
                ]
            )
    head = (
        say["characteristic"],
        say["category"],
        *(desk.scope(scope) + same(f" (N={size.get(scope, 0)})") for scope in scopes),
    )
    if not rows:
        return Content(absent=say["no_rows"])
    return Content(
        grids=[Grid(say["data"], head, rows, texts=2)],
        population=desk.population(table.rows, n=size.get("ALL")),
    )


def recruitment(desk: Desk, table: Table) -> Content:
    """Figur 4: recruited of planned."""
    say = desk.words
    bars, rows = [], []
    for scope in desk.scopes(table):
        row = table.where(project_code=scope)[0]
        reached = share(row["recruited"], row["planned"]) if row["planned"] and row["recruited"] is not None else None
        counts = say["counts"].format(n=desk.n(row, "recruited"), denominator=desk.n(row, "planned"))
        if reached is not None:
            told, planned = percent(reached), counts
        elif hidden(row, "recruited") or hidden(row, "planned"):
            told, planned = say["hidden"], counts
        else:
            told, planned = say["no_target"], desk.n(row, "recruited")
        bars.append(
            Bar(
                desk.scope(scope) + same(": ") + planned,
                told,
                value=None if reached is None else float(reached),
                target=100 if row["planned"] else None,
            )
        )
        rows.append(
            [
                desk.scope(scope),
                desk.n(row, "planned"),
                desk.n(row, "recruited"),
                told,
            ]
        )
    top = max(120.0, *(bar.value or 0 for bar in bars))
    panel = Panel(desk.artist.bars(bars, domain=(0, top), ticks=PERCENT_TICKS), say["attainment"])
    head = (say["scope"], say["planned"], say["recruited"], say["attainment"])
    return Content([panel], [Grid(say["data"], head, rows)])


def reach(desk: Desk, table: Table) -> Content:
    """Tabel 4: the core elements, the activities of each, and how many they reached."""
    say = desk.words
    scopes = desk.scopes(table)
    names = [row for row in table.rows if row["activity_name"] is not None]
    elements = [row for row in table.rows if row["activity_name"] is None]
    used = [
        [
            say.label("core_element", element),
            *(
                joined(
                    [
                        say.label("activity", name)
                        for name in dict.fromkeys(
                            row["activity_name"]
                            for row in names
                            if row["project_code"] == scope and row["core_element"] == element and row["n"]
                        )
                    ]
                    or [same(ABSENT)]
                )
                for scope in scopes[1:]
            ),
        ]
        for element in _CORE_ELEMENTS
    ]
    grids = [Grid(say["activity"], (say["core_element"], *map(desk.scope, scopes[1:])), used, texts=len(scopes))]
    panels = []
    for period in ("during", "after"):
        found = {(row["core_element"], row["project_code"]): row for row in elements if row["period"] == period}
        bars = [desk.bar(say.label("core_element", code), found.get((code, "ALL"))) for code in _CORE_ELEMENTS]
        caption = say.label("period", period)
        panels.append(Panel(desk.artist.bars(bars, ticks=PERCENT_TICKS), desk.scope("ALL") + same(", ") + caption))
        rows = [
            [say.label("core_element", code), *(desk.share(found.get((code, scope), {})) for scope in scopes)]
            for code in _CORE_ELEMENTS
        ]
        grids.append(Grid(caption, (say["core_element"], *map(desk.scope, scopes)), rows))
    n = next((row["denominator"] for row in elements if row["project_code"] == "ALL"), None)
    return Content(panels, grids, population=desk.population(elements, n=n), folded=False)
