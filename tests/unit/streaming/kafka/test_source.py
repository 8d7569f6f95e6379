"""Partitions that come back, and a broker that has moved or gone when it is asked where they end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition

from graph.model.errors import Unavailable
from ringfence.demo_service import broker
from streaming.kafka.feeding import Feeder
from streaming.kafka.options import KafkaOptions
from streaming.kafka.partitions import KafkaPartitions
from streaming.kafka.source import KafkaGroup
from streaming.service.ports import Chunk, Partition, Polled

NOWHERE = KafkaOptions(bootstrap="127.0.0.1:9")
ONLY = Partition("trips", 0)


class Admin:
    """Answers as told, one answer to a question; notes how often it looked for the leaders."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers, self.looks = list(answers), 0

    def list_offsets(self, asked, request_timeout):
        answer = self.answers.pop(0)
        future: Future = Future()
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(type("Found", (), {"offset": answer}))
        return dict.fromkeys(asked, future)

    def list_topics(self, timeout):
        self.looks += 1
        raise KafkaException(KafkaError(KafkaError._TRANSPORT))


@pytest.fixture
def asking() -> Iterator[Callable[[Admin], KafkaPartitions]]:
    source = KafkaPartitions(NOWHERE, lambda _text: None)

    def by(admin: Admin) -> KafkaPartitions:
        source._admin = admin
        return source

    yield by
    source.leave()


def test_who_is_refused_by_a_new_leader_looks_for_it_before_asking_again(asking) -> None:
    admin = Admin(KafkaException(KafkaError(KafkaError.FENCED_LEADER_EPOCH)), 7)
    source = asking(admin)
    with pytest.raises(Unavailable, match="asking for the ends of partitions"):
        source.ends([ONLY])
    assert admin.looks == 1
    assert source.ends([ONLY]) == {ONLY: 7}
    assert admin.looks == 1


def test_an_answer_that_does_not_come_is_waited_for_as_for_a_broker_that_is_away(asking) -> None:
    with pytest.raises(Unavailable, match="expected Kafka to say where partitions end, found no answer"):
        asking(Admin(TimeoutError())).ends([ONLY])


class Listening:
    """Reads everything from the beginning."""

    def assigned(self, partitions: list[Partition]) -> dict[Partition, int]:
        return dict.fromkeys(partitions, 0)

    def revoked(self, partitions: list[Partition]) -> None:
        """Nothing to forget."""


@pytest.mark.slow
def test_a_partition_that_was_paused_when_it_was_taken_away_is_read_when_it_comes_back() -> None:
    with broker() as address:
        options = KafkaOptions(bootstrap=address, group="paused", topics=("trips",))
        # This broker makes a topic when a producer asks for it.
        Producer({"bootstrap.servers": address}).list_topics("trips", timeout=10)
        feeder = Feeder(options)
        feeder.put("trips", b"t1", b"{}")
        feeder.close()
        group = KafkaGroup(options, lambda _text: None)
        group.join(Listening())
        (first,) = messages(group)
        group.pause([first.partition])
        # What the group is told when another member leads for a while, and when that one has gone.
        group._stop_reading()
        group._is_leading = True
        (again,) = messages(group)
        group.leave()
    assert (first.partition.topic, first.messages[0].value()) == ("trips", b"{}")
    assert again.messages[0].offset() == first.messages[0].offset()


def messages(group: KafkaGroup) -> list[Chunk]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        chunks = group.poll(10, 0.1).chunks
        if chunks:
            return chunks
    pytest.fail("expected a message within a minute, found none")


class Given:
    """A message as the client hands it over: one with an error, or a record."""

    def __init__(self, offset: int, error: int | None = None) -> None:
        self._offset, self._error = offset, None if error is None else KafkaError(error)

    def topic(self) -> str:
        return ONLY.topic

    def partition(self) -> int:
        return ONLY.number

    def offset(self) -> int:
        return self._offset

    def error(self) -> KafkaError | None:
        return self._error


class Reader:
    """Gives what it was told to, all at once; then nothing."""

    def __init__(self, *messages: Given) -> None:
        self.messages = list(messages)

    def poll(self, timeout_s: float) -> Given | None:
        return self.messages.pop(0) if self.messages else None

    def consume(self, most: int, timeout_s: float) -> list[Given]:
        given, self.messages = self.messages[:most], self.messages[most:]
        return given

    def close(self) -> None:
        """Nothing to close."""


def test_an_error_among_messages_costs_none_of_them() -> None:
    source = KafkaPartitions(NOWHERE, lambda _text: None)
    source._reader = Reader(Given(0), Given(1, KafkaError._TIMED_OUT), Given(2))
    (chunk,) = source.poll(10, 0).chunks
    assert [message.offset() for message in chunk.messages] == [0, 2]
    with pytest.raises(Unavailable, match="while reading"):
        source.poll(10, 0)
    assert source.poll(10, 0) == Polled()
    source.leave()


def test_an_error_that_comes_alone_is_raised_at_once() -> None:
    source = KafkaPartitions(NOWHERE, lambda _text: None)
    source._reader = Reader(Given(1, KafkaError._TIMED_OUT))
    with pytest.raises(Unavailable, match="while reading"):
        source.poll(10, 0)
    source.leave()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Partitions count as standing still after a moment."""
    monkeypatch.setattr("streaming.kafka.partitions.STANDING_S", 0.2)


@pytest.mark.slow
@pytest.mark.usefixtures("hurried")
def test_a_partition_that_the_client_stops_fetching_is_read_by_another_client() -> None:
    """What the client's issues 5153 and 5591 look like from here: no message, no error, yet more there."""
    told: list[str] = []
    with broker() as address:
        options = KafkaOptions(bootstrap=address, group="standing", topics=("trips",))
        Producer({"bootstrap.servers": address}).list_topics("trips", timeout=10)
        feeder = Feeder(options)
        feeder.put("trips", b"t1", b"{}")
        group = KafkaGroup(options, told.append)
        group.join(Listening())
        (first,) = messages(group)
        partition = first.partition
        stuck = group._reader
        stuck.pause([TopicPartition(*partition)])
        feeder.put("trips", b"t1", b"[]")
        feeder.close()
        (second,) = messages(group)
        assert [message.value() for message in second.messages] == [b"[]"]
        assert group._reader is not stuck
        # One that is paused on purpose stays so with a new client, and goes on where it was.
        group.pause([partition])
        group._read_anew()
        assert not group.read(10, 0.5).chunks
        feeder = Feeder(options)
        feeder.put("trips", b"t1", b"{}")
        feeder.close()
        group.resume([partition])
        (third,) = messages(group)
        assert third.messages[0].offset() == second.messages[0].offset() + 1
        group.leave()
    assert f"expected records of {partition}, found none" in told[0]
