"""Rides that repeat: the shuttle to work, the school run, the regular of a popular driver."""

from __future__ import annotations

from simulation.agenda import Ride
from simulation.clock import MINUTE_MS, weekday_of
from simulation.config import DAY_MS
from simulation.town import Town


def rides_of_day(town: Town, day: int) -> list[Ride]:
    """Return the rides that standing orders ask for on that day. Cost: the number of standing orders."""
    day_ms = town.config.start_ms + day * DAY_MS
    dice = town.streams.dice("standing", day)
    rides: list[Ride] = []
    for order in town.agenda.standing:
        if weekday_of(day_ms) not in order.weekdays or not dice.chance(order.chance):
            continue
        ts = day_ms + max(0, int((order.minute + dice.gauss(0, 6)) * MINUTE_MS))
        if order.from_ms <= ts < order.to_ms:
            rides.append(
                Ride(
                    ts=ts,
                    rider=order.rider,
                    driver=order.driver,
                    pickup=town.land.near(order.pickup, 0.03, dice),
                    dropoff=town.land.near(order.dropoff, 0.03, dice),
                    patient=False,
                )
            )
    return rides
