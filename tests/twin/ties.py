"""What ties the accounts of a ring to each other, and since when."""

from __future__ import annotations

from collections.abc import Collection

from graph.model.vocabulary import EntityKind
from graph.updates.sharing import SEMI_PRIVATE_SHARERS
from tests.twin.candidates import joined_ms
from tests.twin.entity_graph import EntityGraph
from tests.twin.visits import arrival_ms, gathers


def ties(graph: EntityGraph, members: Collection[int]) -> dict[int, int]:
    """The identifiers that several members use, with how many do; public ones tie nobody.

    Cost: O(identity links of the members).
    """
    used: dict[int, int] = {}
    for member in members:
        for identifier in graph.identifiers.get(member, ()):
            used[identifier] = used.get(identifier, 0) + 1
    return {
        identifier: count for identifier, count in used.items() if count > 1 and _may_tie(graph, identifier)
    }


def _may_tie(graph: EntityGraph, identifier: int) -> bool:
    kind = graph.entities.kind(identifier)
    if kind is EntityKind.IP:
        return len(graph.users[identifier]) <= SEMI_PRIVATE_SHARERS
    return gathers(graph, identifier) if kind is EntityKind.DEVICE else not graph.is_public(identifier)


def began_ms(graph: EntityGraph, members: Collection[int]) -> int:
    """When the first of the members began to act with the others, as far as live links tell.

    By sharing, by coming to their phone, or by riding with them; the newest event when no link tells.
    Cost: O(links of the members).
    """
    shared = ties(graph, members)
    first_ms = graph.links.first_ms
    moments = [graph.watermark_ms]
    for member in members:
        if graph.is_shared(member):
            moments.append(joined_ms(graph, member))
        for driver, link in graph.drivers_of.get(member, {}).items():
            if driver in members:
                moments.append(first_ms[link])
        for identifier, link in graph.identifiers.get(member, {}).items():
            if identifier in shared and arrival_ms(graph, member, identifier) is not None:
                moments.append(first_ms[link])
    return min(moments)
