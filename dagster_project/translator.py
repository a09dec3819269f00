"""How assets and dbt's nodes appear in the Dagster UI: keys, groups, owners, kinds, what a check says it checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dagster import AssetCheckSpec, AssetKey, AssetSpec
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings

from dagster_project.groups import EVALUATION_OWNER, GROUP_OF_SCHEMA, LAKE_GROUP, OWNER

if TYPE_CHECKING:
    from dagster_dbt import DbtProject

_CHECKED = {
    "one_row_per": "{key} together are the key: never blank, and never twice.",
    "one_row_per_at_most": "{key} together stand at most once; blanks are allowed.",
    "only_known_values": "{values} hold no other word than those of their closed list.",
    "parents_exist": "Every {links}.",
    "shares_are_sound": "Every share lies between 0 and 100 per cent, in its interval, and only where it has a base.",
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
            return LAKE_GROUP
        return GROUP_OF_SCHEMA[dbt_resource_props["schema"]]

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        return [EVALUATION_OWNER if dbt_resource_props.get("schema") == "report" else OWNER]

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        # The default appends the model's whole SQL; the description alone reads better in the graph.
        return str(dbt_resource_props.get("description") or "")

    def get_asset_check_spec(
        self, asset_spec: AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> AssetCheckSpec | None:
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return spec and spec._replace(description=_what_is_checked(manifest["nodes"][unique_id]))


def _what_is_checked(test: Mapping[str, Any]) -> str:
    """What a data test demands, its threshold, and what a breach does; a generic test says it from its arguments."""
    demand = test["description"]
    if not demand:
        arguments = test["test_metadata"]["kwargs"]
        links = [f"`{link['column']}` stands in {link['to'].split(chr(39))[1]}" for link in arguments.get("links", ())]
        demand = _CHECKED.get(name := test["test_metadata"]["name"], f"The dbt test `{name}` finds nothing.").format(
            key=_listed(arguments.get("key", ())),
            values=_listed(arguments.get("values", ())),
            links=" and every ".join(links),
        )
    breach = "stops the night" if test["config"]["severity"].lower() == "error" else "warns"
    return f"{demand} Threshold: 0 failing rows; a breach {breach}."


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f"`{column}`" for column in columns)
