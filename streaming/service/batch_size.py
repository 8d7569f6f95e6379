"""How many events to take at once: few when it is quiet, many under load."""

from __future__ import annotations


class BatchSize:
    """Doubles while batches come full and are done in less than ``target_s``, halves when they take longer.

    Results do not depend on it; latency and throughput do.
    """

    def __init__(self, least: int, most: int, target_s: float) -> None:
        self._least, self._most, self._target_s = least, most, target_s
        self.now = least

    def learn(self, taken: int, seconds: float) -> None:
        """Takes note of a batch: how many events it had and how long they took."""
        if seconds > self._target_s:
            self.now = max(self._least, self.now // 2)
        elif taken >= self.now and seconds < self._target_s / 2:
            self.now = min(self._most, self.now * 2)
