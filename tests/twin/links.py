"""Live links: aggregates over events inside a sliding window, exact under any order of arrival.

A link is (kind, source entity, target entity) with first seen, last seen, count and money. Events of
one link that lie more than a window apart belong to different *sessions*; the link shows its newest
session. A link is *live* while its newest session ended at most one window before the newest event seen.
Older sessions, and links past the window, are remembered for the allowed lateness, because a late event
may still join two sessions into one: so the aggregates depend on the events and not on their order, as
long as no event is later than allowed.

Cost: a touch is O(1) plus the (rare) older sessions; ageing is O(log links) for each link that ages.
Memory: five machine words per link and one dictionary entry for its key.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterator
from typing import NamedTuple

from graph.model.link_keys import LINK_CODE, MONEY_SCALE
from graph.model.vocabulary import LinkKind


def to_units(amount: float) -> int:
    """An amount of money in the integers that links sum."""
    return round(amount * MONEY_SCALE)


class Session(NamedTuple):
    """An unbroken run of events on one link: no gap in it is longer than the window."""

    first_ms: int
    last_ms: int
    events: int
    money: int

    def join(self, other: Session) -> Session:
        """Both runs as one."""
        return Session(
            min(self.first_ms, other.first_ms),
            max(self.last_ms, other.last_ms),
            self.events + other.events,
            self.money + other.money,
        )


_Due = tuple[int, int, int, int, int]
"""When a link is due, its source, target and kind, and its number."""


class LinkTable:
    """All links of the graph as parallel arrays, addressed by a link number that is reused after ageing."""

    def __init__(self, window_ms: int, lateness_ms: int) -> None:
        self.window_ms = window_ms
        self.lateness_ms = lateness_ms
        self.kind = array("b")
        self.source = array("i")
        self.target = array("i")
        self.first_ms = array("q")
        self.last_ms = array("q")
        self.count = array("i")
        self.money = array("q")
        self.live_count = 0
        self._live = array("b")
        self._older: dict[int, list[Session]] = {}
        self._by_key: dict[int, int] = {}
        self._free: list[int] = []
        self._ageing: list[_Due] = []
        self._forgetting: list[_Due] = []
        self._horizon_ms = -(1 << 62)

    def find(self, kind: LinkKind, source: int, target: int) -> int | None:
        """The live link between two entities, or None."""
        link = self._by_key.get(_key(LINK_CODE[kind], source, target))
        return link if link is not None and self._live[link] else None

    def is_live(self, link: int) -> bool:
        """Whether the link is inside the window."""
        return bool(self._live[link])

    def touch(self, kind: LinkKind, source: int, target: int, ts: int, money: int = 0) -> tuple[int, bool]:
        """Add one event to a link. Returns the link and whether it has just become live.

        Call :meth:`age` with the newest event time first.
        """
        key = _key(LINK_CODE[kind], source, target)
        link = self._by_key.get(key)
        if link is None:
            link = self._allocate(key, LINK_CODE[kind], source, target, Session(ts, ts, 1, money))
            if self.last_ms[link] < self._horizon_ms:
                self._queue(self._forgetting, link)
        elif (
            self.first_ms[link] - self.window_ms <= ts <= self.last_ms[link] + self.window_ms
            and link not in self._older
        ):
            self.first_ms[link] = min(ts, self.first_ms[link])
            self.last_ms[link] = max(ts, self.last_ms[link])
            self.count[link] += 1
            self.money[link] += money
        else:
            self._insert(link, Session(ts, ts, 1, money))
        if self._live[link] or self.last_ms[link] < self._horizon_ms:
            return link, False
        self._live[link] = 1
        self.live_count += 1
        self._queue(self._ageing, link)
        return link, True

    def advance(self, newest_ms: int) -> bool:
        """Move the window's end if no link falls out of it by that; returns whether it was moved. O(1)."""
        horizon_ms = max(self._horizon_ms, newest_ms - self.window_ms)
        if (self._ageing and self._ageing[0][0] < horizon_ms) or (
            self._forgetting and self._forgetting[0][0] < horizon_ms - self.lateness_ms
        ):
            return False
        self._horizon_ms = horizon_ms
        return True

    def age(self, newest_ms: int) -> list[int]:
        """Move the window's end to ``newest_ms``; returns the links that fell out of it, oldest first.

        A returned link keeps its numbers until the next call.
        """
        self._horizon_ms = max(self._horizon_ms, newest_ms - self.window_ms)
        fallen: list[int] = []
        while self._forgetting and self._forgetting[0][0] < self._horizon_ms - self.lateness_ms:
            link = heapq.heappop(self._forgetting)[-1]
            if self._live[link] or self.count[link] == 0:
                continue
            if self.last_ms[link] < self._horizon_ms - self.lateness_ms:
                self._release(link)
            else:
                self._queue(self._forgetting, link)
        while self._ageing and self._ageing[0][0] < self._horizon_ms:
            link = heapq.heappop(self._ageing)[-1]
            if self.last_ms[link] >= self._horizon_ms:
                self._queue(self._ageing, link)
                continue
            self._live[link] = 0
            self.live_count -= 1
            fallen.append(link)
            self._queue(self._forgetting, link)
        return fallen

    def live_links(self) -> Iterator[int]:
        """Every live link, by number."""
        return (link for link, live in enumerate(self._live) if live)

    def _queue(self, queue: list[_Due], link: int) -> None:
        heapq.heappush(
            queue, (self.last_ms[link], self.source[link], self.target[link], self.kind[link], link)
        )

    def _allocate(self, key: int, code: int, source: int, target: int, session: Session) -> int:
        if self._free:
            link = self._free.pop()
            self.kind[link], self.source[link], self.target[link] = code, source, target
            self._show(link, session)
        else:
            link = len(self.kind)
            self.kind.append(code)
            self.source.append(source)
            self.target.append(target)
            self.first_ms.append(session.first_ms)
            self.last_ms.append(session.last_ms)
            self.count.append(session.events)
            self.money.append(session.money)
            self._live.append(0)
        self._by_key[key] = link
        return link

    def _release(self, link: int) -> None:
        del self._by_key[_key(self.kind[link], self.source[link], self.target[link])]
        self._older.pop(link, None)
        self.count[link] = 0
        self._free.append(link)

    def _show(self, link: int, session: Session) -> None:
        self.first_ms[link], self.last_ms[link], self.count[link], self.money[link] = session

    def _insert(self, link: int, event: Session) -> None:
        """Put an event among the link's sessions and join those that it brings within one window."""
        newest = Session(self.first_ms[link], self.last_ms[link], self.count[link], self.money[link])
        sessions = sorted([*self._older.pop(link, []), newest, event])
        joined = [sessions[0]]
        for session in sessions[1:]:
            if session.first_ms - joined[-1].last_ms <= self.window_ms:
                joined[-1] = joined[-1].join(session)
            else:
                joined.append(session)
        self._show(link, joined.pop())
        remembered = [s for s in joined if s.last_ms >= self._horizon_ms - self.lateness_ms]
        if remembered:
            self._older[link] = remembered


def _key(code: int, source: int, target: int) -> int:
    return (source << 36) | (target << 4) | code
