"""Trips that were agreed and cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from graph.evidence.cancellations import MOST_PAIRS
from graph.model.link_keys import MONEY_SCALE
from tests.twin.entity_graph import EntityGraph
from tests.twin.evidence.sharing import ratio
from tests.twin.hands import keeps_losing


@dataclass(frozen=True, slots=True)
class Cancellations:
    """Cancelled trips between members, and by drivers among them on others."""

    cancelled_inside: int
    cancelled_share: float
    mutual_cancels: float
    losing_share: float
    fee_money: float
    turned_away: float


def measure_cancellations(graph: EntityGraph, members: tuple[int, ...]) -> Cancellations:
    """Cost: O(cancelled trips of the members)."""
    links, by_driver = graph.links, graph.cancelled_by_driver
    inside = [
        link
        for member in members
        for driver, link in islice(graph.lost_drivers.get(member, {}).items(), MOST_PAIRS)
        if driver in members
    ]
    losing = {
        member
        for member in members
        for driver in islice(graph.lost_drivers.get(member, {}), MOST_PAIRS)
        if driver in members and keeps_losing(graph, member, driver)
    }
    rides = sum(
        links.count[link]
        for member in members
        for driver, link in graph.drivers_of.get(member, {}).items()
        if driver in members
    )
    drivers = [member for member in members if graph.accounts[member].is_driver]
    turned_away = sum(
        by_driver[link]
        for driver in drivers
        for rider, link in islice(graph.lost_riders.get(driver, {}).items(), MOST_PAIRS)
        if rider not in members
    )
    cancelled = sum(links.count[link] for link in inside)
    mutual = sum(0 < by_driver[link] < links.count[link] for link in inside)
    return Cancellations(
        cancelled_inside=cancelled,
        cancelled_share=ratio(cancelled, cancelled + rides),
        mutual_cancels=ratio(mutual, len(inside)),
        losing_share=len(losing) / len(members),
        fee_money=sum(links.money[link] for link in inside) / MONEY_SCALE,
        turned_away=ratio(turned_away, turned_away + sum(graph.accounts[d].trips for d in drivers)),
    )
