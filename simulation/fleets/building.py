"""The assembly of the family: a seeded city from its settings to its files."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from pathlib import Path

from simulation.assembly import Lived, assembled
from simulation.config import CityConfig
from simulation.fleets.city import City
from simulation.fleets.crews.casting import cast_crews, close_books
from simulation.fleets.duty import Duty
from simulation.fleets.lives import Lives
from simulation.fleets.lookalikes.casting import cast_lookalikes
from simulation.fleets.neighbours import tie
from simulation.fleets.pacing import Pacing
from simulation.fleets.registration import register
from simulation.fleets.settling import settle
from simulation.fleets.street import EARLIEST_LINE_MS, Street
from simulation.fleets.voices import Voices
from simulation.fleets.wishes import Wish
from simulation.outbox import Outbox
from simulation.streams import Dice
from simulation.summary import Summary


def simulate(config: CityConfig, out: Path, progress: Callable[[int], None] | None = None) -> Summary:
    """Write ``events.ndjson`` (suffix by compression) in order of time and ``truth.json`` into ``out``.

    ``out`` is complete or absent; the same settings give the same bytes. Memory: about 4 KB an account, one
    day's wishes and what is placed and filed for later days. Raises ``BadConfig`` where ``out`` holds
    anything else than an earlier simulation.
    """
    city, voices = plan(config)
    return assembled(config, out, lambda outbox: _live(city, voices, outbox, progress))


def plan(config: CityConfig) -> tuple[City, Voices]:
    """Return the city with everybody in it and every story cast, before its first day."""
    city = City(config)
    voices = Voices(city)
    settle(city)
    cast_crews(city, voices)
    cast_lookalikes(city, voices)
    tie(city, voices)
    register(city, voices)
    return city, voices


def _live(city: City, voices: Voices, outbox: Outbox, progress: Callable[[int], None] | None) -> Lived:
    config, calendar = city.config, city.calendar
    duty, lives, pacing = Duty(city, voices), Lives(city, voices), Pacing(city)
    street = Street(city, voices, duty, outbox)
    outbox.put_all(city.lines_until(-1))
    outbox.release(config.start_ms)
    duty.begin_day(-1, city.dice("duty", -1))
    for day in range(config.days + 1):
        duty.begin_day(day, city.dice("duty", day))
        street.begin_day(day)
        pace = pacing.of_day(day, outbox.written + len(outbox))
        appointed = city.wishes_of(day)
        pacing.placed(len(appointed))
        lives.day(day, pace, city.dice("lives", day))
        _serve_day(city, street, day, appointed + city.wishes_of(day), city.dice("street", day))
        outbox.put_all(city.lines_until(day + 1))
        outbox.release(calendar.at(day + 1, 0) - EARLIEST_LINE_MS)
        if progress is not None:
            progress(outbox.written)
    outbox.put_all(city.lines_until(config.days))
    close_books(city)
    return Lived(street.tally, len(city.accounts), [crew.record for crew in city.crews], city.decoys)


def _serve_day(city: City, street: Street, day: int, wishes: list[Wish], dice: Dice) -> None:
    """Serve a day's wishes in order of time, those that are put off among them."""
    queue = [(wish.ts, wish.rider.number, place, wish) for place, wish in enumerate(wishes)]
    heapq.heapify(queue)
    place = len(queue)
    while queue:
        wish = heapq.heappop(queue)[3]
        later = street.serve(wish, dice)
        if later is None or later.ts >= city.config.end_ms:
            continue
        if city.calendar.day(later.ts) == day:
            heapq.heappush(queue, (later.ts, later.rider.number, place, later))
            place += 1
        else:
            city.place(later)
