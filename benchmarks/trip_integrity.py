"""Real trips, what is done to them, and how many the engine calls odd: honest and fake side by side.

``--data FOLDER`` holds ``nyc.npz`` (claims: ``ts_ms`` of the end, ``fare``, ``distance_km``, ``duration_s``,
``pickup_lat``, ``pickup_lon``, ``dropoff_lat``, ``dropoff_lon``, NaN where missing) and ``porto.npz`` (fixes
of trip n: ``ping_ptr[n]:ping_ptr[n + 1]`` of ``ping_ts_ms``, ``ping_lat``, ``ping_lon``; its claims are those
of the track). Nobody cheats in them. Fakes and accidents are made of a tenth of the trips over 2 km with six
fixes or more, one sort at a time, in the middle of all others (``benchmarks.trips.changes``), for each of
``--seeds``.

Every second trip was looked at when the constants were chosen; the figures are those of the others, with
``--half first`` those of the ones looked at. A trip is called odd when its improbability is 0.5 or more. The
tracks are also read with every second and every fourth fix, as in a city whose phones report less often, and
with the ends of the trips unknown. Last comes how often the probabilities come true, when fakes of every sort
are weighed to be one trip in a hundred.

Run it from the repository's root: ``python -m benchmarks.trip_integrity --data FOLDER``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.surroundings import surroundings
from benchmarks.trips.changes import ACCIDENTS, FAKES, Change
from benchmarks.trips.judge import judged
from benchmarks.trips.tracks import Floats, Trip, with_tracks, without_tracks
from graph.model.vocabulary import TripReason
from graph.updates.signs import TOLD

ODD: Final = 0.5
SHARE: Final = 0.1
"""Of the trips that qualify, those that something is done to."""
UNKNOWN: Final = (float("nan"), float("nan"))
EDGES: Final = (0.0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1.0)
REASONS: Final = tuple(TripReason)


@dataclass
class Found:
    """Improbabilities and reasons of trips of one sort, over all seeds."""

    improbable: list[Floats] = field(default_factory=list)
    signs: list[Floats] = field(default_factory=list)

    def add(self, improbable: Floats, signs: Floats) -> None:
        """Those of one more seed."""
        self.improbable.append(improbable)
        self.signs.append(signs)

    @property
    def odd(self) -> float:
        """The share called odd, in percent."""
        return 100 * float((np.concatenate(self.improbable) >= ODD).mean())

    def why(self) -> str:
        """In how many percent each reason was given, most frequent first."""
        share = 100 * (np.concatenate(self.signs) >= TOLD).mean(axis=0)
        order = [n for n in np.argsort(-share, kind="stable") if share[n] >= 0.5]
        return ", ".join(f"{REASONS[n].value} {share[n]:.0f}" for n in order)


def changed(trips: Sequence[Trip], change: Change, seed: int) -> tuple[list[Trip], npt.NDArray[np.bool_]]:
    """The trips, a tenth of those that qualify changed, and which these are."""
    draw = np.random.default_rng(seed)
    able = np.array([n for n, trip in enumerate(trips) if trip.qualifies])
    chosen = np.sort(draw.choice(able, max(1, round(SHARE * len(able))), replace=False))
    told, mask = list(trips), np.zeros(len(trips), bool)
    others = np.setdiff1d(able, chosen)
    for n in chosen.tolist():
        begins = trips[n].began_s - 600
        earlier = [trips[k] for k in others if trips[k].began_s + trips[k].seconds < begins] or [trips[n]]
        told[n] = change(trips[n], draw, earlier)
        mask[n] = told[n] is not trips[n]
    return told, mask


def measure(trips: Sequence[Trip], change: Change, seeds: Sequence[int], half: int) -> tuple[Found, Found]:
    """What is found of the changed trips, and of the others beside them."""
    ours, others = Found(), Found()
    looked_at = np.arange(len(trips)) % 2 != half
    for seed in seeds:
        told, mask = changed(trips, change, seed)
        result = judged(told)
        for found, which in ((ours, mask & ~looked_at), (others, ~mask & ~looked_at)):
            found.add(result.improbability[which], result.signs[which])
    return ours, others


def reliability(fakes: Sequence[Found], honest: Found) -> list[str]:
    """Predicted and found shares of fakes by predicted probability, fakes one trip in a hundred."""
    theirs = np.concatenate([each for found in fakes for each in found.improbable])
    others = np.concatenate(honest.improbable)
    weight = len(others) / 99 / len(theirs)
    lines = []
    for low, high in pairwise(EDGES):
        bad = theirs[(theirs >= low) & (theirs < high)]
        good = others[(others >= low) & (others < high)]
        mass = weight * len(bad) + len(good)
        if mass:
            said = (weight * bad.sum() + good.sum()) / mass
            lines.append(f"{low:9.2f}{said:11.3f}{weight * len(bad) / mass:8.3f}{len(bad):8}{len(good):8}")
    return lines


def table(city: str, trips: Sequence[Trip], seeds: Sequence[int], half: int) -> None:
    """Print the lines of one city."""
    honest = Found()
    result = judged(trips)
    rest = np.arange(len(trips)) % 2 == half
    honest.add(result.improbability[rest], result.signs[rest])
    print(f"\n{city}: {len(trips)} trips, {sum(trip.qualifies for trip in trips)} to choose from")
    print(f"{'called odd':32}{'now %':>8}{'wanted':>10}{'honest %':>10}  reasons in %")
    print(f"{'honest':32}{honest.odd:8.2f}{'<= 1':>10}{'':10}  {honest.why()}")
    if not any(trip.qualifies for trip in trips):
        prices = result.prices
        print(f"{'fare: base, a km, a minute':32}" + "".join(f"{price:8.3f}" for price in prices))
        return
    fakes, beside = [], Found()
    for name, (change, least) in FAKES.items():
        ours, others = measure(trips, change, seeds, half)
        fakes.append(ours)
        beside.improbable += others.improbable
        print(f"{name:32}{ours.odd:8.1f}{f'>= {least:g}':>10}{others.odd:10.2f}  {ours.why()}")
    for name, (change, most) in ACCIDENTS.items():
        ours, others = measure(trips, change, seeds, half)
        print(f"{name:32}{ours.odd:8.1f}{f'<= {most:g}':>10}{others.odd:10.2f}  {ours.why()}")
    print(f"{'from':>9}{'predicted':>11}{'found':>8}{'fakes':>8}{'honest':>8}")
    print("\n".join(reliability(fakes, beside)), flush=True)


def main() -> None:
    """Print a table for each city."""
    parser = argparse.ArgumentParser(description="Real trips, fakes of them, and how many are called odd.")
    parser.add_argument("--data", type=Path, required=True, help="folder with nyc.npz and porto.npz")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--half", choices=["first", "second"], default="second", help="which trips to print")
    options = parser.parse_args()
    for name in ("nyc.npz", "porto.npz"):
        if not (options.data / name).is_file():
            parser.error(f"expected {options.data / name}, found no such file; give the folder that holds it")
    print(json.dumps({"bench": "trip_integrity"} | surroundings(["ringfence", "numpy", "numba"])), flush=True)
    half = 0 if options.half == "first" else 1
    table("nyc", without_tracks(options.data / "nyc.npz"), options.seeds, half)
    tracks = with_tracks(options.data / "porto.npz")
    table("porto", tracks, options.seeds, half)
    endless = [replace(trip, pickup=UNKNOWN, dropoff=UNKNOWN) for trip in tracks]
    table("porto, ends unknown", endless, options.seeds, half)
    for number in (2, 4):
        rarer = [trip.every(number) for trip in tracks]
        table(f"porto, one fix in {number}", rarer, options.seeds, half)


if __name__ == "__main__":
    main()
