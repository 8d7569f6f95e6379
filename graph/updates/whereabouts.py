"""Where drivers and riders were last, and trips that this speaks against.

Of each person the table remembers the newest trip (when, and where it ended) and the newest login that says
where the phone was: ``WHEREABOUTS_SLOTS`` places in sets of four, of which the one least lately heard of
gives way. A person is a 64-bit hash of the account's id. All of these signs have honest causes (shared rides,
a ride booked for somebody else, a rank of cabs), so each is worth less than the prior, is held against what
is usual in the city, and is not told twice where one cause explains two. O(1) a trip or login.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from graph.kernels.geometry import distance_km
from graph.kernels.kernel import kernel
from graph.kernels.ramp import ramp
from graph.model.event_slots import DROPOFF_LAT, DROPOFF_LON, DURATION_S, PICKUP_LAT, PICKUP_LON
from graph.state.sizes import WHEREABOUTS_SLOTS
from graph.state.state import State
from graph.updates.places import is_place
from graph.updates.signs import (
    ALREADY_THERE,
    DRIVER_AWAY,
    OVERLAPS,
    PHONE_AWAY,
    TOO_SLOW,
    WORTH,
    add_sign,
)
from graph.updates.sketches import APPROACH, HERE, OVERLAP, PHONE, above, below, learn

NOBODY_KNOWN: Final = np.uint64(0)
"""The hash that stands for nobody."""
REACH_KMH: Final = 100.0
"""How fast somebody may have come from one place to another."""
GRACE_S: Final = 60.0
"""Between two trips, beyond what rounded clocks hide."""
STALE_S: Final = 7_200.0
"""What was known longer ago says nothing: everywhere in a city can be reached meanwhile."""
COMPANY_USUAL: Final = 2.5
COMPANY_UNUSUAL: Final = 4.5
"""Spreads above the city's centre between which an overlap or a distance becomes odd."""
OVERLAP_SHORT_S: Final = 120.0
OVERLAP_LONG_S: Final = 600.0
AWAY_NEAR_KM: Final = 1.0
AWAY_FAR_KM: Final = 4.0
PHONE_NEAR_KM: Final = 2.0
PHONE_FAR_KM: Final = 8.0
"""Kilometres beyond reach between which a driver, and a rider's phone, are elsewhere."""
HERE_KM: Final = 0.05
NEAR_KM: Final = 0.15
HERE_USUAL: Final = 2.0
HERE_UNUSUAL: Final = 3.5
"""A pick-up so near to where the last rider got out, and so many spreads below the city's centre."""
_SET: Final = 4


@kernel
def note_login(state: State, who: Any, ts: int, lat: float, lon: float) -> None:
    """Remember where a phone was when somebody logged in, if that names a place."""
    if who == NOBODY_KNOWN or not is_place(lat, lon):
        return
    person = state.whereabouts[_slot_of(state, who, ts)]
    if ts >= person.seen_ms:
        person.seen_ms = ts
        person.seen_lat = lat
        person.seen_lon = lon


@kernel
def judge_company(state: State, rider: Any, driver: Any, ts: int, values: Any) -> None:
    """Add the signs of a trip in which somebody cannot have been, then remember it.

    ``rider`` and ``driver`` are hashes of account ids, 0 for nobody. Expects in ``state.trip`` what was made
    of the claims.
    """
    trip = state.trip[0]
    began_ms = ts - int(1000 * values[DURATION_S]) if values[DURATION_S] > 0 else ts
    drives, rides = 0.0, 0.0
    if driver != NOBODY_KNOWN:
        drives = _judge_driver(state, _slot_of(state, driver, ts), began_ms, ts, values)
    two = rider != driver
    if two and rider != NOBODY_KNOWN:
        rides = _judge_rider(state, _slot_of(state, rider, ts), began_ms, ts, values)
    # A clock that ran on makes a trip slow, and overlaps with what came next.
    broken = trip.signs[TOO_SLOW] / WORTH[TOO_SLOW]
    add_sign(trip, OVERLAPS, max(drives, rides) * (1 - broken))
    if driver != NOBODY_KNOWN:
        _remember(state, driver, began_ms, ts, values)
    if two and rider != NOBODY_KNOWN:
        _remember(state, rider, began_ms, ts, values)


@kernel
def _judge_driver(state: State, slot: int, began_ms: int, ts: int, values: Any) -> float:
    """Add what speaks against the driver's way here; returns how strongly the trip overlaps the last."""
    trip, habits, person = state.trip[0], state.habits[0], state.whereabouts[slot]
    if person.ended_ms == 0:
        return 0.0
    overlap = _overlap(habits, person, began_ms, ts)
    gap_s = (began_ms - person.ended_ms) / 1000
    knows = trip.picked and person.dropped
    if overlap == 0 and knows and -GRACE_S <= gap_s <= STALE_S:
        km = distance_km(person.lat, person.lon, values[PICKUP_LAT], values[PICKUP_LON])
        slack_s = GRACE_S + _slack_s(ts) + _slack_s(person.ended_ms)
        beyond_km = max(km - REACH_KMH * (max(gap_s, 0.0) + slack_s) / 3600, 0.0)
        away = _unusual(habits, APPROACH, math.log(beyond_km + 0.05))
        add_sign(trip, DRIVER_AWAY, away * ramp(beyond_km, AWAY_NEAR_KM, AWAY_FAR_KM))
        log_km = math.log(km + 0.02)
        here = ramp(below(habits, HERE, log_km), HERE_USUAL, HERE_UNUSUAL)
        add_sign(trip, ALREADY_THERE, here * (1 - ramp(km, HERE_KM, NEAR_KM)))
        learn(habits, HERE, log_km)
    return overlap


@kernel
def _judge_rider(state: State, slot: int, began_ms: int, ts: int, values: Any) -> float:
    """Add what speaks against the rider being there; returns how strongly the trip overlaps the last."""
    trip, habits, person = state.trip[0], state.habits[0], state.whereabouts[slot]
    overlap = _overlap(habits, person, began_ms, ts) if person.ended_ms != 0 else 0.0
    gap_s = (began_ms - person.seen_ms) / 1000
    if trip.picked and 0 < person.seen_ms <= ts and gap_s <= STALE_S:
        km = distance_km(person.seen_lat, person.seen_lon, values[PICKUP_LAT], values[PICKUP_LON])
        if gap_s < 0 and trip.dropped:
            end_km = distance_km(person.seen_lat, person.seen_lon, values[DROPOFF_LAT], values[DROPOFF_LON])
            km = min(km, end_km)
        slack_s = GRACE_S + _slack_s(ts)
        beyond_km = max(km - REACH_KMH * (max(gap_s, 0.0) + slack_s) / 3600, 0.0)
        away = _unusual(habits, PHONE, math.log(beyond_km + 0.05))
        away *= ramp(beyond_km, PHONE_NEAR_KM, PHONE_FAR_KM)
        # Who books for others is elsewhere, and on two trips at once.
        add_sign(trip, PHONE_AWAY, away * (1 - overlap))
    return overlap


@kernel
def _overlap(habits: Any, person: Any, began_ms: int, ts: int) -> float:
    """How strongly a trip overlaps the last one of somebody."""
    ms = min(ts, person.ended_ms) - max(began_ms, person.began_ms)
    seconds = max(ms / 1000 - _slack_s(ts) - _slack_s(person.ended_ms), 0.0)
    unusual = _unusual(habits, OVERLAP, math.log(1 + seconds / 60))
    return float(unusual * ramp(seconds, OVERLAP_SHORT_S, OVERLAP_LONG_S))


@kernel
def _unusual(habits: Any, sketch: int, value: float) -> float:
    """How strongly a value lies above the city's, which learns it."""
    strength = ramp(above(habits, sketch, value), COMPANY_USUAL, COMPANY_UNUSUAL)
    learn(habits, sketch, value)
    return float(strength)


@kernel
def _slack_s(ts: int) -> float:
    """What a clock hides that tells whole quarters of an hour, or whole minutes."""
    if ts % 900_000 == 0:
        return 900.0
    return 60.0 if ts % 60_000 == 0 else 0.0


@kernel
def _remember(state: State, who: Any, began_ms: int, ts: int, values: Any) -> None:
    """The newest trip of somebody."""
    trip, person = state.trip[0], state.whereabouts[_slot_of(state, who, ts)]
    if ts >= person.ended_ms:
        person.began_ms = began_ms
        person.ended_ms = ts
        person.dropped = trip.dropped
        person.lat = values[DROPOFF_LAT]
        person.lon = values[DROPOFF_LON]


@kernel
def _slot_of(state: State, who: Any, ts: int) -> int:
    """The slot of somebody, who takes that of the one least lately heard of in the set if there is none."""
    people = state.whereabouts
    first = int(who & np.uint64(WHEREABOUTS_SLOTS - 1)) // _SET * _SET
    oldest = first
    for slot in range(first, first + _SET):
        if people[slot].who == who:
            people[slot].heard_ms = max(people[slot].heard_ms, ts)
            return slot
        if people[slot].heard_ms < people[oldest].heard_ms:
            oldest = slot
    person = people[oldest]
    person.who = who
    person.heard_ms = ts
    person.began_ms = person.ended_ms = person.seen_ms = 0
    person.dropped = 0
    return oldest
