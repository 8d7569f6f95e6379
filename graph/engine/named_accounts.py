"""What the state holds of accounts that somebody asks about, read in one call."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from graph.kernels.kernel import kernel
from graph.state.state import NOBODY, State, account_of

NAMED_ACCOUNT: Final = np.dtype(
    [
        ("entity", "i8"),
        ("ring", "i8"),
        ("name_at", "i8"),
        ("name_length", "i8"),
        ("score", "f8"),
        ("verdict", "f8"),
    ]
)
"""``ring`` is a slot of the table of open rings, or NO_RING; the name lies in ``state.names``."""


@kernel
def read_accounts(state: State, entities: Any, found: Any) -> int:
    """Fill ``found`` with a NAMED_ACCOUNT for each of the entities that is not NOBODY; how many there are."""
    count = 0
    for place in range(len(entities)):
        entity = entities[place]
        if entity == NOBODY:
            continue
        named, account, row = state.entities[entity], account_of(state, entity), found[count]
        row.entity = entity
        row.ring = account.ring
        row.name_at = named.name_at
        row.name_length = named.name_length
        row.score = account.score
        row.verdict = account.verdict
        count += 1
    return count
