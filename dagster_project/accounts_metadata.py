"""What the UI shows of the accounts: what became of every file, which rows were rejected and which matched nobody.

Belongs here: the questions put to the working database. Does not belong here: row counts and lineage
(`column_metadata`). No row of a person is shown: file names, headings, counts and reasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dagster_project.markdown import table
from dagster_project.warehouse_file import open_warehouse

_ACCOUNTS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "model.nedslag.deliveries": (
        ("source", "file", "status", "read", "landed", "rejected", "superseded", "unmatched", "withheld", "reason"),
        "select source, file_name, status, rows_read, rows_landed, rows_rejected, rows_superseded, rows_unmatched, "
        "rows_withheld, reason from working.ops.deliveries "
        "order by status <> 'refused', extract_date desc, source, file_name",
    ),
    "model.nedslag.rejected_rows": (
        ("source", "file", "sheet", "column", "reason", "rows", "first row"),
        "select source, file_name, sheet, column_name, reason, count(*), min(row_number) "
        "from working.ops.rejected_rows group by all "
        "order by count(*) desc, source, file_name, sheet, column_name, reason",
    ),
    "model.nedslag.unmatched": (
        ("source", "project", "rows", "reason"),
        "select source, project_code, rows, reason from working.ops.unmatched order by all",
    ),
}


def accounts_metadata(warehouse: Path, lake: Path) -> dict[str, dict[str, Any]]:
    """Metadata by dbt's unique id for the tables of `ops` that stand in the working database."""
    with open_warehouse(warehouse, lake) as connection:
        built = {
            name
            for (name,) in connection.execute(
                "select table_name from information_schema.tables "
                "where table_catalog = 'working' and table_schema = 'ops'"
            ).fetchall()
        }
        return {
            unique_id: {"accounts": table(headings, connection.execute(query).fetchall())}
            for unique_id, (headings, query) in _ACCOUNTS.items()
            if unique_id.rpartition(".")[2] in built
        }
