"""What either side makes of a drive, in a city that has seen others or not."""

from __future__ import annotations

from tests.unit.graph.drives import drive, pings, trip_of

SEEDS = range(12)
DAY_S = 86_400


def judged(parts, fixes, city=0, claimed=None, **claims):
    """What is made of a trip with these fixes and the claims of ``claimed``, after so many honest trips."""
    trips = parts.trips()
    for n in range(city):
        told, later = drive(1000 + n), (n - city - 1) * DAY_S
        trips.ping(pings(told, f"c{n}", later))
        trips.judge(trip_of(told, f"c{n}", later))
    trips.ping(pings(fixes))
    return trips.judge(trip_of(claimed or fixes, **claims))


def odd(parts, fixes, city=0, **more) -> bool:
    return judged(parts, fixes, city, **more).improbability > 0.5
