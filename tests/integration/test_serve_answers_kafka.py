"""Verdicts carried to a real Kafka: each under its subject, on the topic that the engine reads."""

from __future__ import annotations

import uuid

import pytest
from confluent_kafka import Consumer, TopicPartition

from graph.model.errors import Unavailable
from queries.desk.outbox import OutgoingEvent
from ringfence.serve_wiring import KafkaCarrier
from ringfence.settings import Settings
from streaming.kafka.feeding import create_topics
from streaming.kafka.options import KafkaOptions

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
