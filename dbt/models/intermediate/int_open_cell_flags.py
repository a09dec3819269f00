"""Which counts the open tables do not print, so that no count of few persons can be worked out of them.

The only model in Python: the pattern comes from a solver.
"""

import os
from pathlib import Path

from dagster_project.disclosure.release import open_cell_flags
from dagster_project.model_frames import with_frames


def model(dbt, session):
    """One row per cell; see `open_cell_flags`."""
    dbt.config(materialized="table")
    return with_frames(
        open_cell_flags,
        session,
        dbt.ref("int_open_cells"),
        dbt.ref("int_open_relations"),
        latest=Path(os.environ["NEDSLAG_LATEST_RELEASE"]),
        threshold=int(os.environ["NEDSLAG_DISCLOSURE_THRESHOLD"]),
    )
