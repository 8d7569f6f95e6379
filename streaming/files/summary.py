"""What a run read, refused and found, in numbers."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import msgspec


class RejectedCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many records were refused; ``by_reason`` in alphabetical order."""

    total: int
    by_reason: dict[str, int]


class CandidateCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many candidates were written, and how many judgements of others the bound left out."""

    written: int
    left_out: int


class ContractTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What was promised about alerts, and the thresholds on the score that follow.

    The largest share of false alerts and the largest number of alerts a day; null where nothing is promised.
    """

    max_false_alerts: float | None
    max_alerts_a_day: float | None
    review: float
    block: float
    close: float


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The content of ``summary.json``.

    ``events`` counts those that reached the engine, ``inputs`` holds each input once, in the order
    given. Times are epoch ms. Of equal events in equal order only ``seconds``, ``events_per_second`` and
    ``peak_memory_mb`` (of the whole process) differ between runs; a repeated delivery adds to
    ``duplicates``. ``candidates`` is there when they were asked for, ``contract`` when
    something was promised, ``rules`` (a digest of them and of what was decided about them) when some ran.
    """

    version: str
    inputs: list[str]
    events: int
    by_type: dict[str, int]
    rejected: RejectedCounts
    duplicates: int
    flags: int
    rings: int
    first_ts: int
    last_ts: int
    engine: dict[str, int]
    model_id: str
    config_digest: str
    state_digest: str
    seconds: float
    events_per_second: float
    peak_memory_mb: float
    candidates: CandidateCounts | msgspec.UnsetType = msgspec.UNSET
    contract: ContractTerms | msgspec.UnsetType = msgspec.UNSET
    rules: str | msgspec.UnsetType = msgspec.UNSET


def peak_memory_mb() -> float:
    """The most memory this process has held so far, in MiB.

    Linux keeps the figure that ``getrusage`` gives across the start of a program, so that a small program
    started by a large one would show the large one's; the status file tells of this program alone.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return round(int(line.split()[1]) / 1024, 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / ((1 << 20) if sys.platform == "darwin" else 1024), 1)


def memory_mb() -> float:
    """The memory this process holds now, in MiB; its peak where the system does not tell."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmRSS:"):
                return round(int(line.split()[1]) / 1024, 1)
    return peak_memory_mb()
