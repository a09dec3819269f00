"""What the participants answered.

Each function builds one exhibit from its table; a missing or empty table never gets here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from dagster_project.report.charts import Stack
from dagster_project.report.exhibits import PERCENT_TICKS, Content, Desk, Grid, Key, Panel, total_text
from dagster_project.report.rows import in_order, shown_pct
from dagster_project.report.tables import Row, Table
from dagster_project.report.texts import Both, joined, same


def chosen(desk: Desk, table: Table) -> Content:
    """A multiple-choice question: the share that chose each item, in the order of all."""
    say = desk.words
    found = {(row["project_code"], row["item"]): row for row in table.rows if row["answer_code"] == 1}
    everyone = [row for (scope, _), row in found.items() if scope == "ALL"]
    if all(row["denominator"] == 0 for row in everyone):
        return Content(absent=say["no_answers"])
    items = [row["item"] for row in sorted(everyone, key=lambda row: (-(row["pct"] or 0), row["variable_order"]))]
    scopes = desk.scopes(table)
    panels = [
        Panel(
            desk.artist.bars([desk.bar(same(item), found.get((scope, item))) for item in items], ticks=PERCENT_TICKS),
            desk.scope(scope) + _of(found.get((scope, items[0]))),
        )
        for scope in scopes
    ]
    rows = [[same(item), *(desk.share(found.get((scope, item), {})) for scope in scopes)] for item in items]
    return Content(
        panels,
        [Grid(say["data"], (say["item"], *map(desk.scope, scopes)), rows)],
        notes=_asked(desk, everyone[0]),
        population=desk.population(everyone, n=max(row["denominator"] or 0 for row in everyone)),
    )


def statements(desk: Desk, table: Table) -> Content:
    """Statements on one scale: the whole distribution of each, for all and per project."""
    items = in_order(table.where(project_code="ALL"), "item", "variable_order")
    groups = {
        scope: [(same(item), table.where(project_code=scope, item=item)) for item in items]
        for scope in desk.scopes(table)
    }
    return _scaled(desk, table, groups, desk.words["item"])


def scale(desk: Desk, table: Table) -> Content:
    """One question on a scale: the whole distribution per project."""
    groups = [(desk.scope(scope), table.where(project_code=scope)) for scope in desk.scopes(table)]
    return _scaled(desk, table, {"ALL": groups}, desk.words["scope"], beside=52)


def _scaled(
    desk: Desk, table: Table, panels: Mapping[str, Sequence[tuple[Both, list[Row]]]], first: Both, *, beside: int = 0
) -> Content:
    """Distributions in panels; the table beside them is that of the first panel."""
    say = desk.words
    labels = list(dict.fromkeys(row["answer_label"] for row in sorted(table.rows, key=lambda row: row["answer_code"])))
    everyone = table.where(project_code="ALL")
    if all(row["denominator"] == 0 for row in everyone):
        return Content(absent=say["no_answers"])
    drawn, rows = [], []
    for scope, groups in panels.items():
        stacks = []
        for label, found in groups:
            by_answer = {row["answer_label"]: row for row in found}
            n = next((row["denominator"] for row in found if row["denominator"] is not None), None)
            shares = tuple(shown_pct(by_answer.get(answer, {})) for answer in labels)
            stacks.append(Stack(label, total_text(n), shares))
            if scope == "ALL":
                rows.append([label, *(desk.share(by_answer.get(answer, {})) for answer in labels)])
        caption = desk.scope(scope) if len(panels) > 1 else say["answers"]
        drawn.append(Panel(desk.artist.stacks(stacks, "answer", beside=beside), caption))
    return Content(
        drawn,
        [Grid(desk.scope("ALL") if len(panels) > 1 else say["data"], (first, *map(same, labels)), rows)],
        notes=_asked(desk, everyone[0]),
        legend=[Key(f"answer{place}", same(label)) for place, label in enumerate(labels)],
        population=desk.population(everyone, n=max(row["denominator"] or 0 for row in everyone)),
    )


def others(desk: Desk, table: Table) -> Content:
    """The questions that no figure shows: one line each, for all."""
    say = desk.words
    everyone = sorted(table.where(project_code="ALL"), key=lambda row: (row["variable_order"], row["answer_code"]))
    rows = []
    for _, group in groupby(everyone, key=lambda row: row["variable"]):
        answers = list(group)
        question = " – ".join(part for part in (answers[0]["question"], answers[0]["item"]) if part)
        spread = [same(f"{row['answer_label']} ") + desk.share(row, with_interval=False) for row in answers]
        rows.append([same(question), joined(spread, "; "), desk.n(answers[0], "denominator")])
    if all(row["denominator"] == 0 for row in everyone):
        return Content(absent=say["no_answers"])
    head = (say["question_head"], say["answers"], same("N"))
    return Content(grids=[Grid(say["data"], head, rows, texts=2)], population=desk.population(everyone))


def _of(row: Row | None) -> Both:
    """N behind the name of a panel; nothing when it is hidden."""
    return same(f" (N={row['denominator']})" if row and row["denominator"] is not None else "")


def _asked(desk: Desk, row: Row) -> list[Both]:
    notes = [desk.words["question"].format(question=row["question"])]
    if row.get("routing"):
        notes.append(desk.words["routing"].format(routing=row["routing"]))
    return notes
