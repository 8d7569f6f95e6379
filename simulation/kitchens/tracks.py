"""The positions of a trip: along a bent way, or drawn with a ruler by an app that makes them up."""

from __future__ import annotations

import math

from simulation import lines
from simulation.kitchens.city import City
from simulation.kitchens.orders import Order
from simulation.kitchens.people import Account
from simulation.streams import Dice

_GAP_CHANCE, _GAP_SHARE = 0.12, 0.25


def pings(
    city: City, trip: str, driver: Account, order: Order, times: tuple[int, int], dice: Dice
) -> list[tuple[int, bytes]]:
    """Return instant and line of each ping between the two instants. Cost: 4 us a ping."""
    begin, end = times
    step = int(city.config.ping_interval_s * 1_000)
    bend, error = (0.002, 0.002) if order.spoofed else (dice.gauss(0, 0.25), dice.log_uniform(0.003, 0.03))
    gap = dice.random() if not order.spoofed and dice.chance(_GAP_CHANCE) else None
    (east, north), (to_east, to_north) = order.start, order.end
    kept: list[int] = []
    latitudes: list[float] = []
    longitudes: list[float] = []
    for ts in range(begin, end, step):
        share = (ts - begin) / (end - begin)
        if gap is not None and gap <= share < gap + _GAP_SHARE:
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
