"""Frames on their way into a dbt model in Python and out of it, whichever engine runs the models."""

from __future__ import annotations

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


def from_model(relation: SparkRows | DuckDBPyRelation) -> pl.DataFrame:
    """The rows of a relation that dbt hands to a model."""
    return pl.DataFrame(relation.toArrow() if isinstance(relation, SparkRows) else relation.to_arrow_table())


def to_model(frame: pl.DataFrame, session: object) -> SparkRows | pa.Table:
    """What dbt takes back from a model: rows in the engine's own form.

    Args:
        session: what dbt hands to a model beside its relations.
    """
    arrow = frame.to_arrow()
    return session.createDataFrame(arrow) if isinstance(session, SparkSession) else arrow
