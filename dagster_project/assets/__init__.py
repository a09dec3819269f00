"""The assets of the graph: thin hands that call the rooms and tell Dagster what came of it."""
