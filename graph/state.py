"""Everything the engine knows, as arrays: one record for each entity, account and link.

Kernels take the whole ``State``; it holds no Python object, so that a batch of events is one call. Who owns
and grows the arrays is ``graph.memory``. An entity of kind account has six lists of links, any other has one.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graph.entities import KIND_CODE
from graph.forest_records import ForestState
from graph.kernel import kernel
from graph.link_records import LinkState
from graph.vocabulary import EntityKind

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]

ACCOUNT_KIND: Final = KIND_CODE[EntityKind.ACCOUNT]
DEVICE: Final = KIND_CODE[EntityKind.DEVICE]
CARD: Final = KIND_CODE[EntityKind.CARD]
BANK_ACCOUNT: Final = KIND_CODE[EntityKind.BANK_ACCOUNT]
PHONE: Final = KIND_CODE[EntityKind.PHONE]
EMAIL: Final = KIND_CODE[EntityKind.EMAIL]
IP: Final = KIND_CODE[EntityKind.IP]
PROMO: Final = KIND_CODE[EntityKind.PROMO]

UNKNOWN_ROLE: Final = 0
RIDER: Final = 1
DRIVER: Final = 2
"""Codes of ``role`` in account records and of roles in event batches."""

NO_RING: Final = -1

ENTITY: Final = np.dtype(
    [
        ("hash", "u8"),
        ("name_at", "i8"),
        ("name_length", "u2"),
        ("kind", "u1"),
        ("declared_public", "u1"),
        ("account", "i4"),
        ("residents", "i4"),
        ("joined", "i4"),
    ]
)
"""``residents``: users that were created with it; ``joined``: users that it joins to a cluster now."""

ACCOUNT: Final = np.dtype(
    [
        ("entity", "i4"),
        ("role", "u1"),
        ("met", "u1"),
        ("answer", "i1"),
        ("shape", "i1"),
        ("created_ms", "i8"),
        ("first_ms", "i8"),
        ("last_ms", "i8"),
        ("promo_ms", "i8"),
        ("promo_units", "i8"),
        ("chargeback_units", "i8"),
        ("pickup_lat", "f8"),
        ("pickup_lon", "f8"),
        ("score", "f8"),
        ("judged", "i8"),
        ("noticed", "i8"),
        ("faded", "i8"),
        ("promos", "i4"),
        ("chargebacks", "i4"),
        ("trips", "i4"),
        ("pickups", "i4"),
        ("events", "i4"),
        ("judge_at", "i4"),
        ("circle_at", "i4"),
        ("origins", "i4"),
        ("ring", "i4"),
        ("next_in_ring", "i4"),
    ]
)
"""One account's facts. Times are epoch ms, money is in link units (1/10,000).

``created_ms`` is ``UNKNOWN_MS`` for an account that existed before the first event of it; ``trips`` counts
trips on live links; ``score`` is that of the last judgement it was part of, 0 before any. ``judge_at`` and
``circle_at`` are the numbers of its events and trips from which on it is looked at again. ``pickup_lat`` and
``pickup_lon`` are sums of degrees over ``pickups`` trips as a rider. ``met``: it has used an identifier that
another used too. ``answer``: an investigator's, +1 fraud, -1 legit. ``origins`` heads the identifiers it was
created with. ``judged``, ``noticed`` and ``faded`` are the events in which it was last judged, last
regrouped, and in which rides of it last fell out of the window.
"""

MARK: Final = np.dtype([("stamp", "i8"), ("count", "i4"), ("first", "i4")])
"""Scratch for sets of entities: what another stamp wrote counts as empty."""

ORIGIN: Final = np.dtype([("identifier", "i4"), ("next", "i4")])

RING: Final = np.dtype(
    [
        ("score", "f8"),
        ("head", "i4"),
        ("size", "i4"),
        ("shape", "i1"),
        ("blocked", "u1"),
        ("truncated", "u1"),
    ]
)
"""What the kernels know of an open ring; its accounts are chained by ``next_in_ring``, ascending."""

MEMO: Final = np.dtype([("stamp", "i8"), ("label", "i4"), ("driver", "i4"), ("answer", "i8")])

WATERMARK: Final = 0
LIVE_TRIPS: Final = 1
STAMP: Final = 2
EVENT: Final = 3
ORIGINS: Final = 4
ROW: Final = 5
PHASE: Final = 6
INDEX: Final = 7
STEP: Final = 8
REGROUPED: Final = 9
FADED: Final = 10
TOUCHED_A: Final = 11
TOUCHED_B: Final = 12
MEMBERS: Final = 13
SHAPE: Final = 14
TRUNCATED: Final = 15
ENTITIES: Final = 16
ACCOUNTS: Final = 17
NAME_BYTES: Final = 18
ANSWERS: Final = 19
OBSERVED: Final = 20
OUTSIDE: Final = 21
SUBJECT: Final = 22
PENDING: Final = 23
NUMBERS: Final = 32
"""Places in ``State.numbers``: the newest event time, live trips, the last stamp and event given, how far a
batch is, what the event at hand touched, the candidate at hand, and how much of the arrays is used."""


class State(NamedTuple):
    """The engine's arrays; see the dtypes above for what one record holds."""

    links: LinkState
    forest: ForestState
    entities: Records
    slots: Int32s
    names: npt.NDArray[np.uint8]
    accounts: Records
    marks: Records
    origins: Records
    rings: Records
    tracks: Records
    track_slots: Int32s
    track_ends: Int32s
    habits: Records
    creations: Int32s
    cuts: Int64s
    """Explicit cuts, as account entity << 32 | identifier, ascending."""
    ring_evidence: Records
    ring_features: Floats
    """The newest grounds of each ring."""
    weights: Floats
    """A linear scorer's: one for each feature, then intercept and doubt."""
    policy: Floats
    """Scores from which on a ring is opened, blocked and not yet closed, and the least accounts of one."""
    numbers: Int64s
    evidence: Records
    features: Floats
    score: Floats
    scratch: Int32s
    """Six rows of as many places as there are accounts, for the length of one call."""
    moments: Int64s
    """Two such rows of times."""
    degrees: Floats
    """Three such rows of degrees or kilometres."""
    tenures: Records
    """The users of the identifier at hand."""
    memo: Records
    """What was worked out of clusters and drivers while the candidate at hand is gathered."""
    pairs: Int32s
    """Of a neighbourhood of riders and drivers: weights of the pairs, in halves."""
    degrees_in_halves: Int32s
    """Two rows: what is left of each rider's and driver's weights."""
    peeled: Int32s
    """Two rows: when each rider and driver was peeled."""
    members: Int32s
    """The candidate at hand: entities, ascending."""
    regrouped: Int32s
    """Accounts whose cluster the event at hand changed."""
    faded: Int32s
    """Accounts some of whose rides fell out of the window with the event at hand."""


@kernel
def fresh_stamp(state: State) -> int:
    """A stamp under which no entity is marked yet."""
    state.numbers[STAMP] += 1
    return state.numbers[STAMP]


@kernel
def account_of(state: State, entity: int) -> Any:
    """The record of an account's facts, by its entity."""
    return state.accounts[state.entities[entity].account]
