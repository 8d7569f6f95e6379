"""Reading workers: what they hand over is what the owner would have read, whatever happens to them."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pytest
from confluent_kafka import Producer
from hypothesis import given
from hypothesis import strategies as st

from graph.model.errors import Fatal
from streaming.decoding.columns import ColumnDecoder
from streaming.files.replay import REPLAYS
from streaming.kafka.options import KafkaOptions
from streaming.kafka.workers import pool as pool_module
from streaming.kafka.workers.frames import LENGTHS_BYTES, chunk_of, lengths_in, parts_of, send
from streaming.kafka.workers.group import WorkersGroup
from streaming.kafka.workers.pool import WorkerPool
from streaming.kafka.workers.process import MOST_MESSAGES, OwnerGone, Worker, work
from streaming.service.ports import Chunk, Partition, Polled
from tests.unit.streaming.kafka.test_source import Listening, broker, messages
from tests.unit.streaming.records import NOON, chargeback, ping

OPTIONS = KafkaOptions(bootstrap="nowhere:1")
WAIT_S = 60.0


@dataclass(frozen=True)
class Sent:
    """A message as a broker would give it."""

    number: int
    content: bytes | None
    name: bytes | None = b"k"
    replays: int = 0

    def offset(self) -> int:
        return self.number

    def key(self) -> bytes | None:
        return self.name

    def value(self) -> bytes | None:
        return self.content

    def timestamp(self) -> tuple[int, int]:
        return 1, NOON + self.number

    def headers(self) -> list[tuple[str, bytes]] | None:
        return [(REPLAYS, str(self.replays).encode())] if self.replays else None


class Log:
    """The partitions of a broker in memory, shared by every worker that is started."""

    def __init__(self, *contents: Sequence[bytes]) -> None:
        self.records = {
            Partition("gps", number): [Sent(2 * place, value) for place, value in enumerate(values)]
            for number, values in enumerate(contents)
        }
        """Every other offset holds nothing, as where transactions were."""
        self.given = 0
        self.taken = 0
        self.most_ahead = 0
        self.may_begin = threading.Event()
        self.may_begin.set()

    def open(self, _options: KafkaOptions, _warn: Callable[[str], None]) -> Reader:
        return Reader(self)


class Reader:
    """What a worker reads with."""

    def __init__(self, log: Log) -> None:
        self._log, self._next, self._paused = log, dict[Partition, int](), set[Partition]()

    def begin_reading(self, offsets) -> None:
        self._next |= offsets

    def stop_reading(self, partitions) -> None:
        for partition in partitions:
            del self._next[partition]

    def pause(self, partitions) -> None:
        self._paused |= set(partitions)

    def resume(self, partitions) -> None:
        self._paused -= set(partitions)

    def poll(self, limit: int, _timeout_s: float) -> Polled:
        polled = Polled()
        for partition, begin in self._next.items():
            records = [each for each in self._log.records.get(partition, []) if each.number >= begin][
                : limit // 4
            ]
            if records and partition not in self._paused:
                polled.chunks.append(Chunk(partition, records))
                self._next[partition] = records[-1].number + 1
                self._log.given += len(records)
            elif not records:
                polled.ended[partition] = begin
        self._log.most_ahead = max(self._log.most_ahead, self._log.given - self._log.taken)
        if not polled.chunks:
            time.sleep(0.001)
        return polled

    def lags(self, taken) -> dict[Partition, int]:
        return {p: self._log.records[p][-1].number + 1 - offset for p, offset in taken.items()}

    def leave(self) -> None:
        """Nothing to close."""


class Thread:
    """A worker in a thread that looks like a process; cut off after so many bytes, where that is said."""

    def __init__(self, theirs: socket.socket, log: Log, cut_after: int | None) -> None:
        self.pid, self.returncode = 0, -9
        self._end = theirs.dup()
        inner, outer = (self._end, None) if cut_after is None else socket.socketpair()
        self._sockets = [self._end, *([outer] if outer else [])]
        self._threads = [threading.Thread(target=self._work, args=(inner, log), daemon=True)]
        if outer is not None:
            for target, words in ((_copy, (outer, self._end, cut_after)), (_copy, (self._end, outer, None))):
                self._threads.append(threading.Thread(target=target, args=words, daemon=True))
        for thread in self._threads:
            thread.start()

    def _work(self, inner: socket.socket, log: Log) -> None:
        with inner:
            log.may_begin.wait(WAIT_S)
            try:
                Worker(inner, log.open).run()  # type: ignore[arg-type]
            except OwnerGone:
                return

    def wait(self, _within_s: float | None = None) -> None:
        for thread in self._threads:
            thread.join(WAIT_S)
            assert not thread.is_alive()
        for each in self._sockets:
            each.close()

    def kill(self) -> None:
        """It has ended."""


def _copy(source: socket.socket, target: socket.socket, most: int | None) -> None:
    left = most if most is not None else 1 << 60
    try:
        while left and (piece := source.recv(min(left, 4096))):
            target.sendall(piece)
            left -= len(piece)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue


@contextmanager
def pool_on(log: Log, workers: int = 2, cuts: Sequence[int] = ()) -> Iterator[tuple[WorkerPool, list[str]]]:
    """Workers on a log; the first of them that are started are cut off after so many bytes."""
    warned: list[str] = []
    left = list(cuts)

    def start(theirs: socket.socket) -> Thread:
        return Thread(theirs, log, left.pop(0) if left else None)

    pool = WorkerPool(OPTIONS, workers, 1 << 20, warned.append, start)
    try:
        yield pool, warned
    finally:
        pool.close()


def read(pool: WorkerPool, log: Log, counts: dict[Partition, int]) -> dict[Partition, list[tuple]]:
    """What is handed over, until there are as many messages of each partition."""
    found: dict[Partition, list[tuple]] = {partition: [] for partition in counts}
    deadline = time.monotonic() + WAIT_S
    while any(len(found[partition]) < count for partition, count in counts.items()):
        assert time.monotonic() < deadline, {partition: len(each) for partition, each in found.items()}
        for chunk in pool.poll(500, 0.05).chunks:
            log.taken += len(chunk.messages)
            found[chunk.partition] += [(each.offset(), each.value()) for each in chunk.messages]
    return found


def values(count: int, partition: int) -> list[bytes]:
    return [ping(f"p{partition}-{number}", NOON + number) for number in range(count)]


def expected(log: Log, begin: int = 0) -> dict[Partition, list[tuple]]:
    return {
        partition: [(each.number, each.content) for each in records if each.number >= begin]
        for partition, records in log.records.items()
    }


@given(
    st.lists(
        st.tuples(
            st.one_of(
                st.none(), st.binary(max_size=30), st.sampled_from([ping("a", NOON), chargeback("é", NOON)])
            ),
            st.one_of(st.none(), st.binary(max_size=9)),
            st.integers(0, 3),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_a_frame_holds_what_decoding_in_place_would_have_given(rows) -> None:
    sent = [Sent(place * 3, value, key, replays) for place, (value, key, replays) in enumerate(rows)]
    decoded = ColumnDecoder().decode_values([each.value() or b"" for each in sent])
    head, parts = parts_of(Chunk(Partition("gps", 1), sent), decoded, 7, 99)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        send(theirs, head, parts)
        lengths = lengths_in(ours.recv(LENGTHS_BYTES))
        assert len(ours.recv(lengths[0])) == lengths[0]
        body = bytearray(ours.recv(lengths[1])) if lengths[1] else bytearray()
    chunk = chunk_of(head, np.frombuffer(body, np.uint8))
    assert chunk.decoded is not None
    assert list(chunk.decoded.batch.events()) == list(decoded.batch.events())
    assert chunk.decoded.batch.records.tobytes() == decoded.batch.records.tobytes()
    assert chunk.decoded.places.tolist() == decoded.places.tolist()
    assert [(place, str(why)) for place, why in chunk.decoded.refused] == [
        (place, str(why)) for place, why in decoded.refused
    ]
    for before, after in zip(sent, chunk.messages, strict=True):
        assert (after.offset(), after.key(), after.value()) == (
            before.offset(),
            before.key(),
            before.value() or b"",
        )
        assert (after.timestamp(), after.headers() or None) == (before.timestamp(), before.headers())


def test_workers_hand_over_every_message_of_their_partitions_in_order() -> None:
    log = Log(*(values(1500, partition) for partition in range(3)))
    with pool_on(log) as (pool, warned):
        pool.begin_reading({Partition("gps", 0): 0, Partition("gps", 1): 0, Partition("gps", 2): 0})
        assert read(pool, log, dict.fromkeys(log.records, 1500)) == expected(log)
        assert pool.lags({Partition("gps", 1): 1000}) == {Partition("gps", 1): 1999}
    assert warned == []


@pytest.mark.parametrize("cuts", [[0], [7], [100], [5_000], [400_000, 3], [1_000_000, 200_000, 50]])
def test_a_worker_that_is_cut_off_anywhere_loses_and_doubles_nothing(cuts: list[int]) -> None:
    log = Log(*(values(2500, partition) for partition in range(3)))
    with pool_on(log, cuts=cuts) as (pool, warned):
        pool.begin_reading({Partition("gps", number): 100 for number in range(3)})
        assert read(pool, log, dict.fromkeys(log.records, 2450)) == expected(log, 100)
    assert len(warned) == len(cuts)
    assert "found it dead with code -9: another reads on" in warned[0]


def test_what_was_under_way_of_a_partition_is_left_out_when_it_comes_back() -> None:
    log = Log(values(3000, 0))
    only = Partition("gps", 0)
    with pool_on(log, workers=1) as (pool, _):
        pool.begin_reading({only: 0})
        first = read(pool, log, {only: 1})[only]
        pool.stop_reading([only])
        pool.begin_reading({only: 1000})
        again = read(pool, log, {only: 2500})[only]
    assert first[0][0] == 0
    assert again == expected(log, 1000)[only]


def test_who_is_not_listened_to_waits() -> None:
    # 600 bytes and more a message: what sockets hold, and one frame that is being sent.
    log = Log(values(40_000, 0))
    only = Partition("gps", 0)
    with pool_on(log, workers=1) as (pool, _):
        pool.begin_reading({only: 0})
        found = read(pool, log, {only: 100})[only]
        rest = read(pool, log, {only: 40_000 - len(found)})[only]
    assert found + rest == expected(log)[only]
    assert log.most_ahead < 2 * MOST_MESSAGES + 2 * 2 * pool_module.BUFFERED_BYTES // 600


def test_a_paused_partition_stays_paused_when_another_worker_takes_over() -> None:
    log = Log(values(10, 0), values(4000, 1))
    calm, busy = Partition("gps", 0), Partition("gps", 1)
    with pool_on(log, workers=1, cuts=[300_000]) as (pool, warned):
        pool.pause([calm])
        pool.begin_reading({calm: 0, busy: 0})
        pool.pause([calm])
        found = read(pool, log, {busy: 4000, calm: 0})
        before = len(found[calm])
        pool.resume([calm])
        rest = read(pool, log, {calm: 10 - before})
    assert len(warned) == 1
    assert found[calm] + rest[calm] == expected(log)[calm]


def test_workers_that_die_again_and_again_end_it() -> None:
    log = Log(values(10, 0))
    words = "expected reading workers to live, found 6 dead in a row"
    with pool_on(log, workers=1, cuts=[0] * 100) as (pool, _), pytest.raises(Fatal, match=words):
        read(pool, log, {Partition("gps", 0): 10})


def test_what_a_worker_cannot_mend_ends_it() -> None:
    log = Log(values(10, 0))

    class Refused(Reader):
        def poll(self, _limit: int, _timeout_s: float) -> Polled:
            raise Fatal("expected to be allowed reading, found: no")

    log.open = lambda _options, _warn: Refused(log)  # type: ignore[method-assign]

    class Process(Thread):
        def _work(self, inner: socket.socket, log: Log) -> None:
            with inner:
                try:
                    work(inner, log.open)  # type: ignore[arg-type]
                except OwnerGone:
                    return

    pool = WorkerPool(OPTIONS, 1, 1 << 20, print, lambda theirs: Process(theirs, log, None))
    pool.begin_reading({Partition("gps", 0): 0})
    with pytest.raises(Fatal, match="expected to be allowed reading"):
        read(pool, log, {Partition("gps", 0): 10})
    pool.close()


@pytest.mark.slow
def test_a_member_asks_for_its_place_once_its_workers_are_ready() -> None:
    log = Log(values(10, 0))
    log.records = {Partition("trips", 0): log.records[Partition("gps", 0)]}
    log.may_begin.clear()
    with broker() as address:
        options = KafkaOptions(bootstrap=address, group="ready", topics=("trips",))
        # This broker makes a topic when a producer asks for it.
        Producer({"bootstrap.servers": address}).list_topics("trips", timeout=10)
        group = WorkersGroup(options, print, 1, 1 << 20, lambda theirs: Thread(theirs, log, None))
        group.join(Listening())
        before = [(group.poll(10, 0.01).chunks, group._listener) for _ in range(5)]
        log.may_begin.set()
        (chunk,) = messages(group)
        group.leave()
    assert before == [([], None)] * 5
    assert [each.offset() for each in chunk.messages] == list(range(0, 20, 2))
