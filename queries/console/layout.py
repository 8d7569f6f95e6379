"""Where nodes lie on the canvas: laid out here, so that the same scene is the same picture everywhere.

Fruchterman and Reingold, "Graph Drawing by Force-directed Placement", Software: Practice and Experience
21(11), 1991, as igraph has it (its grid variant beyond ``GRID`` nodes), from nodes on a spiral of the
golden angle, with a seed. What was laid stays; what joins later lies outside it, beside what it was
unfolded from.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Final

GRID: Final = 600
ROUNDS: Final = 300
LENGTH: Final = 110.0
"""The middle length of an edge, in pixels at zoom 1."""
APART: Final = 62.0
"""Between neighbours that were unfolded together."""
_SEED: Final = 0
_DRAWING: Final = Lock()
"""igraph's generator is one for the whole process."""
_GOLDEN: Final = math.pi * (3 - math.sqrt(5))
Place = tuple[float, float]


def laid_out(keys: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, Place]:
    """A place for every key. O(rounds * n^2), beyond ``GRID`` nodes O(rounds * n); 0.2 s for 1,000 nodes."""
    import igraph  # noqa: PLC0415 (slow to load)

    number = {key: n for n, key in enumerate(keys)}
    inside = sorted({(number[a], number[b]) for a, b in edges if a != b})
    graph = igraph.Graph(n=len(keys), edges=inside)
    seed = [_spiral(n, 1.0) for n in range(len(keys))]
    with _DRAWING:
        igraph.set_random_number_generator(random.Random(_SEED))
        laid = graph.layout_fruchterman_reingold(seed=seed, niter=ROUNDS, grid=len(keys) > GRID)
        igraph.set_random_number_generator(random)
    lengths = sorted(math.dist(laid[a], laid[b]) for a, b in inside)
    factor = LENGTH / max(lengths[len(lengths) // 2], 1e-6) if lengths else LENGTH
    return {key: (round(laid[n][0] * factor, 1), round(laid[n][1] * factor, 1)) for key, n in number.items()}


def beside(placed: Mapping[str, Place], parent: str, fresh: Sequence[str]) -> dict[str, Place]:
    """A place for every fresh key: a spiral outside of all that is placed, in the direction of the parent."""
    count = len(placed)
    center = (sum(x for x, _ in placed.values()) / count, sum(y for _, y in placed.values()) / count)
    radius = max(math.dist(center, place) for place in placed.values())
    away = (placed[parent][0] - center[0], placed[parent][1] - center[1])
    length = math.hypot(*away)
    way = (away[0] / length, away[1] / length) if length > 0 else (1.0, 0.0)
    reach = radius + APART * (1.5 + math.sqrt(len(fresh)))
    middle = (center[0] + way[0] * reach, center[1] + way[1] * reach)
    found = {}
    for n, key in enumerate(fresh):
        x, y = _spiral(n, APART)
        found[key] = (round(middle[0] + x, 1), round(middle[1] + y, 1))
    return found


def _spiral(n: int, apart: float) -> Place:
    reach, angle = apart * math.sqrt(n), n * _GOLDEN
    return reach * math.cos(angle), reach * math.sin(angle)
