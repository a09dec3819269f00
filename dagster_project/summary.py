"""What a person wants to know after a night: where things are, and how the figures compare with the printed report."""

from __future__ import annotations

import duckdb

from dagster_project.settings import Settings


def comparison_lines(settings: Settings) -> list[str]:
    """The comparison with the published report, as lines of text; every figure that does not agree with its reason."""
    with duckdb.connect(str(settings.marts / "nedslag.duckdb"), read_only=True) as connection:
        printed, computed, agree = connection.execute(
            "select count(*), count(computed), count(*) filter (where agrees) from report.published_comparison"
        ).fetchall()[0]
        others = connection.execute(
            "select figure_id, ref, measure, project_code, published, computed, classification, explanation "
            "from report.published_comparison where agrees is distinct from true order by figure_id"
        ).fetchall()
    lines = [f"Printed figures: {printed}. Computed from the deliveries: {computed}. Agree: {agree}.", ""]
    disagree = [row for row in others if row[5] is not None]
    if disagree:
        lines.append("Computed, and not as printed:")
        lines.extend(_line(row) for row in disagree)
        lines.append("")
    rest = [row for row in others if row[5] is None]
    if rest:
        lines.append("Not computed:")
        lines.extend(_line(row) for row in rest)
    return lines


def places(settings: Settings) -> list[str]:
    """Where the results of a night are."""
    return [
        f"Marts:     {settings.marts / 'nedslag.duckdb'} (also as Parquet in {settings.marts / 'parquet'})",
        f"Report:    {settings.marts / 'report' / 'evaluation.html'}",
        f"Data Docs: {settings.data_docs / 'index.html'}",
        "UI:        make ui, then http://127.0.0.1:3000",
    ]


def _line(row: tuple[object, ...]) -> str:
    figure, ref, measure, project, published, computed, classification, explanation = row
    value = "" if computed is None else f", computed {computed:.4g}"
    return f"  {figure} {ref}: {measure} ({project}) printed {published:g}{value}. {classification}: {explanation}"
