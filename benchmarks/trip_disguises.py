"""Honest trips as other cities would tell them, and how many are called odd.

``--data FOLDER`` holds ``nyc.npz`` and ``porto.npz`` as for ``benchmarks.trip_integrity``. Nobody cheats in
them. All trips of a city are told in another way at once (``benchmarks.trips.disguises``), so that the city's
own habits are learnt from trips that are told so, as they would be there: rounded to areas and quarters of an
hour, a fix a minute, noise, gaps, places told again, clocks that are off. Wanted: at most 1 % each; told with
it is why. With ``--fakes`` fakes and accidents are made of the tracks of each telling, as in
``benchmarks.trip_integrity``, and those found too seldom or called odd too often have a line each.

Run it from the repository's root: ``python -m benchmarks.trip_disguises --data FOLDER``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.surroundings import surroundings
from benchmarks.trip_integrity import Found, measure
from benchmarks.trips.changes import ACCIDENTS, FAKES
from benchmarks.trips.disguises import OF_CLAIMS, OF_TRACKS, Disguise
from benchmarks.trips.judge import judged
from benchmarks.trips.tracks import Trip, with_tracks, without_tracks


def missed(trips: Sequence[Trip], seeds: Sequence[int]) -> None:
    """Print a line for each sort of fakes found too seldom, and of accidents called odd too often."""
    for name, (change, least) in FAKES.items():
        ours, _ = measure(trips, change, seeds, 1)
        if ours.odd < least:
            print(f"    {name:36}{ours.odd:8.1f}  wanted >= {least:g}; {ours.why()}", flush=True)
    for name, (change, most) in ACCIDENTS.items():
        ours, _ = measure(trips, change, seeds, 1)
        if ours.odd > most:
            print(f"    {name:36}{ours.odd:8.1f}  wanted <= {most:g}; {ours.why()}", flush=True)


def table(
    city: str, trips: Sequence[Trip], disguises: Mapping[str, Disguise], seed: int, fakes: Sequence[int] = ()
) -> None:
    """Print a line for each disguise, and for each of the seeds ``fakes`` what is missed of them."""
    print(f"\n{city}: {len(trips)} honest trips\n{'told with':40}{'odd %':>8}  reasons in %")
    for name, disguise in disguises.items():
        told = disguise(trips, np.random.default_rng(seed))
        result, found = judged(told), Found()
        found.add(result.improbability, result.signs)
        print(f"{name:40}{found.odd:8.2f}  {found.why()}", flush=True)
        if fakes:
            missed(told, fakes)


def main() -> None:
    """Print a table for each city."""
    parser = argparse.ArgumentParser(description="Honest trips as other cities tell them, called odd.")
    parser.add_argument("--data", type=Path, required=True, help="folder with nyc.npz and porto.npz")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--fakes", action="store_true", help="also make fakes and accidents of the tracks")
    options = parser.parse_args()
    for name in ("nyc.npz", "porto.npz"):
        if not (options.data / name).is_file():
            parser.error(f"expected {options.data / name}, found no such file; give the folder that holds it")
    print(json.dumps({"bench": "trip_disguises"} | surroundings(["ringfence", "numpy", "numba"])), flush=True)
    table("nyc", without_tracks(options.data / "nyc.npz"), OF_CLAIMS, options.seed)
    table(
        "porto",
        with_tracks(options.data / "porto.npz"),
        OF_TRACKS,
        options.seed,
        (1, 2) if options.fakes else (),
    )


if __name__ == "__main__":
    main()
