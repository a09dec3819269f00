"""The Spark session in which dbt's models run, those in Python too: dbt's own, or one at a Spark Connect server."""

from __future__ import annotations

import os
import warnings

from dbt.adapters.spark.impl import SparkAdapter
from pyspark.sql import SparkSession

Options = dict[str, bool | float | int | str | None]

_METHOD = "session"
_EVERYWHERE: Options = {
    "spark.sql.session.timeZone": "UTC",
    # Plain timestamps, as the lake and the other engine have them.
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
}
_IN_THIS_PROCESS: Options = {
    "spark.ui.enabled": "false",
    # It would stand in the middle of dbt's words, which the night reads.
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    # Which tables there are is known while the build lasts; their files are what stays.
    "spark.sql.catalogImplementation": "in-memory",
}


def open_session() -> SparkSession:
    """The session that dbt's adapter finds from now on, as the variables of `Settings.dbt_environment` say."""
    builder = SparkSession.builder.config(map=_EVERYWHERE)
    if "SPARK_REMOTE" in os.environ:
        # The adapter asks for it with every statement, and the server decides for itself.
        warnings.filterwarnings("ignore", message="Failed to set spark.sql.catalogImplementation")
    else:
        host = os.environ["NEDSLAG_SPARK_DRIVER_HOST"]
        # Spark's own default is half of it; what spark-defaults.conf says comes first.
        os.environ.setdefault("SPARK_DRIVER_MEMORY", "2g")
        builder = (
            builder.master(os.environ["NEDSLAG_SPARK_MASTER"])
            .appName("nedslag")
            .config(map=_IN_THIS_PROCESS)
            .config("spark.sql.warehouse.dir", os.environ["NEDSLAG_SPARK_WAREHOUSE"])
            .config("spark.local.dir", os.environ["NEDSLAG_SPARK_SCRATCH"])
            .config("spark.driver.host", host)
            .config("spark.driver.bindAddress", host)
        )
    return builder.getOrCreate()


def let_models_in_python_run() -> None:
    """Have dbt's adapter, which knows only remote clusters for them, run them in that session."""
    replaced = {
        "python_submission_helpers": property(lambda _: {_METHOD: _InTheSession}),
        "default_python_submission_method": property(lambda _: _METHOD),
    }
    for name, value in replaced.items():
        setattr(SparkAdapter, name, value)


class _InTheSession:
    """A submission helper as dbt's adapters have them."""

    def __init__(self, *_: object) -> None:
        """Neither the parsed model nor credentials are needed beyond the session that is there."""

    def submit(self, compiled_code: str) -> None:
        """Run the model's code, which writes its table itself (the adapter's macro `py_write_table`)."""
        names = {"__name__": "model", "spark": SparkSession.builder.getOrCreate()}
        exec(compile(compiled_code.strip(), "<model in Python>", "exec"), names)
