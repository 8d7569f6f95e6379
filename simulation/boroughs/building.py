"""The assembly of the second family: a seeded city from its settings to its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from simulation.assembly import Lived, assembled
from simulation.boroughs.biographies import write_biographies
from simulation.boroughs.city import City
from simulation.boroughs.crews.casting import cast_crews, close_books
from simulation.boroughs.diaries import first_instant, rides_of_day
from simulation.boroughs.lookalikes.casting import cast_lookalikes
from simulation.boroughs.ranks import Ranks
from simulation.boroughs.rides import Rides
from simulation.boroughs.settling import settle
from simulation.boroughs.wishes import Ride
from simulation.config import CityConfig
from simulation.outbox import Outbox
from simulation.summary import Summary


def simulate(config: CityConfig, out: Path, progress: Callable[[int], None] | None = None) -> Summary:
    """Write ``events.ndjson`` (suffix by compression) in order of time and ``truth.json`` into ``out``.

    ``out`` is complete or absent; the same settings give the same bytes. Memory: about 3 KB an account, one
    day's rides and the lines filed for later days. Raises ``BadConfig`` where ``out`` holds anything else
    than an earlier simulation.
    """
    city = plan(config)
    return assembled(config, out, lambda outbox: _live(city, outbox, progress))


def plan(config: CityConfig) -> City:
    """Return the city with everybody in it and every story cast, before its first day."""
    city = City(config)
    settle(city)
    cast_crews(city)
    cast_lookalikes(city)
    write_biographies(city)
    return city


def _live(city: City, outbox: Outbox, progress: Callable[[int], None] | None) -> Lived:
    config, ranks = city.config, Ranks(city)
    rides, pace = Rides(city, ranks, outbox), _pace(city)
    waiting: list[Ride] = []
    outbox.put_all(city.lines_until(-1))
    outbox.release(config.start_ms)
    for day in range(-1, config.days + 1):
        dice = city.dice("days", day)
        ranks.begin_day(day, dice)
        waiting += rides_of_day(city, day, pace) + city.rides_until(day + 1)
        waiting.sort(key=lambda ride: (ride.ts, ride.rider.number))
        until = config.end_ms if day == config.days else first_instant(city, day + 1)
        due = 0
        for ride in waiting:
            if ride.ts >= until:
                break
            due += 1
            if ride.ts >= config.start_ms:
                rides.serve(ride, dice)
        waiting = waiting[due:]
        outbox.put_all(city.lines_until(day + 1))
        outbox.release(until)
        if progress is not None:
            progress(outbox.written)
    outbox.put_all(city.lines_until(config.days))
    close_books(city)
    return Lived(rides.tally, len(city.accounts), [crew.record for crew in city.crews], city.decoys)


def _pace(city: City) -> float:
    """Return the factor on ordinary rides that brings the file near to the events a second asked for."""
    config = city.config
    if config.events_per_second is None:
        return 1.0
    per_trip = 1.0 + 0.6 * city.priors.logins
    if config.gps:
        per_trip += 1 + 60_000 * 12 / (1000 * config.ping_interval_s)
    days = sum(a.rate * (a.until_ms - a.from_ms) / 86_400_000 for a in city.accounts)
    wanted = config.events_per_second * config.days * 86_400 - city.filed()
    return max(0.01, wanted / per_trip / max(1.0, days))
