"""What a job is told, and the statements for its tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from flink.regions import Regions
from flink.shards import SEPARATOR, Places
from graph.model.errors import BadCall

FRAMES: Final = "frames"
RECORDS: Final = "records"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOptions:
    """One job. ``passed``: settings of Kafka clients, handed on unread.

    ``checkpoint_ms``: between checkpoints; with ``exactly_once`` what was read appears at the next one.
    ``bundle_ms``: how long messages wait for others to be decoded with. ``rocksdb``: state lies on
    disks, and a checkpoint writes what is new since the one before; else it is held in memory.
    """

    kafka: str
    regions: Regions
    places: Places
    clock_ms: int
    checkpoints: str
    group: str = "ringfence-front"
    remember_hours: float = 48.0
    exactly_once: bool = False
    until_end: bool = False
    rocksdb: bool = False
    parallelism: int = 2
    checkpoint_ms: int = 3_000
    bundle_ms: int = 50
    max_line_bytes: int = 1 << 20
    passed: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        if not 0.1 <= self.remember_hours <= 48:
            raise BadCall(f"expected 0.1 to 48 hours in which a repeat is known, found {self.remember_hours}")
        if not 1 <= self.parallelism <= 1024:
            raise BadCall(f"expected 1 to 1024 parts that work beside each other, found {self.parallelism}")


def places_of(
    form: str, prefix: str, topics: Iterable[str], regions: Regions, partitions: Mapping[str, int]
) -> Places:
    """Where records go. Raises ``BadCall`` when the form does not fit or a topic does not exist."""
    inputs = [prefix + topic for topic in topics]
    try:
        outputs = {
            form.format(region=region, topic=topic): None for region in regions.names for topic in topics
        }
    except (KeyError, IndexError, ValueError) as error:
        raise BadCall(
            f"expected {{region}} and {{topic}} alone in a form, found {form!r}: mend it"
        ) from error
    by_region = {region: form.format(region=region, topic="") for region in regions.names}
    if len(set(by_region.values())) < len(by_region):
        raise BadCall(f"expected other topics for every region, found the form {form!r}: put {{region}} in")
    if set(outputs) & set(inputs):
        raise BadCall(f"expected other topics out than in, found the form {form!r}: give another --form")
    letters = f"{prefix}dead-letters"
    for name in (*inputs, *outputs, letters):
        if name not in partitions:
            raise BadCall(f"expected the topic {name}, found none: create it first")
    return Places(
        form=form,
        prefix=prefix,
        inputs={name: partitions[name] for name in inputs},
        outputs={name: partitions[name] for name in (*outputs, letters)},
    )


def source_table(options: JobOptions) -> str:
    """The messages of the platform as they come, and where each stood."""
    settings = {
        **_kafka(options),
        "connector": "kafka",
        "topic": ";".join(options.places.inputs),
        "format": "raw",
        "properties.group.id": options.group,
        "properties.isolation.level": "read_committed",
        "scan.startup.mode": "earliest-offset",
    }
    if options.until_end:
        settings["scan.bounded.mode"] = "latest-offset"
    columns = (
        "`value` BYTES, `topic` STRING NOT NULL METADATA VIRTUAL, `partition` INT NOT NULL METADATA VIRTUAL, "
        "`offset` BIGINT NOT NULL METADATA VIRTUAL, "
        "`stamp` TIMESTAMP_LTZ(3) NOT NULL METADATA FROM 'timestamp' VIRTUAL"
    )
    return f"CREATE TABLE messages ({columns}) WITH ({_words(settings)})"


def sink_table(options: JobOptions) -> str:
    """The topics of the regions and the dead letters."""
    settings = {
        **_kafka(options),
        "connector": "kafka",
        "topic": ";".join(options.places.outputs),
        "key.format": "raw",
        "key.fields": "key",
        "value.format": "raw",
        "value.fields-include": "EXCEPT_KEY",
        "sink.delivery-guarantee": "exactly-once" if options.exactly_once else "at-least-once",
        "properties.compression.type": "lz4",
        "properties.linger.ms": "5",
        "properties.max.request.size": str(options.max_line_bytes + (1 << 20)),
    }
    if options.exactly_once:
        settings["sink.transactional-id-prefix"] = options.group
        settings["properties.transaction.timeout.ms"] = "600000"
    columns = "`key` BYTES, `value` STRING, `topic` STRING METADATA"
    return f"CREATE TABLE regions ({columns}) WITH ({_words(settings)})"


def split_statement() -> str:
    """Records one by one out of those that were put together."""
    mark = f"U&'\\{ord(SEPARATOR):04x}'"
    pieces = f"UNNEST(SPLIT(r.`text`, {mark})) AS pieces(piece)"
    return f"INSERT INTO regions SELECT r.`key`, piece, r.`topic` FROM {RECORDS} AS r CROSS JOIN {pieces}"  # noqa: S608


def _kafka(options: JobOptions) -> dict[str, str]:
    passed = {f"properties.{name}": value for name, value in (options.passed or {}).items()}
    return {**passed, "properties.bootstrap.servers": options.kafka}


def _words(settings: Mapping[str, str]) -> str:
    quoted = {name: value.replace("'", "''") for name, value in settings.items()}
    return ", ".join(f"'{name}' = '{value}'" for name, value in quoted.items())
