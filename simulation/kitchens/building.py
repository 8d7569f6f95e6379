"""The assembly of the family: a seeded city from its settings to its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from simulation.config import CityConfig
from simulation.kitchens.appetites import orders_of_day
from simulation.kitchens.city import City
from simulation.kitchens.crews.casting import cast_crews, close_books
from simulation.kitchens.deliveries import Deliveries
from simulation.kitchens.lookalikes.casting import cast_lookalikes
from simulation.kitchens.pacing import Pacing
from simulation.kitchens.registration import register
from simulation.kitchens.sending import send
from simulation.kitchens.settling import settle
from simulation.kitchens.voices import Voices
from simulation.outbox import Outbox
from simulation.summary import Summary
from simulation.truth import truth_json
from simulation.writer import event_file, finished_folder

_EARLIEST_HOUR = -1.0
"""No line of a day is earlier than an hour before its midnight."""


def simulate(config: CityConfig, out: Path, progress: Callable[[int], None] | None = None) -> Summary:
    """Write ``events.ndjson`` (suffix by compression) in order of time and ``truth.json`` into ``out``.

    ``out`` is complete or absent; the same settings give the same bytes. Memory: about 3 KB an account, one
    day's orders and the lines filed for later days. Raises ``BadConfig`` where ``out`` holds anything else
    than an earlier simulation.
    """
    city, voices = plan(config)
    with finished_folder(out) as draft:
        with event_file(draft / config.events_name, config.compression) as stream:
            outbox = Outbox(stream, config.end_ms)
            deliveries = _live(city, voices, outbox, progress)
        close_books(city)
        records = [crew.record for crew in city.crews]
        (draft / "truth.json").write_bytes(truth_json(records, city.decoys, config))
    return Summary(
        events=outbox.written,
        trips=deliveries.tally.trips,
        pings=deliveries.tally.pings,
        accounts=len(city.accounts),
        rings=len(records),
        ring_accounts=sum(len(record.accounts) for record in records),
        decoys=len(city.decoys),
        unserved_wishes=deliveries.tally.unserved,
        first_ts=outbox.first_ts or config.start_ms,
        last_ts=outbox.last_ts or config.start_ms,
        events_path=out / config.events_name,
        truth_path=out / "truth.json",
    )


def plan(config: CityConfig) -> tuple[City, Voices]:
    """Return the city with everybody in it and every story cast, before its first day."""
    city = City(config)
    voices = Voices(city)
    settle(city)
    cast_crews(city, voices)
    cast_lookalikes(city, voices)
    register(city, voices)
    send(city, voices)
    return city, voices


def _live(city: City, voices: Voices, outbox: Outbox, progress: Callable[[int], None] | None) -> Deliveries:
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
    outbox.release_all()
    return deliveries
