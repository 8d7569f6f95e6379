"""How early rings are flagged: money still ahead, fraud events already past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from gnn.evaluation.ratio import share
from gnn.evaluation.truth import TrueRing


@dataclass(frozen=True, slots=True)
class Timeliness:
    """Figures over rings, by the first flag on any member.

    ``prevented`` = money of fraud events after the first flag / money of all fraud events; a ring that
    is never flagged prevents nothing. ``events_before_flag`` = median over flagged rings of the fraud
    events up to and including the moment of the flag. None when there is no such money or ring.
    """

    flagged_rings: int
    prevented: float | None
    events_before_flag: float | None


def first_flag_of(ring: TrueRing, first_flag_ms: Mapping[str, int]) -> int | None:
    """When the first member of the ring was flagged, None when none was."""
    return min(
        (first_flag_ms[account] for account in ring.accounts if account in first_flag_ms), default=None
    )


def timeliness(
    rings: Sequence[TrueRing], first_flag_ms: Mapping[str, int] | None, event_ms: Mapping[str, int]
) -> Timeliness:
    """The figures for ``rings``; ``event_ms`` gives the time of each fraud event.

    A method without flags (``first_flag_ms`` None) prevents nothing. Fraud events whose time is not
    known are left out of both sides.
    """
    flags = {} if first_flag_ms is None else first_flag_ms
    money = ahead = 0.0
    delays: list[int] = []
    for ring in rings:
        timed = [(event_ms[event], amount) for event, amount in ring.fraud_events if event in event_ms]
        money += sum(amount for _, amount in timed)
        flagged_ms = first_flag_of(ring, flags)
        if flagged_ms is not None:
            ahead += sum(amount for ms, amount in timed if ms > flagged_ms)
            delays.append(sum(ms <= flagged_ms for ms, _ in timed))
    return Timeliness(
        flagged_rings=len(delays),
        prevented=share(ahead, money),
        events_before_flag=float(median(delays)) if delays else None,
    )
