"""The cards of a candidate's riders: how many, how they move, how many payments were disowned."""

from __future__ import annotations

from dataclasses import dataclass

from graph.model.link_keys import MONEY_SCALE
from graph.model.vocabulary import EntityKind
from tests.twin.entity_graph import EntityGraph
from tests.twin.evidence.sharing import ratio


@dataclass(frozen=True, slots=True)
class Cards:
    """A *moving* card is used by two members or more."""

    count: int
    per_rider: float
    per_device: float
    """Cards over the devices of the riders: a person has one phone and a card or two."""
    moving: float
    chargebacks: int
    chargeback_rate: float
    """Chargebacks over the riders' trips, at most 1."""
    chargeback_share: float
    """Riders with a chargeback."""
    chargeback_money: float


def measure_cards(graph: EntityGraph, members: tuple[int, ...]) -> Cards:
    """Cost: O(identity links of the riders)."""
    riders = [a for a in map(graph.accounts.__getitem__, members) if not a.is_driver]
    cards: dict[int, int] = {}
    devices: dict[int, None] = {}
    for rider in riders:
        for identifier in graph.identifiers.get(rider.entity, ()):
            kind = graph.entities.kind(identifier)
            if kind is EntityKind.CARD:
                cards[identifier] = cards.get(identifier, 0) + 1
            elif kind is EntityKind.DEVICE:
                devices[identifier] = None
    chargebacks = sum(a.chargebacks for a in riders)
    return Cards(
        count=len(cards),
        per_rider=ratio(len(cards), len(riders)),
        per_device=ratio(len(cards), len(devices)),
        moving=ratio(sum(users > 1 for users in cards.values()), len(cards)),
        chargebacks=chargebacks,
        chargeback_rate=min(1.0, ratio(chargebacks, sum(a.trips for a in riders))),
        chargeback_share=ratio(sum(a.chargebacks > 0 for a in riders), len(riders)),
        chargeback_money=sum(a.chargeback_units for a in riders) / MONEY_SCALE,
    )
