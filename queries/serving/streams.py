"""Places for streams of flags: how many may be open, and what they look at."""

from __future__ import annotations

import threading
from collections import Counter
from http import HTTPStatus
from typing import Final

from queries.serving.flag_watch import FlagWatch
from queries.serving.measures import Measures
from queries.serving.problems import Refusal

MOST_EACH: Final = 10


class Streams:
    """Places for streams: ``most`` in all, ``MOST_EACH`` for one caller. Used on the event loop alone."""

    def __init__(self, watch: FlagWatch, most: int, measures: Measures) -> None:
        self.watch = watch
        self.stopping = threading.Event()
        """Set when the server is to end: streams end with it."""
        self._most = most
        self._measures = measures
        self._open: Counter[str] = Counter()

    def take_place(self, credential: str) -> None:
        """Raises Refusal when there is no place left."""
        refusal = None
        if self._open.total() >= self._most:
            refusal = Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "too_many_streams",
                f"expected a free place among {self._most} streams, found none; come again later",
                {"Retry-After": "30"},
            )
        elif self._open[credential] >= MOST_EACH:
            refusal = Refusal(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too_many_streams",
                f"expected at most {MOST_EACH} streams of one caller, found more; close one",
                {"Retry-After": "30"},
            )
        if refusal is not None:
            self._measures.refused_streams.inc()
            raise refusal
        self._open[credential] += 1
        self._measures.streams.inc()

    def leave_place(self, credential: str) -> None:
        """The stream has ended."""
        self._open[credential] -= 1
        self._open += Counter()
        self._measures.streams.dec()
