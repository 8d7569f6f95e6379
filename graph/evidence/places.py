"""Where a candidate's riders are picked up: one hand leaves from one door, strangers from many.

Cost: O(accounts log accounts).
"""

from __future__ import annotations

import math

from graph.kernels.arrays import Int32s
from graph.kernels.geometry import distance_km
from graph.kernels.kernel import kernel
from graph.kernels.rows import copy, sort
from graph.state.evidence_record import Record
from graph.state.state import DRIVER, State


@kernel
def measure_places(state: State, members: Int32s, e: Record) -> None:
    """How many riders have a known pick-up, and how far their mean pick-ups spread."""
    lats, lons = state.measuring.latitudes, state.measuring.longitudes
    ordered = state.measuring.ordered
    known, middle_lat, middle_lon = middle(state, members)
    e.places = known
    e.spread_km = 0.0
    if known < 2:
        return
    for place in range(known):
        ordered[place] = distance_km(lats[place], lons[place], middle_lat, middle_lon)
    sort(ordered[:known])
    e.spread_km = ordered[known // 2]


@kernel
def middle(state: State, members: Int32s) -> tuple[int, float, float]:
    """How many riders have a known pick-up, and the middle of their mean pick-ups, NaN where there are none.

    Leaves the mean pick-ups in ``state.measuring``.
    """
    lats, lons = state.measuring.latitudes, state.measuring.longitudes
    ordered = state.measuring.ordered
    known = 0
    for place in range(len(members)):
        account = state.accounts[state.entities[members[place]].account]
        if account.pickups > 0 and account.role != DRIVER:
            lats[known] = account.pickup_lat / account.pickups
            lons[known] = account.pickup_lon / account.pickups
            known += 1
    if known == 0:
        return 0, math.nan, math.nan
    copy(lats, ordered, known)
    sort(ordered[:known])
    middle_lat = ordered[known // 2]
    copy(lons, ordered, known)
    sort(ordered[:known])
    return known, middle_lat, ordered[known // 2]
