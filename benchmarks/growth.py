"""Growth never forgives: a group is found at every size, and an honest one as large is left alone, or not.

One group of people (``benchmarks.groups.frauds``, ``benchmarks.groups.honest``) is told beside a quiet city
and the engine reads the whole with the scorer that ships. For each scheme one line of JSON with what stands
at the end for every size:

* of a scheme of fraud, ``overlap``: Jaccard overlap of the ring that is most like the group; it is ``right``
  from 0.8 on;
* of honest people, ``accused``: members in rings that hold three or more of them; it is ``right`` when there
  is none;
* of both, ``flagged``: members named by any flag on the way, and ``elsewhere``: rings open at the end that
  hold nobody of the group.

A table follows. Its last column says from which size on every larger group of frauds is found, and at which
sizes honest people are accused: growing must never hide a group, and never make one. Run it from the
repository's root: ``python -m benchmarks.growth``.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Mapping, Sequence
from functools import cache
from time import perf_counter
from typing import Any, Final

from benchmarks.groups.city import City, quiet_city
from benchmarks.groups.frauds import FRAUDS, Scheme
from benchmarks.groups.honest import HONEST, TAKES_MONTHS
from benchmarks.groups.standing import FOUND, accused, best_overlap, found_from
from benchmarks.groups.stream import Stream, in_order
from benchmarks.surroundings import surroundings
from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig

SIZES: Final = (6, 8, 10, 12, 16, 24, 50, 100, 200, 300, 500, 1000)
DAYS: Final = 28.0
MONTHS_DAYS: Final = 84.0
SCHEMES: Final = {scheme.__name__: scheme for scheme in (*FRAUDS, *HONEST)}
city_of = cache(quiet_city)


def measure(scheme: Scheme, size: int, city: City, seed: int) -> dict[str, Any]:
    """What the engine says of one group in one city."""
    stream = Stream("group ")
    group = scheme(stream, random.Random(f"{scheme.__name__} {size} {seed}"), city, size)
    events, engine = in_order(city.stream, stream), Engine(EngineConfig(), load_scorer())
    started = perf_counter()
    outcome = engine.apply(events)
    seconds = perf_counter() - started
    standing = engine.rings()
    rings = [frozenset(ring.accounts) for ring in standing]
    overlap, in_rings = best_overlap(rings, group), accused(rings, group)
    ours = [ring for ring in standing if not group.isdisjoint(ring.accounts)]
    flagged = {name for flag in outcome.flags for name in flag.accounts}
    return {
        "size": size,
        "right": overlap >= FOUND if scheme in FRAUDS else in_rings == 0,
        "overlap": round(overlap, 3),
        "accused": in_rings,
        "flagged": len(group & flagged),
        "rings": [
            {"kind": ring.kind, "score": round(ring.score, 3), "accounts": len(ring.accounts)}
            for ring in ours
        ],
        "elsewhere": len(standing) - len(ours),
        "events": len(events),
        "seconds": round(seconds, 2),
    }


def table(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """A line for each scheme: the overlap of frauds, the accused among honest people, ``.`` for none."""
    sizes = sorted({each["size"] for measured in found.values() for each in measured})
    columns = "".join(f"{size:>6}" for size in sizes)
    lines = []
    for title, schemes in (("overlap", FRAUDS), ("accused", HONEST)):
        lines.append(f"{title:20}{columns}  " + ("found from" if schemes is FRAUDS else "accused at"))
        for name in (scheme.__name__ for scheme in schemes if scheme.__name__ in found):
            by_size = {each["size"]: each for each in found[name]}
            cells = "".join(f"{_cell(by_size.get(size), SCHEMES[name] in FRAUDS):>6}" for size in sizes)
            lines.append(f"  {name:18}{cells}  {_summary(found[name], SCHEMES[name] in FRAUDS)}")
    return "\n".join(lines)


def _summary(measured: Sequence[Mapping[str, Any]], fraud: bool) -> str:
    if fraud:
        return str(found_from({each["size"]: each["right"] for each in measured}) or "never")
    return ", ".join(str(each["size"]) for each in measured if not each["right"]) or "none"


def _cell(measured: Mapping[str, Any] | None, fraud: bool) -> str:
    if measured is None:
        return ""
    if fraud:
        return f"{measured['overlap']:.2f}" if measured["overlap"] else "."
    return str(measured["accused"]) if measured["accused"] else "."


def main() -> None:
    """Print one line of JSON for each scheme, then the table of all."""
    parser = argparse.ArgumentParser(description="Groups of growing size: found, or left alone.")
    parser.add_argument("--schemes", nargs="+", choices=sorted(SCHEMES), default=list(SCHEMES))
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--riders", type=int, default=400, help="ordinary riders of the city")
    parser.add_argument("--drivers", type=int, default=40, help="ordinary drivers of the city")
    options = parser.parse_args()
    print(json.dumps({"bench": "growth"} | surroundings(["ringfence", "numpy", "numba"])), flush=True)
    found: dict[str, list[dict[str, Any]]] = {}
    for name in options.schemes:
        days = MONTHS_DAYS if SCHEMES[name] in TAKES_MONTHS else DAYS
        city = city_of(options.riders, options.drivers, days, options.seed)
        found[name] = [measure(SCHEMES[name], size, city, options.seed) for size in sorted(options.sizes)]
        fraud = SCHEMES[name] in FRAUDS
        line = {"bench": "growth", "scheme": name, "fraud": fraud, "summary": _summary(found[name], fraud)}
        print(json.dumps(line | {"sizes": found[name]}), flush=True)
    print(table(found))


if __name__ == "__main__":
    main()
