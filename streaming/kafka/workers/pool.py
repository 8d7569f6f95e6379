"""The owner's side of its reading workers: starting them, sharing partitions out, and hearing from them.

A worker that dies is replaced by one that reads on from the last whole frame, so that nothing is lost or
doubled. Bounded: a worker that is not listened to waits, with one frame and what its client read ahead.
"""

from __future__ import annotations

import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec
import numpy as np

from graph.model.errors import Fatal
from streaming.kafka.options import KafkaOptions
from streaming.kafka.workers.frames import (
    LENGTHS_BYTES,
    Begin,
    Command,
    Ended,
    Messages,
    Pause,
    Place,
    Read,
    Report,
    Resume,
    Stop,
    Trouble,
    chunk_of,
    lengths_in,
    send,
)
from streaming.service.ports import Offsets, Partition, Polled

BUFFERED_BYTES: Final = 1 << 20
"""Of a socket, asked of the system, which may give less."""
SEND_S: Final = 10.0
"""For a worker to take a command; then it counts as dead."""
END_S: Final = 0.5
"""For workers to end by themselves once their sockets are closed. They hold nothing: then they are killed."""
MOST_DEATHS: Final = 5
"""Of workers, without a message between them, before the owner gives up."""
Start = Callable[[socket.socket], Any]
"""Starts a process that works on that end of a socket; with ``kill``, ``wait`` and ``poll``, as ``Popen``."""
_decode_report: Final = msgspec.msgpack.Decoder(Report).decode


def start_process(theirs: socket.socket) -> subprocess.Popen[bytes]:
    """A worker as a process of its own; its settings, which may hold passwords, come over the socket."""
    command = [sys.executable, "-m", "streaming.kafka.workers.process", str(theirs.fileno())]
    return subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)  # noqa: S603


class _Seat:
    """The place of one worker, whoever holds it."""

    def __init__(self, start: Start, begin: Begin) -> None:
        self.partitions: set[Partition] = set()
        self.is_ready = False
        self._start, self._begin = start, begin
        self.take()

    def take(self) -> None:
        """Starts a process for it."""
        self.socket, theirs = socket.socketpair()
        for end, option in ((theirs, socket.SO_SNDBUF), (self.socket, socket.SO_RCVBUF)):
            end.setsockopt(socket.SOL_SOCKET, option, BUFFERED_BYTES)
        with theirs:
            self.process = self._start(theirs)
        self._lengths, self._head, self._body = bytearray(), bytearray(), np.zeros(0, np.uint8)
        self._have, self.is_ready = 0, False
        # One that has died already is noticed when it is next told something, or listened to.
        with suppress(OSError):
            self.tell(self._begin)

    def tell(self, command: Command) -> None:
        """Raises ``OSError`` when nobody listens."""
        self.socket.settimeout(SEND_S)
        send(self.socket, command)

    def hear(self) -> tuple[Report, Any] | None:
        """The next whole frame, None while it is not whole. Raises ``OSError`` when the worker has gone."""
        self.socket.settimeout(0.0)
        while len(self._lengths) < LENGTHS_BYTES:
            if not self._more(self._lengths, LENGTHS_BYTES):
                return None
            if len(self._lengths) == LENGTHS_BYTES:
                self._body = np.empty(lengths_in(self._lengths)[1], np.uint8)
        wanted = lengths_in(self._lengths)[0]
        while len(self._head) < wanted:
            if not self._more(self._head, wanted):
                return None
        body = self._body.data
        while self._have < len(body):
            try:
                count = self.socket.recv_into(body[self._have :])
            except BlockingIOError:
                return None
            if not count:
                raise ConnectionResetError
            self._have += count
        whole = _decode_report(self._head), self._body
        self._lengths, self._head, self._have = bytearray(), bytearray(), 0
        return whole

    def _more(self, into: bytearray, wanted: int) -> bool:
        try:
            piece = self.socket.recv(wanted - len(into))
        except BlockingIOError:
            return False
        if not piece:
            raise ConnectionResetError
        into += piece
        return True

    def end(self, within_s: float) -> None:
        """The process ends: by itself when its socket is closed, or killed."""
        self.socket.close()
        try:
            self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class WorkerPool:
    """Workers that read partitions for the owner, who alone says which, and from where.

    Every call belongs to the thread that polls. Raises ``Fatal`` when workers die again and again, or one
    says that it cannot go on.
    """

    def __init__(
        self,
        options: KafkaOptions,
        workers: int,
        max_line_bytes: int,
        warn: Callable[[str], None],
        start: Start = start_process,
    ) -> None:
        self._warn = warn
        self._seats = [_Seat(start, Begin(options, max_line_bytes)) for _ in range(workers)]
        self._next: dict[Partition, int] = {}
        self._high: dict[Partition, int] = {}
        self._generation: dict[Partition, int] = {}
        self._paused: set[Partition] = set()
        self._made = 0
        self._deaths = 0

    @property
    def pids(self) -> list[int]:
        """The processes at work."""
        return [seat.process.pid for seat in self._seats]

    def are_ready(self, timeout_s: float) -> bool:
        """Whether every worker can read; waits up to ``timeout_s`` for another that can."""
        if not all(seat.is_ready for seat in self._seats):
            self.poll(1, timeout_s)
        return all(seat.is_ready for seat in self._seats)

    def begin_reading(self, offsets: Offsets) -> None:
        """Shares partitions out, each to the worker that has the fewest, to be read from an offset."""
        self._next |= offsets
        for partition in sorted(offsets):
            seat = min(self._seats, key=lambda each: len(each.partitions))
            seat.partitions.add(partition)
        for seat in self._seats:
            fresh = sorted(seat.partitions & offsets.keys())
            if fresh:
                self._tell(seat, self._read(fresh))

    def stop_reading(self, partitions: Iterable[Partition]) -> None:
        """Reads these no more; what is under way of them is left out."""
        gone = set(partitions)
        for seat in self._seats:
            mine = seat.partitions & gone
            seat.partitions -= gone
            if mine:
                self._tell(seat, Stop(_places(mine)))
        for partition in gone:
            self._next.pop(partition, None)
            self._high.pop(partition, None)
            self._generation.pop(partition, None)
        self._paused -= gone

    def pause(self, partitions: Sequence[Partition]) -> None:
        """No more messages of these, but for what is under way, until they are resumed."""
        self._paused |= set(partitions)
        self._each(partitions, Pause)

    def resume(self, partitions: Sequence[Partition]) -> None:
        """Messages of these again."""
        self._paused -= set(partitions)
        self._each(partitions, Resume)

    def poll(self, limit: int, timeout_s: float) -> Polled:
        """What workers handed over: until ``limit`` messages are reached, or nothing is there at the moment.

        Waits up to ``timeout_s`` for the first.
        """
        polled, count = Polled(), 0
        sockets = {seat.socket: seat for seat in self._seats}
        while count < limit:
            ready = select.select(list(sockets), [], [], timeout_s)[0]
            heard = 0
            for each in ready:
                seat = sockets[each]
                try:
                    frame = seat.hear()
                except OSError:
                    self._replace(seat)
                    sockets = {seat.socket: seat for seat in self._seats}
                    continue
                if frame is not None:
                    heard += 1
                    seat.is_ready = True
                    count += self._note(*frame, polled)
            if not ready:
                break
            # What has begun to come is waited for, but not the next.
            timeout_s = 0.0 if heard else min(timeout_s, 0.01)
        return polled

    def lags(self, taken: Offsets) -> dict[Partition, int]:
        """For each partition, how many records are left as far as its worker knew."""
        return {
            partition: max(0, self._high.get(partition, 0) - offset) for partition, offset in taken.items()
        }

    def close(self) -> None:
        """Ends the processes, within ``END_S``."""
        until_s = time.monotonic() + END_S
        for seat in self._seats:
            seat.socket.close()
        for seat in self._seats:
            seat.end(max(0.0, until_s - time.monotonic()))

    def _note(self, report: Report, body: Any, polled: Polled) -> int:
        """Takes a frame up; how many messages it holds."""
        match report:
            case Messages():
                partition = Partition(*report.place)
                if self._generation.get(partition) != report.generation:
                    return 0
                chunk = chunk_of(report, body)
                self._next[partition], self._high[partition] = chunk.messages[-1].offset() + 1, report.high
                self._deaths = 0
                polled.chunks.append(chunk)
                return len(chunk.messages)
            case Ended(place, generation, offset):
                if self._generation.get(Partition(*place)) == generation:
                    polled.ended[Partition(*place)] = offset
                return 0
            case Trouble(words, is_fatal):
                if is_fatal:
                    raise Fatal(words)
                self._warn(words)
                return 0
            case _:
                return 0

    def _each(self, partitions: Sequence[Partition], command: type[Pause] | type[Resume]) -> None:
        for seat in self._seats:
            mine = seat.partitions & set(partitions)
            if mine:
                self._tell(seat, command(_places(mine)))

    def _tell(self, seat: _Seat, command: Command) -> None:
        try:
            seat.tell(command)
        except OSError:
            # The one that follows is told everything.
            self._replace(seat)

    def _read(self, partitions: Collection[Partition]) -> Read:
        """The command to read these on; what came of an earlier one no longer counts."""
        self._made += 1
        self._generation |= dict.fromkeys(partitions, self._made)
        offsets = [(*partition, self._next[partition]) for partition in sorted(partitions)]
        return Read(offsets, self._made)

    def _replace(self, seat: _Seat) -> None:
        """Another process in the place of one that has died, at the last whole frame."""
        seat.end(0.0)
        self._deaths += 1
        code = seat.process.returncode
        if self._deaths > MOST_DEATHS:
            raise Fatal(
                f"expected reading workers to live, found {self._deaths} dead in a row, the last with code "
                f"{code}: see what it wrote to standard error, or run without --workers"
            )
        self._warn(f"expected a reading worker to live, found it dead with code {code}: another reads on")
        seat.take()
        if seat.partitions:
            self._tell(seat, self._read(seat.partitions))
        mine = seat.partitions & self._paused
        if mine:
            self._tell(seat, Pause(_places(mine)))


def _places(partitions: Iterable[Partition]) -> list[Place]:
    return [(partition.topic, partition.number) for partition in sorted(partitions)]
