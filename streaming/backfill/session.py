"""A session of Spark for one call, and what it failed of in one line."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from graph.model.errors import BadCall, Fatal, NoEvents

DEFAULTS: Final = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "10000",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MILLIS",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
}
"""Nothing listens beyond this machine, unless the call says otherwise."""


@contextmanager
def session(master: str, options: Mapping[str, str]) -> Iterator[SparkSession]:
    """Spark at ``master`` with these settings, stopped at the end.

    What Spark raises inside comes out as ``BadCall``, ``NoEvents`` or ``Fatal``.
    """
    builder = SparkSession.builder.master(master).appName("ringfence backfill")
    for name, value in {**DEFAULTS, **options}.items():
        builder = builder.config(name, value)
    spark = None
    try:
        spark = builder.getOrCreate()
        # What a task failed of is told by us, in one line.
        spark.sparkContext.setLogLevel("OFF")
        # The interpreter that runs this one has what tasks need.
        spark.sparkContext.pythonExec = options.get("spark.pyspark.python", sys.executable)
        yield spark
    except PySparkException as error:
        raise _told(error) from error
    finally:
        if spark is not None:
            spark.stop()


def _told(error: PySparkException) -> BadCall | NoEvents | Fatal:
    """What a task or the plan failed of, in one line; what our own code raised keeps its words."""
    text = str(error)
    for kind in (NoEvents, BadCall, Fatal):
        _, found, words = text.rpartition(f"graph.model.errors.{kind.__name__}: ")
        if found:
            return kind(words.splitlines()[0])
    first = " ".join(text.split())[:300]
    if "PATH_NOT_FOUND" in text:
        return BadCall(f"expected a history, found: {first}: check the path")
    return Fatal(f"expected Spark to do the work, found: {first}: call it with --debug for the rest")
