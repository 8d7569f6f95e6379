"""One stream of counts watched for a rise: an e-detector of the Shiryaev-Roberts kind.

While the hourly counts are Poisson with a rate of at most ``expected``, the likelihood ratio of a rate ``r``
times as high, ``r**count * exp(-expected * (r - 1))``, has a mean of at most 1. So ``e = (e + 1) * ratio``
less the hours that have passed is a supermartingale, and the probability that ``e`` has reached a threshold
``c`` within ``n`` hours is at most ``n / c``, whatever the counts were (Shin, Ramdas and Rinaldo,
"E-detectors", 2024). The mean over several ``r`` keeps that. The counts may be far below what is expected;
nothing has to be estimated exactly.
"""

from __future__ import annotations

from math import exp, log
from typing import Final

import msgspec

RISES: Final = (2.0, 4.0, 8.0, 16.0, 32.0)
"""How many times the usual rate an attack may be."""
MOST_EVIDENCE: Final = 1e200


class RiseDetector(msgspec.Struct):
    """What one stream has gathered: the evidence for each rise, and where its likeliest beginning is."""

    evidence: list[float] = msgspec.field(default_factory=lambda: [0.0] * len(RISES))
    since: list[float] = msgspec.field(default_factory=lambda: [0.0] * len(RISES))
    """For each rise the log likelihood ratio since ``began``, never below 0."""
    began: list[int] = msgspec.field(default_factory=lambda: [0] * len(RISES))
    count: list[int] = msgspec.field(default_factory=lambda: [0] * len(RISES))
    expected: list[float] = msgspec.field(default_factory=lambda: [0.0] * len(RISES))

    def add(self, hour: int, count: int, expected: float) -> float:
        """Take in one hour and give the evidence so far; ``expected`` is known before the hour."""
        for n, rise in enumerate(RISES):
            ratio = count * log(rise) - expected * (rise - 1)
            self.evidence[n] = min((self.evidence[n] + 1) * exp(min(ratio, 460.0)), MOST_EVIDENCE)
            if self.since[n] <= 0:
                self.began[n], self.count[n], self.expected[n] = hour, 0, 0.0
            self.since[n] = max(self.since[n] + ratio, 0.0)
            self.count[n] += count
            self.expected[n] += expected
        return sum(self.evidence) / len(RISES)

    def idle(self, expected: float) -> None:
        """Take in hours without a count at once; no rise begins in them, which only lessens the evidence."""
        for n, rise in enumerate(RISES):
            self.evidence[n] *= exp(-expected * (rise - 1))
            self.since[n] = max(self.since[n] - expected * (rise - 1), 0.0)
            self.expected[n] += expected

    def rise(self) -> tuple[int, int, float]:
        """Of the likeliest rise: the hour it began, and the count and what was expected since."""
        best = max(range(len(RISES)), key=lambda n: (self.since[n], -n))
        return self.began[best], self.count[best], self.expected[best]

    def start_over(self) -> None:
        """Forget what was gathered."""
        self.evidence = [0.0] * len(RISES)
        self.since = [0.0] * len(RISES)
