"""Connected components over the histories of all regions, as Parquet.

::

    region, line of JSON
      -> distinct links            (``streaming.backfill.links``)
      -> those of shared identifiers, each with the smallest account of its identifier
      -> account, component        (by union-find here, or by stars in Spark where they are too many)
      -> OUT/components            (links with their component, in order)

Two accounts are joined that used one identifier, whenever and in whatever region each of them did. A
component is named by its smallest account, in the order of UTF-8. An account that is in no row shares
nothing.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import pyarrow.parquet
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as sql

from graph.model.errors import BadCall
from streaming.backfill.history import REGION, BackfillConfig, lines_of
from streaming.backfill.links import FIRST, IDENTIFIER, KIND, LAST, LEAST, USES, links_of, shared_links
from streaming.backfill.session import session
from streaming.backfill.stars import LARGER, MOST_ROUNDS, SMALLER, stars_of
from streaming.backfill.union_find import ACCOUNT, COMPONENT, components_of
from streaming.files.sinks.folder import OutputFolder

COMPONENTS: Final = "components"
SUMMARY: Final = "_summary.json"
"""Readers of a folder of Parquet leave out what begins so."""
_PART: Final = re.compile(r"part-\d{5,}\.parquet")
_NUMBER: Final = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentsConfig:
    """How components are found.

    ``most_links_here``: up to so many links of shared identifiers union-find runs in this process, else stars
    in Spark, in at most ``most_rounds`` rounds. ``most_users``: what more accounts used joins none of them.
    """

    most_links_here: int = 20_000_000
    most_rounds: int = MOST_ROUNDS
    most_users: int | None = None

    def __post_init__(self) -> None:
        if self.most_users is not None and self.most_users < 2:
            raise BadCall(f"expected two users of an identifier or more, found {self.most_users}")


class ComponentsSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The content of ``_summary.json``: ``rounds`` of stars in Spark, 0 where union-find ran here."""

    components: int
    accounts: int
    links: int
    largest: int
    rounds: int


def write_components(
    config: BackfillConfig, out: Path, clock_ms: int, how: ComponentsConfig | None = None
) -> ComponentsSummary:
    """Writes ``out/components``: a row for each link of a shared identifier and region, with its component.

    ``out`` has to be one place for every executor; an earlier result is replaced. Memory here: as
    ``components_of`` for the links of shared identifiers where union-find runs, else little.
    Raises ``BadCall`` and ``Fatal``.
    """
    with session(config.master, config.options) as spark:
        links = links_of(lines_of(spark, config), clock_ms, config.max_line_bytes)
        return write_components_of(spark, links, out / COMPONENTS, how or ComponentsConfig())


def write_components_of(
    spark: SparkSession, links: DataFrame, place: Path, how: ComponentsConfig
) -> ComponentsSummary:
    """As ``write_components``, of links that ``streaming.backfill.links.links_of`` gives, into ``place``."""
    with OutputFolder(place, _earlier(place)) as folder:
        scratch = folder.path / "scratch"
        shared = _kept(spark, shared_links(links, how.most_users), scratch / "shared")
        count, rounds = shared.count(), 0
        if count <= how.most_links_here:
            labels = _found_here(spark, scratch)
        else:
            labels, rounds = _found_by_stars(spark, shared, scratch, how.most_rounds)
        rows = shared.join(labels, ACCOUNT).select(
            COMPONENT, ACCOUNT, KIND, IDENTIFIER, REGION, _time(FIRST), _time(LAST), USES
        )
        rows.orderBy(COMPONENT, ACCOUNT, KIND, IDENTIFIER, REGION).write.option(
            "compression", "zstd"
        ).parquet((scratch / "result").as_uri())
        sizes = (
            labels.groupBy(COMPONENT)
            .count()
            .agg(
                sql.count("*"),
                sql.coalesce(sql.sum("count"), sql.lit(0)),
                sql.coalesce(sql.max("count"), sql.lit(0)),
            )
        )
        components, accounts, largest = sizes.collect()[0]
        summary = ComponentsSummary(
            components=components, accounts=accounts, links=count, largest=largest, rounds=rounds
        )
        for number, part in enumerate(sorted((scratch / "result").glob("part-*.parquet"))):
            part.rename(folder.path / f"part-{number:05d}.parquet")
        shutil.rmtree(scratch)
        (folder.path / SUMMARY).write_bytes(msgspec.json.format(msgspec.json.encode(summary)) + b"\n")
        folder.commit()
    return summary


def _earlier(place: Path) -> list[str]:
    """The files of an earlier result, which may be replaced."""
    found = place.iterdir() if place.is_dir() else []
    return [SUMMARY, *(each.name for each in found if _PART.fullmatch(each.name))]


def _kept(spark: SparkSession, frame: DataFrame, place: Path) -> DataFrame:
    """What a plan gives, on disk: it is not worked out twice, and numbers in it stay what they are."""
    frame.write.parquet(place.as_uri())
    return spark.read.parquet(place.as_uri())


def _found_here(spark: SparkSession, scratch: Path) -> DataFrame:
    """``account`` and ``component`` by union-find in this process."""
    links = pyarrow.parquet.read_table(scratch / "shared", columns=[ACCOUNT, LEAST], partitioning=None)
    found = components_of(links.column(ACCOUNT), links.column(LEAST))
    (scratch / "labels").mkdir()
    pyarrow.parquet.write_table(found, scratch / "labels" / "part.parquet", row_group_size=1 << 20)
    return spark.read.parquet((scratch / "labels").as_uri())


def _found_by_stars(
    spark: SparkSession, shared: DataFrame, scratch: Path, most_rounds: int
) -> tuple[DataFrame, int]:
    """The same by stars in Spark, and how many rounds it took.

    Accounts are numbered in their order, so that the smallest number is the smallest account.
    """
    pairs = shared.where("account != least").select(ACCOUNT, LEAST).distinct()
    names = pairs.selectExpr("stack(2, account, least) as (account)").distinct().orderBy(ACCOUNT)
    numbers = names.select(ACCOUNT, sql.monotonically_increasing_id().alias(_NUMBER))
    numbers = _kept(spark, numbers, scratch / "numbers")
    larger = numbers.select(ACCOUNT, sql.col(_NUMBER).alias(LARGER))
    smaller = numbers.select(sql.col(ACCOUNT).alias(LEAST), sql.col(_NUMBER).alias(SMALLER))
    edges = pairs.join(larger, ACCOUNT).join(smaller, LEAST).select(LARGER, SMALLER)
    stars = stars_of(spark, _kept(spark, edges, scratch / "edges"), scratch, most_rounds)
    centres = stars.frame.select(sql.col(SMALLER).alias(LARGER), SMALLER).distinct()
    named = numbers.select(sql.col(ACCOUNT).alias(COMPONENT), sql.col(_NUMBER).alias(SMALLER))
    labels = stars.frame.unionByName(centres).join(larger, LARGER).join(named, SMALLER)
    return _kept(spark, labels.select(ACCOUNT, COMPONENT), scratch / "labels"), stars.rounds


def _time(name: str) -> Column:
    return sql.timestamp_millis(name).alias(name)
