"""The events that bear on a few accounts, out of the events of a whole city.

Kept are all events of the accounts and of whoever shares an identifier with them (identifiers of more than
``CROWD`` accounts aside), positions on the trips among these, and up to ``BACKGROUND`` other trips,
evenly spread, from which a fare and a habit of the city can be told. A judgement of the accounts on these
events is close to one on all, not equal: compare before relying on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Final

from gnn.removal import ties_of
from graph.events import EventBase, GpsPing, TripCompleted, Verdict
from graph.vocabulary import LinkKind

CROWD: Final = 30
BACKGROUND: Final = 3_000
_BETWEEN_ACCOUNTS: Final = frozenset({LinkKind.RODE_WITH, LinkKind.REFERRED})


def vicinity(events: Sequence[EventBase], accounts: Collection[str]) -> list[EventBase]:
    """The events that bear on ``accounts``, in their order. O(events)."""
    users: dict[tuple[LinkKind, str], set[str]] = defaultdict(set)
    for event in events:
        for tie in ties_of(event):
            if tie.kind not in _BETWEEN_ACCOUNTS and tie.kind is not LinkKind.REDEEMED:
                users[tie.kind, tie.target].add(tie.source)
    asked = frozenset(accounts)
    core = asked.union(
        *(sharers for sharers in users.values() if len(sharers) <= CROWD and not asked.isdisjoint(sharers))
    )
    trips = [event for event in events if isinstance(event, TripCompleted)]
    every = max(1, len(trips) // BACKGROUND)
    background = {trip.event_id for trip in trips[::every]}
    near = {trip.trip_id for trip in trips if trip.rider_id in core and trip.driver_id in core}
    return [event for event in events if _bears(event, core, near) or event.event_id in background]


def _bears(event: EventBase, core: Collection[str], near: Collection[str]) -> bool:
    if isinstance(event, TripCompleted):
        return event.rider_id in core or event.driver_id in core
    if isinstance(event, GpsPing):
        return event.trip_id in near
    if isinstance(event, Verdict):
        return event.subject in core
    return getattr(event, "account_id", None) in core
