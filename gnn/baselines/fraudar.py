"""A baseline: dense blocks of riders and drivers, whatever else they do (FRAUDAR, Hooi et al., KDD 2016).

A ride counts 1 / log(x + 5), x being how many rides its driver has, so that riding with everybody's driver
says little. The greedy peel takes away whoever has least left and keeps the stage with the largest sum by
account; its density is at least half of the best. The next block is sought among the rides that remain.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

LEAST = 3
"""Accounts of the smallest block that is reported."""


@dataclass(frozen=True, slots=True)
class Block:
    """Riders and drivers of one dense block; ``density`` is the weight of their rides by account."""

    density: float
    accounts: frozenset[str]


def dense_blocks(rides: Mapping[tuple[str, str], int], blocks: int) -> list[Block]:
    """At most ``blocks`` blocks of (rider, driver) counts, densest first. O(blocks * rides log rides)."""
    popular: Counter[str] = Counter()
    for (_, driver), count in rides.items():
        popular[driver] += count
    left = {
        (f"r {rider}", f"d {driver}"): count / math.log(popular[driver] + 5)
        for (rider, driver), count in sorted(rides.items())
    }
    found: list[Block] = []
    while left and len(found) < blocks:
        block = _densest(left)
        left = {pair: weight for pair, weight in left.items() if not block.accounts.issuperset(pair)}
        accounts = frozenset(name[2:] for name in block.accounts)
        if len(accounts) >= LEAST:
            found.append(Block(block.density, accounts))
    return found


def _densest(rides: Mapping[tuple[str, str], float]) -> Block:
    near: dict[str, dict[str, float]] = defaultdict(dict)
    for (rider, driver), weight in rides.items():
        near[rider][driver] = weight
        near[driver][rider] = weight
    held = {node: sum(ties.values()) for node, ties in near.items()}
    total = sum(rides.values())
    waiting = [(weight, node) for node, weight in held.items()]
    heapq.heapify(waiting)
    gone: list[str] = []
    best, best_at = total / len(held), 0
    size = len(held)
    while size > 1:
        weight, node = heapq.heappop(waiting)
        if node not in held or weight != held[node]:
            continue
        total -= held.pop(node)
        size -= 1
        gone.append(node)
        for other, tie in near[node].items():
            if other in held:
                held[other] -= tie
                heapq.heappush(waiting, (held[other], other))
        if total / size > best:
            best, best_at = total / size, len(gone)
    return Block(best, frozenset(near).difference(gone[:best_at]))
