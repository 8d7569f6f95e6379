"""The positions of a trip, along a bent way between its ends."""

from __future__ import annotations

import math
from typing import Final

from simulation import lines
from simulation.fleets.city import City
from simulation.fleets.people import Account
from simulation.fleets.wishes import Wish
from simulation.streams import Dice

_SILENCE_CHANCE, _SILENCE = 0.1, 0.2
_BEND: Final = 0.2
_ERROR_KM: Final = (0.004, 0.03)


def pings(
    city: City, trip: str, driver: Account, wish: Wish, times: tuple[int, int], dice: Dice
) -> list[tuple[int, bytes]]:
    """Return instant and line of each ping between the two instants. Cost: 4 us a ping."""
    begin, end = times
    step = int(city.config.ping_interval_s * 1_000)
    bend, error = dice.gauss(0.0, _BEND), dice.log_uniform(*_ERROR_KM)
    silent = dice.random() if dice.chance(_SILENCE_CHANCE) else 2.0
    (east, north), (to_east, to_north) = wish.start, wish.end
    kept: list[int] = []
    latitudes: list[float] = []
    longitudes: list[float] = []
    for ts in range(begin, end, step):
        share = (ts - begin) / (end - begin)
        if silent <= share < silent + _SILENCE:
            continue
        aside = bend * math.sin(share * math.pi)
        spot = (
            east + (to_east - east) * share - (to_north - north) * aside,
            north + (to_north - north) * share + (to_east - east) * aside,
        )
        latitude, longitude = city.ground.degrees(city.ground.around(spot, error, dice))
        kept.append(ts)
        latitudes.append(latitude)
        longitudes.append(longitude)
    return lines.gps_pings(city.mint.events(len(kept)), kept, trip, driver.id, latitudes, longitudes)
