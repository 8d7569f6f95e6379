"""The assembly of the family: a seeded city from its settings to its files."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from pathlib import Path

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
from simulation.truth import truth_json
from simulation.writer import event_file, finished_folder


def simulate(config: CityConfig, out: Path, progress: Callable[[int], None] | None = None) -> Summary:
    """Write ``events.ndjson`` (suffix by compression) in order of time and ``truth.json`` into ``out``.

    ``out`` is complete or absent; the same settings give the same bytes. Memory: about 4 KB an account, one
    day's wishes and what is placed and filed for later days. Raises ``BadConfig`` where ``out`` holds
    anything else than an earlier simulation.
    """
    city, voices = plan(config)
    with finished_folder(out) as draft:
        with event_file(draft / config.events_name, config.compression) as stream:
            outbox = Outbox(stream, config.end_ms)
            street = _live(city, voices, outbox, progress)
        close_books(city)
        records = [crew.record for crew in city.crews]
        (draft / "truth.json").write_bytes(truth_json(records, city.decoys, config))
    return Summary(
        events=outbox.written,
        trips=street.tally.trips,
        pings=street.tally.pings,
        accounts=len(city.accounts),
        rings=len(records),
        ring_accounts=sum(len(record.accounts) for record in records),
        decoys=len(city.decoys),
        unserved_wishes=street.tally.unserved,
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
    tie(city, voices)
    register(city, voices)
    return city, voices


def _live(city: City, voices: Voices, outbox: Outbox, progress: Callable[[int], None] | None) -> Street:
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
    outbox.release_all()
    return street


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
