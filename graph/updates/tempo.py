"""At what pace an account is used: its days, what its events are, and what follows soon on what.

Counters of one account's whole life, each moved by one event in O(1). They depend on the order in which
events come, as the judgements do that read them, and so stand in no digest of the graph.
"""

from __future__ import annotations

from typing import Any, Final

from graph.kernels.kernel import kernel
from graph.state.accounts import UNKNOWN_MS
from graph.updates.sharing import DAY_MS

SOON_MS: Final = 3 * 3_600_000
"""A ride that begins so soon after the one before belongs to the same outing."""


@kernel
def note_day(account: Any, ts: int) -> None:
    """An account is seen later than ever before, at ``ts``: perhaps on another day."""
    account.days += ts // DAY_MS != account.last_ms // DAY_MS


@kernel
def is_soon(before_ms: int, ts: int) -> bool:
    """Whether a ride at ``ts`` comes soon after, or before, one at ``before_ms``, which may not be known."""
    return bool(before_ms != UNKNOWN_MS and abs(ts - before_ms) <= SOON_MS)


@kernel
def note_ride(rider: Any, ts: int, is_paid: bool) -> None:
    """An account rode; the driver was paid an incentive for it or not."""
    rider.rides += 1
    rider.rides_paid += is_paid
    rider.rides_again += is_soon(rider.last_ride_ms, ts)
    rider.last_ride_ms = max(rider.last_ride_ms, ts)
    if rider.first_ride_ms == UNKNOWN_MS or ts < rider.first_ride_ms:
        rider.first_ride_ms = ts
