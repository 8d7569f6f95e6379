"""Hands the job to a cluster: `flink/.venv/bin/python -m flink --help`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any, Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from flink.options import JobOptions, places_of
from flink.regions import Regions, read_regions
from graph.model.errors import BadCall, RingfenceError, Unavailable
from streaming.contract.topics import INPUT_TOPICS

ASK_S: Final = 30.0
WRONG_CALL: Final = 2
UNREACHABLE: Final = 4


def main() -> int:
    """Hands the job in, says what it is called, and with ``--until-end`` waits for it."""
    try:
        return _run(_arguments().parse_args())
    except BadCall as error:
        print(f"flink: {error}", file=sys.stderr)
        return WRONG_CALL
    except RingfenceError as error:
        print(f"flink: {error}", file=sys.stderr)
        return UNREACHABLE


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m flink", description="Put Flink in front of owners.")
    add = parser.add_argument
    add("--kafka", required=True, metavar="HOST:PORT", help="the brokers, several with commas")
    add("--cluster", required=True, metavar="HOST:PORT", help="the JobManager")
    add("--jar", required=True, action="append", type=Path, metavar="FILE", help="the Kafka connector")
    add("--checkpoints", required=True, metavar="DIR", help="folder or address that all machines share")
    add("--regions", type=Path, metavar="FILE", help="regions in TOML; one called all without it")
    add("--form", default="events.{region}", help="name of a region's topic; {topic} for one of each input")
    add("--prefix", default="", help="stands before the platform's topics and the dead letters")
    add("--topic", action="append", metavar="NAME", help="topic to read; repeat for more [the contract's]")
    add("--group", default="ringfence-front", help="consumer group, and the name of the job")
    add("--remember-hours", type=float, default=48.0, metavar="HOURS", help="in which a repeat is known")
    add("--exactly-once", action="store_true", help="what was read appears at the next checkpoint, once")
    add("--checkpoint-ms", type=int, default=3000, metavar="MS", help="between checkpoints")
    add("--bundle-ms", type=int, default=50, metavar="MS", help="how long messages wait for company")
    add("--parallelism", type=int, default=2, metavar="NUMBER", help="parts that work beside each other")
    add("--rocksdb", action="store_true", help="state lies on disks, checkpoints hold what is new [memory]")
    add("--until-end", action="store_true", help="stop when everything there is has been read")
    add(
        "--continue", dest="again", action="store_true", help="go on from the newest checkpoint in the folder"
    )
    add(
        "--kafka-option", action="append", default=[], metavar="NAME=VALUE", help="handed on to Kafka clients"
    )
    return parser


def _run(words: Any) -> int:
    if words.again and words.until_end:
        raise BadCall(
            "expected --continue or --until-end, found both: a job goes on as it began, without an end"
        )
    regions = Regions(("all",), 0, None, {}, ()) if words.regions is None else read_regions(words.regions)
    topics = tuple(words.topic or INPUT_TOPICS)
    passed = dict(_setting(word) for word in words.kafka_option)
    options = JobOptions(
        kafka=words.kafka,
        regions=regions,
        places=places_of(words.form, words.prefix, topics, regions, _partitions(words.kafka)),
        clock_ms=time.time_ns() // 1_000_000,
        checkpoints=words.checkpoints
        if "://" in words.checkpoints
        else Path(words.checkpoints).absolute().as_uri(),
        group=words.group,
        remember_hours=words.remember_hours,
        exactly_once=words.exactly_once,
        until_end=words.until_end,
        rocksdb=words.rocksdb,
        parallelism=words.parallelism,
        checkpoint_ms=words.checkpoint_ms,
        bundle_ms=words.bundle_ms,
        passed=passed,
    )
    for jar in words.jar:
        if not jar.is_file():
            raise BadCall(f"expected the jar of the Kafka connector, found no file {jar}: call make flink")
    continued_from = newest_checkpoint(Path(words.checkpoints)) if words.again else None
    from flink.job import submit  # noqa: PLC0415 - only once all is well: it starts a JVM

    client = submit(options, words.cluster, [str(jar.absolute()) for jar in words.jar], continued_from)
    said = {"job": str(client.get_job_id()), "continued_from": continued_from}
    print(json.dumps(said), flush=True)
    if words.until_end:
        client.get_job_execution_result().result()
    return 0


def newest_checkpoint(folder: Path) -> str:
    """The newest complete checkpoint of any job in a folder. Raises ``BadCall`` where there is none."""
    found = sorted(folder.glob("*/chk-*/_metadata"), key=lambda path: path.stat().st_mtime_ns)
    if not found:
        raise BadCall(f"expected a checkpoint in {folder}, found none: leave --continue out")
    return found[-1].parent.absolute().as_uri()


def _setting(word: str) -> tuple[str, str]:
    name, has_value, value = word.partition("=")
    if not has_value:
        raise BadCall(f"expected NAME=VALUE, found {word!r}: mend --kafka-option")
    return name, value


def _partitions(kafka: str) -> dict[str, int]:
    """By topic how many partitions it has. Raises ``Unavailable`` when no broker answers."""
    client: Any = AdminClient({"bootstrap.servers": kafka, "log_level": 0})
    try:
        topics = client.list_topics(timeout=ASK_S).topics
    except KafkaException as error:
        raise Unavailable(f"expected Kafka at {kafka}, found no answer: see that it runs", 1.0) from error
    return {name: len(topic.partitions) for name, topic in topics.items()}


if __name__ == "__main__":
    sys.exit(main())
