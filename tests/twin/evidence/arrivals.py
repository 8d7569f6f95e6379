"""Settled accounts that came to a phone where other members are: when, and with whom they rode then."""

from __future__ import annotations

from dataclasses import dataclass

from graph.evidence.arrivals import BURST_MS, COMMON_DRIVERS
from graph.model.shapes import Shape
from graph.model.vocabulary import EntityKind
from tests.twin.entity_graph import EntityGraph
from tests.twin.evidence.sharing import ratio
from tests.twin.evidence.timing import busiest
from tests.twin.moves import move_of, new_drivers
from tests.twin.visits import arrival_ms, common_drivers, gathers


@dataclass(frozen=True, slots=True)
class Arrivals:
    """``count`` settled accounts arrived; ``burst`` is the share of them in the busiest three days."""

    count: int
    share: float
    burst: float
    used: float
    """Mean uses of the shared phone by those who came to it: a kiosk is used once or twice."""
    same_drivers: float
    """Share of the arrivals that rode, since, with one of the three drivers most of them have in common."""


def measure_arrivals(graph: EntityGraph, members: tuple[int, ...], shape: Shape) -> Arrivals:
    """Cost: O(identity and rode-with links of the members, and the users of their devices)."""
    inside = dict.fromkeys(members)
    uses = 0
    since: dict[int, int] = {}
    for member in members:
        arrival = _arrival(graph, member, inside)
        if arrival is None and shape is Shape.VISIT:
            arrival = _move(graph, member, inside)
        if arrival is None:
            continue
        moment, count = arrival
        since[member] = moment
        uses += count
    moments = sorted(since.values())
    busy = sorted(common_drivers(graph, since).values(), key=len, reverse=True)
    covered = {member for riders in busy[:COMMON_DRIVERS] for member in riders}
    start, end = busiest(moments, BURST_MS)
    return Arrivals(
        count=len(moments),
        share=len(moments) / len(members),
        burst=ratio(end - start, len(moments)),
        used=ratio(uses, len(moments)),
        same_drivers=ratio(len(covered), len(moments)),
    )


def _arrival(graph: EntityGraph, member: int, inside: dict[int, None]) -> tuple[int, int] | None:
    """When the account first used a phone that other members use too, and how often it used it."""
    arrivals = []
    for identifier, link in graph.identifiers.get(member, {}).items():
        if graph.entities.kind(identifier) is EntityKind.DEVICE:
            users = graph.users[identifier]
            if len(users) > 1 and gathers(graph, identifier) and sum(u in inside for u in users) > 1:
                moment = arrival_ms(graph, member, identifier)
                if moment is not None:
                    arrivals.append((moment, graph.links.count[link]))
    return min(arrivals, default=None)


def _move(graph: EntityGraph, member: int, inside: dict[int, None]) -> tuple[int, int] | None:
    """When the account came to a phone of its own, if it met a member since, and how often it used it."""
    link = move_of(graph, member)
    if link is None or not inside.keys() & new_drivers(graph, member).keys():
        return None
    return graph.links.first_ms[link], graph.links.count[link]
