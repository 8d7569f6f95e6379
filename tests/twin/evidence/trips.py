"""A candidate's trips: how many, and what those show that stay among its accounts."""

from __future__ import annotations

from dataclasses import dataclass

from graph.evidence.trips import FARES_AS_USUAL, ONE_ODD
from graph.model.link_keys import MONEY_SCALE
from graph.model.vocabulary import TripReason
from tests.twin.entity_graph import EntityGraph
from tests.twin.evidence.sharing import ratio


@dataclass(frozen=True, slots=True)
class Trips:
    """*Inside* trips have both rider and driver in the candidate."""

    per_account: float
    inside: int
    inside_share: float
    """Of the trips of its riders."""
    driver_inside_share: float
    """Of the trips of its drivers."""
    riders_inside: int
    drivers_inside: int
    pair_density: float
    """Pairs that rode, over all pairs of riders and drivers that have inside trips."""
    again: float
    """Inside trips that came soon after the one before of the two."""
    incentive_rate: float
    """Inside trips with an incentive for the driver."""
    incentive_excess: float
    """That rate less the city's."""
    surcharge: float
    """Mean log of an inside fare over the city's fare for its distance and time."""
    odd_rate: float
    """Mean improbability of the inside trips, less one trip."""
    odd_reasons: int
    """A bit for each reason told of an inside trip."""
    incentive_money: float
    fare_money: float
    promo_beside_fares: float


def measure_trips(graph: EntityGraph, members: tuple[int, ...]) -> Trips:
    """Cost: O(rode-with links of the riders)."""
    inside_of = dict.fromkeys(members)
    links, facts = graph.links, graph.ride_facts
    inside: list[int] = []
    riders: dict[int, None] = {}
    drivers: dict[int, None] = {}
    for member in members:
        for driver, link in graph.drivers_of.get(member, {}).items():
            if driver in inside_of:
                inside.append(link)
                riders[member] = drivers[driver] = None
    trips = sum(links.count[k] for k in inside)
    fares = sum(links.money[k] for member in members for k in graph.drivers_of.get(member, {}).values())
    told = {reason for link in inside for reason in facts.reasons[link]}
    rate = ratio(sum(facts.incentives[k] for k in inside), trips)
    accounts = [graph.accounts[member] for member in members]
    promos = sum(a.promo_units for a in accounts)
    return Trips(
        per_account=sum(a.trips for a in accounts) / len(accounts),
        inside=trips,
        inside_share=min(1.0, ratio(trips, sum(a.trips for a in accounts if not a.is_driver))),
        driver_inside_share=min(1.0, ratio(trips, sum(a.trips for a in accounts if a.is_driver))),
        riders_inside=len(riders),
        drivers_inside=len(drivers),
        pair_density=ratio(len(inside), len(riders) * len(drivers)),
        again=ratio(sum(facts.again[k] for k in inside), trips),
        incentive_rate=rate,
        incentive_excess=rate - graph.habits.incentive_rate if trips else 0.0,
        surcharge=ratio(sum(facts.surcharge[k] for k in inside), trips + FARES_AS_USUAL),
        odd_rate=ratio(max(sum(facts.odd[k] for k in inside) - ONE_ODD, 0.0), trips),
        odd_reasons=sum(1 << n for n, reason in enumerate(TripReason) if reason in told),
        incentive_money=sum(facts.incentive_units[k] for k in inside) / MONEY_SCALE,
        fare_money=sum(links.money[k] for k in inside) / MONEY_SCALE,
        promo_beside_fares=ratio(promos, promos + fares),
    )
