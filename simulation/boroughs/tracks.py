"""The pings of a ride: along the streets of the grid, standing still, leaping, or drawn with a ruler."""

from __future__ import annotations

from simulation import lines
from simulation.boroughs.borough_map import Spot
from simulation.boroughs.city import City
from simulation.streams import Dice


def pings(
    city: City, trip: str, driver: str, start: Spot, end: Spot, times: tuple[int, int], track: str, dice: Dice
) -> list[tuple[int, bytes]]:
    """Return instant and line of each ping between the two instants. Cost: 4 us a ping."""
    step = int(city.config.ping_interval_s * 1000)
    moments = list(range(times[0], times[1], step))
    if not moments:
        return []
    gap = dice.random() if dice.chance(city.priors.outages) else None
    corner = (end[0], start[1]) if dice.chance(0.5) else (start[0], end[1])
    first = abs(corner[0] - start[0]) + abs(corner[1] - start[1])
    whole = first + abs(end[0] - corner[0]) + abs(end[1] - corner[1])
    turn = first / whole if whole > 0 else 0.5
    error, leap = dice.log_uniform(0.003, 0.03), dice.random()
    kept: list[int] = []
    latitudes: list[float] = []
    longitudes: list[float] = []
    for number, ts in enumerate(moments):
        share = number / len(moments)
        if gap is not None and gap <= share < gap + 0.3:
            continue
        if track == "still":
            spot = start
        elif track == "ruler":
            spot = _between(start, end, share)
        elif track == "leap":
            spot = start if share < leap else end
        elif share < turn:
            spot = _between(start, corner, share / turn)
        else:
            spot = _between(corner, end, (share - turn) / (1.0 - turn))
        blur = 0.0002 if track == "ruler" else error
        lat, lon = city.ground.degrees(city.ground.around(spot, blur, dice), exact=True)
        kept.append(ts)
        latitudes.append(lat)
        longitudes.append(lon)
    return lines.gps_pings(city.mint.events(len(kept)), kept, trip, driver, latitudes, longitudes)


def _between(a: Spot, b: Spot, share: float) -> Spot:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
