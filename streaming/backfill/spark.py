"""The plan in Spark: read, map, decode for the order, bring each region together, replay it.

::

    Parquet or NDJSON, region=.../day=...
      -> lines of JSON             (a mapping turns foreign columns into them)
      -> region, ts, event_id      (decoded by our own ``ColumnDecoder`` in ``mapInArrow``)
      -> one partition a region, sorted by ts, event_id and line, on disk where it is large
      -> ``replay_region``: results, and a state that a service starts from

A line that is no event has neither time nor id: it comes first, and becomes a dead letter in the replay.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from graph.model.errors import BadCall, Fatal, NoEvents
from streaming.backfill.replay import MakeEngine, RegionSummary, replay_region
from streaming.contract.rejection import MAX_LINE_BYTES
from streaming.decoding.columns import ColumnDecoder
from streaming.tables.mapping import ROW, mapping_in, names_in
from streaming.tables.mapping import Mapping as TableMapping
from streaming.tables.rows import RowMapper

REGION: Final = "region"
LINE: Final = "value"
DEFAULTS: Final = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "10000",
    "spark.sql.adaptive.coalescePartitions.enabled": "false",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
}
"""Nothing listens beyond this machine, and partitions stay one a region, unless the call says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillConfig:
    """What is read, and how.

    ``history``: a folder partitioned by ``region``, local or what Spark knows as a path. ``is_parquet``: else
    lines of JSON. ``mapping``: the text of a mapping of the Parquet columns; without one the column ``value``
    holds lines. ``positions``: by region and partition, from where a service is to read on. ``options``:
    settings of Spark.
    """

    history: str
    is_parquet: bool = False
    mapping: str | None = None
    positions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    master: str = "local[*]"
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    max_line_bytes: int = MAX_LINE_BYTES


def backfill(
    config: BackfillConfig, out: Path, make_engine: MakeEngine, clock_ms: int
) -> list[RegionSummary]:
    """Replays every region in a task of its own; ``out/region=NAME`` holds its results and its state.

    ``out`` has to be one place for every executor. Memory of an executor: as ``replay_region`` for each core.
    The summaries come by the names of the regions. Raises ``BadCall`` (the history or the mapping),
    ``NoEvents`` (a region without one) and ``Fatal`` (a task failed).
    """
    if config.mapping is not None:
        _check_mapping(mapping_in(config.mapping))
    spark = _session(config)
    try:
        lines = _lines(spark, config)
        regions = sorted(row[0] for row in lines.select(REGION).distinct().collect())
        if not regions:
            raise BadCall(f"expected a history in {config.history}, found no line: check the path")
        keyed = lines.mapInArrow(
            partial(_keyed, max_line_bytes=config.max_line_bytes),
            "slot int, region string, ts long, event_id string, value binary",
        )
        slots = {region: number for number, region in enumerate(regions)}
        numbered = keyed.withColumn("slot", _slot(slots))
        ordered = numbered.repartitionById(len(regions), "slot").sortWithinPartitions(
            REGION, "ts", "event_id", LINE
        )
        replay = partial(
            _replayed,
            out=out,
            make_engine=make_engine,
            clock_ms=clock_ms,
            positions=config.positions,
            max_line_bytes=config.max_line_bytes,
        )
        rows = ordered.mapInArrow(replay, "summary binary").collect()
    except PySparkException as error:
        raise _told(error) from error
    finally:
        spark.stop()
    return sorted((msgspec.json.decode(row[0], type=RegionSummary) for row in rows), key=_region)


def _session(config: BackfillConfig) -> SparkSession:
    builder = SparkSession.builder.master(config.master).appName("ringfence backfill")
    for name, value in {**DEFAULTS, **config.options}.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    # What a task failed of is told by us, in one line.
    spark.sparkContext.setLogLevel("OFF")
    # The interpreter that runs this one has what tasks need.
    spark.sparkContext.pythonExec = config.options.get("spark.pyspark.python", sys.executable)
    return spark


def _lines(spark: SparkSession, config: BackfillConfig) -> DataFrame:
    """Region and line of every record."""
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


def _slot(slots: Mapping[str, int]) -> Any:
    """By region, the number of its partition."""
    column: Any = sql.lit(None)
    for region, number in slots.items():
        column = sql.when(sql.col(REGION) == region, number).otherwise(column)
    return column.cast("int")


def _check_mapping(mapping: TableMapping) -> None:
    for event in mapping.event:
        for source in event.sources().values():
            if source.text is not None and ROW in names_in(source.text):
                raise BadCall(
                    "expected ids made of columns, found {row} in the mapping: Spark reads the parts of a "
                    "table in any order, so that rows have no number"
                )


def _told(error: PySparkException) -> Fatal:
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


def _region(summary: RegionSummary) -> str:
    return summary.region


# -- what tasks do -----------------------------------------------------------------------------------


def _mapped(batches: Iterator[pa.RecordBatch], text: str) -> Iterator[pa.RecordBatch]:
    """Foreign columns to lines, by a mapping for tables of any name."""
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


def _keyed(batches: Iterator[pa.RecordBatch], max_line_bytes: int) -> Iterator[pa.RecordBatch]:
    """Lines with the time and the id of their events, where they are events."""
    decoder = ColumnDecoder(max_line_bytes)
    names = ["slot", REGION, "ts", "event_id", LINE]
    for batch in batches:
        decoded = decoder.decode_values([value or b"" for value in batch.column(LINE).to_pylist()])
        times: list[int | None] = [None] * batch.num_rows
        ids: list[str | None] = [None] * batch.num_rows
        for row, place in enumerate(decoded.places.tolist()):
            times[place] = int(decoded.batch.records["ts"][row])
            ids[place] = decoded.batch.event_id(row)
        columns = [
            pa.nulls(batch.num_rows, pa.int32()),
            batch.column(REGION),
            pa.array(times, pa.int64()),
            pa.array(ids, pa.string()),
            batch.column(LINE),
        ]
        yield pa.RecordBatch.from_arrays(columns, names)


def _replayed(
    batches: Iterator[pa.RecordBatch],
    out: Path,
    make_engine: MakeEngine,
    clock_ms: int,
    positions: Mapping[str, Mapping[str, int]],
    max_line_bytes: int,
) -> Iterator[pa.RecordBatch]:
    """The regions of a partition, one after another; gives their summaries."""
    pieces = (piece for batch in batches for piece in _by_region(batch))
    for region, some in groupby(pieces, key=lambda piece: piece[0]):
        summary = replay_region(
            region,
            (lines for _, lines in some),
            out / f"{REGION}={region}",
            make_engine,
            clock_ms,
            positions.get(region, {}),
            max_line_bytes,
        )
        yield pa.RecordBatch.from_arrays([pa.array([msgspec.json.encode(summary)], pa.binary())], ["summary"])


def _by_region(batch: pa.RecordBatch) -> Iterator[tuple[str, list[bytes]]]:
    """A batch cut where the region changes."""
    rows = zip(batch.column(REGION).to_pylist(), batch.column(LINE).to_pylist(), strict=True)
    for region, some in groupby(rows, key=lambda row: row[0]):
        yield region, [line or b"" for _, line in some]
