"""Links as records in arrays: what a kernel sees of the link store.

A link is two records: what a lookup reads fits one cache line (``LINK``), what only a change of liveness
reads stands apart (``HOOK``). Facts about rides and hooks into the forest share their bytes, because no
link has both: rides are interaction, and only identity links join.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.arrays import Arrays, Field
from graph.links.change_log import NoteState
from graph.model.vocabulary import IDENTITY_LINKS, LinkKind

LINK: Final = np.dtype(
    {
        "names": [
            *("source", "target", "kind", "live", "joins", "resumed", "count"),
            *("incentives", "odd", "incentive_units", "surcharge"),
            *("next_source_join", "prev_source_join", "next_target_join", "prev_target_join"),
            *("next_due", "first_ms", "last_ms", "money"),
        ],
        "formats": [
            *("i4", "i4", "u1", "u1", "u1", "u1", "i4"),
            *("i4", "i4", "i8", "f4"),
            *("i4", "i4", "i4", "i4"),
            *("i4", "i8", "i8", "i8"),
        ],
        "offsets": [0, 4, 8, 9, 10, 11, 12, 16, 20, 24, 32, 16, 20, 24, 28, 36, 40, 48, 56],
        "itemsize": 64,
    }
)
"""One cache line. ``joins``: BESIDE or IN_TREE when it is an edge of the cluster graph, else 0; ``resumed``:
it has older spells; ``next_due``: the next in its bucket of the calendar. -1 stands for none. A free record
has count 0."""

BESIDE: Final = 1
IN_TREE: Final = 2

HOOK: Final = np.dtype(
    [(name, "i4") for name in ("next_out", "prev_out", "next_in", "prev_in", "prev_due", "older")]
)
"""Where a link stands in the lists of its source and of its target and in the calendar, and its older spells.

In the list of an ENTITY, ``prev`` of the first link is the last one: so an entity need not hold both ends."""

ENTITY: Final = np.dtype(
    [
        (name, "i4")
        for name in ("first_list", "head", "length", "tree", "other", "label", "next_member", "prev_member")
    ]
)
"""Half a cache line. ``first_list``: the first of an account's further lists; ``head``, ``length``: its list
of identity links, or for any other entity of the links that lead to it; then its node in the spanning forest:
one of its joins in the tree and one beside it (heads of circular lists), the label of its component, and its
neighbours in the circle of the component's members. -1 stands for none."""

SPELL: Final = np.dtype(
    [("first_ms", "i8"), ("last_ms", "i8"), ("money", "i8"), ("count", "i4"), ("next", "i4")]
)
"""A run of events before the newest run of a link."""

HEAD: Final = 0
TAIL: Final = 1
LENGTH: Final = 2

IDENTITIES: Final = 0
DRIVERS: Final = 1
RIDERS: Final = 2
REFERRALS: Final = 3
REFERRERS: Final = 4
REDEEMED: Final = 5
"""Lists of an account: its identity links; as rider, its drivers; as driver, its riders; whom it referred;
who referred it; what it redeemed."""
ACCOUNT_LISTS: Final = 5
"""How many lists an account has beside the one in its record."""
USERS: Final = 0
"""The only list of any other entity: the links that lead to it."""

_SLOTS: Final = {
    LinkKind.RODE_WITH: (DRIVERS, RIDERS),
    LinkKind.REFERRED: (REFERRALS, REFERRERS),
    LinkKind.REDEEMED: (REDEEMED, USERS),
} | dict.fromkeys(IDENTITY_LINKS.values(), (IDENTITIES, USERS))
OUT_SLOT: Final = np.array([_SLOTS[kind][0] for kind in LinkKind], np.int64)
"""By link kind: which list of its source a link stands in."""
IN_SLOT: Final = np.array([_SLOTS[kind][1] for kind in LinkKind], np.int64)
"""By link kind: which list of its target a link stands in."""

WINDOW: Final = 0
LATENESS: Final = 1
HORIZON: Final = 2
LIVE: Final = 3
REMEMBERED: Final = 4
USED: Final = 5
FREE: Final = 6
FREE_COUNT: Final = 7
LISTS: Final = 8
SPELLS_USED: Final = 9
SPELLS_FREE: Final = 10
SPELLS_COUNT: Final = 11
SLOT_MASK: Final = 12
LINK_BITS: Final = 13
AGEING_SHIFT: Final = 14
AGEING_AT: Final = 15
AT_HAND: Final = 16
FORGETTING_SHIFT: Final = 17
FORGETTING_AT: Final = 18
ENTITIES: Final = 19
PEEKING: Final = 20
SCALARS: Final = 26
"""How many integers the store keeps beside its arrays; above, what each of them is."""

Records = npt.NDArray[Any]


class LinkState(Arrays):
    """The arrays of a link store, as kernels take them. Growth makes new arrays: ask the store anew."""

    links: Records
    """LINK, by link number."""
    hooks: Records
    """HOOK, by link number."""
    ends: npt.NDArray[np.int32]
    """HEAD, TAIL and LENGTH of every list that is not in an entity's record."""
    entities: Records
    """ENTITY, by entity number."""
    slots: npt.NDArray[np.uint32]
    """The index by key; 0 is an empty slot."""
    ageing: npt.NDArray[np.int32]
    """Heads of the buckets of live links, a power of two."""
    forgetting: npt.NDArray[np.int32]
    """Heads of the buckets of links outside the window, a power of two."""
    spells: Records
    """SPELL: spells before the newest."""
    scalars: npt.NDArray[np.int64]
    notes: NoteState
    """What changed since it was last asked."""

    fields: ClassVar[dict[str, Field]] = {
        "links": LINK,
        "hooks": HOOK,
        "ends": (np.dtype(np.int32), 2),
        "entities": ENTITY,
        "slots": np.dtype(np.uint32),
        "ageing": np.dtype(np.int32),
        "forgetting": np.dtype(np.int32),
        "spells": SPELL,
        "scalars": np.dtype(np.int64),
        "notes": NoteState,
    }
