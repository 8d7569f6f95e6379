"""What is known of each account besides its links: facts that only grow, and counters over live trips."""

from __future__ import annotations

from typing import Any, Final

from graph.kernels.kernel import kernel
from graph.state.state import State

UNKNOWN_MS: Final = -1
NO_ORIGIN: Final = -1


@kernel
def begin_account(account: Any, entity: int, ts: int) -> None:
    """Facts of an account seen for the first time."""
    account.entity = entity
    account.created_ms = UNKNOWN_MS
    account.first_ms = ts
    account.last_ms = ts
    account.promo_ms = UNKNOWN_MS
    account.first_ride_ms = UNKNOWN_MS
    account.last_ride_ms = UNKNOWN_MS
    account.days = 1
    account.origins = NO_ORIGIN
    account.leader = entity
    account.ring = -1
    account.passengers = -1
    account.judged = -1
    account.noticed = -1


@kernel
def is_origin(state: State, account: Any, identifier: int) -> bool:
    """Whether the account was created with the identifier. O(identifiers it was created with)."""
    origin = account.origins
    while origin != NO_ORIGIN:
        if state.origins[origin].identifier == identifier:
            return True
        origin = state.origins[origin].next
    return False


@kernel
def add_origin(state: State, account: Any, identifier: int) -> None:
    """Remember that the account was created with the identifier."""
    origin = state.counters[0].origins
    state.counters[0].origins += 1
    state.origins[origin].identifier = identifier
    state.origins[origin].next = account.origins
    account.origins = origin
