"""What the UI shows of a built table: its rows, its columns, and which columns of which tables each of them comes from.

dagster-dbt can fetch the same, column by column through dbt's adapter; that takes longer than the whole dbt build.
Here each
model is resolved once, and the lineage, which follows from the code alone, is kept beside the manifest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator
from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope
from sqlglot.schema import MappingSchema

from dagster_project.warehouse_file import open_warehouse

_DIALECT = "duckdb"

Columns = dict[str, str]
Lineage = dict[str, list[tuple[str, str, str]]]


def table_metadata(
    *,
    warehouse: Path,
    lake: Path,
    target: Path,
    manifest: Mapping[str, Any],
    cache: Path,
    translator: DagsterDbtTranslator,
) -> dict[str, dict[str, Any]]:
    """Metadata by dbt's unique id for every seed and model that stands in the working database.

    Args:
        warehouse: the working database, which dbt has left.
        lake: where its views look for files.
        target: dbt's target folder, with the compiled models.
        cache: file that keeps the lineage; whoever changes the manifest removes it.
        translator: turns a relation's node into its asset key.
    """
    with open_warehouse(warehouse, lake) as connection:
        built = _columns(connection)
        counts = {
            table: connection.execute(f'select count(*) from working."{table[0]}"."{table[1]}"').fetchall()[0][0]
            for table in _tables(connection)
        }
    nodes = {
        (node["schema"], node.get("identifier") or node["alias"]): node
        for node in [*manifest["nodes"].values(), *manifest["sources"].values()]
        if node["resource_type"] in ("seed", "model", "source")
    }
    lineages = _lineages(nodes, built, target, cache)
    metadata: dict[str, dict[str, Any]] = {}
    for table, node in nodes.items():
        if node["resource_type"] == "source" or table not in built:
            continue
        shown: dict[str, Any] = {"dagster/column_schema": _schema(built[table], node)}
        if table in counts:
            shown["dagster/row_count"] = counts[table]
        if node["unique_id"] in lineages:
            shown["dagster/column_lineage"] = _dagster_lineage(lineages[node["unique_id"]], nodes, translator)
        metadata[node["unique_id"]] = shown
    return metadata


def column_lineage(sql: str, columns: Mapping[tuple[str, str], Columns]) -> Lineage:
    """Per column of a query the (schema, table, column) it comes from, directly.

    Args:
        sql: a compiled model.
        columns: type by column, by (schema, table), of every relation that the query may name.
    Raises:
        SqlglotError: the query cannot be resolved.
    """
    mapping = MappingSchema(dialect=_DIALECT)
    for (schema, name), types in columns.items():
        mapping.add_table(exp.table_(name, db=schema, catalog="working"), dict(types), dialect=_DIALECT)
    query = cast("exp.Query", qualify(parse_one(sql, dialect=_DIALECT), schema=mapping, dialect=_DIALECT))
    scope = build_scope(query)
    found: Lineage = {}
    for column in query.named_selects:
        sources = set()
        for node in lineage(column, query, schema=mapping, scope=scope, dialect=_DIALECT).walk():
            relation = None if node.downstream else node.expression.find(exp.Table)
            if relation is not None:
                sources.add((relation.db, relation.name, exp.to_column(node.name).name))
        found[column] = sorted(sources)
    return found


def _lineages(
    nodes: Mapping[tuple[str, str], Mapping[str, Any]],
    built: Mapping[tuple[str, str], Columns],
    target: Path,
    cache: Path,
) -> dict[str, Lineage]:
    if cache.exists():
        known: dict[str, Lineage] = json.loads(cache.read_text(encoding="utf-8"))
        return known
    found: dict[str, Lineage] = {}
    models = [node for node in nodes.values() if node["resource_type"] == "model" and node["language"] == "sql"]
    for node in models:
        compiled = target / "compiled" / node["package_name"] / node["original_file_path"]
        if not compiled.exists():
            continue
        try:
            found[node["unique_id"]] = column_lineage(compiled.read_text(encoding="utf-8"), built)
        except SqlglotError:
            # A query beyond the resolver still builds; a test demands that no model of ours is one.
            continue
    if len(found) == len(models):
        cache.write_text(json.dumps(found), encoding="utf-8")
    return found


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Columns]:
    rows = connection.execute(
        "select table_schema, table_name, column_name, data_type from information_schema.columns "
        "where table_catalog = 'working' order by table_schema, table_name, ordinal_position"
    ).fetchall()
    found: dict[tuple[str, str], Columns] = {}
    for schema, table, column, data_type in rows:
        found.setdefault((schema, table), {})[column] = data_type
    return found


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Tables, not views: counting a view would read the lake again."""
    return connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'working'"
    ).fetchall()


def _schema(columns: Columns, node: Mapping[str, Any]) -> dg.TableSchema:
    described = {name.lower(): column.get("description") for name, column in node["columns"].items()}
    return dg.TableSchema(
        [dg.TableColumn(name, data_type.lower(), described.get(name) or None) for name, data_type in columns.items()]
    )


def _dagster_lineage(
    columns: Lineage, nodes: Mapping[tuple[str, str], Mapping[str, Any]], translator: DagsterDbtTranslator
) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(
        {
            column: [
                dg.TableColumnDep(translator.get_asset_key(nodes[schema, table]), name)
                for schema, table, name in sources
                if (schema, table) in nodes
            ]
            for column, sources in columns.items()
        }
    )
