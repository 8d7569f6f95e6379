"""The plan in Spark: read, map, decode for the order, bring each region together, replay it.

::

    region, line of JSON           (``streaming.backfill.history``)
      -> region, ts, event_id      (decoded by our own ``ColumnDecoder`` in ``mapInArrow``)
      -> one partition a region, sorted by ts, event_id and line, on disk where it is large
      -> ``replay_region``: results, and a state that a service starts from

A line that is no event has neither time nor id: it comes first, and becomes a dead letter in the replay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
from pyspark.sql import functions as sql

from gnn.evaluation.truth import decode_truth
from graph.model.errors import BadCall
from streaming.backfill.history import LINE, REGION, BackfillConfig, lines_in, lines_of
from streaming.backfill.judgements import JudgementFile
from streaming.backfill.replay import EVIDENCE, MakeEngine, RegionSummary, replay_region
from streaming.backfill.session import session
from streaming.decoding.columns import ColumnDecoder

TRUTH: Final = "truth.json"
ONE_PARTITION_A_REGION: Final = {"spark.sql.adaptive.coalescePartitions.enabled": "false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceConfig:
    """That judgements are written. ``truth``: a folder of region=NAME/truth.json that gives their labels."""

    truth: Path | None = None


def backfill(
    config: BackfillConfig,
    out: Path,
    make_engine: MakeEngine,
    clock_ms: int,
    evidence: EvidenceConfig | None = None,
) -> list[RegionSummary]:
    """Replays every region in a task of its own; ``out/region=NAME`` holds its results and its state.

    With ``evidence`` every judgement is a row in ``out/evidence``, a table partitioned by region.
    ``out`` has to be one place for every executor. Memory of an executor: as ``replay_region`` for each core.
    The summaries come by the names of the regions. Raises ``BadCall`` (the history or the mapping),
    ``NoEvents`` (a region without one) and ``Fatal`` (a task failed).
    """
    with session(config.master, {**ONE_PARTITION_A_REGION, **config.options}) as spark:
        lines = lines_of(spark, config)
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
            evidence=evidence,
        )
        rows = ordered.mapInArrow(replay, "summary binary").collect()
    return sorted((msgspec.json.decode(row[0], type=RegionSummary) for row in rows), key=_region)


def _slot(slots: Mapping[str, int]) -> Any:
    """By region, the number of its partition."""
    column: Any = sql.lit(None)
    for region, number in slots.items():
        column = sql.when(sql.col(REGION) == region, number).otherwise(column)
    return column.cast("int")


def _region(summary: RegionSummary) -> str:
    return summary.region


# -- what tasks do -----------------------------------------------------------------------------------


def _keyed(batches: Iterator[pa.RecordBatch], max_line_bytes: int) -> Iterator[pa.RecordBatch]:
    """Lines with the time and the id of their events, where they are events."""
    decoder = ColumnDecoder(max_line_bytes)
    names = ["slot", REGION, "ts", "event_id", LINE]
    for batch in batches:
        decoded = decoder.decode_values(lines_in(batch))
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
    evidence: EvidenceConfig | None,
) -> Iterator[pa.RecordBatch]:
    """The regions of a partition, one after another; gives their summaries."""
    pieces = (piece for batch in batches for piece in _by_region(batch))
    for region, some in groupby(pieces, key=lambda piece: piece[0]):
        with _judgements(region, out, evidence) as judgements:
            summary = replay_region(
                region,
                (lines for _, lines in some),
                out / f"{REGION}={region}",
                make_engine,
                clock_ms,
                positions.get(region, {}),
                max_line_bytes,
                judgements,
            )
        yield pa.RecordBatch.from_arrays([pa.array([msgspec.json.encode(summary)], pa.binary())], ["summary"])


def _judgements(
    region: str, out: Path, evidence: EvidenceConfig | None
) -> AbstractContextManager[JudgementFile | None]:
    if evidence is None:
        return nullcontext()
    name = f"{REGION}={region}"
    ring_of = None if evidence.truth is None else _planted(evidence.truth / name / TRUTH)
    return JudgementFile(out / EVIDENCE / name, ring_of)


def _planted(path: Path) -> Mapping[str, str] | None:
    """By account its planted ring; None where there is no such file."""
    try:
        return decode_truth(path.read_bytes(), str(path)).ring_of()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadCall(f"expected to read {path}, found: {error.strerror}: mend it") from error


def _by_region(batch: pa.RecordBatch) -> Iterator[tuple[str, list[bytes]]]:
    """A batch cut where the region changes."""
    rows = zip(batch.column(REGION).to_pylist(), batch.column(LINE).to_pylist(), strict=True)
    for region, some in groupby(rows, key=lambda row: row[0]):
        yield region, [line or b"" for _, line in some]
