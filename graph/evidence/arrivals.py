"""Settled accounts that came to a phone where other members are: when, and with whom they rode then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graph.entity_graph import EntityGraph
from graph.evidence.sharing import ratio
from graph.evidence.timing import busiest
from graph.sharing import DAY_MS
from graph.vocabulary import EntityKind

SETTLED_MS: Final = 3 * DAY_MS
"""An account this old when it first uses a shared phone has come to it; it was not made on it."""
BURST_MS: Final = 3 * DAY_MS


@dataclass(frozen=True, slots=True)
class Arrivals:
    """``count`` settled accounts arrived; ``burst`` is the share of them in the busiest three days."""

    count: int
    share: float
    burst: float
    used: float
    """Mean uses of the shared phone by those who came to it: a kiosk is used once or twice."""
    same_drivers: float
    """Of the rider-driver pairs that rode since, the share with a driver whom another arrival rode with."""


def measure_arrivals(graph: EntityGraph, members: tuple[int, ...]) -> Arrivals:
    """Cost: O(identity and rode-with links of the members, and the users of their devices)."""
    inside = dict.fromkeys(members)
    moments: list[int] = []
    uses = 0
    driven: dict[int, int] = {}
    for member in members:
        arrival = _arrival(graph, member, inside)
        if arrival is None:
            continue
        moment, count = arrival
        moments.append(moment)
        uses += count
        for driver, link in graph.drivers_of.get(member, {}).items():
            if graph.links.last_ms[link] >= moment:
                driven[driver] = driven.get(driver, 0) + 1
    moments.sort()
    return Arrivals(
        count=len(moments),
        share=len(moments) / len(members),
        burst=ratio(busiest(moments, BURST_MS), len(moments)),
        used=ratio(uses, len(moments)),
        same_drivers=ratio(sum(n for n in driven.values() if n > 1), sum(driven.values())),
    )


def _arrival(graph: EntityGraph, member: int, inside: dict[int, None]) -> tuple[int, int] | None:
    """When the account first used a phone that other members use too, and how often it used it."""
    account = graph.accounts[member]
    arrivals = [
        (graph.links.first_ms[link], graph.links.count[link])
        for identifier, link in graph.identifiers.get(member, {}).items()
        if graph.entities.kind(identifier) is EntityKind.DEVICE
        and identifier not in account.origins
        and graph.links.first_ms[link] - account.first_ms >= SETTLED_MS
        and len(graph.connects(identifier)) > 1
        and sum(user in inside for user in graph.connects(identifier)) > 1
    ]
    return min(arrivals, default=None)
