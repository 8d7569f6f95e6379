"""The baseline every method must beat: connected components over shared devices and cards."""

from __future__ import annotations

from collections.abc import Iterable

import networkx as nx

from gnn.evaluation.detection import Detection, ReportedRing
from gnn.evaluation.history import History

SMALLEST_RING = 5
"""Pairs, families and flats of three or four are left out: reporting them halves the baseline's precision."""


def components(history: History, hub_limit: int | None = None) -> Detection:
    """Accounts joined by any device or card they share; components of five or more are its rings.

    An account scores 1 - 1 / (size of its component), so that larger components rank first: the best
    order that components alone can give. ``hub_limit`` ignores a device or card with more sharers than
    that. It looks at the whole file at once and flags nobody on the way. Cost: O(links).
    """
    graph: nx.Graph[str] = nx.Graph()
    for accounts in _shared(history, hub_limit):
        first, *others = sorted(accounts)
        graph.add_edges_from((first, other) for other in others)
    joined = sorted(sorted(component) for component in nx.connected_components(graph))
    name = "components" if hub_limit is None else f"components <={hub_limit}"
    return Detection(
        method=name,
        rings=tuple(
            ReportedRing(f"component_{number:06d}", None, frozenset(accounts))
            for number, accounts in enumerate(joined)
            if len(accounts) >= SMALLEST_RING
        ),
        scores={account: 1 - 1 / len(accounts) for accounts in joined for account in accounts},
        first_flag_ms=None,
    )


def _shared(history: History, hub_limit: int | None) -> Iterable[set[str]]:
    return (
        accounts
        for accounts in history.sharers.values()
        if len(accounts) > 1 and (hub_limit is None or len(accounts) <= hub_limit)
    )
