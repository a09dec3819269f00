"""What Spark has built, shown as the working database: the rest of the night reads it there, whichever engine built it.

Tables are views over Spark's Parquet files; the views that are read later on (staging, `ops`) are made from their
compiled SQL, which is the same on both engines. Other views of `intermediate` are nobody's business after the build.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.settings import Settings
from dagster_project.warehouse_file import identifier, literal

_VIEWS_READ_LATER = ("staging", "ops")


def make_room(settings: Settings) -> None:
    """Remove what an earlier build wrote: everything after the lake is rebuilt."""
    shutil.rmtree(settings.spark_tables, ignore_errors=True)
    settings.spark_tables.mkdir(parents=True, exist_ok=True)


def show_tables(settings: Settings, manifest: Mapping[str, Any]) -> None:
    """Make the working database over what stands in Spark's folder, as far as the build came.

    Raises:
        duckdb.Error: a file cannot be read.
    """
    with duckdb.connect(str(settings.warehouse)) as working:
        working.execute(f"SET file_search_path = {literal(str(settings.lake))}")
        working.execute("CREATE SCHEMA lake")
        for source in manifest["sources"].values():
            files = source["config"]["meta"]["files"].replace("{table}", source["name"])
            name = identifier(source["identifier"])
            working.execute(f"CREATE VIEW lake.{name} AS FROM read_parquet({literal(files)}, union_by_name = true)")
        for node in _in_order(manifest):
            query = _query(node, settings)
            if query:
                schema = identifier(node["schema"])
                working.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
                working.execute(f"CREATE VIEW {schema}.{identifier(node['alias'])} AS {query}")


def _in_order(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Seeds and models, each after those it reads."""
    waiting = {
        unique_id: node for unique_id, node in manifest["nodes"].items() if node["resource_type"] in ("seed", "model")
    }
    while waiting:
        ready = [
            unique_id
            for unique_id, node in waiting.items()
            if waiting.keys().isdisjoint(node["depends_on"].get("nodes", ()))
        ]
        for unique_id in ready:
            yield waiting.pop(unique_id)


def _query(node: Mapping[str, Any], settings: Settings) -> str | None:
    if node["config"]["materialized"] == "view":
        if node["schema"] not in _VIEWS_READ_LATER:
            return None
        compiled = settings.dbt_target / "compiled" / node["package_name"] / node["original_file_path"]
        return compiled.read_text(encoding="utf-8") if compiled.exists() else None
    folder = settings.spark_tables / f"{node['schema']}.db" / node["alias"]
    return f"FROM read_parquet({literal(f'{folder}/*.parquet')})" if _has_rows_file(folder) else None


def _has_rows_file(folder: Path) -> bool:
    return next(folder.glob("*.parquet"), None) is not None
