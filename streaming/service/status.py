"""What can be seen of a running service: counters, gauges and distributions, for whoever shows them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from streaming.files.summary import ContractTerms
from streaming.service.core import Tally
from streaming.service.ports import Partition

if TYPE_CHECKING:
    from rules.running.runner import RuleReport

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
SIZES: Final = (1.0, 8.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0)
STAGES: Final = ("read", "decode", "journal", "apply", "store", "deliver", "commit", "fork", "snapshot")
"""``read`` is from the beginning of a round to its batch, with the wait for records and with ``decode``.
``fork`` is how long a snapshot held the batches up, ``snapshot`` until it was written."""


class Distribution:
    """Counts observations per bucket; ``bounds`` are the buckets' upper ends."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Counts one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    @property
    def count(self) -> int:
        """How many values there were."""
        return sum(self.counts)

    def quantile(self, share: float) -> float:
        """The upper end of the bucket in which the quantile lies; 0 before the first value."""
        wanted, seen = share * self.count, 0
        for bound, count in zip((*self.bounds, float("inf")), self.counts, strict=True):
            seen += count
            if count and seen >= wanted:
                return bound
        return 0.0


@dataclass(slots=True)
class Status:
    """One thread writes, others read single values; a torn look shows two neighbouring moments."""

    phase: str = "starting"
    """``starting``, ``recovering``, ``running``, ``waiting`` (for a server), ``draining``, ``stopped``."""
    trouble: str = ""
    """What it waits for, in one line, while it waits."""
    beat_s: float = 0.0
    """Monotonic seconds of the last round of the loop."""
    batch: int = 0
    tally: Tally = field(default_factory=Tally)
    lag: dict[Partition, int] = field(default_factory=dict)
    partitions_held: int = 0
    leads: bool = True
    """Whether results are ours to deliver; a member that stands by, warm or not, waits for that."""
    read_ahead: int = 0
    held: int = 0
    engine: dict[str, int] = field(default_factory=dict)
    watermark_ms: int = 0
    contract: ContractTerms | None = None
    """What is promised about alerts, if anything is."""
    drift: Mapping[str, float] = field(default_factory=dict)
    """By quantity, the population stability of what the model sees against its training."""
    rules: Sequence[RuleReport] = ()
    """What people's rules did so far, by name."""
    snapshot_batch: int = 0
    snapshot_s: float | None = None
    """Monotonic seconds when the last snapshot was complete."""
    snapshot_bytes: int = 0
    snapshot_failures: int = 0
    store_behind: int = 0
    """Batches that the store is behind."""
    store_behind_since_s: float | None = None
    """When the oldest batch came (monotonic) that the store lacks; None when it lacks none."""
    store_is_away: bool = False
    store_refused: int = 0
    retries: int = 0
    rebalances: int = 0
    recoveries: int = 0
    batch_events: Distribution = field(default_factory=lambda: Distribution(SIZES))
    stages: dict[str, Distribution] = field(
        default_factory=lambda: {stage: Distribution(SECONDS) for stage in STAGES}
    )
    flag_latency: Distribution = field(default_factory=lambda: Distribution(SECONDS))
    """Seconds from the stamp of a message until its flag was safe. Who stamps is the topic's choice: the
    producer (``CreateTime``, the default) or the broker (``LogAppendTime``)."""
    event_latency: Distribution = field(default_factory=lambda: Distribution(SECONDS))
    """Of every batch, seconds from the stamp of its oldest message until what came of it was safe."""

    @property
    def is_ready(self) -> bool:
        """Whether it takes events now and everything it needs answers; a member that stands by takes none."""
        return self.phase == "running" and self.partitions_held > 0 and self.leads
