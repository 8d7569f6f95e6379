"""Looks at the store again and again, and takes the flags that are new into the feed."""

from __future__ import annotations

import logging
from typing import Final

from graph.model.errors import Unavailable
from queries.answer import Cell
from queries.desk.flag_feed import KEPT, OVERLAP_MS, FeedFlag, FlagFeed
from queries.serving.chores import Chore
from queries.serving.records import FlagRaised, rows_of
from queries.serving.store_pool import StorePool

EVERY_S: Final = 1.0
PAGE: Final = 500
_LOG: Final = logging.getLogger(__name__)


class FlagWatch:
    """The watch over one store. ``last``: the number of the newest flag in the feed, as of the last look.

    A look costs one row while nothing happens, the flags of ``OVERLAP_MS`` of event time when something did.
    """

    def __init__(self, store: StorePool, feed: FlagFeed) -> None:
        self.feed = feed
        self.last = feed.last()
        self._store = store
        self._clock: list[tuple[Cell, ...]] | None = None

    def look(self) -> None:
        """Take what is new. While the store is away the next look does it."""
        try:
            clock = self._store.ask("clock").rows
            if clock != self._clock:
                self._take()
                self._clock = clock
        except Unavailable as error:
            _LOG.warning("%s", error)
        # Another process at this desk may have taken them.
        self.last = self.feed.last()

    def chore(self) -> Chore:
        """The watch as a chore."""
        return Chore("watching for flags", EVERY_S, self.look)

    def _take(self) -> None:
        newest = self.feed.newest_ms()
        since = None if newest is None else max(0, newest - OVERLAP_MS)
        for skip in range(0, KEPT, PAGE):
            answer = self._store.ask("flags", since=since, limit=PAGE, skip=skip)
            flags = rows_of(answer, FlagRaised)
            unknown = self.feed.unknown({flag.flag_id for flag in flags})
            new = [flag for flag in flags if flag.flag_id in unknown]
            if new:
                self.feed.add(FeedFlag(f.flag_id, f.ts, f.model_dump_json().encode()) for f in new)
            if skip + len(flags) >= answer.total:
                return
