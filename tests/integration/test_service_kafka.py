"""The service on a real broker: brokers that go away, members that come and go, identities used twice."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest

from graph.model.errors import Unavailable
from ringfence.service_wiring import service
from servers import KafkaServer
from streaming.contract.topics import PLACES
from streaming.kafka.feeding import Feeder, create_topics
from streaming.kafka.options import KafkaOptions
from streaming.service.service import ASK_ENDS_S
from streaming.service.status import Status
from tests.integration.at_work import at_work
from tests.integration.chaos import DAY_MS, DISORDER_MS, everything_in, reference, the_city
from tests.integration.journals import batches
from tests.integration.service_child import Given, run_here, start
from tests.integration.waiting import WAIT_S, until


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[bytes], str]:
    """Events in order, and the digest of an undisturbed run."""
    folder = tmp_path_factory.mktemp("service-city")
    lines = the_city(folder / "city")
    return lines, reference(lines, folder / "reference")[0]


def given(address: str, state: Path, **more) -> Given:
    return Given(
        address=address,
        prefix=f"t{uuid.uuid4().hex[:8]}-",
        state=state,
        group=f"g{uuid.uuid4().hex[:8]}",
        **more,
    )


def feed(run: Given, lines: list[bytes], partitions: int = 2) -> None:
    """Sends the events, half a day safe before the next one: no topic falls further behind another."""
    options = KafkaOptions(bootstrap=run.address, prefix=run.prefix)
    create_topics(options, partitions)
    feeder = Feeder(options)
    for _, part in groupby(lines, key=lambda line: json.loads(line)["ts"] // (DAY_MS // 2)):
        feeder.feed(part)
        feeder.close()


@pytest.mark.slow
def test_a_backlog_of_a_year_ends_with_the_digest_of_a_plain_run(
    kafka_address: str, tmp_path: Path, city: tuple[list[bytes], str]
) -> None:
    lines, digest = city
    run = given(kafka_address, tmp_path / "state")
    feed(run, lines, partitions=3)
    running, status = run_here(run)
    assert running.core.engine.state_digest() == digest
    assert status.tally.events == len(lines)
    assert everything_in(kafka_address, f"{run.prefix}ring-flags")


@pytest.mark.slow
def test_a_broker_that_stops_and_starts_costs_nothing(
    own_kafka: KafkaServer, tmp_path: Path, city: tuple[list[bytes], str]
) -> None:
    lines, digest = city
    run = given(own_kafka.address, tmp_path / "state", batch_most=64)
    feed(run, lines[: len(lines) // 2])
    status = Status()
    with service(run.options(until_end=False), status) as running, at_work(running):
        until(lambda: status.tally.events > 100, "the service to begin")
        own_kafka.stop()
        until(lambda: status.retries > 0, "the service to miss the broker")
        own_kafka.start()
        feed(run, lines[len(lines) // 2 :])
        until(lambda: status.tally.events == len(lines), "the service to take the rest")
        until(lambda: status.is_ready, "the service to be ready again")
    assert running.core.engine.state_digest() == digest


@pytest.mark.slow
def test_one_of_two_members_leads_and_the_other_takes_over(
    kafka_address: str, tmp_path: Path, city: tuple[list[bytes], str]
) -> None:
    lines, digest = city
    first = given(kafka_address, tmp_path / "first")
    second = Given(**{**first.__dict__, "state": tmp_path / "second"})
    feed(first, lines[: len(lines) // 2])
    one = start(first, tmp_path / "first.log")
    until(lambda: batches(first.state), "the first member to lead")
    two = start(second, tmp_path / "second.log")
    feed(first, lines[len(lines) // 2 :])
    one.terminate()
    one.join(WAIT_S)
    assert json.loads((first.state / "totals.json").read_bytes())["events"] > 0
    until(lambda: batches(second.state), "the second member to lead")
    two.terminate()
    two.join(WAIT_S)
    assert (one.exitcode, two.exitcode) == (0, 0)
    for run in (first, second):
        running, status = run_here(run)
        assert running.core.engine.state_digest() == digest
        assert (status.tally.events, status.tally.duplicates) == (len(lines), 0)


@pytest.mark.slow
@pytest.mark.parametrize("transactions", [False, True])
def test_of_two_with_one_identity_the_older_is_fenced(
    transactions: bool, kafka_address: str, tmp_path: Path, city: tuple[list[bytes], str]
) -> None:
    lines, _ = city
    older = given(kafka_address, tmp_path / "older", identity="city-1", transactions=transactions)
    newer = Given(**{**older.__dict__, "state": tmp_path / "newer"})
    feed(older, lines[:500])
    log = tmp_path / "older.log"
    process = start(older, log)
    # One that leads: who comes later than the newer one would be the newer one.
    until(lambda: batches(older.state), "the older one to lead")
    run_here(newer)
    feed(older, lines[500:900])
    process.join(WAIT_S)
    assert process.exitcode == 1, log.read_text()[-2000:]
    assert "found another" in log.read_text()


@pytest.mark.slow
def test_topics_whose_events_arrive_one_after_the_other_are_put_in_order(
    kafka_address: str, tmp_path: Path
) -> None:
    lines = the_city(tmp_path / "city")
    digest, flags, ledger, _ = reference(lines, tmp_path / "reference")
    run = given(kafka_address, tmp_path / "state", order_within_ms=DISORDER_MS, arrive_within_s=WAIT_S)
    trips = [line for line in lines if PLACES[json.loads(line)["type"]][0] == "trips"]
    status = Status()
    feed(run, trips[:1])
    with service(run.options(until_end=False), status) as running, at_work(running):
        feed(run, trips[1:])
        until(lambda: status.held == len(trips), "the service to hold all trips")
        asked_s = time.monotonic() + 2 * ASK_ENDS_S
        until(lambda: status.beat_s > asked_s, "the service to ask where the others end")
        feed(run, [line for line in lines if PLACES[json.loads(line)["type"]][0] != "trips"])
    running, status = run_here(run)
    assert running.core.engine.state_digest() == digest
    assert (status.tally.events, status.tally.late) == (len(lines), 0)
    for topic, expected in (("ring-flags", flags), ("ring-ledger", ledger)):
        found = {message.value() for message in everything_in(kafka_address, run.prefix + topic)}
        assert found == set(expected)


@pytest.mark.slow
def test_a_polite_stop_in_the_middle_ends_well_and_leaves_totals(
    kafka_address: str, tmp_path: Path, city: tuple[list[bytes], str]
) -> None:
    run = given(kafka_address, tmp_path / "state", identity="polite", batch_most=64, snapshot_every=10**6)
    feed(run, city[0])
    process = start(run, tmp_path / "log")
    until(lambda: batches(run.state) > 3, "the service to be at work")
    process.terminate()
    process.join(WAIT_S)
    assert process.exitcode == 0
    assert (run.state / "totals.json").exists()


def test_a_broker_that_is_not_there_is_told_after_its_retries(tmp_path: Path) -> None:
    options = given("127.0.0.1:9", tmp_path / "state").options(until_end=True)
    options = replace(options, connect_within_s=0.1)
    with pytest.raises(Unavailable) as caught, service(options, Status()):
        pass
    assert caught.value.exit_code == 4
