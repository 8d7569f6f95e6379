"""The assembly of the third family: a seeded city from its settings to its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from simulation.assembly import Lived, assembled
from simulation.config import DAY_MS, CityConfig
from simulation.outbox import Outbox
from simulation.stages.biographies import write_biographies
from simulation.stages.city import City
from simulation.stages.crews.casting import cast_crews, close_books
from simulation.stages.demand import requests_of_day
from simulation.stages.duty import Duty
from simulation.stages.lookalikes.casting import cast_lookalikes
from simulation.stages.neighbours import tie
from simulation.stages.settling import settle
from simulation.stages.trips import Trips
from simulation.summary import Summary

_LINES_PER_WISH = 1.0
"""Lines of rides, promotions and rewards that come of a wish, of which some find no driver."""
_MINUTES_TRACKED = 24
"""Minutes of pings that come of a wish."""


def simulate(config: CityConfig, out: Path, progress: Callable[[int], None] | None = None) -> Summary:
    """Write ``events.ndjson`` (suffix by compression) in order of time and ``truth.json`` into ``out``.

    ``out`` is complete or absent; the same settings give the same bytes. Memory: about 6 KB an account, one
    day's requests and the lines filed for later days. Raises ``BadConfig`` where ``out`` holds anything else
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
    tie(city)
    write_biographies(city)
    return city


def _live(city: City, outbox: Outbox, progress: Callable[[int], None] | None) -> Lived:
    config, duty, pace = city.config, Duty(city), _pace(city)
    trips = Trips(city, duty)
    outbox.put_all(city.lines_until(-1))
    outbox.release(config.start_ms)
    for day in range(config.days + 1):
        dice = city.dice("dispatch", day)
        duty.begin_day(day, city.dice("duty", day))
        requests = requests_of_day(city, day, pace, city.dice("demand", day)) + city.requests_of(day)
        requests.sort(key=lambda request: (request.ts, request.rider.number))
        for request in requests:
            if config.start_ms <= request.ts < config.end_ms:
                trips.serve(request, dice)
        outbox.put_all(city.lines_until(day + 1))
        outbox.release(min(config.end_ms, city.calendar.at(day + 1, 0)))
        if progress is not None:
            progress(outbox.written)
    close_books(city)
    return Lived(trips.tally, len(city.accounts), [crew.record for crew in city.crews], city.decoys)


def _pace(city: City) -> float:
    """Return the factor on ordinary rides that brings the file near to the events a second asked for."""
    config = city.config
    if config.events_per_second is None:
        return 1.0
    per_ride = _LINES_PER_WISH
    if config.gps:
        per_ride += _MINUTES_TRACKED * 60 / config.ping_interval_s
    rides = sum(
        account.rate * max(0, account.until_ms - max(account.joined_ms, config.start_ms)) / DAY_MS
        for account in city.accounts
    )
    wanted = config.events_per_second * config.days * DAY_MS / 1_000 - city.filed()
    return max(0.01, wanted / per_ride / max(1.0, rides))
