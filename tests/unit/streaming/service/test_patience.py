"""Until when silent partitions are waited for, and what is not waited for at all."""

from __future__ import annotations

from streaming.service.patience import Patience


class Clock:
    """Stands still until it is moved."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_what_the_ends_say_holds_once_it_was_said_long_enough_ago() -> None:
    clock = Clock()
    patience = Patience(2.0, clock)
    assert patience.settled_ms(500, 100) == 100
    clock.now_s += 1.9
    assert patience.settled_ms(900, 100) == 100
    clock.now_s += 0.1
    assert patience.settled_ms(900, 100) == 500
    clock.now_s += 1.9
    assert patience.settled_ms(900, 100) == 900


def test_a_burst_after_a_pause_is_waited_for_like_the_first() -> None:
    clock = Clock()
    patience = Patience(2.0, clock)
    for _ in range(100):
        clock.now_s += 1.0
        patience.settled_ms(500, 100)
    assert patience.settled_ms(500, 100) == 500
    # One partition has newer events, and the others are at their end still.
    clock.now_s += 0.5
    assert patience.settled_ms(9_000, 100) == 500
    # The others come, older than what the first one holds.
    clock.now_s += 0.5
    assert patience.settled_ms(600, 600) == 600
    clock.now_s += 1.6
    assert patience.settled_ms(700, 700) == 700


def test_what_every_partition_has_gone_past_is_not_waited_for() -> None:
    assert Patience(2.0, Clock()).settled_ms(500, 500) == 500


def test_without_a_time_to_wait_an_end_is_an_end() -> None:
    assert Patience(0.0, Clock()).settled_ms(500, 100) == 500


def test_what_is_remembered_is_bounded_however_often_it_is_asked() -> None:
    clock = Clock()
    patience = Patience(1.0, clock)
    for low_ms in range(10_000):
        clock.now_s += 0.001
        patience.settled_ms(low_ms, 0)
    assert len(patience._known) <= 18
    settled_ms = patience.settled_ms(10_000, 0)
    assert 9_000 - 1_000 / 16 - 1 <= settled_ms <= 9_000
