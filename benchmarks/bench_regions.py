"""What joining across regions costs: processor time of an event, and bytes on the disk; no broker.

Run as ``PYTHONPATH=. .venv/bin/python benchmarks/bench_regions.py``. The events of two simulated cities
without positions, in which every hundredth phone or card is known in both, are taken by turns in batches of
2,048. ``us`` is processor time an event that names an account, everything written and synced;
``bytes_an_event`` is the file over the events.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from surroundings import surroundings

from graph.updates.sharing import DAY_MS
from simulation import CityConfig, simulate
from streaming.decoding.columns import ColumnDecoder
from streaming.regions.joining import Joining, JoiningOptions
from streaming.regions.memory import FILE, RegionsMemory
from streaming.service.ports import Partition

AT_ONCE = 2048
SHARED_EVERY = 100
_NAMES = ("account_id", "referrer_id", "to_account_id", "rider_id", "driver_id")
_IDENTIFIERS = ("device_id", "rider_device_id", "driver_device_id", "card_id", "bank_account_id")


def city(region: str, seed: int, riders: int, folder: Path) -> list[bytes]:
    """The events of a region, all named after it but every hundredth phone or card."""
    simulate(CityConfig(seed=seed, riders=riders, drivers=riders // 12, days=28, gps=False), folder / region)
    lines, phones = [], {}
    for line in (folder / region / "events.ndjson").read_bytes().splitlines():
        event = json.loads(line)
        event["event_id"] = f"{region}-{event['event_id']}"
        for name in _NAMES:
            if event.get(name):
                event[name] = f"{region}-{event[name]}"
        for name in _IDENTIFIERS:
            if event.get(name):
                number = phones.setdefault(event[name], len(phones))
                shared = number % SHARED_EVERY == 0
                event[name] = f"shared-{number}" if shared else f"{region}-{event[name]}"
        lines.append(json.dumps(event, separators=(",", ":")).encode())
    return lines


def main() -> None:
    """Takes both regions once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--riders", type=int, default=2000)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ringfence-bench-") as name:
        folder = Path(name)
        regions = {
            region: city(region, seed, words.riders, folder)
            for seed, region in enumerate(("north", "south"), 1)
        }
        memory = RegionsMemory(folder)
        options = JoiningOptions(
            regions={region: f"{region}." for region in regions},
            second_level="across.",
            window_ms=90 * DAY_MS,
        )
        joining = Joining(memory, options, lambda: time.time_ns() // 1_000_000)
        decoder = ColumnDecoder()
        decoder.decode_values(regions["north"][:10])
        sent = 0
        began, processor = time.perf_counter(), time.process_time()
        for start in range(0, max(map(len, regions.values())), AT_ONCE):
            for region, lines in regions.items():
                values = lines[start : start + AT_ONCE]
                batch = decoder.decode_values(values).batch
                joining.take(region, batch, values, {Partition(region, 0): start + len(values)})
                for record in memory.outgoing(10**6):
                    memory.went(record.topic, record.number)
                    sent += 1
        seconds, processor = time.perf_counter() - began, time.process_time() - processor
        events = joining.joined.events
        facts = {
            "bench": "regions",
            "case": "two regions",
            "events": events,
            "us": round(processor / events * 1e6, 1),
            "per_second": round(events / seconds),
            "told": joining.joined.told,
            "sent": sent,
            "bytes_an_event": round((folder / FILE).stat().st_size / events),
            **memory.counts(),
        }
        memory.close()
        print(json.dumps({**facts, **surroundings(["msgspec", "numba"])}))


if __name__ == "__main__":
    main()
