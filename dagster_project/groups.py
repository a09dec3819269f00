"""Under which names the graph shows what belongs together, and who owns it."""

OWNER = "team:data-engineering"
EVALUATION_OWNER = "team:evaluation"
# The UI sorts groups by name: the number puts them in the order in which the night works.
LANDING_GROUP = "1_landing"
LAKE_GROUP = "2_lake"
PUBLISHED_GROUP = "9_published"
GROUP_OF_SCHEMA = {
    "reference": "2_reference_data",
    "staging": "3_staging",
    "intermediate": "4_intermediate",
    "marts": "5_marts",
    "report": "6_report",
    "open_data": "7_open_data",
    "ops": "8_operations",
}
