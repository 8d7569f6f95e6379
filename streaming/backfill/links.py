"""The links of a history: which account used which identifier, distinct, with first and last use.

A link is what the engine makes an identity link of (``streaming.regions.sightings``): a device, card, bank
account, phone or mail address that an account used in a valid event. Addresses (ip) are left out, as they
join nobody by themselves (``graph.updates.sharing``). All of the history counts, and no window is applied.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as sql

from graph.model.vocabulary import EntityKind
from streaming.admission.deduplicate import DAY_MS
from streaming.backfill.history import REGION, lines_in
from streaming.backfill.union_find import ACCOUNT
from streaming.decoding.columns import ColumnDecoder
from streaming.regions.sightings import use_columns

KIND: Final = "kind"
IDENTIFIER: Final = "identifier"
LEAST: Final = "least"
FIRST: Final = "first_ts"
LAST: Final = "last_ts"
USES: Final = "uses"
_SCHEMA: Final = pa.schema(
    [
        (ACCOUNT, pa.string()),
        (KIND, pa.string()),
        (IDENTIFIER, pa.string()),
        (REGION, pa.string()),
        ("ts", pa.int64()),
    ]
)


def links_of(lines: DataFrame, clock_ms: int, max_line_bytes: int) -> DataFrame:
    """Distinct links of ``streaming.backfill.history.lines_of``: a row for each link and region.

    Columns: ``account``, ``kind``, ``identifier``, ``region``, ``first_ts`` and ``last_ts`` (epoch ms),
    ``uses``. Events more than a day after ``clock_ms`` make none.
    """
    uses = lines.mapInArrow(
        partial(_used, latest_ms=clock_ms + DAY_MS, max_line_bytes=max_line_bytes),
        "account string, kind string, identifier string, region string, ts long",
    )
    return uses.groupBy(ACCOUNT, KIND, IDENTIFIER, REGION).agg(
        sql.min("ts").alias(FIRST), sql.max("ts").alias(LAST), sql.count("ts").alias(USES)
    )


def shared_links(links: DataFrame, most_users: int | None = None) -> DataFrame:
    """The links of identifiers of two accounts or more, each with the smallest of them (``least``).

    What more than ``most_users`` accounts used joins none of them and is left out.
    """
    by_identifier = Window.partitionBy(KIND, IDENTIFIER)
    frame = links.withColumn(LEAST, sql.min(ACCOUNT).over(by_identifier)).withColumn(
        "greatest", sql.max(ACCOUNT).over(by_identifier)
    )
    frame = frame.where("least != greatest").drop("greatest")
    if most_users is None:
        return frame
    frame = frame.withColumn("rank", sql.dense_rank().over(by_identifier.orderBy(ACCOUNT)))
    frame = frame.withColumn("users", sql.max("rank").over(by_identifier))
    return frame.where(sql.col("users") <= most_users).drop("rank", "users")


def _used(batches: Iterator[pa.RecordBatch], latest_ms: int, max_line_bytes: int) -> Iterator[pa.RecordBatch]:
    """In a task: who used what, by our own decoder."""
    decoder = ColumnDecoder(max_line_bytes)
    for batch in batches:
        decoded = decoder.decode_values(lines_in(batch))
        times = decoded.batch.records["ts"]
        regions = batch.column(REGION)
        for column in use_columns(decoded.batch):
            if column.kind is EntityKind.ACCOUNT:
                continue
            rows = np.array(column.rows)
            used = pa.table(
                [
                    pa.array(column.accounts, pa.string()),
                    pa.array([column.kind.value] * len(rows), pa.string()),
                    pa.array(column.identifiers, pa.string()),
                    regions.take(pa.array(decoded.places[rows])),
                    pa.array(times[rows]),
                ],
                schema=_SCHEMA,
            )
            there = np.array(
                [bool(a and i) for a, i in zip(column.accounts, column.identifiers, strict=True)]
            )
            yield from used.filter(pa.array(there & (times[rows] <= latest_ms))).to_batches()
