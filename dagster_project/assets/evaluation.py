"""The evaluation as a web page, one file for the evaluator and one for anyone, when every blocking check has passed."""

from typing import Any

import dagster as dg

from dagster_project import records
from dagster_project.groups import EVALUATION_OWNER, PUBLISHED_GROUP
from dagster_project.manifest import load_manifest
from dagster_project.measures import read_measures
from dagster_project.published_tables import PUBLISHED_SCHEMAS, table_definitions
from dagster_project.report.dictionary import write_dictionary
from dagster_project.report.page import RunFacts, write_pages
from dagster_project.settings import Settings
from dagster_project.warehouse_file import open_warehouse

EVALUATION = dg.AssetKey(["published", "evaluation"])
# What the page speaks of; marts only for the list of projects.
_READS = tuple(schema for schema in PUBLISHED_SCHEMAS if schema != "marts")


def evaluation_asset(warehouse: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """Both editions of the page, downstream of every table that they show."""

    @dg.asset(
        key=EVALUATION,
        deps=[key for key in warehouse.keys if key.path[0] in _READS],
        group_name=PUBLISHED_GROUP,
        owners=[EVALUATION_OWNER],
        kinds={"html"},
        required_resource_keys={"night"},
        description="The evaluation as a web page, in Danish and English: `marts/report/evaluation.html` for the "
        "evaluator and `marts/report/open_data.html` for anyone; and the data dictionary beside them.",
    )
    def evaluation(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        settings: Settings = context.resources.night
        settings.pages.mkdir(parents=True, exist_ok=True)
        with open_warehouse(settings.warehouse, settings.lake) as connection:
            connection.execute("USE working")
            row = connection.execute(
                "select as_of, code_version, demonstration from staging.stg_ledger__night"
            ).fetchall()[0]
            facts = RunFacts(context.run.run_id, row[0], row[1], records.now(), is_demonstration=row[2])
            pages = write_pages(connection, settings.pages, facts=facts, kept=settings.pages.with_name("pieces.json"))
        pages.append(
            write_dictionary(settings.pages, table_definitions(load_manifest(settings)), read_measures(), row[1])
        )
        return dg.MaterializeResult(metadata={f"{page.stem}_bytes": page.stat().st_size for page in pages})

    return evaluation
