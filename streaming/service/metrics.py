"""The status as Prometheus metrics; their names are documented in docs/operations.md."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from streaming.files.summary import memory_mb
from streaming.service.alert_book import by_week
from streaming.service.status import Distribution, Status


def exposition(status: Status, now_s: float) -> bytes:
    """Every metric as text; ``now_s`` is monotonic, for the age of the snapshot."""

    class Now:
        def collect(self) -> Iterator[Metric]:
            return metrics_of(status, now_s)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Now())
    # Processor time, memory, open files and the start of this process, under their usual names.
    ProcessCollector(registry=registry)
    return generate_latest(registry)


def metrics_of(status: Status, now_s: float) -> Iterator[Metric]:
    """One family after the other."""
    tally = status.tally
    yield _build()
    yield _counter("ringfence_events", "Events accepted and applied.", tally.events)
    yield _counter("ringfence_duplicates", "Repeated deliveries that changed nothing.", tally.duplicates)
    yield _counter("ringfence_late", "Events that came later than order_within covers.", tally.late)
    rejected = CounterMetricFamily("ringfence_rejected", "Records refused.", labels=["reason"])
    for reason, count in sorted(tally.rejected.items()):
        rejected.add_metric([reason], count)
    yield rejected
    flags = CounterMetricFamily("ringfence_flags", "Flags raised.", labels=["kind"])
    for kind, count in sorted(tally.flags.items()):
        flags.add_metric([kind], count)
    yield flags
    yield from _alerts(status)
    yield _counter("ringfence_ledger_entries", "Changes in the life of rings.", tally.ledger)
    lag = GaugeMetricFamily("ringfence_lag_records", "Records not taken yet.", labels=["topic", "partition"])
    for partition, left in sorted(status.lag.items()):
        lag.add_metric([partition.topic, str(partition.number)], left)
    yield lag
    for name, text, value in (
        ("ringfence_ready", "1 while events are taken and everything needed answers.", status.is_ready),
        ("ringfence_partitions", "Partitions held.", status.partitions_held),
        ("ringfence_leading", "Whether results are ours to deliver (1), or we stand by (0).", status.leads),
        ("ringfence_read_ahead_records", "Records read and not taken yet.", status.read_ahead),
        ("ringfence_held_events", "Events held back to be put in order.", status.held),
        (
            "ringfence_watermark_timestamp_seconds",
            "The newest event time applied, as a Unix timestamp; 0 before the first.",
            status.watermark_ms / 1000,
        ),
        ("ringfence_memory_bytes", "Resident memory.", memory_mb() * 2**20),
        ("ringfence_snapshot_bytes", "Size of the last snapshot.", status.snapshot_bytes),
        ("ringfence_store_lag_batches", "Batches the store is behind.", status.store_behind),
        (
            "ringfence_store_lag_seconds",
            "Age of the oldest batch whose changes the store does not hold.",
            now_s - status.store_behind_since_s if status.store_behind_since_s is not None else 0.0,
        ),
        ("ringfence_store_away", "1 while the store does not answer.", status.store_is_away),
    ):
        yield GaugeMetricFamily(name, text, value=value)
    if status.snapshot_s is not None:
        age = now_s - status.snapshot_s
        yield GaugeMetricFamily("ringfence_snapshot_age_seconds", "Since the last snapshot.", value=age)
    held = GaugeMetricFamily("ringfence_engine", "Sizes of what the engine holds.", labels=["what"])
    for what, size in sorted(status.engine.items()):
        held.add_metric([what], size)
    yield held
    text = "Population stability index against the model's training; above 0.25 is called drift."
    drift = GaugeMetricFamily("ringfence_drift", text, labels=["quantity"])
    for quantity, psi in sorted(status.drift.items()):
        drift.add_metric([quantity], psi)
    yield drift
    yield from _rules(status)
    yield _counter("ringfence_snapshot_failures", "Snapshots the disk refused.", status.snapshot_failures)
    yield _counter("ringfence_store_refused", "Rows the store would not take.", status.store_refused)
    yield _counter("ringfence_retries", "Waits for a server.", status.retries)
    yield _counter("ringfence_rebalances", "Changes of the partitions held.", status.rebalances)
    yield _counter("ringfence_recoveries", "Returns from snapshot and journal.", status.recoveries)
    yield _histogram("ringfence_batch_records", "Records in a batch.", {}, status.batch_events)
    stages = HistogramMetricFamily("ringfence_stage_seconds", "Time in each stage.", labels=["stage"])
    for stage, distribution in status.stages.items():
        stages.add_metric([stage], _buckets(distribution), distribution.total)
    yield stages
    latency = "From the stamp of a message until its flag was safe."
    yield _histogram("ringfence_flag_latency_seconds", latency, {}, status.flag_latency)
    latency = "From the stamp of a batch's oldest message until all that came of it was safe."
    yield _histogram("ringfence_event_latency_seconds", latency, {}, status.event_latency)


def _alerts(status: Status) -> Iterator[Metric]:
    """What is promised about alerts, the thresholds that follow, and what was kept, for the newest weeks."""
    contract = status.contract
    if contract is not None:
        promised = GaugeMetricFamily(
            "ringfence_alerts_promised", "The contract: the most of what.", labels=["what"]
        )
        if contract.max_false_alerts is not None:
            promised.add_metric(["false_share"], contract.max_false_alerts)
        if contract.max_alerts_a_day is not None:
            promised.add_metric(["a_day"], contract.max_alerts_a_day)
        yield promised
        thresholds = GaugeMetricFamily(
            "ringfence_alert_threshold", "Score from which on a decision is taken.", labels=["decision"]
        )
        thresholds.add_metric(["review"], contract.review)
        thresholds.add_metric(["block"], contract.block)
        yield thresholds
    text = "Rings first flagged in a week of event time (its Monday), by the newest verdict on each."
    alerts = GaugeMetricFamily("ringfence_alerts", text, labels=["week", "answer"])
    text = "Share of the answered alerts of a week that were false."
    kept = GaugeMetricFamily("ringfence_false_alert_share", text, labels=["week"])
    for week in by_week(status.tally.alerts):
        name = f"{datetime.fromtimestamp(week.week_ms / 1000, UTC):%Y-%m-%d}"
        for answer in ("fraud", "legit", "unanswered"):
            alerts.add_metric([name, answer], getattr(week, answer))
        if week.false_share is not None:
            kept.add_metric([name], week.false_share)
    yield alerts
    yield kept


def _rules(status: Status) -> Iterator[Metric]:
    """Where each rule of people stands, whom it met, what was answered and what that says of it."""
    stage = GaugeMetricFamily(
        "ringfence_rule_stage", "Where a rule stands; 1 for its stage.", labels=["rule", "stage"]
    )
    met = CounterMetricFamily(
        "ringfence_rule_accounts", "Accounts that a rule met, in shadow or live.", labels=["rule"]
    )
    flagged = CounterMetricFamily("ringfence_rule_flagged", "Accounts that a rule flagged.", labels=["rule"])
    answers = CounterMetricFamily(
        "ringfence_rule_answers", "First verdicts on whom a rule met.", labels=["rule", "answer"]
    )
    precision = GaugeMetricFamily(
        "ringfence_rule_precision", "Share of fraud among these verdicts.", labels=["rule"]
    )
    for rule in status.rules:
        stage.add_metric([rule.rule, rule.stage.value], 1)
        met.add_metric([rule.rule], rule.accounts)
        flagged.add_metric([rule.rule], rule.flagged)
        answers.add_metric([rule.rule, "fraud"], rule.fraud)
        answers.add_metric([rule.rule, "legit"], rule.legit)
        if rule.precision is not None:
            precision.add_metric([rule.rule], rule.precision)
    yield from (stage, met, flagged, answers, precision)


def _build() -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "ringfence_build_info", "What runs here; always 1.", labels=["version", "python"]
    )
    family.add_metric([metadata.version("ringfence"), platform.python_version()], 1)
    return family


def _counter(name: str, text: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(name, text, value=value)


def _histogram(
    name: str, text: str, labels: dict[str, str], distribution: Distribution
) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, text, labels=list(labels))
    family.add_metric(list(labels.values()), _buckets(distribution), distribution.total)
    return family


def _buckets(distribution: Distribution) -> list[tuple[str, float]]:
    ends = [*(f"{bound:g}" for bound in distribution.bounds), "+Inf"]
    return list(zip(ends, map(float, accumulate(distribution.counts)), strict=True))
