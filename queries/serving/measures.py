"""Figures about the answers, for Prometheus: how many, how long, by route and status."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from starlette.types import Scope

from queries.desk.deliveries import Counts

BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
OTHER: Final = "other"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})


class Measures:
    """One registry; labels come from closed sets, so that nobody can make it grow."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._answers = Counter(
            "ringfence_http_answers",
            "Answers given.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "ringfence_http_seconds",
            "From a request's head to the end of its answer; streams are left out.",
            ["route"],
            buckets=BUCKETS_S,
            registry=self._registry,
        )
        self._kept: dict[tuple[str, str, int], Counter] = {}
        self._took: dict[str, Histogram] = {}
        streams = "Streams of flags open now."
        self.streams = Gauge("ringfence_http_streams", streams, registry=self._registry)
        refused = "Streams refused because too many were open."
        self.refused_streams = Counter("ringfence_http_streams_refused", refused, registry=self._registry)
        waiting = "Verdicts and acts that were not delivered yet."
        self.waiting = Gauge("ringfence_outbox_waiting", waiting, registry=self._registry)
        tries = "Tries to deliver messages to webhooks, by what became of them."
        self.webhook_tries = Counter("ringfence_webhook_tries", tries, ["outcome"], registry=self._registry)
        messages = "Messages to webhooks that wait for a try, or are dead."
        self._messages = Gauge("ringfence_webhook_messages", messages, ["state"], registry=self._registry)
        watermark = "The newest event time in the store, as a Unix timestamp; 0 before the first."
        self.watermark = Gauge("ringfence_watermark_timestamp_seconds", watermark, registry=self._registry)
        runs = "What runs here; always 1."
        build = Gauge("ringfence_build_info", runs, ["version", "python"], registry=self._registry)
        build.labels(metadata.version("ringfence"), platform.python_version()).set(1)

    @property
    def registry(self) -> CollectorRegistry:
        """The registry, for what else is shown beside."""
        return self._registry

    def answered(self, scope: Scope, status: int, seconds: float) -> None:
        """Note one answer. The route is the pattern that matched, never the path."""
        route = getattr(scope.get("route"), "path_format", OTHER)
        method = scope["method"] if scope["method"] in METHODS else OTHER
        answers = self._kept.get((method, route, status))
        if answers is None:
            # Kept, because finding a counter by its labels costs more than counting.
            answers = self._kept[method, route, status] = self._answers.labels(method, route, str(status))
        answers.inc()
        if route.endswith("/stream"):
            return
        took = self._took.get(route)
        if took is None:
            took = self._took[route] = self._seconds.labels(route)
        took.observe(seconds)

    def webhooks(self, counts: Counts) -> None:
        """Note how many messages wait and how many are dead."""
        self._messages.labels("waiting").set(counts.waiting)
        self._messages.labels("dead").set(counts.dead)

    def exposition(self) -> bytes:
        """Everything as Prometheus text."""
        return generate_latest(self._registry)
