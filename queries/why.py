"""Why two entities are linked: the strongest paths between them.

The walk goes out from both ends, one hop of the smaller side at a time, and does not follow hubs. Among what
was seen the paths are weighed: a link costs 1 + log2(links of its busier end) / 2, so that a card of two
accounts says more than an address of ninety; a ride, a referral or a promotion taken costs
log2(how often) / 2 less, but never less than 1. Strength is 2 to the power of (1 - cost of the path). Paths
in the order of cost: Yen, "Finding the K Shortest Loopless Paths in a Network", Management Science 17(11),
1971 (igraph's).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, cast

from graph.model.vocabulary import IDENTITY_LINKS, LinkKind
from graph.stores.port import Value
from queries.around import FOLD_LIMIT
from queries.walk import MOST_ENTITIES, Reads, Step, Surroundings, Walked, key_of, parted, whole

MOST_HOPS: Final = 8
MOST_PATHS: Final = 20
STRENGTH_DIGITS: Final = 6
COST_DIGITS: Final = 9
INTERACTIONS: Final = frozenset(LinkKind) - frozenset(IDENTITY_LINKS.values())


def why(reads: Reads, parameters: Mapping[str, Value]) -> Walked:
    """The rows of the question ``why``; no rows when there is no path within the bounds."""
    left, right = _key(cast(str, parameters["a"])), _key(cast(str, parameters["b"]))
    hops = whole(parameters, "hops", MOST_HOPS)
    most = whole(parameters, "paths", MOST_PATHS)
    seen = Surroundings(reads, whole(parameters, "fold", FOLD_LIMIT))
    stopped = _meet(seen, left, right, hops)
    paths = _paths(seen, left, right, hops, most)
    rows = []
    for number, (cost, steps) in enumerate(paths, 1):
        strength = round(2 ** (1 - cost), STRENGTH_DIGITS)
        for place, step in enumerate(steps, 1):
            rows.append(
                (
                    *(number, strength, place, step.key, step.link, step.other, step.first_ms, step.last_ms),
                    *(step.events, step.money, _events(reads, step)),
                )
            )
    folded = sorted(key for key in seen.degree if seen.is_folded(key))
    notes = [f"{len(folded):,} with more than {seen.fold} links were not followed"] if folded else []
    if stopped:
        notes.append(f"the search was stopped after {len(seen.degree):,} entities")
    return Walked(rows, len(rows), stopped, tuple(notes))


def _key(given: str) -> str:
    return given if ":" in given else key_of("account", given)


def _meet(seen: Surroundings, left: str, right: str, hops: int) -> bool:
    """Walk from both ends until ``hops`` links lie between them at most. Whether the bounds stopped it."""
    sides = [({left}, [left]), ({right}, [right])]
    for _ in range(hops):
        side = 0 if len(sides[0][1]) <= len(sides[1][1]) else 1
        known, edge = sides[side]
        if not edge:
            side = 1 - side
            known, edge = sides[side]
        seen.count(edge)
        end = (left, right)[side]
        always = end if seen.degree.get(end, 0) <= FOLD_LIMIT else None
        ahead = sum(seen.degree[key] for key in edge if not seen.is_folded(key))
        if len(known) > 1 and len(seen.degree) + ahead > MOST_ENTITIES:
            seen.count([*sides[0][0], *sides[1][0]])
            return True
        fresh = sorted({step.other for step in seen.follow(edge, always) if step.other not in known})
        known.update(fresh)
        sides[side] = (known, fresh)
        if len(seen.degree) + len(fresh) > MOST_ENTITIES:
            seen.count([*sides[0][0], *sides[1][0]])
            return True
    seen.count([*sides[0][0], *sides[1][0]])
    return False


def _paths(seen: Surroundings, left: str, right: str, hops: int, most: int) -> list[tuple[float, list[Step]]]:
    """The cheapest paths of the links seen, each as its links from left to right."""
    links: dict[tuple[str, str], Step] = {}
    for key in sorted(seen.steps):
        for step in seen.steps[key]:
            ends = (min(key, step.other), max(key, step.other))
            held = links.get(ends)
            if held is None or (_cost(seen, step), step.link) < (_cost(seen, held), held.link):
                links[ends] = step
    import igraph  # noqa: PLC0415 (slow to load)

    names = sorted({name for ends in links for name in ends} | {left, right})
    number = {name: n for n, name in enumerate(names)}
    ordered = sorted(links)
    graph = igraph.Graph(n=len(names), edges=[(number[a], number[b]) for a, b in ordered])
    costs = [round(_cost(seen, links[ends]), COST_DIGITS) for ends in ordered]
    if left == right or graph.distances(number[left], number[right])[0][0] == math.inf:
        return []
    found = []
    for path in graph.get_k_shortest_paths(
        number[left], number[right], k=most, weights=costs, output="epath"
    ):
        at, steps = left, []
        for edge in path:
            ends = ordered[edge]
            steps.append(_turned(links[ends], at))
            at = ends[1] if at == ends[0] else ends[0]
        if len(steps) <= hops:
            found.append((round(math.fsum(_cost(seen, step) for step in steps), COST_DIGITS), steps))
    found.sort(key=lambda path: (path[0], [(step.key, step.other) for step in path[1]]))
    return found


def _cost(seen: Surroundings, step: Step) -> float:
    shared = max(seen.degree.get(step.key, 1), seen.degree.get(step.other, 1), 1)
    ends = [key for key in (step.key, step.other) if parted(key)[0] != "account"]
    if step.link in INTERACTIONS:
        return max(1.0, 1 + (math.log2(shared) - math.log2(max(1, step.events))) / 2)
    return 1 + math.log2(max(1, seen.degree.get(ends[0], 1) if ends else shared)) / 2


def _turned(step: Step, start: str) -> Step:
    return (
        step if step.key == start else step._replace(key=step.other, other=step.key, is_out=not step.is_out)
    )


def _events(reads: Reads, step: Step) -> list[object]:
    source, target = (step.key, step.other) if step.is_out else (step.other, step.key)
    if step.link not in ("rode_with", "redeemed"):
        return []
    asked: dict[str, Value] = {"source": parted(source)[1], "target": parted(target)[1], "link": step.link}
    return [row[0] for row in reads("source-events", asked).rows]
