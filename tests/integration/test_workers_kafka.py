"""The service with reading workers on a real broker: the same as without, also when workers are killed."""

from __future__ import annotations

import io
import os
import random
import signal
import threading
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import pytest

from graph.model.errors import BadCall
from ringfence.service_wiring import group_of, service
from streaming.contract.value_format import ValueFormat
from streaming.kafka.feeding import Feeder, create_topics
from streaming.kafka.options import KafkaOptions
from streaming.service.logs import Log
from streaming.service.status import Status
from tests.integration.chaos import DISORDER_MS, disturbed, everything_in, reference, the_city
from tests.integration.journals import batches
from tests.integration.service_child import run_here, start
from tests.integration.test_service_kafka import given
from tests.integration.waiting import until
from tests.integration.worker_processes import is_worker, workers_of

RESULTS = ("ring-flags", "ring-ledger", "dead-letters")


def results(address: str, prefix: str) -> dict[str, Counter]:
    """By topic, what was written; of dead letters also where each came from."""
    return {
        topic: Counter(
            (message.value(), tuple(sorted(message.headers() or [])))
            for message in everything_in(address, prefix + topic)
        )
        for topic in RESULTS
    }


@pytest.mark.slow
def test_workers_that_are_killed_leave_the_results_of_one_process(kafka_address: str, tmp_path: Path) -> None:
    lines = the_city(tmp_path / "city")
    digest, flags, ledger, _ = reference(lines, tmp_path / "reference")
    sent = disturbed(lines, frozenset(), random.Random(7), ordered=True)
    alone = given(
        kafka_address,
        tmp_path / "alone",
        order_within_ms=DISORDER_MS + 1,
        transactions=True,
        snapshot_every=4000,
    )
    create_topics(KafkaOptions(bootstrap=kafka_address, prefix=alone.prefix), 3)
    feeder = Feeder(KafkaOptions(bootstrap=kafka_address, prefix=alone.prefix))
    for record in sent.records:
        feeder.put(*record)
    feeder.close()
    _, status = run_here(alone)
    by_one = results(kafka_address, alone.prefix)

    shared = replace(
        alone, state=tmp_path / "shared", group=f"{alone.group}-shared", workers=2, batch_most=256
    )
    killed, status_shared, engine = run_and_kill(shared, kills=4)
    by_workers = {
        topic: found - by_one[topic] for topic, found in results(kafka_address, shared.prefix).items()
    }
    assert len(set(killed)) == 4
    assert engine.state_digest() == digest
    assert by_workers == by_one
    assert Counter(value for value, _ in by_workers["ring-flags"].elements()) == Counter(flags)
    assert Counter(value for value, _ in by_workers["ring-ledger"].elements()) == Counter(ledger)
    assert len([*by_workers["dead-letters"].elements()]) == sent.malformed
    # How many came too late for the order depends on how partitions are read, in any run.
    assert msgspec.structs.replace(status_shared.tally, late=status.tally.late) == status.tally
    assert (status.tally.events, status.tally.duplicates) == (len(lines), sent.repeats)


def run_and_kill(run, kills: int):
    """Runs to the end; meanwhile one worker after another is killed. Who was killed, what was counted."""
    status, killed = Status(), []
    with service(run.options(until_end=True), status, run.engine) as running:
        pool = running._parts.group.pool
        done = threading.Event()

        def is_time(number: int) -> bool:
            is_new = pool.pids[number % 2] not in killed
            return done.is_set() or (is_new and batches(run.state) > 3 + 3 * number)

        def kill() -> None:
            for number in range(kills):
                # Whoever was killed before has a successor by then: nobody is counted twice.
                until(partial(is_time, number), "batches to be made")
                killed.append(pool.pids[number % 2])
                os.kill(killed[-1], signal.SIGKILL)

        killing = threading.Thread(target=kill)
        killing.start()
        running.run()
        done.set()
        killing.join()
    return killed, status, running.core.engine


@pytest.mark.slow
def test_workers_end_with_an_owner_that_is_killed(kafka_address: str, tmp_path: Path) -> None:
    lines = the_city(tmp_path / "city")
    digest = reference(lines, tmp_path / "reference")[0]
    run = given(kafka_address, tmp_path / "state", workers=2, snapshot_every=2000)
    create_topics(KafkaOptions(bootstrap=kafka_address, prefix=run.prefix), 2)
    feeder = Feeder(KafkaOptions(bootstrap=kafka_address, prefix=run.prefix))
    feeder.feed(lines[: len(lines) // 2])
    feeder.close()
    log = tmp_path / "log"
    process = start(run, log)
    until(lambda: batches(run.state) > 3 or process.exitcode is not None, "batches to be made")
    workers = workers_of(process.pid)
    assert len(workers) == 2
    process.kill()
    process.join()
    until(lambda: not any(is_worker(Path(f"/proc/{pid}")) for pid in workers), "workers to end")
    feeder = Feeder(KafkaOptions(bootstrap=kafka_address, prefix=run.prefix))
    feeder.feed(lines[len(lines) // 2 :])
    feeder.close()
    running, status = run_here(run)
    assert running.core.engine.state_digest() == digest
    assert status.tally.events == len(lines)


def test_workers_read_plain_json_only(tmp_path: Path) -> None:
    options = given("127.0.0.1:1", tmp_path / "state", workers=1).options(until_end=True)
    with pytest.raises(BadCall, match="expected --value-format json with --workers, found avro"):
        group_of(replace(options, values=ValueFormat.AVRO), Log(io.StringIO(), "run"))
