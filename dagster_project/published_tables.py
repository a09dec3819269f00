"""What the published tables are, for every copy of them: columns, descriptions and keys, as dbt's manifest has them.

Belongs here: reading the manifest, the statements that engines have in common. Does not belong here: how a copy is
written and put in force (`publishing`, `postgres`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dagster_project.warehouse_file import identifier

PUBLISHED_SCHEMAS = ("marts", "report", "open_data", "ops")
# dbt's contracts name types as every engine knows them; readers are told what the published file says.
_TYPES_AS_PUBLISHED = {"string": "varchar"}
_REFERRED = re.compile(r"ref\('(?P<name>\w+)'\)")


@dataclass(frozen=True)
class Column:
    """A column: `data_type` as the published DuckDB file names it; `required` when it is never null."""

    name: str
    data_type: str
    description: str
    required: bool


@dataclass(frozen=True)
class ForeignKey:
    """A column whose values are in the primary key, of that one column, of another table of `marts`."""

    column: str
    parent: str


@dataclass(frozen=True)
class TableDefinition:
    """A published table; `primary_key` is empty where no columns that are never null name a row."""

    schema: str
    name: str
    description: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()

    @property
    def qualified(self) -> str:
        """Schema and name as SQL."""
        return f"{identifier(self.schema)}.{identifier(self.name)}"

    @property
    def comment(self) -> str:
        """The description with the keys in words, for engines and tools that do not know keys."""
        key = [f"Primary key: {', '.join(self.primary_key)}."] if self.primary_key else []
        links = [f"{link.column} refers to marts.{link.parent}." for link in self.foreign_keys]
        return " ".join([self.description, *key, *links])

    def columns_sql(self, types: Mapping[str, str]) -> list[str]:
        """Lines of CREATE TABLE for the columns; `types` are an engine's names where they differ from DuckDB's."""
        return [
            f"{identifier(column.name)} {types.get(column.data_type, column.data_type)}"
            f"{' NOT NULL' if column.required else ''}"
            for column in self.columns
        ]

    def keys_sql(self) -> list[str]:
        """Lines of CREATE TABLE for the keys; foreign ones are looked at when a transaction ends."""
        primary = [f"PRIMARY KEY ({', '.join(map(identifier, self.primary_key))})"] if self.primary_key else []
        return primary + [
            f"FOREIGN KEY ({identifier(link.column)}) REFERENCES {identifier('marts')}.{identifier(link.parent)} "
            "DEFERRABLE INITIALLY DEFERRED"
            for link in self.foreign_keys
        ]


def table_definitions(manifest: Mapping[str, Any]) -> tuple[TableDefinition, ...]:
    """The published tables of a manifest, each after those that its foreign keys name."""
    models = {
        unique_id: node
        for unique_id, node in sorted(manifest["nodes"].items())
        if node["resource_type"] == "model" and node["schema"] in PUBLISHED_SCHEMAS
    }
    keys: dict[str, list[str]] = {}
    links: dict[str, list[Mapping[str, str]]] = {}
    for node in manifest["nodes"].values():
        test = node.get("test_metadata") or {}
        if test.get("name") in ("one_row_per", "one_row_per_at_most"):
            keys[node["attached_node"]] = test["kwargs"]["key"]
        elif test.get("name") == "parents_exist":
            links[node["attached_node"]] = test["kwargs"]["links"]
    definitions = [
        _definition(node, keys.get(unique_id, []), links.get(unique_id, [])) for unique_id, node in models.items()
    ]
    return _parents_first(definitions)


def _definition(node: Mapping[str, Any], key: list[str], links: list[Mapping[str, str]]) -> TableDefinition:
    columns = tuple(
        Column(
            name=column["name"],
            data_type=_TYPES_AS_PUBLISHED.get(column["data_type"], column["data_type"]),
            description=column["description"],
            required=any(constraint["type"] == "not_null" for constraint in column["constraints"]),
        )
        for column in node["columns"].values()
    )
    required = {column.name for column in columns if column.required}
    return TableDefinition(
        schema=node["schema"],
        name=node["alias"],
        description=node["description"],
        columns=columns,
        primary_key=tuple(key) if required.issuperset(key) else (),
        foreign_keys=tuple(ForeignKey(link["column"], _parent(link["to"])) for link in links),
    )


def _parent(reference: str) -> str:
    found = _REFERRED.fullmatch(reference)
    if found is None:
        raise ValueError(f"parents_exist: {reference} is not a ref()")
    return found["name"]


def _parents_first(definitions: list[TableDefinition]) -> tuple[TableDefinition, ...]:
    ordered: list[TableDefinition] = []
    left = definitions
    while left:
        waiting = {item.name for item in left if item.schema == "marts"}
        ready = [item for item in left if not waiting.intersection(key.parent for key in item.foreign_keys)]
        if not ready:
            raise ValueError(f"foreign keys go in a circle among {sorted(waiting)}")
        ordered += ready
        left = [item for item in left if item not in ready]
    return tuple(ordered)
