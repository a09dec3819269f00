"""Schemas and column lineage of models, worked out once per version of the dbt project and kept beside its manifest.

Both follow from the code alone, and working out the lineage takes longer than the night's whole dbt build.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dagster import (
    AssetMaterialization,
    Output,
    TableColumnLineage,
    TableColumnLineageMetadataValue,
    TableSchema,
    TableSchemaMetadataValue,
    deserialize_value,
    serialize_value,
)
from dagster_dbt import DbtCliInvocation

_SCHEMA, _LINEAGE, _UNIQUE_ID = "dagster/column_schema", "dagster/column_lineage", "unique_id"


def stream_with_column_metadata(invocation: DbtCliInvocation, cache: Path) -> Iterator[Any]:
    """dbt's events with row counts, column schemas and column lineage.

    Args:
        invocation: a running dbt build.
        cache: file that keeps what was worked out; whoever changes the manifest removes it.
    """
    events = invocation.stream().fetch_row_counts()
    if cache.exists():
        known = json.loads(cache.read_text(encoding="utf-8"))
        for event in events:
            yield _with(event, known.get(_unique_id(event), {}))
        return
    found: dict[str, dict[str, str]] = {}
    for event in events.fetch_column_metadata():
        if isinstance(event, (Output, AssetMaterialization)):
            found[_unique_id(event)] = {
                name: serialize_value(value.value)
                for name, value in event.metadata.items()
                if isinstance(value, (TableSchemaMetadataValue, TableColumnLineageMetadataValue))
            }
        yield event
    cache.write_text(json.dumps(found), encoding="utf-8")


def _unique_id(event: Any) -> str:
    value = event.metadata.get(_UNIQUE_ID) if isinstance(event, (Output, AssetMaterialization)) else None
    return str(value.value) if value is not None else ""


def _with(event: Any, known: dict[str, str]) -> Any:
    if not known:
        return event
    metadata = dict(event.metadata)
    if _SCHEMA in known:
        metadata[_SCHEMA] = TableSchemaMetadataValue(deserialize_value(known[_SCHEMA], TableSchema))
    if _LINEAGE in known:
        metadata[_LINEAGE] = TableColumnLineageMetadataValue(deserialize_value(known[_LINEAGE], TableColumnLineage))
    return event.with_metadata(metadata)
