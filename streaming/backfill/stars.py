"""Connected components in Spark: alternating large-star and small-star.

Kiveris, Lattanzi, Mirrokni, Rastogi and Vassilvitskii, "Connected Components in MapReduce and Beyond", SoCC
2014. Nodes are numbers, an edge is a larger and a smaller one. *Large-star* ties every larger neighbour of a
node to the smallest of the node and its neighbours, *small-star* every smaller one, and the node itself. Both
keep what is connected; at the end every node hangs on the smallest of its component.

A round is written to disk before the next one begins: a plan over all rounds would be planned longer than it
runs, and a lost executor would repeat them all.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final, NamedTuple

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as sql

from graph.model.errors import Fatal

LARGER: Final = "larger"
SMALLER: Final = "smaller"
MOST_ROUNDS: Final = 50
"""Far beyond what was seen: four to six rounds for a hundred thousand to ten million links."""


class Stars(NamedTuple):
    """Every node that is not the smallest of its component (``larger``), with that (``smaller``)."""

    frame: DataFrame
    rounds: int


def stars_of(spark: SparkSession, edges: DataFrame, scratch: Path, most_rounds: int = MOST_ROUNDS) -> Stars:
    """The components of distinct edges between different nodes, as columns ``larger`` and ``smaller``.

    ``scratch`` is a folder that all executors see; what is given back is read from it. Cost: a round sorts
    the edges three times; all neighbours of one node are sorted by one task. Raises ``Fatal`` when
    ``most_rounds`` do not do.
    """
    for number in range(1, most_rounds + 1):
        place = scratch / f"round-{number}"
        _small_star(_large_star(edges)).write.parquet(place.as_uri())
        edges = spark.read.parquet(place.as_uri())
        if number > 1:
            shutil.rmtree(scratch / f"round-{number - 1}")
        if _are_stars(edges):
            return Stars(edges, number)
    raise Fatal(
        f"expected components within {most_rounds} rounds of large-star and small-star, found edges that "
        "still move: raise --most-rounds"
    )


def _large_star(edges: DataFrame) -> DataFrame:
    both_ways = edges.selectExpr("stack(2, larger, smaller, smaller, larger) as (node, neighbour)")
    least = sql.least("node", sql.min("neighbour").over(Window.partitionBy("node")))
    found = both_ways.withColumn(SMALLER, least).where("neighbour > node")
    return found.select(sql.col("neighbour").alias(LARGER), SMALLER).distinct()


def _small_star(edges: DataFrame) -> DataFrame:
    least = sql.min(SMALLER).over(Window.partitionBy(LARGER))
    found = edges.withColumn("least", least).selectExpr(
        "stack(2, larger, least, smaller, least) as (larger, smaller)"
    )
    return found.where("larger != smaller").distinct()


def _are_stars(edges: DataFrame) -> bool:
    """Whether every larger node hangs on one smaller one, and none of those on another."""
    if not edges.groupBy(LARGER).count().where("count > 1").isEmpty():
        return False
    centres = edges.select(sql.col(SMALLER).alias(LARGER)).distinct()
    return bool(edges.join(centres, LARGER, "left_semi").isEmpty())
