"""Cards that were declined for accounts that do not use them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from graph.evidence.declines import MOST_CARDS, SMALL_SHARE
from graph.model.link_keys import MONEY_SCALE
from graph.model.vocabulary import EntityKind
from tests.twin.entity_graph import EntityGraph
from tests.twin.evidence.sharing import ratio


@dataclass(frozen=True, slots=True)
class Declines:
    """Declined payments of the members with cards that they do not use."""

    declines: int
    declined_cards: int
    declined_per_device: float
    small_declines: float
    charged_after: float
    declined_money: float


def measure_declines(graph: EntityGraph, members: tuple[int, ...]) -> Declines:
    """Cost: O(identity links, rides and declined cards of the members)."""
    links = graph.links
    rides = [link for member in members for link in graph.drivers_of.get(member, {}).values()]
    fare = ratio(sum(links.money[ride] for ride in rides), sum(links.count[ride] for ride in rides))
    tried = {
        (member, card): link
        for member in members
        for card, link in islice(graph.tried.get(member, {}).items(), MOST_CARDS)
        if card not in graph.identifiers.get(member, {})
    }
    since: dict[int, int] = {}
    for (member, _), link in tried.items():
        since[member] = min(since.get(member, links.first_ms[link]), links.first_ms[link])
    uses = {member: graph.identifiers.get(member, {}) for member in since}
    devices = {x for own in uses.values() for x in own if graph.entities.kind(x) is EntityKind.DEVICE}
    charged = [
        member
        for member, own in uses.items()
        if any(
            graph.entities.kind(x) is EntityKind.CARD and links.last_ms[link] >= since[member]
            for x, link in own.items()
        )
    ]
    cards = {card for _, card in tried}
    small = [link for link in tried.values() if links.money[link] / links.count[link] * SMALL_SHARE <= fare]
    return Declines(
        declines=sum(links.count[link] for link in tried.values()),
        declined_cards=len(cards),
        declined_per_device=ratio(len(cards), len(devices)),
        small_declines=ratio(len(small), len(tried)),
        charged_after=ratio(len(charged), len(since)),
        declined_money=sum(links.money[link] for link in tried.values()) / MONEY_SCALE,
    )
