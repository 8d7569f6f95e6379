"""Everything around an entity, hop by hop; hubs are named and not followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from graph.stores.port import Value
from queries.walk import MOST_ENTITIES, Reads, Step, Surroundings, Walked, key_of, parted, whole

MOST_HOPS: Final = 3
FOLD_LIMIT: Final = 2_000


def around(reads: Reads, parameters: Mapping[str, Value]) -> Walked:
    """The rows of the question ``around``; a breadth-first walk, two reads a hop."""
    start = key_of(cast(str, parameters["kind"]), cast(str, parameters["id"]))
    hops = whole(parameters, "hops", MOST_HOPS)
    limit = cast(int, parameters["limit"])
    seen = Surroundings(reads, whole(parameters, "fold", FOLD_LIMIT))
    seen.count([start])
    if seen.degree[start] > FOLD_LIMIT:
        return Walked(
            (), 0, True, (f"{start} has {seen.degree[start]:,} links and is a hub; ask shared or links",)
        )
    found: dict[str, tuple[int, Step]] = {}
    edge, stopped = [start], False
    for hop in range(1, hops + 1):
        if len(found) > MOST_ENTITIES:
            stopped = True
            break
        nearest: dict[str, Step] = {}
        for step in seen.follow(edge, always=start):
            if step.other != start and step.other not in found:
                best = nearest.get(step.other)
                if best is None or (-step.last_ms, step.key, step.link) < (
                    -best.last_ms,
                    best.key,
                    best.link,
                ):
                    nearest[step.other] = step
        found.update({key: (hop, step) for key, step in nearest.items()})
        edge = sorted(nearest)
    seen.count(found)
    order = sorted(found, key=lambda key: (found[key][0], *parted(key)))[:limit]
    accounts = [parted(key)[1] for key in order if parted(key)[0] == "account"]
    rings = {row[0]: row[3] for row in reads("open-rings", {"accounts": accounts}).rows}
    rows = [
        (
            *(hop, *parted(key), seen.degree[key], seen.is_folded(key), step.key, step.link),
            *(step.events, step.last_ms, rings.get(parted(key)[1]) if parted(key)[0] == "account" else None),
        )
        for key in order
        for hop, step in (found[key],)
    ]
    folded = sum(seen.is_folded(key) for key in found)
    notes = [f"{folded:,} with more than {seen.fold} links were not followed"] if folded else []
    if stopped:
        notes.append(f"no further hop was taken after {len(found):,} entities")
    return Walked(rows, len(found), stopped, tuple(notes))
