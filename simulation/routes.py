"""GPS traces: along something like streets, or as forged ones look."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulation.agenda import Track
from simulation.geography import Land, Point
from simulation.habits import CityHabits

_SHAPES: Final = 96
_SAMPLES: Final = 256
_NOISE: Final = 1 << 16
_GPS_ERROR_KM: Final = 0.009


class Routes:
    """A stock of route shapes, bent so that the way is longer than the straight line by the street factor."""

    def __init__(self, habits: CityHabits, land: Land, numbers: np.random.Generator) -> None:
        self._land = land
        self._lat0, self._lon0 = habits.centre_lat, habits.centre_lon
        self._noise = numbers.normal(0.0, _GPS_ERROR_KM, _NOISE)
        self.ratios: list[float] = []
        self._along: list[NDArray[np.float64]] = []
        self._across: list[NDArray[np.float64]] = []
        for _ in range(_SHAPES):
            ratio = max(1.05, habits.street_factor * float(numbers.lognormal(0.0, 0.06)))
            along, across = _bent(ratio, numbers)
            self.ratios.append(ratio)
            self._along.append(along)
            self._across.append(across)

    def trace(
        self, shape: int, pickup: Point, dropoff: Point, count: int, track: Track, noise_at: int
    ) -> tuple[list[float], list[float]]:
        """Return ``count`` latitudes and longitudes from pickup to drop-off, evenly spaced in time.

        ``noise_at`` says where in the stock of errors to start. Cost: about 30 us and 0.2 us a point.
        """
        share: NDArray[np.float64] = np.arange(count, dtype=np.float64) / (count - 1)
        dx, dy = dropoff[0] - pickup[0], dropoff[1] - pickup[1]
        start = noise_at % (_NOISE - 2 * count)
        error_x, error_y = self._noise[start : start + count], self._noise[start + count : start + 2 * count]
        if track is Track.ROAD:
            at = (share * (_SAMPLES - 1)).astype(np.int64)
            along, across = self._along[shape][at], self._across[shape][at]
        elif track is Track.STILL:
            along = across = np.zeros(count)
            error_x, error_y = error_x * 0.1, error_y * 0.1
        elif track is Track.JUMP:
            along, across = np.asarray(np.floor(share * 2.999) / 2, dtype=np.float64), np.zeros(count)
        else:
            along, across = share, np.zeros(count)
            error_x = error_y = np.zeros(count)
        x = pickup[0] + along * dx - across * dy + error_x
        y = pickup[1] + along * dy + across * dx + error_y
        per_lat, per_lon = self._land.km_per_degree
        lat, lon = np.round(self._lat0 + y / per_lat, 6), np.round(self._lon0 + x / per_lon, 6)
        return lat.tolist(), lon.tolist()


def _bent(ratio: float, numbers: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a path from (0, 0) to (1, 0), ``ratio`` long, sampled evenly in time with stops on the way."""
    corners = int(numbers.integers(3, 9))
    knots = np.concatenate(([0.0], np.sort(numbers.random(corners)), [1.0]))
    swing = np.concatenate(([0.0], numbers.normal(0.0, 1.0, corners), [0.0]))
    low, high = 0.0, 4.0
    for _ in range(40):
        middle = (low + high) / 2
        length = float(np.hypot(np.diff(knots), np.diff(swing) * middle).sum())
        low, high = (middle, high) if length < ratio else (low, middle)
    side = swing * low
    arc = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(knots), np.diff(side)))))
    pace = numbers.gamma(1.6, 1.0, _SAMPLES - 1) * (numbers.random(_SAMPLES - 1) > 0.15)
    pace = np.convolve(pace, np.ones(5) / 5, mode="same") + 1e-6
    done = np.concatenate(([0.0], np.cumsum(pace)))
    at = done / done[-1] * arc[-1]
    return np.interp(at, arc, knots), np.interp(at, arc, side)
