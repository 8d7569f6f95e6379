"""What trips cost, how fast they are and when accounts are created in this city, learnt from it so far.

Fares: ordinary least squares of fare on (1, km, minutes) over the trips seen so far, by normal
equations, solved anew whenever the number of trips has grown by an eighth. Speeds: running mean and
variance of log km/h (Welford). Both move slowly, hold few numbers, and use the past alone.
"""

from __future__ import annotations

import math
from typing import Any, Final

from graph.kernels.geometry import distance_km
from graph.kernels.kernel import kernel
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
from graph.state.sizes import DAYS
from graph.state.state import State
from graph.updates.sharing import DAY_MS

MIN_TRIPS: Final = 200
"""Until then the city's habits are not known and nothing is called odd by comparison."""
SPEED_DEVIATIONS: Final = 3.0
"""Log speeds are near normal in a city; beyond three deviations lies 1 honest trip in 370."""
STRAIGHT_TOLERANCE: Final = 0.35
"""Roads are longer than the crow flies by a factor of 1.2 to 1.6; a claim of three times it is odd."""
OVERPRICED: Final = 1.6
FIRST_DAY: Final = 10_957
"""2000-01-01 in days since 1970: no event is older."""


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
def creation_share(state: State, first_ms: int, last_ms: int) -> float:
    """Share of all creations so far that fell on the days from one moment to another."""
    created = 0
    for day in range(_day(first_ms), _day(last_ms) + 1):
        created += state.creations[day]
    return float(created / max(state.habits[0].creations, 1))


@kernel
def judge_trip(state: State, values: Any, odd_track: bool) -> tuple[float, bool]:
    """Compare one trip with the city so far, then learn from it. O(1).

    ``values`` are those of a completed trip in an event batch, NaN where absent. Returns the surcharge (log
    of the fare over the city's fare, 0 while unknown) and whether any of its claims does not hold.
    """
    habits = state.habits[0]
    fare, km, seconds = values[FARE], values[DISTANCE_KM], values[DURATION_S]
    odd = odd_track
    surcharge = 0.0
    if km > 0 and seconds > 0:
        minutes = seconds / 60
        odd = _odd_speed(habits, math.log(max(km / seconds * 3600, 0.1))) or odd
        surcharge = _surcharge(habits, fare, km, minutes)
        odd = odd or surcharge > math.log(OVERPRICED)
        _learn(habits, fare, km, minutes)
    if km > 1 and _straight_km(values) < STRAIGHT_TOLERANCE * km:
        odd = True
    habits.trips += 1
    habits.incentives += values[INCENTIVE] > 0
    return surcharge, odd


@kernel
def _straight_km(values: Any) -> float:
    """From pick-up to drop-off in a straight line; NaN, which is below nothing, where one is absent."""
    return distance_km(values[PICKUP_LAT], values[PICKUP_LON], values[DROPOFF_LAT], values[DROPOFF_LON])


@kernel
def _odd_speed(habits: Any, log_kmh: float) -> bool:
    if habits.speeds >= MIN_TRIPS:
        deviation = math.sqrt(habits.speed_square / habits.speeds)
        # The city's habit is that of its ordinary trips: what is odd does not shift it.
        too_fast = log_kmh > habits.speed_mean + SPEED_DEVIATIONS * deviation
        if too_fast or log_kmh < habits.speed_mean - SPEED_DEVIATIONS * deviation:
            return True
    habits.speeds += 1
    step = log_kmh - habits.speed_mean
    habits.speed_mean += step / habits.speeds
    habits.speed_square += step * (log_kmh - habits.speed_mean)
    return False


@kernel
def _surcharge(habits: Any, fare: float, km: float, minutes: float) -> float:
    if habits.trips - habits.solved_at > habits.solved_at // 8 and habits.trips >= MIN_TRIPS:
        _solve(habits)
        habits.solved_at = habits.trips
    if not habits.solved:
        return 0.0
    base, per_km, per_minute = habits.coefficients
    expected = max(base + per_km * km + per_minute * minutes, 0.5)
    return max(-1.5, min(1.5, math.log(max(fare, 0.01) / expected)))


@kernel
def _learn(habits: Any, fare: float, km: float, minutes: float) -> None:
    x = (1.0, km, minutes)
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
