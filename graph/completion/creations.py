"""When marked accounts were created, and how many of them near to a moment."""

from __future__ import annotations

from typing import Final

from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.kernels.rows import below, sort
from graph.state.accounts import UNKNOWN_MS
from graph.state.state import State, account_of
from graph.updates.sharing import DAY_MS

NEAR_MS: Final = 3 * DAY_MS


@kernel
def put_creations(state: State, marked: Int32s) -> int:
    """Put when the marked were created into ``state.measuring.created_ms``, ascending; how many are known."""
    moments = state.measuring.created_ms
    created = 0
    for place in range(len(marked)):
        account = account_of(state, marked[place])
        if account.created_ms != UNKNOWN_MS:
            moments[created] = account.created_ms
            created += 1
    sort(moments[:created])
    return created


@kernel
def near(state: State, created: int, moment: int) -> int:
    """How many of the moments lie within ``NEAR_MS``. O(log)."""
    moments = state.measuring.created_ms
    return below(moments, created, moment + NEAR_MS + 1) - below(moments, created, moment - NEAR_MS)
