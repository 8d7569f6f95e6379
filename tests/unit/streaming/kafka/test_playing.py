"""How events are played: by event time, each to its topic, what is malformed too, until somebody stops it."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest

from streaming.files.sources.files import InputFile
from streaming.kafka.playing import Pace, Played, play
from tests.unit.streaming.records import NOON, chargeback, lines, ping


class Taken:
    """A feeder that remembers; it is full after so many records."""

    def __init__(self, room: int = 1 << 30) -> None:
        self.records: list[tuple[str, bytes | None, bytes]] = []
        self._room = room

    def put(self, topic, key, value, headers=(), keep_waiting: Callable[[], bool] = lambda: True) -> bool:
        if len(self.records) == self._room:
            return keep_waiting()
        self.records.append((topic, key, value))
        return True

    def look(self, timeout_s: float = 0.0) -> None:
        """Nothing is ever refused."""


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self, until_s: float = 1e9) -> None:
        self.now_s, self._until_s = 0.0, until_s

    def pause(self, seconds: float) -> bool:
        self.now_s += seconds
        return self.now_s < self._until_s


def played(
    content: bytes, feeder: Taken, clock: Clock, speed: float | None, max_line_bytes: int = 1000
) -> Played:
    file = InputFile("events", io.BytesIO(content))
    pace = Pace(speed, lambda: clock.now_s)
    return play([file], feeder, pace, clock.pause, max_line_bytes=max_line_bytes)  # type: ignore[arg-type]


def test_every_line_goes_to_the_topic_of_its_type_under_its_key() -> None:
    feeder, bad = Taken(), b'{"type":"gps_ping","trip_id":"t9"}'
    done = played(lines(ping("a", NOON), b"{", bad, chargeback("b", NOON + 1)), feeder, Clock(), None)
    assert [(topic, key) for topic, key, _ in feeder.records] == [
        ("gps", b"t1"),
        ("accounts", None),
        ("gps", b"t9"),
        ("payments", b"a1"),
    ]
    assert feeder.records[1][2] == b"{"
    assert (done.malformed, done.too_long, done.stopped, done.reached_ms) == (2, 0, False, NOON + 1)
    assert done.by_topic == {"gps": 2, "accounts": 1, "payments": 1}


def test_a_line_that_is_too_long_to_be_read_is_counted_and_not_sent() -> None:
    feeder = Taken()
    done = played(lines(b"x" * 2000, ping("a", NOON)), feeder, Clock(), None)
    assert (len(feeder.records), done.too_long) == (1, 1)


@pytest.mark.parametrize(("speed", "seconds"), [(1.0, 120), (60.0, 2), (600.0, 0.2)])
def test_event_time_passes_as_fast_as_it_was_asked_for(speed: float, seconds: float) -> None:
    clock = Clock()
    played(lines(ping("a", NOON), ping("b", NOON + 120_000)), Taken(), clock, speed)
    assert clock.now_s == pytest.approx(seconds, abs=0.11)


def test_who_is_fast_waits_for_nothing() -> None:
    clock = Clock()
    played(lines(ping("a", NOON), ping("b", NOON + 120_000)), Taken(), clock, None)
    assert clock.now_s == 0


def test_a_time_that_falls_back_is_due_at_once() -> None:
    pace = Pace(1.0, lambda: 0.0)
    assert pace.due(np.array([5, 5, 6])) == 2
    feeder = Taken()
    clock = Clock()
    played(lines(ping("a", NOON), ping("b", NOON + 500), ping("c", NOON - 9)), feeder, clock, 1.0)
    assert [b'"c"' in value for _, _, value in feeder.records] == [False, False, True]
    assert clock.now_s == pytest.approx(0.5, abs=0.11)


def test_a_stop_ends_it_between_two_records() -> None:
    feeder = Taken()
    done = played(lines(ping("a", NOON), ping("b", NOON + 60_000)), feeder, Clock(until_s=1.0), 1.0)
    assert (len(feeder.records), done.stopped, done.reached_ms) == (1, True, NOON)


def test_a_stop_ends_it_while_the_broker_takes_nothing() -> None:
    feeder, clock = Taken(room=1), Clock()
    clock.pause = lambda _seconds: not feeder.records  # type: ignore[method-assign]
    done = played(lines(ping("a", NOON), ping("b", NOON + 1)), feeder, clock, None)
    assert (len(feeder.records), done.stopped, done.by_topic.total()) == (1, True, 1)
