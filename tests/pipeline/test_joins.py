"""What a model costs must not grow with the square of the persons: DuckDB's own plans of every model and data test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dagster_project.settings import Settings
from dagster_project.warehouse_file import open_warehouse
from tests.pipeline.conftest import FirstNight

# Of files, cells of tables and printed figures, of which there are no more when there are more persons.
_OF_FEW = {
    "arrivals",
    "deliveries",
    "int_open_cells",
    "int_open_relations",
    "open_published_comparison",
    "representativeness",
}


def _steps(plan: dict[str, Any]) -> Iterator[str]:
    yield plan["name"]
    for part in plan["children"]:
        yield from _steps(part)


def test_no_join_compares_everyone_with_everyone(first_night: FirstNight) -> None:
    """A condition that DuckDB cannot make a key of, beside one that it can, has that effect."""
    settings = Settings(data_dir=first_night.product.data_dir)
    compiled = [
        path
        for folder in ("models", "tests")
        for path in (settings.dbt_target / "compiled" / "nedslag" / folder).rglob("*.sql")
    ]
    assert len(compiled) > 200
    found = set()
    with open_warehouse(settings.warehouse, settings.lake) as connection:
        connection.execute("USE working")
        connection.execute("PRAGMA explain_output = 'optimized_only'")
        for path in compiled:
            ((_, plan),) = connection.execute(f"EXPLAIN (FORMAT json) {path.read_text(encoding='utf-8')}").fetchall()
            if any("ANY_JOIN" in list(_steps(part)) for part in json.loads(plan)):
                found.add(path.stem)
    assert found <= _OF_FEW
