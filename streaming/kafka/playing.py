"""Plays events into their topics by event time: as fast as they happened, or so many times faster."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from streaming.contract.topics import INPUT_TOPICS, PLACES
from streaming.decoding.columns import ColumnDecoder
from streaming.files.sources.files import Input
from streaming.files.sources.lines import Overlong
from streaming.files.sources.merge import Portion, merged
from streaming.kafka.feeding import Feeder

MOST_AT_ONCE: Final = 1024
"""Records between two looks at the clock and at whether to stop."""
LONGEST_PAUSE_S: Final = 0.1


class _Head(msgspec.Struct, frozen=True, gc=False):
    """What says where a record goes; other fields are not looked at."""

    type: str
    account_id: str | None = None
    trip_id: str | None = None
    subject: str | None = None


@dataclass(slots=True)
class Played:
    """What was played. ``malformed`` were sent as well, for the service to refuse; ``too_long`` were not.

    A line that is too long to be read counts as malformed, too.
    """

    by_topic: Counter[str] = field(default_factory=Counter)
    malformed: int = 0
    too_long: int = 0
    stopped: bool = False
    reached_ms: int = 0
    """The newest event time played."""
    seconds: float = 0.0

    def as_json(self) -> bytes:
        """One line."""
        facts = {
            "records": self.by_topic.total(),
            "by_topic": dict(sorted(self.by_topic.items())),
            "malformed": self.malformed,
            "too_long": self.too_long,
            "reached_ms": self.reached_ms,
            "stopped": self.stopped,
            "seconds": round(self.seconds, 3),
        }
        return msgspec.json.encode(facts)


class Pace:
    """Event time that passes ``speed`` times as fast as the clock from the first event; None: all at once."""

    def __init__(self, speed: float | None, now_s: Callable[[], float] = time.monotonic) -> None:
        self._speed, self._now_s = speed, now_s
        self._first_ms = 0
        self._began_s: float | None = None

    def due(self, times_ms: npt.NDArray[np.int64]) -> int:
        """How many of the records, whose times do not fall, are to be sent by now."""
        if self._speed is None:
            return len(times_ms)
        if self._began_s is None:
            self._first_ms, self._began_s = int(times_ms[0]), self._now_s()
        reached_ms = self._first_ms + (self._now_s() - self._began_s) * 1000 * self._speed
        return int(np.searchsorted(times_ms, reached_ms, side="right"))


def play(
    inputs: Iterable[Input],
    feeder: Feeder,
    pace: Pace,
    pause: Callable[[float], bool],
    progress: Callable[[int, int | None], None] | None = None,
    *,
    max_line_bytes: int,
) -> Played:
    """Puts every line into the topic of its type; what is no event too, where none is told into the first.

    ``pause`` waits so many seconds, at most, and says whether to go on. ``progress`` is told the bytes read.
    The feeder holds what the broker has not taken yet, within its bounds; ``close`` it afterwards. Memory:
    two blocks of each input. Raises ``Unavailable`` when the broker takes nothing any more.
    """
    files, done, started = list(inputs), Played(), time.monotonic()
    total = (
        None
        if any(each.size_bytes is None for each in files)
        else sum(each.size_bytes or 0 for each in files)
    )
    for portion in merged(files, ColumnDecoder(max_line_bytes), time.time_ns() // 1_000_000):
        times, begin = _times(portion, done.reached_ms), 0
        refused = {place for place, _ in portion.refused}
        while begin < len(portion):
            if not pause(0.0):
                done.stopped = True
                break
            end = begin + min(pace.due(times[begin:]), MOST_AT_ONCE)
            for line in range(begin, end):
                if not _send(portion, line, feeder, done, lambda: pause(0.0)):
                    done.stopped = True
                    break
                done.malformed += line in refused
            if done.stopped:
                break
            if end == begin:
                # The broker hears from us meanwhile, and what it refused is noticed.
                feeder.look()
                pause(LONGEST_PAUSE_S)
            else:
                done.reached_ms = int(times[end - 1])
            begin = end
        if progress is not None:
            progress(sum(each.bytes_read for each in files), total)
        if done.stopped:
            break
    done.seconds = time.monotonic() - started
    return done


def _times(portion: Portion, before_ms: int) -> npt.NDArray[np.int64]:
    """For each line the newest time up to it."""
    times = np.zeros(len(portion), np.int64)
    times[portion.places] = portion.batch.records["ts"]
    return np.maximum.accumulate(np.maximum(times, before_ms))


_decode: Final = msgspec.json.Decoder(_Head).decode


def _send(
    portion: Portion, line: int, feeder: Feeder, done: Played, keep_waiting: Callable[[], bool]
) -> bool:
    """Sends a line; False when it was not to be waited for."""
    block, number = portion.origin(line)
    if isinstance(block.lines, Overlong):
        done.too_long += 1
        return True
    value = block.raw(number)
    topic, key = _place(value)
    if not feeder.put(topic, key, value, keep_waiting=keep_waiting):
        return False
    done.by_topic[topic] += 1
    return True


def _place(value: bytes) -> tuple[str, bytes | None]:
    try:
        head = _decode(value)
        topic, name = PLACES[head.type]
        key = getattr(head, name)
    except (msgspec.MsgspecError, KeyError, RecursionError):
        return INPUT_TOPICS[0], None
    return topic, None if key is None else key.encode()
