"""Links as records in arrays: what a kernel sees of the link store.

A link is two records, together less than a cache line: what a lookup and a use read (``LINK``), and where it
stands in its lists and queue (``HOOK``). What only interaction links carry, money and what is told of rides,
payments and cancellations, stands in a table of its own (``INTERACTION``); identity links have no row there.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.arrays import Arrays, Field
from graph.links.change_log import ChangeLogState
from graph.model.vocabulary import IDENTITY_LINKS, LinkKind

LINK: Final = np.dtype(
    {
        "names": ["source", "target", "kind", "live", "joins", "resumed", "count", "first_ms", "last_ms"],
        "formats": ["i4", "i4", "u1", "u1", "u1", "u1", "i4", "i8", "i8"],
        "offsets": [0, 4, 8, 9, 10, 11, 12, 16, 24],
        "itemsize": 32,
    }
)
"""Half a cache line. ``joins``: NON_TREE_EDGE or TREE_EDGE when it is an edge of the cluster graph, else 0;
``resumed``: it has older sessions. A free record has count 0."""

NON_TREE_EDGE: Final = 1
TREE_EDGE: Final = 2

OUT: Final = 0
IN: Final = 1
"""Sides of a link: the list of its source, and that of its target."""

HOOK: Final = np.dtype(
    {
        "names": [
            *("next", "previous", "next_out", "next_in", "prev_in_bucket"),
            *("next_in_bucket", "interaction", "older"),
        ],
        "formats": [("i4", (2,)), ("i4", (2,)), "i4", "i4", "i4", "i4", "i4", "i4"],
        "offsets": [0, 8, 0, 4, 8, 16, 20, 20],
        "itemsize": 24,
    }
)
"""Where a link stands in the lists of its source and of its target and in its queue; -1 stands for none.
``next_out`` and ``next_in`` are the same places as ``next[OUT]`` and ``next[IN]``. ``interaction``: the row
of an interaction link in its table, in whose place an identity link has its older sessions, ``older``.
``prev_in_bucket`` is that of the removal queue, whose links stand in no list: it is in the place of
``previous``.

In the list of an ENTITY, ``previous`` of the first link is the last one: so an entity need not hold both
ends."""

INTERACTION: Final = np.dtype(
    {
        "names": [
            *("money", "incentive_units", "least", "incentives", "by_driver"),
            *("odd", "surcharge", "reasons", "again", "older", "next_free"),
        ],
        "formats": ["i8", "i8", "i8", "i4", "i4", "f4", "f4", "u4", "i4", "i4", "i4"],
        "offsets": [0, 8, 8, 16, 16, 20, 24, 28, 32, 36, 36],
        "itemsize": 40,
    }
)
"""``least``: of payments that were made or declined, the smallest single amount, in the place of a ride's
``incentive_units``; ``by_driver``: how many of the cancelled trips the driver cancelled, in the place of a
ride's ``incentives``; ``reasons``: of a ride, a bit for each reason that was told of one of its trips;
``again``: how many rides came soon after the one before of the same two;
``older``: the sessions before the newest, -1 when there are none. A free row has the next free one there."""

ENTITY: Final = np.dtype(
    [
        (name, "i4")
        for name in (
            "first_list",
            "head",
            "length",
            "parent_edge",
            "label",
            "next_member",
            "prev_member",
        )
    ]
)
"""``first_list``: the first of an account's further lists; ``head``, ``length``: its list
of identity links, or for any other entity of the links that lead to it; then its node in the spanning
forest: the edge to its parent, the label of its component, and its neighbours in the circle of the
component's members. -1 stands for none."""

SESSION: Final = np.dtype(
    [("first_ms", "i8"), ("last_ms", "i8"), ("money", "i8"), ("count", "i4"), ("next", "i4")]
)
"""A session before the newest of a link."""

HEAD: Final = 0
TAIL: Final = 1
LENGTH: Final = 2

IDENTITIES: Final = 0
DRIVERS: Final = 1
RIDERS: Final = 2
REFERRALS: Final = 3
REFERRERS: Final = 4
REDEEMED: Final = 5
PAYEES: Final = 6
PAYERS: Final = 7
TRIED: Final = 8
LOST_DRIVERS: Final = 9
LOST_RIDERS: Final = 10
"""Lists of an account: its identity links; as rider, its drivers; as driver, its riders; whom it referred;
who referred it; what it redeemed; whom it paid; who paid it; the
cards that it tried and that were declined; as rider, the drivers of trips that were cancelled; as driver, the
riders of these."""
ACCOUNT_LISTS: Final = 10
"""How many lists an account has beside the one in its record."""
NO_LIST: Final = -1
"""Stands for the list of a target that keeps none: a card knows who uses it, not who tried it."""
USERS: Final = 0
"""The only list of any other entity: the links that lead to it."""

_SLOTS: Final = {
    LinkKind.RODE_WITH: (DRIVERS, RIDERS),
    LinkKind.REFERRED: (REFERRALS, REFERRERS),
    LinkKind.REDEEMED: (REDEEMED, USERS),
    LinkKind.PAID: (PAYEES, PAYERS),
    LinkKind.TRIED: (TRIED, NO_LIST),
    LinkKind.CANCELLED: (LOST_DRIVERS, LOST_RIDERS),
} | dict.fromkeys(IDENTITY_LINKS.values(), (IDENTITIES, USERS))
OUT_SLOT: Final = np.array([_SLOTS[kind][0] for kind in LinkKind], np.int64)
"""By link kind: which list of its source a link stands in."""
IN_SLOT: Final = np.array([_SLOTS[kind][1] for kind in LinkKind], np.int64)
"""By link kind: which list of its target a link stands in."""
INTERACTS: Final = np.array([kind not in IDENTITY_LINKS.values() for kind in LinkKind], np.bool_)
"""By link kind: whether it is an interaction link, and has a row of INTERACTION."""

WINDOW: Final = np.dtype([("length_ms", "i8"), ("lateness_ms", "i8"), ("horizon_ms", "i8")])
"""One row: how long the window is, how late an event may come, and the window's end in epoch ms: a link
whose last event lies before it is not live."""

COUNTERS: Final = np.dtype(
    [
        (name, "i8")
        for name in (
            *("live", "awaiting_removal", "links_used", "free_links", "first_free_link"),
            *("entities", "lists_used", "sessions_used", "sessions", "first_free_session"),
            *("interactions_used", "interactions", "first_free_interaction"),
        )
    ]
)
"""One row: how many links are live, and how many are outside the window and not freed yet. ``used`` counts
records from the first to the highest that was ever in use; ``first_free`` heads the chain of the free ones
among them, -1 when there is none. ``sessions`` and ``interactions`` are those in use."""

INDEX_SHAPE: Final = np.dtype([("slot_mask", "i8"), ("link_bits", "i8")])
"""One row: slots less one, and how many low bits of a slot hold the link's number."""

QUEUES: Final = np.dtype(
    [
        (name, "i8")
        for name in ("expiry_shift", "expiry_bucket", "first_expiring", "removal_shift", "removal_bucket")
    ]
)
"""One row, of the queues in ``graph.links.expiry``. A time shifted right by ``shift`` is the number of its
bucket; ``expiry_bucket`` is open, and ``first_expiring`` the first link in it, -1 when it is empty;
``removal_bucket`` is the next to be freed."""

PREFETCH_WALK: Final = np.dtype([("bucket", "i8"), ("link", "i8")])
"""How far a bucket that is opened soon has been brought near: which bucket, and its link reached last; -1
stands for none."""
PREFETCH_WALKS: Final = 3

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
    expiry_buckets: npt.NDArray[np.int32]
    """The expiry queue: heads of the buckets of live links, a power of two."""
    removal_buckets: npt.NDArray[np.int32]
    """The removal queue: heads of the buckets of links outside the window, a power of two."""
    interactions: Records
    """INTERACTION, by the row in a link's HOOK."""
    sessions: Records
    """SESSION: those before each link's newest."""
    window: Records
    """WINDOW."""
    counters: Records
    """COUNTERS."""
    index_shape: Records
    """INDEX_SHAPE."""
    queues: Records
    """QUEUES."""
    prefetch_walks: Records
    """PREFETCH_WALK, one for each bucket that is walked; only time depends on them."""
    change_log: ChangeLogState
    """What changed since a reader last asked."""

    fields: ClassVar[dict[str, Field]] = {
        "links": LINK,
        "hooks": HOOK,
        "ends": (np.dtype(np.int32), 2),
        "entities": ENTITY,
        "slots": np.dtype(np.uint32),
        "expiry_buckets": np.dtype(np.int32),
        "removal_buckets": np.dtype(np.int32),
        "interactions": INTERACTION,
        "sessions": SESSION,
        "window": WINDOW,
        "counters": COUNTERS,
        "index_shape": INDEX_SHAPE,
        "queues": QUEUES,
        "prefetch_walks": PREFETCH_WALK,
        "change_log": ChangeLogState,
    }
