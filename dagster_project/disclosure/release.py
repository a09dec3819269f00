"""From the counts that the open tables would print to those that they do print.

Belongs here: cells and relations by name, who is left over in a relation, the release before on disk. Does not belong
here: how a pattern is found (`suppression`), which cells there are and how they add up (dbt's `int_open_cells` and
`int_open_relations`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from dagster_project.disclosure.suppression import Cells, Relations, Release, suppress


def open_cell_flags(cells: pl.DataFrame, relations: pl.DataFrame, *, latest: Path, threshold: int) -> pl.DataFrame:
    """Which of the cells must be null in the open tables.

    Args:
        cells: `cell_id`, `level`, `cell_value`, `contributors` (persons) and `printed` (whether an open table would
            print it; if not, only what it must add up to counts) of every count, each cell once.
        relations: `relation_id`, `cell_id`, `coefficient` and `rest`; with their rests the cells of a relation add up
            to 0.
        latest: the release before, as this function returned it, as Parquet; the file need not exist.
        threshold: cells of fewer persons are suppressed.

    Returns:
        One row per cell, rests included: `cell_id`, `cell_value`, `contributors`, `level`, `published` (false for
        rests, which no table prints), `primary` (fewer persons than the threshold), `suppressed`, and `exposed` (no
        pattern was found that keeps it from being worked out: then all cells are suppressed).

    What is not true of the cells, nobody can know: a relation that does not hold is left out (the check
    `assert_every_open_relation_holds` tells of it).
    """
    everything, terms = _with_rests(cells.sort("cell_id"), _true(relations.sort("relation_id", "cell_id"), cells))
    place = pl.DataFrame({"cell_id": everything["cell_id"], "cell": np.arange(len(everything))})
    numbered = terms.join(place, on="cell_id", maintain_order="left").with_columns(
        relation=pl.col("relation_id").rank("dense")
    )
    pattern = suppress(
        Cells(
            value=everything["cell_value"].to_numpy(),
            contributors=everything["contributors"].to_numpy(),
            published=everything["published"].to_numpy(),
            protect=everything["protect"].to_numpy(),
            level=everything["level"].cast(pl.Int64).to_numpy(),
        ),
        Relations(
            relation=numbered["relation"].cast(pl.Int64).to_numpy(),
            cell=numbered["cell"].cast(pl.Int64).to_numpy(),
            coefficient=numbered["coefficient"].cast(pl.Int64).to_numpy(),
        ),
        threshold,
        _release(everything, latest),
    )
    # A pattern without a proof is no pattern: then the open tables say nothing at all.
    suppressed = everything["published"].to_numpy() if pattern.exposed.any() else pattern.suppressed
    return everything.drop("protect").with_columns(
        primary=pl.Series(pattern.primary),
        suppressed=pl.Series(suppressed),
        exposed=pl.Series(pattern.exposed),
    )


def _true(relations: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """The relations that hold, when those who are left over are not fewer than nobody."""
    total = (
        relations.join(cells.select("cell_id", "cell_value"), on="cell_id")
        .group_by("relation_id")
        .agg(total=(pl.col("coefficient") * pl.col("cell_value")).sum(), rest=pl.col("rest").first())
    )
    low = pl.when(pl.col("rest").is_in(["free", "protected"])).then(None).otherwise(0)
    high = pl.when(pl.col("rest") == "overlap").then(None).otherwise(0)
    untrue = total.filter((pl.col("total") < low).fill_null(False) | (pl.col("total") > high).fill_null(False))
    return relations.join(untrue, on="relation_id", how="anti", maintain_order="left")


def _with_rests(cells: pl.DataFrame, relations: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cells and relation terms with whoever is left over in a relation as a cell of its own."""
    columns = ("cell_id", "cell_value", "contributors", "level")
    counts = cells.select(*columns, published=pl.col("printed"), protect=pl.col("printed"))
    rests = (
        relations.filter(pl.col("rest") != "none")
        .join(cells.select(columns), on="cell_id")
        .group_by("relation_id", "rest", maintain_order=True)
        .agg(
            missing=-(pl.col("coefficient") * pl.col("cell_value")).sum(),
            level=pl.col("level").max(),
        )
        .with_columns(
            cell_id="rest of " + pl.col("relation_id"),
            # Persons in several projects are too many in the sum, all others too few.
            coefficient=pl.when(pl.col("rest") == "overlap").then(-1).otherwise(1).cast(pl.Int64),
        )
        .with_columns(cell_value=pl.col("missing") * pl.col("coefficient"))
    )
    latent = rests.select(
        "cell_id",
        "cell_value",
        pl.col("cell_value").alias("contributors"),
        pl.col("level").cast(cells["level"].dtype),
        published=pl.lit(False),
        protect=pl.col("rest") == "protected",
    )
    terms = pl.concat(
        [
            relations.select("relation_id", "cell_id", pl.col("coefficient").cast(pl.Int64)),
            rests.select("relation_id", "cell_id", "coefficient"),
        ]
    )
    return pl.concat([counts, latent], how="vertical_relaxed"), terms.sort("relation_id", "cell_id")


def _release(cells: pl.DataFrame, latest: Path) -> Release | None:
    if not latest.exists():
        return None
    before = cells.select("cell_id").join(pl.read_parquet(latest), on="cell_id", how="left", maintain_order="left")
    return Release(
        value=before["cell_value"].fill_null(-1).to_numpy(),
        contributors=before["contributors"].fill_null(0).to_numpy(),
        suppressed=before["suppressed"].fill_null(False).to_numpy(),
    )
