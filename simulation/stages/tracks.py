"""The pings of a ride: round one bend with the errors of a phone, or ruled by whoever forged it."""

from __future__ import annotations

from simulation import lines
from simulation.stages.city import City
from simulation.stages.ground import Spot, around
from simulation.streams import Dice


def pings(
    city: City,
    trip: str,
    driver: str,
    ends: tuple[Spot, Spot],
    times: tuple[int, int],
    ruled: bool,
    dice: Dice,
) -> list[tuple[int, bytes]]:
    """Return instant and line of each ping between the two instants. Cost: 4 us a ping."""
    moments = list(range(times[0], times[1], int(city.config.ping_interval_s * 1000)))
    start, end = ends
    bend, turn = around(_between(start, end, 0.5), 0.0 if ruled else 0.3, dice), dice.uniform(0.3, 0.7)
    error = 0.002 if ruled else dice.log_uniform(0.005, 0.05)
    latitudes, longitudes = [], []
    for ts in moments:
        share = (ts - times[0]) / (times[1] - times[0])
        if ruled:
            spot = _between(start, end, share)
        elif share < turn:
            spot = _between(start, bend, share / turn)
        else:
            spot = _between(bend, end, (share - turn) / (1 - turn))
        lat, lon = city.ground.degrees(around(spot, error, dice))
        latitudes.append(lat)
        longitudes.append(lon)
    return lines.gps_pings(city.mint.events(len(moments)), moments, trip, driver, latitudes, longitudes)


def _between(a: Spot, b: Spot, share: float) -> Spot:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
