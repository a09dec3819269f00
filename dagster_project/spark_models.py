"""dbt models in Python, inside the Spark session that runs the others: the adapter knows only remote clusters."""

from __future__ import annotations

from dbt.adapters.spark.impl import SparkAdapter
from pyspark.sql import SparkSession

_METHOD = "session"


class _InTheSession:
    """A submission helper as dbt's adapters have them."""

    def __init__(self, *_: object) -> None:
        """Neither the parsed model nor credentials are needed beyond the session that is there."""

    def submit(self, compiled_code: str) -> None:
        """Run the model's code, which writes its table itself (the adapter's macro `py_write_table`)."""
        names = {"__name__": "model", "spark": SparkSession.builder.getOrCreate()}
        exec(compile(compiled_code.strip(), "<model in Python>", "exec"), names)


def let_models_in_python_run() -> None:
    """Have the adapter run them in this process."""
    replaced = {
        "python_submission_helpers": property(lambda _: {_METHOD: _InTheSession}),
        "default_python_submission_method": property(lambda _: _METHOD),
    }
    for name, value in replaced.items():
        setattr(SparkAdapter, name, value)
