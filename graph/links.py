"""Codes of the link kinds, and the integers in which links sum money."""

from __future__ import annotations

from typing import Final

import numpy as np

from graph.kernel import kernel
from graph.vocabulary import LinkKind

LINK_KINDS: Final = tuple(LinkKind)
LINK_CODE: Final = {kind: code for code, kind in enumerate(LINK_KINDS)}
MONEY_SCALE: Final = 10_000
"""Money is summed as integers in 1/10,000 of the main unit, so that sums do not depend on order."""
MAX_MONEY: Final = 1e9
"""An amount beyond this counts as this: sums stay exact in 64 bits for a million such amounts."""


@kernel
def to_units(amount: float) -> int:
    """An amount of money in the integers that links sum; an absent one is nothing."""
    if not amount > 0:
        return 0
    return int(np.int64(np.rint(min(amount, MAX_MONEY) * MONEY_SCALE)))
