"""What the UI shows of a built table: its rows, its columns, and which columns of which tables each of them comes from.

dagster-dbt can fetch the same, column by column through dbt's adapter; that takes longer than the whole dbt build.
Here each
model is resolved once, and the lineage, which follows from the code alone, is kept beside the manifest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
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

from dagster_project.markdown import table as markdown_table
from dagster_project.warehouse_file import open_warehouse

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
    dialect: str,
) -> dict[str, dict[str, Any]]:
    """Metadata by dbt's unique id for every seed and model that stands in the working database.

    Args:
        warehouse: the working database, which dbt has left.
        lake: where its views look for files.
        target: dbt's target folder, with the compiled models.
        cache: file that keeps the lineage; whoever changes the manifest removes it.
        translator: turns a relation's node into its asset key.
        dialect: of the compiled models, the engine's name.
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
    lineages = _lineages(nodes, built, target, cache, dialect)
    keys = {name: translator.get_asset_key(node) for name, node in nodes.items()}
    direct = {
        name: {
            column: [(schema, table, source) for schema, table, source in sources if (schema, table) in nodes]
            for column, sources in columns.items()
        }
        for name, node in nodes.items()
        if (columns := lineages.get(node["unique_id"]))
    }
    metadata: dict[str, dict[str, Any]] = {}
    for table, node in nodes.items():
        if node["resource_type"] == "source" or table not in built:
            continue
        shown: dict[str, Any] = {"dagster/column_schema": _schema(built[table], node)}
        if table in counts:
            shown["dagster/row_count"] = counts[table]
        if table in direct:
            shown["dagster/column_lineage"] = _dagster_lineage(direct[table], keys)
            shown["where_columns_come_from"] = _readable_lineage(table, direct, keys)
        metadata[node["unique_id"]] = shown
    return metadata


def column_lineage(sql: str, columns: Mapping[tuple[str, str], Columns], dialect: str = "duckdb") -> Lineage:
    """Per column of a query the (schema, table, column) it comes from, directly.

    Args:
        sql: a compiled model.
        columns: type by column, by (schema, table), of every relation that the query may name; types are DuckDB's.
        dialect: of the query.
    Raises:
        SqlglotError: the query cannot be resolved.
    """
    mapping = MappingSchema(dialect=dialect)
    for (schema, name), types in columns.items():
        mapping.add_table(exp.table_(name, db=schema, catalog="working"), dict(types), dialect="duckdb")
    query = cast("exp.Query", qualify(parse_one(sql, dialect=dialect), schema=mapping, dialect=dialect))
    scope = build_scope(query)
    found: Lineage = {}
    for column in query.named_selects:
        sources = set()
        for node in lineage(column, query, schema=mapping, scope=scope, dialect=dialect).walk():
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
    dialect: str,
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
            found[node["unique_id"]] = column_lineage(compiled.read_text(encoding="utf-8"), built, dialect)
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
    """What is counted: all but the views of intermediate, which are joins; counting them would do their readers' work
    twice.
    """
    return connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = 'working' and (table_type = 'BASE TABLE' or table_schema <> 'intermediate')"
    ).fetchall()


def _schema(columns: Columns, node: Mapping[str, Any]) -> dg.TableSchema:
    described = {name.lower(): column.get("description") for name, column in node["columns"].items()}
    return dg.TableSchema(
        [dg.TableColumn(name, data_type.lower(), described.get(name) or None) for name, data_type in columns.items()]
    )


def _dagster_lineage(columns: Lineage, keys: Mapping[tuple[str, str], dg.AssetKey]) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(keys[schema, table], name) for schema, table, name in sources]
            for column, sources in columns.items()
        }
    )


def _readable_lineage(
    table: tuple[str, str],
    direct: Mapping[tuple[str, str], Lineage],
    keys: Mapping[tuple[str, str], dg.AssetKey],
) -> dg.MarkdownMetadataValue:
    """The lineage as text, one step back and down to the source: the free edition of the UI draws none."""

    def names(columns: Iterable[tuple[str, str, str]]) -> str:
        return ", ".join(f"{'/'.join(keys[schema, name].path)}.{column}" for schema, name, column in columns)

    return markdown_table(
        ("column", "from", "at its source"),
        [
            (column, names(sources), names(_origins((*table, column), direct)))
            for column, sources in direct[table].items()
        ],
    )


def _origins(column: tuple[str, str, str], direct: Mapping[tuple[str, str], Lineage]) -> list[tuple[str, str, str]]:
    """The columns behind a column that come from no other: of the lake, of a seed, or of a model that is not SQL."""
    found, seen, waiting = set(), {column}, [column]
    while waiting:
        schema, table, name = waiting.pop()
        sources = direct.get((schema, table), {}).get(name, [])
        if not sources and (schema, table, name) != column:
            found.add((schema, table, name))
        new = set(sources) - seen
        seen |= new
        waiting.extend(new)
    return sorted(found)
