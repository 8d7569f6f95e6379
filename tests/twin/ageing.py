"""What leaves the window: the links that age, from every list in which they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.model.vocabulary import EntityKind
from tests.twin.adjacency import NOBODY, drop

if TYPE_CHECKING:
    from tests.twin.entity_graph import EntityGraph, Touched


def age(graph: EntityGraph, touched: Touched) -> None:
    """Take out all links that the watermark has left behind; what that changed is added to ``touched``."""
    links = graph.links
    for link in links.age(graph.watermark_ms):
        source, target = links.source[link], links.target[link]
        kind = graph.entities.kind(target)
        if kind is EntityKind.PROMO:
            drop(graph.redeemed, source, target)
        elif graph.tried.get(source, NOBODY).get(target) == link:
            drop(graph.tried, source, target)
        elif kind is not EntityKind.ACCOUNT:
            graph.leave(graph.accounts[source], target, touched)
        elif graph.drivers_of.get(source, NOBODY).get(target) == link:
            drop(graph.drivers_of, source, target)
            drop(graph.riders_of, target, source)
            graph.accounts[source].trips -= links.count[link]
            graph.accounts[target].trips -= links.count[link]
            graph.live_trips -= links.count[link]
            touched.faded.update((source, target))
            graph.refresh_if_met(graph.accounts[source], touched)
            graph.refresh_if_met(graph.accounts[target], touched)
        elif graph.lost_drivers.get(source, NOBODY).get(target) == link:
            drop(graph.lost_drivers, source, target)
            drop(graph.lost_riders, target, source)
        elif graph.payees.get(source, NOBODY).get(target) == link:
            drop(graph.payees, source, target)
            drop(graph.payers, target, source)
        else:
            drop(graph.referrals, source, target)
            drop(graph.referrers, target, source)
