"""How often one may ask: by token or person, by address, and for failed credentials.

Moving windows in memory (the library ``limits``); each process counts for itself.
"""

from __future__ import annotations

import time
from http import HTTPStatus

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from graph.model.errors import BadCall
from queries.serving.problems import Refusal


class Rates:
    """Counts requests. ``by_caller``, ``by_address``, ``failures``: such as ``600/minute``."""

    def __init__(self, by_caller: str, by_address: str, failures: str) -> None:
        self._by_caller = _limit(by_caller)
        self._by_address = _limit(by_address)
        self._failures = _limit(failures)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def comes(self, address: str) -> None:
        """Somebody asks from there. Raises Refusal when too much came from there, or too much that failed."""
        if not self._limiter.hit(self._by_address, "address", address):
            raise self._refusal(self._by_address, "address", address)
        self.may_try(address)

    def may_try(self, *who: str) -> None:
        """Raises Refusal when too many credentials failed there."""
        if not self._limiter.test(self._failures, "failed", *who):
            raise self._refusal(self._failures, "failed", *who)

    def failed(self, *who: str) -> None:
        """Credentials failed."""
        self._limiter.hit(self._failures, "failed", *who)

    def asks(self, caller: str) -> None:
        """Somebody known asks. Raises Refusal when they ask too often."""
        if not self._limiter.hit(self._by_caller, "caller", caller):
            raise self._refusal(self._by_caller, "caller", caller)

    def _refusal(self, limit: RateLimitItem, *keys: str) -> Refusal:
        reset = self._limiter.get_window_stats(limit, *keys).reset_time
        wait = max(1, round(reset - time.time()))
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
