"""How a candidate's accounts came into being, and how long they have been used.

Cost: O(accounts log accounts).
"""

from __future__ import annotations

from typing import Final

from graph.kernels.arrays import Int32s, Int64s
from graph.kernels.kernel import kernel
from graph.kernels.rows import sort
from graph.state.accounts import UNKNOWN_MS
from graph.state.evidence_record import Record
from graph.state.state import State
from graph.updates.habits import creation_share
from graph.updates.sharing import DAY_MS

BURST_MS: Final = 3 * DAY_MS
NO_PACE_DAYS: Final = 99.0


@kernel
def measure_timing(state: State, members: Int32s, e: Record) -> None:
    """The burst of creations, their pace, and the time the accounts were active."""
    moments, spans = state.measuring.created_ms, state.measuring.spans_ms
    created = 0
    for place in range(len(members)):
        account = state.accounts[state.entities[members[place]].account]
        spans[place] = account.last_ms - account.first_ms
        if account.created_ms != UNKNOWN_MS:
            moments[created] = account.created_ms
            created += 1
    sort(moments[:created])
    sort(spans[: len(members)])
    e.active_days = spans[len(members) // 2] / DAY_MS
    start, end = busiest(moments[:created], BURST_MS)
    e.burst = 0.0
    if created:
        city = creation_share(state, moments[start], moments[end - 1], moments[:created])
        e.burst = max(0.0, (end - start) - city * len(members))
    e.pace_days = NO_PACE_DAYS
    if created > 1:
        for place in range(created - 1):
            spans[place] = moments[place + 1] - moments[place]
        sort(spans[: created - 1])
        e.pace_days = spans[(created - 1) // 2] / DAY_MS


@kernel
def busiest(moments: Int64s, span_ms: int) -> tuple[int, int]:
    """The slice [start, end) of the ascending moments that is largest within one span; the earliest."""
    best_start = best_end = start = 0
    for end in range(1, len(moments) + 1):
        while moments[end - 1] - moments[start] > span_ms:
            start += 1
        if end - start > best_end - best_start:
            best_start, best_end = start, end
    return best_start, best_end
