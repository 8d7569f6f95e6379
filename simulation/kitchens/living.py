"""A city from its settings to its files, whoever the crews and look-alikes in it are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from simulation.assembly import Lived, assembled
from simulation.config import CityConfig
from simulation.kitchens.appetites import orders_of_day
from simulation.kitchens.city import City
from simulation.kitchens.deliveries import Deliveries
from simulation.kitchens.pacing import Pacing
from simulation.kitchens.registration import register
from simulation.kitchens.sending import send
from simulation.kitchens.settling import settle
from simulation.kitchens.voices import Voices
from simulation.outbox import Outbox
from simulation.summary import Summary

Cast = Callable[[City, Voices], None]
"""Plans stories of people in a city."""

_EARLIEST_HOUR = -1.0
"""No line of a day is earlier than an hour before its midnight."""


def live(
    config: CityConfig,
    out: Path,
    progress: Callable[[int], None] | None,
    *,
    stream: str,
    casts: tuple[Cast, ...],
) -> Summary:
    """Write ``events.ndjson`` (suffix by compression) in order of time and ``truth.json`` into ``out``.

    All chance comes from the ``stream``; ``casts`` plan the stories, one after another.

    ``out`` is complete or absent; the same settings give the same bytes. Memory: about 3 KB an account, one
    day's orders and the lines filed for later days. Raises ``BadConfig`` where ``out`` holds anything else
    than an earlier simulation.
    """
    city, voices = plan(config, stream, casts)
    return assembled(config, out, lambda outbox: _days(city, voices, outbox, progress))


def plan(config: CityConfig, stream: str, casts: tuple[Cast, ...]) -> tuple[City, Voices]:
    """Return the city with everybody in it and every story cast, before its first day."""
    city = City(config, stream)
    voices = Voices(city)
    settle(city)
    for cast in casts:
        cast(city, voices)
    register(city, voices)
    send(city, voices)
    return city, voices


def close_books(city: City) -> None:
    """Write into the truth those members of whom the file shows something, after the last day."""
    for crew in city.crews:
        crew.record.accounts = [a.id for a in crew.members if a.id in crew.shown]
        crew.record.drivers = [a.id for a in crew.members if a.drives and a.id in crew.shown]
        crew.record.victims = [a.id for a in crew.victims if a.id in crew.shown]


def _days(city: City, voices: Voices, outbox: Outbox, progress: Callable[[int], None] | None) -> Lived:
    config, calendar = city.config, city.calendar
    deliveries, pacing = Deliveries(city, voices, outbox), Pacing(city)
    outbox.put_all(city.lines_until(-1))
    outbox.release(config.start_ms)
    for day in range(config.days + 1):
        dice = city.dice("days", day)
        deliveries.begin_day(day)
        pace = pacing.of_day(day, outbox.written + len(outbox))
        orders = orders_of_day(city, day, pace) + city.orders_of(day)
        pacing.placed(len(orders))
        orders.sort(key=lambda order: (order.ts, order.rider.number))
        for order in orders:
            if config.start_ms <= order.ts < config.end_ms:
                deliveries.serve(order, dice)
        outbox.put_all(city.lines_until(day + 1))
        outbox.release(calendar.at(day + 1, _EARLIEST_HOUR))
        if progress is not None:
            progress(outbox.written)
    outbox.put_all(city.lines_until(config.days))
    close_books(city)
    return Lived(deliveries.tally, len(city.accounts), [crew.record for crew in city.crews], city.decoys)
