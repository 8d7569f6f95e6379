"""What one process keeps of a year in which accounts come, stay a while and never return.

Every day ``--newcomers`` accounts are created, each with a device, an address, a phone and an e-mail of its
own and a card that one in three shares with the newcomer before; they ride and log in for ``LIFE_DAYS`` days
and are not seen again. The window is 90 days. Events are decoded and admitted as in the service, and applied.
One line of JSON for each month of 30 days: resident memory, what the engine holds, microseconds of processor
an event, and what a newcomer adds to memory. The last line names the arrays that grew most between the sixth
month, when the window has long filled, and the last, in bytes for each newcomer between.

Run it from the repository's root: ``python -m benchmarks.simulated_year``.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from time import process_time
from typing import Final

from benchmarks.surroundings import surroundings
from graph.engine import Engine
from ringfence.engines import new_engine
from streaming.decoding.columns import ColumnDecoder
from streaming.files.summary import memory_mb
from streaming.service.core import Core

DAY_MS: Final = 86_400_000
FIRST_MS: Final = 1_767_268_800_000
LIFE_DAYS: Final = 30
WINDOW_DAYS: Final = 90
MONTH: Final = 30
DRIVERS: Final = 200
SETTLED: Final = 6
"""The month after which growth counts: the first accounts have left the window by then."""


def day_of_events(day: int, newcomers: int, draw: random.Random) -> Iterator[bytes]:
    """The events of one day, in order of time: newcomers, then who is there logs in and rides."""
    if day == 0:
        for driver in range(DRIVERS):
            yield (
                b'{"event_id":"n%d","type":"account_created","ts":%d,"account_id":"x%d","role":"driver",'
                b'"device_id":"dx%d"}'
            ) % (driver, FIRST_MS, driver, driver)
    first, start = day * newcomers, FIRST_MS + day * DAY_MS + 1
    for n in range(newcomers):
        who = first + n
        yield (
            b'{"event_id":"c%d","type":"account_created","ts":%d,"account_id":"a%d","role":"rider",'
            b'"device_id":"d%d","ip":"i%d","phone_hash":"p%d","email_hash":"m%d"}'
        ) % (who, start + n, who, who, who, who, who)
        yield b'{"event_id":"k%d","type":"card_added","ts":%d,"account_id":"a%d","card_id":"k%d"}' % (
            who,
            start + n,
            who,
            who - (n % 3 == 0 and n > 0),
        )
    start += newcomers
    oldest = max(0, day - LIFE_DAYS + 1) * newcomers
    present = first + newcomers - oldest
    for n in range(present // 2):
        ts, number = start + n * ((DAY_MS - newcomers - 2) // max(present // 2, 1)), day * 10_000_000 + n
        who = oldest + draw.randrange(present)
        if n % 4 == 0:
            yield (
                b'{"event_id":"l%d","type":"account_login","ts":%d,"account_id":"a%d","device_id":"d%d","ip":"i%d"}'
            ) % (number, ts, who, who, who)
        else:
            yield (
                b'{"event_id":"t%d","type":"trip_completed","ts":%d,"trip_id":"t%d","rider_id":"a%d",'
                b'"driver_id":"x%d","fare":12.5}'
            ) % (number, ts, number, who, draw.randrange(DRIVERS))


def main() -> None:
    """Print a line of JSON for each month, and what grew."""
    parser = argparse.ArgumentParser(description="Memory and time of one process over a year.")
    parser.add_argument("--newcomers", type=int, default=1_000, help="accounts created a day")
    parser.add_argument("--days", type=int, default=360)
    options = parser.parse_args()
    if options.days < (SETTLED + 1) * MONTH or options.newcomers < 1:
        parser.error(f"expected at least {(SETTLED + 1) * MONTH} days and a newcomer a day; take more")
    print(json.dumps({"bench": "year"} | surroundings(["msgspec", "numba", "numpy"])), flush=True)
    engine = new_engine(WINDOW_DAYS)
    core, decoder, draw = (
        Core(engine, FIRST_MS + 400 * DAY_MS),
        ColumnDecoder(),
        random.Random(1),
    )
    settled: dict[str, int] = {}
    settled_mb = before_mb = memory_mb()
    events, seconds = 0, 0.0
    for day in range(options.days):
        lines = list(day_of_events(day, options.newcomers, draw))
        began = process_time()
        decoded = decoder.decode_values(lines)
        if decoded.refused:
            raise SystemExit(f"expected every event to be one, found {decoded.refused[0][1]}")
        batch = decoded.batch
        core.admission.admit(batch)
        engine.apply(batch)
        engine.forget_changes()
        seconds += process_time() - began
        events += len(batch)
        if (day + 1) % MONTH:
            continue
        now_mb = memory_mb()
        line = {
            "bench": "year",
            "day": day + 1,
            "resident_mb": now_mb,
            "admission_mb": round(core.admission.memory_bytes / 2**20, 1),
            "bytes_a_newcomer": round(2**20 * (now_mb - before_mb) / (MONTH * options.newcomers)),
            "microseconds_an_event": round(1e6 * seconds / max(events, 1), 2),
            "events": events,
            **engine.counts(),
        }
        print(json.dumps(line), flush=True)
        events, seconds, before_mb = 0, 0.0, now_mb
        if day + 1 == SETTLED * MONTH:
            settled, settled_mb = _sizes(engine), now_mb
    came = (options.days - SETTLED * MONTH) * options.newcomers
    grown = {name: (size - settled.get(name, 0)) / came for name, size in _sizes(engine).items()}
    found = {
        "bench": "year",
        "resident_bytes_a_newcomer": round(2**20 * (memory_mb() - settled_mb) / came, 1),
        "saved_bytes_a_newcomer": round(sum(grown.values()), 1),
        "most": {
            name: round(each, 1)
            for name, each in sorted(grown.items(), key=lambda one: -one[1])[:12]
            if each >= 0.1
        },
    }
    print(json.dumps(found))


def _sizes(engine: Engine) -> dict[str, int]:
    """Bytes of what the engine would save, by name."""
    return {name: array.nbytes for name, array in engine.arrays().items()}


if __name__ == "__main__":
    main()
