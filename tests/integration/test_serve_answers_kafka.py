"""Verdicts and acts carried to a real Kafka, read there by the service, and kept through kills and replay."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from confluent_kafka import Consumer, TopicPartition

from graph.model.errors import Unavailable
from graph.model.vocabulary import DeskRole
from graph.stores.opening import StoreAddress
from queries import open_store
from queries.desk.outbox import OutgoingEvent
from queries.serving.chores import deliver_events
from ringfence.serve_wiring import KafkaCarrier
from ringfence.settings import Settings
from streaming.kafka.feeding import create_topics
from streaming.kafka.options import KafkaOptions
from tests.integration.chaos import everything_in
from tests.integration.journals import batches
from tests.integration.service_child import run_here, start
from tests.integration.test_service_kafka import feed, given
from tests.integration.waiting import until
from tests.serving_places import serving
from tests.store_worlds import farm
from tests.unit.graph.city import live_in
from tests.unit.graph.scenes import Scene

EVENTS = [OutgoingEvent(f"e{n}", "ann", b'{"n": %d}' % n) for n in range(3)]


def test_events_arrive_in_their_order_under_their_subject(kafka_address):
    prefix = f"desk-{uuid.uuid4().hex[:8]}-"
    create_topics(KafkaOptions(bootstrap=kafka_address, prefix=prefix), partitions=1)
    KafkaCarrier(Settings(kafka=kafka_address, kafka_prefix=prefix)).carry(EVENTS)
    consumer = Consumer(
        {"bootstrap.servers": kafka_address, "group.id": prefix, "auto.offset.reset": "earliest"}
    )
    consumer.assign([TopicPartition(f"{prefix}verdicts", 0, 0)])
    found = [consumer.poll(30) for _ in EVENTS]
    assert [(message.key(), message.value()) for message in found] == [(b"ann", e.payload) for e in EVENTS]
    consumer.close()


def test_a_broker_that_is_away_leaves_the_events_where_they_are(monkeypatch):
    monkeypatch.setattr("streaming.kafka.feeding.ASK_S", 0.5)
    with pytest.raises(Unavailable):
        KafkaCarrier(Settings(kafka="127.0.0.1:1")).carry(EVENTS)


class Lost:
    """Delivers, and dies before anybody hears of it."""

    def __init__(self, carrier: KafkaCarrier) -> None:
        self._carrier = carrier

    def carry(self, events):
        self._carrier.carry(events)
        raise Unavailable("expected an answer, found that the connection broke", 1.0)


def crew() -> list[bytes]:
    scene = Scene()
    live_in(scene, riders=30, drivers=10, days=20)
    farm(scene, [f"crew-{n}" for n in range(7)], "crew phone", 15)
    return [msgspec.json.encode(event) for event in scene.events]


def test_what_is_answered_at_the_desk_takes_effect_once_and_for_good(kafka_address: str, tmp_path: Path):
    """By the outbox to Kafka, into a service that is killed meanwhile, and into one that reads all anew."""
    run = given(
        kafka_address,
        tmp_path / "state",
        store=StoreAddress(str(tmp_path / "s.db")),
        snapshot_every=10,
        batch_most=8,
    )
    feed(run, crew(), partitions=1)
    before, _ = run_here(run)
    (ring,) = before.core.engine.rings()
    assert "crew-3" in ring.accounts
    with serving(tmp_path, tmp_path / "s.db") as place:
        lead = place.comes(DeskRole.LEAD)
        for number in (3, 4):
            body = {"act": "cut", "subject": f"crew-{number}", "other": "device:crew phone"}
            for _ in range(2):
                key = {"Idempotency-Key": f"cut {number}"}
                assert lead.post("/v1/acts", json=body, headers=key).status_code == 202
        body = {"act": "household", "subject": "crew-6", "note": "a mother"}
        assert lead.post("/v1/acts", json=body).status_code == 202
        verdict = {"subject": ring.ring_id, "outcome": "fraud", "note": "five cards"}
        assert lead.post("/v1/verdicts", json=verdict).status_code == 202
        carrier = KafkaCarrier(Settings(kafka=kafka_address, kafka_prefix=run.prefix))
        waiting = place.desk.outbox.waiting()
        deliver_events(place.desk, Lost(carrier), place.parts.measures).work()
        assert place.desk.outbox.waiting() == waiting
        deliver_events(place.desk, carrier, place.parts.measures).work()
        assert place.desk.outbox.waiting() == 0
    assert len(everything_in(kafka_address, f"{run.prefix}verdicts")) == 2 * waiting
    log = tmp_path / "service.log"
    log.touch()
    made = batches(run.state)
    process = start(run, log)
    until(lambda: batches(run.state) > made, f"the service to take the answers (log {log})")
    process.kill()
    process.join()
    after, status = run_here(run)
    assert status.tally.duplicates == waiting
    rings = after.core.engine.rings()
    assert not {"crew-3", "crew-4"} & {account for each in rings for account in each.accounts}
    with open_store(tmp_path / "s.db") as store:
        (answer,) = store.ask("verdicts").rows
        assert answer[2:6] == (ring.ring_id, "fraud", answer[4], "five cards")
    again, _ = run_here(replace(given(kafka_address, tmp_path / "anew"), prefix=run.prefix))
    assert again.core.engine.state_digest() == after.core.engine.state_digest()
    assert [each.accounts for each in again.core.engine.rings()] == [each.accounts for each in rings]
