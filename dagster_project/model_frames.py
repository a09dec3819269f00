"""Frames on their way into a dbt model in Python and out of it, whichever engine runs the models."""

from __future__ import annotations

from typing import Any

import polars as pl


def from_model(relation: Any) -> pl.DataFrame:
    """The rows of a relation that dbt hands to a model."""
    arrow = relation.toArrow() if hasattr(relation, "toArrow") else relation.to_arrow_table()
    return pl.DataFrame(arrow)


def to_model(frame: pl.DataFrame, session: Any) -> Any:
    """What dbt takes back from a model: rows in the engine's own form.

    Args:
        session: what dbt hands to a model beside its relations.
    """
    arrow = frame.to_arrow()
    return session.createDataFrame(arrow) if hasattr(session, "createDataFrame") else arrow
