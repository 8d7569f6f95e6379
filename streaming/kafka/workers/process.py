"""One reading worker: ``python -m streaming.kafka.workers.process FD``, started by the owner of the graph.

It reads the partitions that it is told to, decodes and validates, and sends what came of it in the order of
each partition. It keeps nothing: whoever takes its place from the same offsets sends the same. It waits while
the owner does not read, and ends when the owner has gone.
"""

from __future__ import annotations

import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import msgspec

from graph.model.errors import RingfenceError, Unavailable
from streaming.decoding.columns import ColumnDecoder
from streaming.kafka.options import KafkaOptions
from streaming.kafka.partitions import KafkaPartitions
from streaming.kafka.workers.frames import (
    LENGTHS_BYTES,
    Begin,
    Command,
    Ended,
    Pause,
    Read,
    Ready,
    Report,
    Resume,
    Stop,
    Trouble,
    lengths_in,
    parts_of,
    send,
)
from streaming.service.ports import Chunk, Message, Partition, Polled

MOST_MESSAGES: Final = 2048
"""In one frame."""
POLL_S: Final = 0.05
IDLE_S: Final = 1.0
OpenPartitions = Callable[[KafkaOptions, Callable[[str], None]], KafkaPartitions]
_decode_command: Final[Callable[[bytes], Command]] = msgspec.msgpack.Decoder(Command).decode


class OwnerGone(Exception):
    """The other end of the socket is closed."""


class Worker:
    """Reads and hands over until the owner has gone."""

    def __init__(self, owner: socket.socket, open_partitions: OpenPartitions = KafkaPartitions) -> None:
        self._owner = owner
        self._generation: dict[Partition, int] = {}
        begin = self._next_command()
        assert isinstance(begin, Begin)
        self._decoder = ColumnDecoder(begin.max_line_bytes)
        self._source = open_partitions(begin.options, self._warn)

    def run(self) -> None:
        """Raises ``OwnerGone`` at the end, and what cannot be mended."""
        # Loads the kernels, which takes a second, before anybody waits for the first message.
        self._decoder.decode_values([b"{}"])
        self.send(Ready())
        while True:
            while select.select([self._owner], [], [], 0.0 if self._generation else IDLE_S)[0]:
                self._obey(self._next_command())
            if not self._generation:
                continue
            try:
                self._hand_over(self._source.poll(MOST_MESSAGES, POLL_S))
            except Unavailable as error:
                # The owner, which asks the same broker, says so.
                time.sleep(min(error.retry_after_s, 1.0))

    def leave(self) -> None:
        """Closes the consumer."""
        self._source.leave()

    def _hand_over(self, polled: Polled) -> None:
        # The client mixes partitions in small runs; a frame costs the owner the same whatever it holds.
        together: dict[Partition, list[Message]] = {}
        for chunk in polled.chunks:
            together.setdefault(chunk.partition, []).extend(chunk.messages)
        for partition, messages in together.items():
            if partition in self._generation:
                self._hand(Chunk(partition, messages))
        for partition, offset in polled.ended.items():
            if partition in self._generation:
                self.send(Ended((partition.topic, partition.number), self._generation[partition], offset))

    def _hand(self, chunk: Chunk) -> None:
        decoded = self._decoder.decode_values([message.value() or b"" for message in chunk.messages])
        last = chunk.messages[-1].offset() + 1
        high = last + self._source.lags({chunk.partition: last})[chunk.partition]
        self.send(*parts_of(chunk, decoded, self._generation[chunk.partition], high))

    def _obey(self, command: Command) -> None:
        match command:
            case Read(offsets, generation):
                starts = {Partition(topic, number): offset for topic, number, offset in offsets}
                self._generation |= dict.fromkeys(starts, generation)
                self._source.begin_reading(starts)
            case Stop(partitions):
                gone = [Partition(*place) for place in partitions]
                self._source.stop_reading(gone)
                for partition in gone:
                    self._generation.pop(partition, None)
            case Pause(partitions):
                self._source.pause([Partition(*place) for place in partitions])
            case Resume(partitions):
                self._source.resume([Partition(*place) for place in partitions])

    def _warn(self, words: str) -> None:
        self.send(Trouble(words, is_fatal=False))

    def send(self, report: Report, parts: Sequence[object] = ()) -> None:
        """Tells the owner; waits while it does not read. Raises ``OwnerGone``."""
        try:
            send(self._owner, report, parts)
        except OSError as error:
            raise OwnerGone from error

    def _next_command(self) -> Command:
        head, _ = lengths_in(self._exactly(LENGTHS_BYTES))
        return _decode_command(self._exactly(head))

    def _exactly(self, count: int) -> bytes:
        gathered = b""
        while len(gathered) < count:
            try:
                piece = self._owner.recv(count - len(gathered))
            except OSError as error:
                raise OwnerGone from error
            if not piece:
                raise OwnerGone
            gathered += piece
        return gathered


def work(owner: socket.socket, open_partitions: OpenPartitions = KafkaPartitions) -> None:
    """Works for the owner, and tells it what cannot be mended. Raises ``OwnerGone`` when it has gone."""
    worker = Worker(owner, open_partitions)
    try:
        worker.run()
    except RingfenceError as error:
        worker.send(Trouble(str(error), is_fatal=True))
    finally:
        worker.leave()


def main(descriptor: int) -> None:
    """Works until the owner has gone."""
    # Ctrl-C and a stop of the whole group reach this process too; the owner still needs what it has read.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with suppress(OwnerGone):
        work(socket.socket(fileno=descriptor))


if __name__ == "__main__":
    main(int(sys.argv[1]))
