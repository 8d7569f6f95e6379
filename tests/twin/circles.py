"""Circles: closed sets of riders and drivers who share no identifier, with dictionaries and sets.

See ``graph.candidates.circles`` for the method.
"""

from __future__ import annotations

from graph.candidates.circles import (
    LENIENT_SHARE,
    MAX_LENIENT_TURNS,
    MIN_CLOSED_SHARE,
    MIN_DRIVERS,
    MIN_INSIDE,
    MIN_LIVING_SHARE,
    MIN_MEETING,
    MIN_REPEATS,
    MIN_RETURNING,
    MIN_RETURNING_SHARE,
    MIN_RIDERS,
    SHARED_DRIVERS,
)
from graph.candidates.visits import CHANCE_MARGIN
from tests.twin.entity_graph import EntityGraph


def comes_back(graph: EntityGraph, rider: int) -> bool:
    """Whether the rider meets the same drivers again more than chance explains: the gate of the search."""
    return graph.accounts[rider].trips - len(graph.drivers_of.get(rider, ())) >= MIN_REPEATS


def circle_around(graph: EntityGraph, rider: int) -> tuple[int, ...]:
    """The circle that holds the rider, ascending; empty when there is none."""
    if not comes_back(graph, rider):
        return ()
    drivers = {
        driver for driver, link in graph.drivers_of.get(rider, {}).items() if graph.links.count[link] > 1
    }
    for _ in range(MAX_LENIENT_TURNS):
        riders = _keeping_to(graph, drivers, LENIENT_SHARE)
        if rider not in riders:
            return ()
        before, drivers = drivers, _shared_by(graph, riders)
        if drivers == before:
            break
    riders = _keeping_to(graph, drivers, MIN_CLOSED_SHARE)
    drivers = _shared_by(graph, riders)
    riders = _keeping_to(graph, drivers, MIN_CLOSED_SHARE)
    if rider not in riders or len(riders) < MIN_RIDERS:
        return ()
    if len(drivers) < MIN_DRIVERS and not _lives_on(graph, riders, drivers):
        return ()
    return tuple(sorted(riders | drivers))


def _lives_on(graph: EntityGraph, riders: set[int], drivers: set[int]) -> bool:
    """Whether there is a driver, and most of its trips are with these riders."""
    if not drivers:
        return False
    (driver,) = drivers
    with_them = sum(
        graph.links.count[link] for rider, link in graph.riders_of[driver].items() if rider in riders
    )
    return with_them >= MIN_LIVING_SHARE * graph.accounts[driver].trips


def _keeping_to(graph: EntityGraph, drivers: set[int], share: float) -> set[int]:
    """The riders a large enough part of whose trips is with these drivers."""
    trips: dict[int, list[int]] = {}
    for driver in drivers:
        for rider, link in graph.riders_of[driver].items():
            trips.setdefault(rider, []).append(graph.links.count[link])
    kept = set()
    for rider, counts in trips.items():
        inside, every = sum(counts), graph.accounts[rider].trips
        several = len(counts) >= SHARED_DRIVERS or len(drivers) < SHARED_DRIVERS
        asked = share if several else max(share, MIN_CLOSED_SHARE)
        if inside >= MIN_INSIDE and inside >= asked * every:
            kept.add(rider)
    return kept


def _shared_by(graph: EntityGraph, riders: set[int]) -> set[int]:
    """The drivers that several of these riders rode with again, or more of them than chance explains."""
    returning: dict[int, int] = {}
    met: dict[int, int] = {}
    rides = sum(graph.accounts[rider].trips for rider in riders)
    for rider in riders:
        for driver, link in graph.drivers_of[rider].items():
            returning[driver] = returning.get(driver, 0) + (graph.links.count[link] > 1)
            met[driver] = met.get(driver, 0) + 1
    share = MIN_RETURNING_SHARE * len(riders)
    shared = {driver for driver, count in returning.items() if count >= max(MIN_RETURNING, share)}
    for driver, count in met.items():
        chance = 1 + CHANCE_MARGIN * graph.expected_trips(driver, count, rides)
        if count >= max(MIN_MEETING, share, chance):
            shared.add(driver)
    return shared
