"""Updates per second of the exact components, beside recomputing with networkx and beside union-find.

A window of links is filled, then slides: one link goes, one comes. Two shapes: ``groups`` (links inside
groups of a few accounts and identifiers, as clusters are) and ``giant`` (links anywhere, so that one
component holds most of the graph: the worst case). One line of JSON for each shape and size, with the
median of ``--repeats`` runs:

* ``fill``: insertions into an empty structure by ``graph.components.Components``, and ``union_find_fill``:
  the same by union-find with path halving and union by size, which cannot delete and so cannot slide;
* ``slide``: insertions and deletions by Components, components right after every one;
* ``networkx_every_update``: the same, components recomputed after every update, on ``EXACT_UPDATES`` updates;
* ``networkx_every_1000``: the same, recomputed after every 1,000, so right only now and then.

A rate is updates per second, an update being one insertion or one deletion.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import Final

import networkx as nx
from surroundings import rate, surroundings

from graph.components import Components

EXACT_UPDATES: Final = 10
SLIDES: Final = 5_000
GROUP: Final = 6

Link = tuple[int, int]


def links(shape: str, number: int, size: int, seed: int) -> list[Link]:
    """``number`` links between accounts (even numbers) and identifiers (odd), for a window of ``size``."""
    draw = random.Random(seed)
    made = []
    for _ in range(number):
        account = draw.randrange(size // 2)
        if shape == "groups":
            identifier = account - account % GROUP + draw.randrange(GROUP)
        else:
            identifier = draw.randrange(size // 2)
        made.append((2 * account, 2 * identifier + 1))
    return made


def fill(stream: Sequence[Link]) -> Components:
    """Components of all links of the stream."""
    components = Components()
    for left, right in stream:
        components.connect(left, right)
    return components


def union_find(stream: Sequence[Link]) -> dict[int, int]:
    """The parents of a union-find over all links of the stream."""
    parent: dict[int, int] = {}
    size: dict[int, int] = {}

    def root(node: int) -> int:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    for left, right in stream:
        a, b = root(left), root(right)
        if a != b:
            if size.get(a, 1) < size.get(b, 1):
                a, b = b, a
            parent[b] = a
            size[a] = size.get(a, 1) + size.get(b, 1)
    return parent


def sliding(stream: Sequence[Link], window: int, slides: int) -> Iterator[tuple[Link, bool]]:
    """Updates that slide the window: (link, whether it comes)."""
    for number in range(slides):
        yield stream[number], False
        yield stream[window + number], True


def slide(components: Components, updates: Sequence[tuple[Link, bool]]) -> None:
    """Follow the updates exactly."""
    for (left, right), comes in updates:
        if comes:
            components.connect(left, right)
        else:
            components.disconnect(left, right)


def slide_networkx(graph: nx.MultiGraph, updates: Sequence[tuple[Link, bool]], every: int) -> None:
    """Follow the updates; recompute all components after every so many."""
    for number, ((left, right), comes) in enumerate(updates, 1):
        if comes:
            graph.add_edge(left, right)
        else:
            graph.remove_edge(left, right)
        if number % every == 0:
            sum(1 for _ in nx.connected_components(graph))


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes on the clock."""
    started = perf_counter()
    work()
    return perf_counter() - started


def measure(shape: str, size: int, seed: int, repeats: int) -> dict[str, object]:
    """Every measure on one shape and size."""
    stream = links(shape, size + SLIDES, size, seed)
    window, updates = stream[:size], list(sliding(stream, size, SLIDES))
    names = ("fill", "union_find_fill", "slide", "networkx_every_1000", "networkx_every_update")
    taken: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(repeats):
        taken["fill"].append(seconds(lambda: fill(window)))
        taken["union_find_fill"].append(seconds(lambda: union_find(window)))
        components = fill(window)
        taken["slide"].append(seconds(lambda: slide(components, updates)))  # noqa: B023
        graph = nx.MultiGraph(window)
        taken["networkx_every_1000"].append(seconds(lambda: slide_networkx(graph, updates, 1000)))  # noqa: B023
        graph = nx.MultiGraph(window)
        few = updates[:EXACT_UPDATES]
        taken["networkx_every_update"].append(seconds(lambda: slide_networkx(graph, few, 1)))  # noqa: B023
    done = {"fill": size, "union_find_fill": size, "networkx_every_update": EXACT_UPDATES}
    sizes = [components.size(label) for label in components.labels()]
    return {
        "links": size,
        "components": len(sizes),
        "largest_component": max(sizes),
        "rates": {name: rate(done.get(name, len(updates)), taken[name]) for name in names},
    }


def main() -> None:
    """Print one line of JSON for each shape and size."""
    parser = argparse.ArgumentParser(description="Updates per second of components and their rivals.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    options = parser.parse_args()
    for shape in ("groups", "giant"):
        for size in options.sizes:
            around = surroundings(["networkx"])
            found = measure(shape, size, options.seed, options.repeats)
            case = {"bench": "components", "case": f"{shape} {size}", "seed": options.seed}
            print(json.dumps(case | found | around), flush=True)


if __name__ == "__main__":
    main()
