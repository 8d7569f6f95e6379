"""How long, by the clock, partitions that are silent are waited for where events are put in order."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

_SAMPLES: Final = 16
"""Into so many parts the time is cut; it is waited for by one of them more at most."""


class Patience:
    """Up to which event time nothing is expected any more, by what partitions were known to hold a while ago.

    A producer sends each partition its own batches: the broker may have newer events of one partition before
    older ones of another, which was read to its end until then. So what an end says holds once it was said
    ``arrive_within_s`` ago. What every partition has gone past is not waited for.

    At most ``_SAMPLES`` + 2 samples are kept.
    """

    def __init__(self, arrive_within_s: float, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._within_s, self._clock_s = arrive_within_s, clock_s
        self._known: deque[tuple[float, int]] = deque()

    def settled_ms(self, low_ms: int, passed_ms: int) -> int:
        """``low_ms``: up to where partitions were taken, but for those at their end; ``passed_ms``: all.

        At least ``passed_ms``; less than before where a silent partition goes on with older events.
        """
        now_s, known = self._clock_s(), self._known
        if not known or now_s - known[-1][0] >= self._within_s / _SAMPLES:
            known.append((now_s, low_ms))
        while len(known) > 1 and known[1][0] <= now_s - self._within_s:
            known.popleft()
        since_s, then_ms = known[0]
        if since_s > now_s - self._within_s:
            return passed_ms
        return max(passed_ms, min(then_ms, low_ms))
