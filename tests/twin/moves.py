"""Moves: settled accounts on new phones of their own that ride with the same few new drivers."""

from __future__ import annotations

from graph.candidates.moves import MIN_MOVED, MOST_DRIVERS, MOST_RIDERS, MOVING_MS, TOGETHER_MS
from graph.candidates.visits import MIN_COMMON_RIDERS
from graph.model.vocabulary import EntityKind
from tests.twin.entity_graph import EntityGraph
from tests.twin.visits import arrival_ms


def move_of(graph: EntityGraph, account: int) -> int | None:
    """The link to the phone that a settled rider came to last, where nobody else uses it."""
    newest = None
    for identifier, link in graph.identifiers.get(account, {}).items():
        if (
            graph.entities.kind(identifier) is EntityKind.DEVICE
            and len(graph.users[identifier]) == 1
            and arrival_ms(graph, account, identifier) is not None
            and (newest is None or graph.links.first_ms[link] > graph.links.first_ms[newest])
        ):
            newest = link
    return newest


def new_drivers(graph: EntityGraph, account: int) -> dict[int, int]:
    """The drivers that an account met first soon after its move, with how often it rode with each."""
    move = move_of(graph, account)
    if move is None:
        return {}
    moved_ms = graph.links.first_ms[move]
    return {
        driver: graph.links.count[link]
        for driver, link in graph.drivers_of.get(account, {}).items()
        if moved_ms <= graph.links.first_ms[link] <= moved_ms + MOVING_MS
    }


def moves_around(graph: EntityGraph, rider: int, driver: int) -> tuple[int, ...]:
    """The candidate around a ride, ascending; empty where fewer than ``MIN_MOVED`` accounts moved."""
    if driver not in new_drivers(graph, rider):
        return ()
    move = move_of(graph, rider)
    assert move is not None
    at_ms = graph.links.first_ms[move]
    moved = _moved_riders(graph, driver, at_ms)
    if len(moved) < MIN_COMMON_RIDERS:
        return ()
    met: dict[int, int] = {}
    for account in moved:
        for each in new_drivers(graph, account):
            met[each] = met.get(each, 0) + 1
    shared = [each for each, count in met.items() if count > 1 and 4 * count >= len(moved)][:MOST_DRIVERS]
    members: list[int] = []
    of_driver = dict.fromkeys(shared, 0)
    for account in dict.fromkeys(account for each in shared for account in _moved_riders(graph, each, at_ms)):
        rides = new_drivers(graph, account)
        inside = [each for each in rides if each in of_driver]
        if 2 * sum(rides[each] for each in inside) >= sum(rides.values()):
            members.append(account)
            for each in inside:
                of_driver[each] += 1
    if len(members) < MIN_MOVED:
        return ()
    return tuple(sorted([*members, *(each for each, count in of_driver.items() if count > 1)]))


def _moved_riders(graph: EntityGraph, driver: int, at_ms: int) -> list[int]:
    found = []
    for rider in list(graph.riders_of.get(driver, {}))[::-1][:MOST_RIDERS]:
        move = move_of(graph, rider)
        is_near = move is not None and abs(graph.links.first_ms[move] - at_ms) <= TOGETHER_MS
        if is_near and driver in new_drivers(graph, rider):
            found.append(rider)
    return found
