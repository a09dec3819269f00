"""Frames on their way into a dbt model in Python and out of it, whichever engine runs the models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import polars as pl
import pyarrow as pa
from duckdb import DuckDBPyRelation


@runtime_checkable
class SparkRows(Protocol):
    """A Spark frame, as far as it is needed here: PySpark is not installed for every night."""

    def toArrow(self) -> pa.Table:
        """All rows."""


@runtime_checkable
class SparkSession(Protocol):
    """A Spark session, likewise."""

    def createDataFrame(self, data: pa.Table) -> SparkRows:
        """Rows in the engine's own form."""


def with_frames(
    work: Callable[..., pl.DataFrame], session: object, *relations: SparkRows | DuckDBPyRelation, **settings: object
) -> SparkRows | pa.Table:
    """What a model gives back: `work` on the rows of relations, in the engine's own form.

    Args:
        work: takes a frame for each relation, and the settings.
        session: what dbt hands to a model beside its relations.
        relations: as `dbt.ref` gives them.
    """
    rows = work(*map(_frame, relations), **settings).to_arrow()
    return session.createDataFrame(rows) if isinstance(session, SparkSession) else rows


def _frame(relation: SparkRows | DuckDBPyRelation) -> pl.DataFrame:
    return pl.DataFrame(relation.toArrow() if isinstance(relation, SparkRows) else relation.to_arrow_table())
