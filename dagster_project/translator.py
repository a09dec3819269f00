"""How dbt's nodes appear in the Dagster UI: keys, groups, owners, kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dagster import AssetKey
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings

OWNER = "team:data-engineering"
EVALUATION_OWNER = "team:evaluation"
_GROUP_OF_SCHEMA = {
    "reference": "reference_data",
    "staging": "staging",
    "intermediate": "intermediate",
    "marts": "marts",
    "report": "report",
    "open_data": "open_data",
    "ops": "operations",
}


class NedslagTranslator(DagsterDbtTranslator):
    """A model's key is its schema and name; a source's key is `lake` and the table; groups follow the layers."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            source, name = dbt_resource_props["source_name"], dbt_resource_props["name"]
            return AssetKey(["lake", name if name.startswith(f"{source}_") else f"{source}_{name}"])
        return AssetKey([dbt_resource_props["schema"], dbt_resource_props["alias"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        if dbt_resource_props["resource_type"] == "source":
            return "lake"
        return _GROUP_OF_SCHEMA[dbt_resource_props["schema"]]

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        return [EVALUATION_OWNER if dbt_resource_props.get("schema") == "report" else OWNER]

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        # The default appends the model's whole SQL; the description alone reads better in the graph.
        return str(dbt_resource_props.get("description") or "")
