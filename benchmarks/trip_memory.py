"""Whether memory stays flat while millions of trips with positions pass through an engine.

``--trips`` trips (ten million) of a fixed population, ``FIXES`` positions each, go through the whole engine:
graph, tracks, habits, judgements, and each trip told as if a store kept it. One in a hundred never ends. The
window is three days of ``PER_DAY`` trips. ``BATCHES`` batches are made once, each of other rides; copies of
one, each later and with other trips, fill a quarter of a day, then those of the next: so links come and age
all the time. One line of JSON for each tenth: resident memory, running tracks, live links, microseconds of
processor an event. ``growth`` compares the mean memory of the last three tenths with that of the three
before them.

Run it from the repository's root: ``python -m benchmarks.trip_memory``.
"""

from __future__ import annotations

import argparse
import json
from statistics import mean
from time import process_time
from typing import Any, Final

import numpy as np

from benchmarks.surroundings import surroundings
from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from graph.model.event_batch import EventBatch
from graph.model.event_slots import TRIP_ID
from graph.model.events import GpsPing, TripCompleted
from streaming.files.summary import memory_mb

FIXES: Final = 4
TRIPS_A_BATCH: Final = 5_000
PER_DAY: Final = 500_000
WINDOW_DAYS: Final = 3
BATCHES: Final = 24
COPIES: Final = 25
"""Copies of one batch after another: a quarter of a day, and six days until it comes again."""
RIDERS: Final = 40_000
DRIVERS: Final = 4_000
ENDLESS: Final = 100
"""One trip in so many never ends."""
FIRST_MS: Final = 1_767_268_800_000
TENTHS: Final = 10


def made(draw: np.random.Generator) -> EventBatch:
    """One batch of trips between random places, their positions before them, in order of time."""
    span_ms = 86_400_000 * TRIPS_A_BATCH // PER_DAY
    told: list[tuple[int, Any]] = []
    for n in range(TRIPS_A_BATCH):
        began = FIRST_MS + int(draw.integers(span_ms))
        start, way = draw.uniform(0, 0.3, 2), draw.normal(0, 0.02, 2)
        km = 111 * float(np.hypot(*way))
        seconds = 120.0 + 140 * km * float(draw.lognormal(0, 0.2))
        who = {"trip_id": f"t{n}", "driver_id": f"d{draw.integers(DRIVERS)}"}
        for fix in range(FIXES):
            at = start + way * fix / (FIXES - 1) + draw.normal(0, 0.002, 2)
            ts = began + round(1000 * seconds * fix / FIXES)
            place = {"lat": float(at[0]), "lon": float(at[1])}
            told.append((ts, GpsPing(event_id=f"g{n} {fix}", ts=ts, **who, **place)))
        if n % ENDLESS:
            ts = began + round(1000 * seconds)
            trip = TripCompleted(
                event_id=f"e{n}",
                ts=ts,
                rider_id=f"r{draw.integers(RIDERS)}",
                fare=2 + 1.2 * km,
                distance_km=1.3 * km,
                duration_s=seconds,
                pickup_lat=float(start[0]),
                pickup_lon=float(start[1]),
                dropoff_lat=float(start[0] + way[0]),
                dropoff_lon=float(start[1] + way[1]),
                **who,
            )
            told.append((ts, trip))
    return EventBatch.of([event for _, event in sorted(told, key=lambda each: each[0])])


def later(batch: EventBatch, copy: int) -> EventBatch:
    """The same batch so many spans later, with other trips."""
    records = batch.records.copy()
    records["ts"] += copy * (86_400_000 * TRIPS_A_BATCH // PER_DAY)
    records["text_hash"][:, TRIP_ID] ^= np.uint64((copy * 0x9E3779B97F4A7C15) & ((1 << 64) - 1))
    return EventBatch(records, batch.buffer)


def main() -> None:
    """Print a line of JSON for each tenth, and the growth."""
    parser = argparse.ArgumentParser(description="Memory while millions of trips pass through an engine.")
    parser.add_argument("--trips", type=int, default=10_000_000)
    options = parser.parse_args()
    if options.trips < TENTHS * TRIPS_A_BATCH:
        parser.error(f"expected at least {TENTHS * TRIPS_A_BATCH} trips, found {options.trips}; take more")
    print(json.dumps({"bench": "trip_memory"} | surroundings(["ringfence", "numpy", "numba"])), flush=True)
    batches = [made(np.random.default_rng(seed)) for seed in range(1, BATCHES + 1)]
    engine = Engine(EngineConfig(window_days=WINDOW_DAYS), load_scorer())
    engine.tell_trips()
    copies = options.trips // TRIPS_A_BATCH
    resident: list[float] = []
    copy = kept = 0
    for tenth in range(1, TENTHS + 1):
        before, began = copy, process_time()
        while copy < copies * tenth // TENTHS:
            kept += len(engine.apply(later(batches[copy // COPIES % BATCHES], copy)).trips)
            copy += 1
        seconds = process_time() - began
        resident.append(memory_mb())
        line = {
            "bench": "trip_memory",
            "trips": copy * TRIPS_A_BATCH,
            "told": kept,
            "resident_mb": round(resident[-1], 1),
            "running_tracks": int(engine.state.track_chain["running"][0]),
            "live_links": engine.counts()["live_links"],
            "microseconds_an_event": round(1e6 * seconds / max((copy - before) * len(batches[0]), 1), 2),
        }
        print(json.dumps(line), flush=True)
    growth = mean(resident[-3:]) / mean(resident[-6:-3])
    print(json.dumps({"bench": "trip_memory", "growth": round(growth, 4)}))


if __name__ == "__main__":
    main()
