"""Amounts of money as the integers that links sum."""

from __future__ import annotations

from typing import Final

import numpy as np

from graph.kernels.kernel import kernel
from graph.model.link_keys import MONEY_SCALE

MAX_MONEY: Final = 1e9
"""An amount beyond this counts as this: sums stay exact in 64 bits for a million such amounts."""


@kernel
def to_units(amount: float) -> int:
    """An amount of money in the integers that links sum; an absent one is nothing."""
    if not amount > 0:
        return 0
    return int(np.int64(np.rint(min(amount, MAX_MONEY) * MONEY_SCALE)))
