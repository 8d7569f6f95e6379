"""How often one may ask: by token or person, by address, and for failed credentials.

Requests draw on buckets that refill evenly, which costs a microsecond; the few that fail are counted in
moving windows (the library ``limits``), whose memory starts a thread every ten milliseconds in which it is
added to: a tenth of a millisecond for each of five hundred requests a second. Each process counts for itself.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from graph.model.errors import BadCall
from queries.serving.problems import Refusal

MOST_KEPT: Final = 100_000
"""Callers or addresses whose buckets are remembered; the one unheard of for longest is taken to be full."""


class Bucket:
    """So many at once, refilled evenly over the time of the limit: 600/minute is one every 0.1 s.

    The generic cell rate algorithm (ITU-T I.371, annex A): one number for each key, the moment at which its
    bucket will be full again. In any stretch as long as the limit's at most twice its number pass.
    """

    def __init__(self, limit: RateLimitItem, clock_s: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self._clock_s = clock_s
        self._whole_s = float(limit.get_expiry())
        self._each_s = self._whole_s / limit.amount
        self._full_s: dict[str, float] = {}

    def take(self, key: str) -> float:
        """0 when there was one left, which is taken; else the seconds to wait for one. Constant time."""
        now = self._clock_s()
        full = max(self._full_s.pop(key, now), now)
        wait = full + self._each_s - now - self._whole_s
        # A hair over is the rounding of the sum, not one more request.
        is_left = wait <= 1e-6 * self._whole_s
        self._full_s[key] = full + self._each_s if is_left else full
        if len(self._full_s) > MOST_KEPT:
            del self._full_s[next(iter(self._full_s))]
        return 0.0 if is_left else wait


class Rates:
    """Counts requests. ``by_caller``, ``by_address``, ``failures``: such as ``600/minute``."""

    def __init__(
        self,
        by_caller: str,
        by_address: str,
        failures: str,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._by_caller = Bucket(_limit(by_caller), clock_s)
        self._by_address = Bucket(_limit(by_address), clock_s)
        self._failures = _limit(failures)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def comes(self, address: str) -> None:
        """Somebody asks from there. Raises Refusal when too much came from there, or too much that failed."""
        self._take(self._by_address, address)
        self.may_try(address)

    def may_try(self, *who: str) -> None:
        """Raises Refusal when too many credentials failed there."""
        if not self._limiter.test(self._failures, "failed", *who):
            reset = self._limiter.get_window_stats(self._failures, "failed", *who).reset_time
            raise _refusal(self._failures, reset - time.time())

    def failed(self, *who: str) -> None:
        """Credentials failed."""
        self._limiter.hit(self._failures, "failed", *who)

    def asks(self, caller: str) -> None:
        """Somebody known asks. Raises Refusal when they ask too often."""
        self._take(self._by_caller, caller)

    @staticmethod
    def _take(bucket: Bucket, key: str) -> None:
        wait_s = bucket.take(key)
        if wait_s:
            raise _refusal(bucket.limit, wait_s)


def _refusal(limit: RateLimitItem, wait_s: float) -> Refusal:
    wait = max(1, math.ceil(wait_s))
    return Refusal(
        HTTPStatus.TOO_MANY_REQUESTS,
        "too_often",
        f"expected at most {limit}, found more; wait {wait} s",
        {"Retry-After": str(wait)},
    )


def _limit(words: str) -> RateLimitItem:
    try:
        return parse(words)
    except ValueError as error:
        raise BadCall(f"expected a rate such as 600/minute, found {words}; correct it") from error
