"""A history as Spark reads it: region and line of every record.

::

    Parquet or NDJSON, region=.../day=...
      -> region, line of JSON      (a mapping turns foreign columns into lines)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from graph.model.errors import BadCall
from streaming.contract.rejection import MAX_LINE_BYTES
from streaming.tables.mapping import ROW, mapping_in, names_in
from streaming.tables.mapping import Mapping as TableMapping
from streaming.tables.rows import RowMapper

REGION: Final = "region"
LINE: Final = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillConfig:
    """What is read, and how.

    ``history``: a folder partitioned by ``region``, local or what Spark knows as a path. ``is_parquet``: else
    lines of JSON. ``mapping``: the text of a mapping of the Parquet columns; without one the column ``value``
    holds lines. ``positions``: by region and partition, from where a service is to read on. ``options``:
    settings of Spark. Raises ``BadCall`` for a mapping that cannot be used here.
    """

    history: str
    is_parquet: bool = False
    mapping: str | None = None
    positions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    master: str = "local[*]"
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    max_line_bytes: int = MAX_LINE_BYTES

    def __post_init__(self) -> None:
        if self.mapping is not None:
            _check_mapping(mapping_in(self.mapping))


def lines_of(spark: SparkSession, config: BackfillConfig) -> DataFrame:
    """The columns ``region`` and ``value`` of every record, in no order. Raises ``BadCall``."""
    frame = spark.read.parquet(config.history) if config.is_parquet else spark.read.text(config.history)
    if REGION not in frame.columns:
        raise BadCall(
            f"expected folders region=... in {config.history}, found columns {', '.join(frame.columns)}: "
            "partition the history by region"
        )
    if config.mapping is not None:
        return frame.mapInArrow(partial(_mapped, text=config.mapping), "region string, value binary")
    if LINE not in frame.columns:
        raise BadCall(
            f"expected a column {LINE} with lines of JSON in {config.history}, found "
            f"{', '.join(frame.columns)}: give --mapping"
        )
    return frame.select(sql.col(REGION).cast("string"), sql.col(LINE).cast("binary"))


def lines_in(batch: pa.RecordBatch) -> list[bytes]:
    """The lines of a batch that ``lines_of`` gives; one that is not there is empty."""
    return [line or b"" for line in batch.column(LINE).to_pylist()]


def _check_mapping(mapping: TableMapping) -> None:
    for event in mapping.event:
        for source in event.sources().values():
            if source.text is not None and ROW in names_in(source.text):
                raise BadCall(
                    "expected ids made of columns, found {row} in the mapping: Spark reads the parts of a "
                    "table in any order, so that rows have no number"
                )


def _mapped(batches: Iterator[pa.RecordBatch], text: str) -> Iterator[pa.RecordBatch]:
    """In a task: foreign columns to lines, by a mapping for tables of any name."""
    mapper = RowMapper(mapping_in(text), "history")
    for batch in batches:
        first = mapper.rows
        lines = mapper.map(batch).lines
        regions = (
            batch.column(REGION)
            .cast(pa.string())
            .take(pa.array([line.row - first for line in lines], pa.int64()))
        )
        values = pa.array([line.line for line in lines], pa.binary())
        yield pa.RecordBatch.from_arrays([regions, values], [REGION, LINE])
