"""The feed: every flag once, numbered as it was seen, and not for ever."""

from __future__ import annotations

import pytest

from queries.desk.flag_feed import OVERLAP_MS, FeedFlag
from tests.desk_places import new_desk


@pytest.fixture
def feed(tmp_path):
    desk = new_desk(tmp_path)
    yield desk.feed
    desk.close()


def flags(*times: int) -> list[FeedFlag]:
    return [FeedFlag(f"f{ts}", ts, str(ts).encode()) for ts in times]


def test_flags_are_numbered_in_the_order_of_event_time_as_they_are_seen(feed):
    assert (feed.first(), feed.last(), feed.newest_ms()) == (0, 0, None)
    assert feed.add(flags(30, 10)) == 2
    assert feed.add(flags(20, 10)) == 1, "one was late, one is known"
    assert feed.after(0, 10) == [(1, b"10"), (2, b"30"), (3, b"20")]
    assert feed.after(2, 10) == [(3, b"20")]
    assert feed.after(0, 1) == [(1, b"10")]
    assert feed.unknown({"f10", "f40"}) == {"f40"}
    assert (feed.first(), feed.last(), feed.newest_ms()) == (1, 3, 30)


def test_old_flags_go_and_their_numbers_are_not_given_again(feed, monkeypatch):
    monkeypatch.setattr("queries.desk.flag_feed.KEPT", 2)
    feed.add(flags(1, 2, 3))
    assert feed.first() == 1, "all of the last hours are kept"
    feed.add(flags(OVERLAP_MS + 10))
    assert [number for number, _ in feed.after(0, 10)] == [3, 4]
    feed.add(flags(OVERLAP_MS + 11))
    assert feed.last() == 5
