"""R-precision: of the R best-ranked candidates, the share that belongs, where R is how many belong.

Candidates of equal score stand in no order: the figure is the mean over all orders of them, so that it
depends neither on how the candidates were listed nor on a draw.
"""

from __future__ import annotations

import numpy as np

from gnn.completion.relations import Floats, Mask


def r_precision(scores: Floats, belongs: Mask) -> float:
    """In 0..1. Raises ``ValueError`` where no one belongs. O(n log n).

    >>> r_precision(np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False]))
    0.75
    """
    wanted = int(belongs.sum())
    if not wanted:
        raise ValueError("expected at least one candidate that belongs, found none; leave the ring out")
    edge = np.sort(scores)[-wanted]
    above, level = scores > edge, scores == edge
    room = wanted - int(above.sum())
    return float((belongs[above].sum() + room * belongs[level].mean()) / wanted)
