"""What trips cost, how fast they are and when accounts are created in this city, learnt from it so far.

Fares: least squares of fare on (1, km, minutes) by normal equations, solved anew whenever the number of trips
has grown by an eighth. They are learnt from trips of ordinary speed and, once known, of ordinary price, so
that broken clocks and what is forged do not shift them. Speeds: a mean of log km/h that no trip moves by more
than a factor of e. Both are corrected by what is usual at the distance and time of day and from the area, as
far as these are known: by the sum of what their trips differ over (trips + ``SHRINK``). What is odd is judged
in spreads of what is left (``graph.updates.sketches``). All move slowly, hold few numbers, and use the past
alone.
"""

from __future__ import annotations

import math
from typing import Any, Final

from graph.kernels.arrays import Int64s
from graph.kernels.geometry import distance_km
from graph.kernels.kernel import kernel
from graph.kernels.ramp import ramp
from graph.model.event_slots import (
    DISTANCE_KM,
    DROPOFF_LAT,
    DROPOFF_LON,
    DURATION_S,
    FARE,
    INCENTIVE,
    PICKUP_LAT,
    PICKUP_LON,
)
from graph.state.sizes import AREAS, DAYS
from graph.state.state import State
from graph.updates.places import is_place, note_place
from graph.updates.sharing import DAY_MS
from graph.updates.signs import (
    OVERPRICED,
    SHORTER_THAN_CLAIMED,
    TOO_FAST,
    TOO_SLOW,
    add_sign,
)
from graph.updates.sketches import CROW, SPEED, above, below, learn
from graph.updates.sketches import FARE as FARES

MIN_TRIPS: Final = 200
"""Until so many trips taught it, the city's price list is not known and no fare is odd."""
FIRST_KMH: Final = 20.0
"""What a city's speed is taken for before its first trip."""
SLOWEST_KMH: Final = 0.1
FASTEST_KMH: Final = 5_000.0
"""Speeds beyond these count as these."""
ORDINARY: Final = 4.0
"""Spreads from the city's speed within which a trip teaches fares."""
DEAREST: Final = 2.0
"""Times the known price within which a trip teaches fares."""
MOST_APART: Final = 1.5
"""A fare farther from the price list than this, as a logarithm, counts as this."""
MOST_SURCHARGE: Final = 0.6
"""And of what is left after corrections so much counts, so that no single fare makes a mean."""
FARTHEST_KM: Final = 300.0
SHRINK: Final = 20.0
"""Trips that a sort of trips must have before half of its own habit counts."""
FAST_USUAL: Final = 3.5
FAST_UNUSUAL: Final = 5.5
SLOW_USUAL: Final = 3.5
SLOW_UNUSUAL: Final = 6.0
"""Spreads from the usual speed between which a trip becomes odd."""
DEAR_USUAL: Final = 3.0
DEAR_UNUSUAL: Final = 6.0
DEAR_LEAST: Final = 1.3
DEAR_MOST: Final = 1.7
"""Spreads above the usual fare, and times it, between which a fare becomes odd."""
CROW_USUAL: Final = 2.5
CROW_UNUSUAL: Final = 5.0
CROW_LEAST: Final = 0.1
CROW_MOST: Final = 0.35
"""Spreads below the usual share of the crow's line in the distance, and the share itself, between which a
claim becomes odd: roads are longer than the crow flies by a factor of 1.2 to 1.6."""
FIRST_DAY: Final = 10_957
"""2000-01-01 in days since 1970: no event is older."""
_HOURS_MS: Final = 3 * 3_600_000
_HOURS: Final = 8
_A_DEGREE: Final = 50.0
"""Areas are a fiftieth of a degree wide: about two kilometres."""
_SPEEDS: Final = 0
_FARES: Final = 2
"""Where in a row of what is usual the speeds stand, and the fares."""


@kernel
def incentive_rate(state: State) -> float:
    """Share of trips with an incentive, with one pseudo-trip in ten before any is seen."""
    habits = state.habits[0]
    return float((habits.incentives + 1) / (habits.trips + 10))


@kernel
def _day(ts: int) -> int:
    return min(max(ts // DAY_MS - FIRST_DAY, 0), DAYS - 1)


@kernel
def learn_creation(state: State, ts: int) -> None:
    """Learn that an account was created. One number is kept for each day."""
    state.creations[_day(ts)] += 1
    state.habits[0].creations += 1


@kernel
def creation_share(state: State, first_ms: int, last_ms: int, left_out: Int64s) -> float:
    """Share of all other creations so far that fell on the days from one moment to another.

    ``left_out`` says when those accounts were created that are not the city: a large crew is most of it.
    O(days + left out).
    """
    first, last = _day(first_ms), _day(last_ms)
    created = 0
    for day in range(first, last + 1):
        created += state.creations[day]
    for moment in left_out:
        created -= first <= _day(moment) <= last
    return float(max(created, 0) / max(state.habits[0].creations - len(left_out), 1))


@kernel
def judge_claims(state: State, ts: int, values: Any, path_km: float) -> None:
    """Add the signs of a trip's claims to those it has, then learn from it. O(1).

    ``values`` are those of a completed trip in an event batch, NaN where absent; ``path_km`` is the length of
    its track, 0 without one.
    """
    habits, trip = state.habits[0], state.trip[0]
    km, seconds = values[DISTANCE_KM], values[DURATION_S]
    trip.picked = note_place(state, values[PICKUP_LAT], values[PICKUP_LON])
    trip.dropped = note_place(state, values[DROPOFF_LAT], values[DROPOFF_LON])
    if km > 0 and seconds > 0:
        cell = habits.cells[_cell(ts, km)]
        area = state.areas[_area(state, values[PICKUP_LAT], values[PICKUP_LON])].usual
        ordinary = _judge_speed(habits, trip, cell, area, km, seconds)
        _judge_fare(habits, trip, cell, area, values[FARE], km, seconds / 60, ordinary)
    if km > 1 and trip.picked and trip.dropped:
        _judge_crow(habits, trip, km, _straight_km(values), path_km)
    habits.trips += 1
    habits.incentives += values[INCENTIVE] > 0


@kernel
def _cell(ts: int, km: float) -> int:
    """The sort of a trip by distance (under 1, 2, 4, 8, 16 km, and more) and by the time of day in UTC."""
    far = (km >= 1) + (km >= 2) + (km >= 4) + (km >= 8) + (km >= 16)
    return int(far * _HOURS + ts // _HOURS_MS % _HOURS)


@kernel
def _area(state: State, lat: float, lon: float) -> int:
    """The record of the area around a pick-up; 0, which is everybody's, where it is not known.

    Two areas may want one record: it is whose trips come more often.
    """
    if not is_place(lat, lon):
        return 0
    row, column = math.floor(lat * _A_DEGREE), math.floor(lon * _A_DEGREE)
    place = (row + 90 * 50) * 65_536 + column + 180 * 50 + 1
    at = 1 + (row * 7_919 + column * 104_729) % (AREAS - 1)
    area = state.areas[at]
    if area.place == place:
        area.support += 1
    elif area.support > 0:
        area.support -= 1
        return 0
    else:
        area.place = place
        area.support = 1
        for number in range(4):
            area.usual[number] = 0.0
    return int(at)


@kernel
def _usual(row: Any, which: int) -> float:
    """By how much the log of a speed or fare of this sort differs, as far as that is known."""
    return float(row[which + 1] / (row[which] + SHRINK))


@kernel
def _note(row: Any, which: int, difference: float) -> None:
    row[which] += 1
    row[which + 1] += max(-1.0, min(1.0, difference))


@kernel
def _judge_speed(habits: Any, trip: Any, cell: Any, area: Any, km: float, seconds: float) -> bool:
    """Add what is odd about the speed; returns whether it is ordinary."""
    log_kmh = math.log(max(SLOWEST_KMH, min(FASTEST_KMH, km / seconds * 3600)))
    mean = habits.speed_mean if habits.speeds > 0 else math.log(FIRST_KMH)
    in_cell = mean + _usual(cell, _SPEEDS)
    expected = in_cell + _usual(area, _SPEEDS)
    apart = log_kmh - expected
    fast, slow = above(habits, SPEED, apart), below(habits, SPEED, apart)
    add_sign(trip, TOO_FAST, ramp(fast, FAST_USUAL, FAST_UNUSUAL))
    add_sign(trip, TOO_SLOW, ramp(slow, SLOW_USUAL, SLOW_UNUSUAL))
    trip.expected_s = km / math.exp(expected) * 3600
    learn(habits, SPEED, apart)
    _note(cell, _SPEEDS, log_kmh - mean)
    _note(area, _SPEEDS, log_kmh - in_cell)
    habits.speeds += 1
    habits.speed_mean = mean + max(-1.0, min(1.0, log_kmh - mean)) / (habits.speeds + SHRINK)
    return fast < ORDINARY and slow < ORDINARY


@kernel
def _judge_fare(
    habits: Any, trip: Any, cell: Any, area: Any, fare: float, km: float, minutes: float, ordinary: bool
) -> None:
    """Note the surcharge and whether it is odd, and learn the price if the trip is ordinary."""
    apart = 0.0
    if habits.priced >= MIN_TRIPS and habits.priced - habits.solved_at > habits.solved_at // 8:
        _solve(habits)
        habits.solved_at = habits.priced
    if habits.solved:
        base, per_km, per_minute = habits.coefficients
        listed = max(base + per_km * km + per_minute * minutes, 0.5)
        apart = max(-MOST_APART, min(MOST_APART, math.log(max(fare, 0.01) / listed)))
        in_cell = _usual(cell, _FARES)
        usual = in_cell + _usual(area, _FARES)
        trip.expected_fare = listed * math.exp(usual)
        trip.surcharge = max(-MOST_SURCHARGE, min(MOST_SURCHARGE, apart - usual))
        unusual = ramp(above(habits, FARES, trip.surcharge), DEAR_USUAL, DEAR_UNUSUAL)
        dear = ramp(trip.surcharge, math.log(DEAR_LEAST), math.log(DEAR_MOST))
        add_sign(trip, OVERPRICED, unusual * dear)
        learn(habits, FARES, trip.surcharge)
        if ordinary:
            _note(cell, _FARES, apart)
            _note(area, _FARES, apart - in_cell)
    if ordinary and km <= FARTHEST_KM and abs(apart) < math.log(DEAREST):
        _learn(habits, fare, km, minutes)


@kernel
def _judge_crow(habits: Any, trip: Any, km: float, straight_km: float, path_km: float) -> None:
    """Add whether the crow's line is far below the claim, unless a track shows more."""
    log_share = math.log(max(straight_km, 0.01) / km)
    if path_km == 0:
        unusual = ramp(below(habits, CROW, log_share), CROW_USUAL, CROW_UNUSUAL)
        add_sign(trip, SHORTER_THAN_CLAIMED, unusual * (1 - ramp(straight_km / km, CROW_LEAST, CROW_MOST)))
    learn(habits, CROW, log_share)


@kernel
def _straight_km(values: Any) -> float:
    """From pick-up to drop-off in a straight line."""
    return distance_km(values[PICKUP_LAT], values[PICKUP_LON], values[DROPOFF_LAT], values[DROPOFF_LON])


@kernel
def _learn(habits: Any, fare: float, km: float, minutes: float) -> None:
    x = (1.0, km, minutes)
    habits.priced += 1
    for i in range(3):
        habits.moment[i] += x[i] * fare
        for j in range(3):
            habits.normal[i, j] += x[i] * x[j]


@kernel
def _solve(habits: Any) -> None:
    """Solve the 3x3 normal equations by elimination with pivoting; unsolved when they are singular."""
    rows = habits.rows
    for i in range(3):
        for j in range(3):
            rows[i, j] = habits.normal[i, j]
        rows[i, 3] = habits.moment[i]
    habits.solved = 0
    for column in range(3):
        pivot = column
        for row in range(column + 1, 3):
            if abs(rows[row, column]) > abs(rows[pivot, column]):
                pivot = row
        if not abs(rows[pivot, column]) >= 1e-9:
            return
        for entry in range(4):
            rows[column, entry], rows[pivot, entry] = rows[pivot, entry], rows[column, entry]
        for other in range(3):
            if other != column:
                factor = rows[other, column] / rows[column, column]
                for entry in range(4):
                    rows[other, entry] -= factor * rows[column, entry]
    for i in range(3):
        habits.coefficients[i] = rows[i, 3] / rows[i, i]
    habits.solved = 1
