"""The service in a demonstration: events into a broker, flags out as they come, the lag going to zero.

The broker is the one that librdkafka holds in memory for tests: it forgets, and proves nothing about
delivery.
"""

from __future__ import annotations

import io
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from rich.console import Console

if TYPE_CHECKING:
    from streaming.kafka.options import KafkaOptions
    from streaming.service.status import Status

SHOWN = 12
"""Flags that are printed; the others are counted."""
PER_SECOND = 2500
WITHIN_S = 60.0
EVERY_S = 0.5


@contextmanager
def broker() -> Iterator[str]:
    """The address of a broker in this process."""
    from confluent_kafka import Producer

    settings: Any = {"bootstrap.servers": "memory:1", "test.mock.num.brokers": 1, "log_level": 0}
    holder: Any = Producer(settings)
    brokers = holder.list_topics(timeout=10).brokers.values()
    yield ",".join(f"{each.host}:{each.port}" for each in brokers)
    del holder


def show_service(lines: Sequence[bytes], console: Console, window_days: float) -> bool:
    """Feeds the events (JSON, in order) and prints flags as they come out; whether all were taken in time."""
    from ringfence.service_wiring import RunOptions, service
    from streaming.kafka.feeding import Feeder
    from streaming.kafka.options import KafkaOptions
    from streaming.service.config import ServiceConfig
    from streaming.service.status import Status

    status = Status()
    with tempfile.TemporaryDirectory(prefix="ringfence-demo-") as name, broker() as address:
        kafka = KafkaOptions(bootstrap=address, group="demo")
        _make_topics(kafka)
        options = RunOptions(
            kafka=kafka,
            service=ServiceConfig(),
            state=Path(name),
            window_days=window_days,
            max_line_bytes=1 << 20,
        )
        with service(options, status, log_to=io.StringIO()) as running:
            working = threading.Thread(target=running.run, name="service", daemon=True)
            working.start()
            while not status.is_ready and working.is_alive():
                time.sleep(0.05)
            feeder = Feeder(kafka)
            feeding = threading.Thread(target=lambda: _feed(feeder, lines), name="feeder", daemon=True)
            feeding.start()
            is_done = _print_flags(kafka, status, len(lines), console)
            feeding.join(WITHIN_S)
            running.stop()
            working.join(WITHIN_S)
    return is_done


def _make_topics(kafka: KafkaOptions) -> None:
    """The broker in memory makes a topic when a producer asks for it."""
    from confluent_kafka import Producer

    from streaming.contract.topics import INPUT_TOPICS, RESULT_TOPICS

    settings: Any = {"bootstrap.servers": kafka.bootstrap, "log_level": 0}
    asking = Producer(settings)
    for topic in (*INPUT_TOPICS, *RESULT_TOPICS):
        asking.list_topics(topic, timeout=10)


def _feed(feeder: Any, lines: Sequence[bytes]) -> None:
    began = time.monotonic()
    for first in range(0, len(lines), PER_SECOND // 20):
        feeder.feed(lines[first : first + PER_SECOND // 20])
        time.sleep(max(0.0, first / PER_SECOND - (time.monotonic() - began)))
    feeder.close()


def _print_flags(kafka: KafkaOptions, status: Status, total: int, console: Console) -> bool:
    """Reads flags from their topic until every event was applied and every flag was read."""
    from confluent_kafka import Consumer, TopicPartition

    from graph.model.results import Flag
    from graph.scoring.rules.finding import counted
    from streaming.contract.topics import FLAGS
    from streaming.kafka.closing import CLOSE_S, close_within

    settings: Any = {**kafka.client(), "group.id": "demo-reader", "auto.offset.reset": "earliest"}
    reader: Any = Consumer(settings)
    partitions = reader.list_topics(FLAGS, timeout=10).topics[FLAGS].partitions
    reader.assign([TopicPartition(FLAGS, number, 0) for number in partitions])
    decode = msgspec.json.Decoder(Flag).decode
    began, seen, said_s = time.monotonic(), 0, 0.0
    say: Callable[[str], None] = lambda text: console.print(text, markup=False, highlight=False)  # noqa: E731
    while time.monotonic() - began < WITHIN_S:
        message = reader.poll(0.1)
        seconds = time.monotonic() - began
        applied = status.tally.events + status.tally.duplicates
        if message is not None and message.error() is None:
            seen += 1
            flag = decode(message.value())
            if seen <= SHOWN:
                say(
                    f"   {seconds:4.1f} s  {flag.decision.value:6} {flag.kind.value:14} "
                    f"{counted(len(flag.accounts), 'account'):>11}, score {flag.score:.2f}"
                )
        elif seconds - said_s > EVERY_S or (applied == total and seen >= sum(status.tally.flags.values())):
            said_s = seconds
            say(f"   {seconds:4.1f} s  {applied:,} events, {total - applied:,} to come, {seen} flags")
            if applied == total and seen >= sum(status.tally.flags.values()):
                break
    close_within(CLOSE_S, say, reader=reader.close)
    return status.tally.events + status.tally.duplicates == total
