"""Figures about decisions and the follower behind them, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from graph.model.vocabulary import Advice, Fallback

BUCKETS_S: Final = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1.0)


class DecisionMeasures:
    """Counters of one process, in a registry; every label comes from a closed set."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.decisions = Counter(
            "ringfence_decisions", "Decisions given.", ["type", "decision"], registry=registry
        )
        self._counters: dict[tuple[str, Advice], Counter] = {}
        self.degraded = Counter(
            "ringfence_decisions_degraded",
            "Decisions that fell back, by what they are made of.",
            ["fallback"],
            registry=registry,
        )
        self.refused = Counter(
            "ringfence_decisions_refused", "Events that could not be asked about.", registry=registry
        )
        self.ruled = Counter(
            "ringfence_decisions_ruled",
            "Decisions that a live rule made graver than the score did.",
            registry=registry,
        )
        self.seconds = Histogram(
            "ringfence_decision_seconds",
            "What it takes to work out one decision, without HTTP.",
            buckets=BUCKETS_S,
            registry=registry,
        )
        as_of = "The newest event time that the follower applied, as a Unix timestamp; 0 before the first."
        self._as_of = Gauge("ringfence_follower_timestamp_seconds", as_of, registry=registry)
        lag = "Records that the follower is known to be behind; -1 when nobody knows."
        self._lag = Gauge("ringfence_follower_lag_records", lag, registry=registry)
        waits = "1 while the follower gets no events: no broker, or a newer snapshot is awaited."
        self._waits = Gauge("ringfence_follower_waits", waits, registry=registry)

    def count(self, tag: str, decision: Advice, fallback: Fallback | None, is_ruled: bool) -> None:
        """Count one decision about an event of type ``tag``."""
        counter = self._counters.get((tag, decision))
        if counter is None:
            # Finding a counter by its labels costs as much as decoding the event.
            counter = self._counters[tag, decision] = self.decisions.labels(tag, decision.value)
        counter.inc()
        if fallback is not None:
            self.degraded.labels(fallback.value).inc()
        if is_ruled:
            self.ruled.inc()

    def follow(
        self, as_of_ms: Callable[[], int], lag: Callable[[], int | None], waits: Callable[[], bool]
    ) -> None:
        """Show a follower."""
        self._as_of.set_function(lambda: as_of_ms() / 1000)
        self._lag.set_function(lambda: -1 if lag() is None else float(lag() or 0))
        self._waits.set_function(lambda: float(waits()))
