"""Ties drawn anew: what a model still finds on them is not what the ties say."""

from __future__ import annotations

import numpy as np

from gnn.completion.relations import Rows


def drawn_anew(target: Rows, relation: Rows, seed: int) -> Rows:
    """Targets permuted inside each relation: every node keeps how many ties of a kind it sends and receives.

    Who is tied to whom is gone. Ties that fall together stay apart; loops are left to the graph. O(ties).
    """
    draw = np.random.default_rng(seed)
    mixed = target.copy()
    for kind in np.unique(relation):
        rows = np.flatnonzero(relation == kind)
        mixed[rows] = target[draw.permutation(rows)]
    return mixed
