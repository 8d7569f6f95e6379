"""Accounts that use the same things, weighed by how rare the things are.

Adamic and Adar, "Friends and neighbors on the Web", Social Networks 25(3), 2003, with log2(1 + users) so
that a thing of one user is no division by zero.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import cast

from graph.stores.port import Value
from queries.around import FOLD_LIMIT
from queries.walk import Reads, Surroundings, Walked, key_of, parted, whole

LIKENESS_DIGITS = 6


def like(reads: Reads, parameters: Mapping[str, Value]) -> Walked:
    """The rows of the question ``like``."""
    start = key_of("account", cast(str, parameters["account_id"]))
    limit = cast(int, parameters["limit"])
    seen = Surroundings(reads, whole(parameters, "fold", FOLD_LIMIT))
    things = sorted({s.other for s in seen.follow([start], always=start) if parted(s.other)[0] != "account"})
    shared: dict[str, dict[str, None]] = {}
    for step in seen.follow(things):
        if step.other != start:
            shared.setdefault(step.other, {})[step.key] = None
    likeness = {
        other: round(math.fsum(1 / math.log2(1 + seen.degree[thing]) for thing in common), LIKENESS_DIGITS)
        for other, common in shared.items()
    }
    order = sorted(shared, key=lambda other: (-likeness[other], other))[:limit]
    facts = {
        row[0]: row[1:] for row in reads("open-rings", {"accounts": [parted(key)[1] for key in order]}).rows
    }
    rows = [
        (parted(key)[1], likeness[key], sorted(shared[key]), *facts.get(parted(key)[1], (None, None, None)))
        for key in order
    ]
    folded = [thing for thing in things if seen.is_folded(thing)]
    notes = (f"used by more than {seen.fold} accounts and left out: {', '.join(folded)}",) if folded else ()
    return Walked(rows, len(shared), False, notes)
