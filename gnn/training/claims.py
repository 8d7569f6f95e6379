"""Parts that share nothing: who stands on two sides is left out of one of them.

Candidates overlap: circles share busy drivers, and through them nearly everything hangs together, so whole
families cannot be kept on one side. Instead each part claims what its candidates own, rings before
honest ones and later parts before earlier ones, and a candidate that owns something claimed by another
part is left out. Rings are few and are kept where possible; what is lost are honest candidates beside a
ring of another part, and earlier candidates that live on in a later part.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gnn.tensors.snapshot import Example


def kept_apart(examples: Sequence[Example], part: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Which examples may stay in their ``part`` (a negative one: in none). O(things owned)."""
    order = sorted(
        (n for n in range(len(examples)) if part[n] >= 0),
        key=lambda n: (not examples[n].is_ring, -part[n], n),
    )
    claimed: dict[str, int] = {}
    keep = np.zeros(len(examples), bool)
    for n in order:
        things = (f"group {examples[n].group}", *examples[n].owned)
        if all(claimed.get(thing, part[n]) == part[n] for thing in things):
            claimed.update(dict.fromkeys(things, part[n]))
            keep[n] = True
    return keep
