"""Everything the engine knows, as arrays: one record for each entity, account and link.

Kernels take the whole ``State``; it holds no Python object, so that a batch of events is one call. Who owns
and grows the arrays is ``graph.state.memory``. An entity of kind account has six lists of links, any other
has one.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from graph.components.records import ForestState
from graph.kernels.arrays import Arrays, Field
from graph.kernels.kernel import kernel
from graph.links.records import LinkState
from graph.model.entities import KIND_CODE
from graph.model.vocabulary import EntityKind
from graph.state.evidence_record import EVIDENCE
from graph.state.records import (
    ACCOUNT,
    HABITS,
    MARK,
    MEMO,
    NAMED,
    ORIGIN,
    PASSENGERS,
    RING,
    TENURE,
    TRACK,
    TRACK_CHAIN,
)

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]

_U1: Final = np.dtype(np.uint8)
_I4: Final = np.dtype(np.int32)
_I8: Final = np.dtype(np.int64)
_F8: Final = np.dtype(np.float64)

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
PASSENGER_BLOCKS: Final = 24
FREE_BLOCK: Final = 25
NUMBERS: Final = 32
"""Places in ``State.numbers``: the newest event time, live trips, the last stamp and event given, how far a
batch is, what the event at hand touched, the candidate at hand, how much of the arrays is used, and the first
free block of passengers."""


class State(Arrays):
    """The engine's arrays; see the dtypes above for what one record holds."""

    links: LinkState
    forest: ForestState
    entities: Records
    slots: Int32s
    names: npt.NDArray[np.uint8]
    accounts: Records
    marks: Records
    origins: Records
    shared: npt.NDArray[np.uint8]
    """By account number: whether it stands in a cluster with another account."""
    returning: Int32s
    """By account number: how many drivers it has if it rode more than once with one of them, else 0."""
    passengers: Records
    rings: Records
    tracks: Records
    track_slots: Int32s
    track_chain: Records
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
    known: Int32s
    """By event of those looked at together, and by text: the entity that it names, if known before."""
    evidence: Records
    features: Floats
    score: Floats
    common_drivers: Int32s
    """By account number, for the length of one call: drivers in common with a rider; 0 before and after."""
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

    fields: ClassVar[dict[str, Field]] = {
        "links": LinkState,
        "forest": ForestState,
        "entities": NAMED,
        "slots": _I4,
        "names": _U1,
        "accounts": ACCOUNT,
        "marks": MARK,
        "origins": ORIGIN,
        "shared": _U1,
        "returning": _I4,
        "passengers": PASSENGERS,
        "rings": RING,
        "tracks": TRACK,
        "track_slots": _I4,
        "track_chain": TRACK_CHAIN,
        "habits": HABITS,
        "creations": _I4,
        "cuts": _I8,
        "ring_evidence": EVIDENCE,
        "ring_features": (_F8, 2),
        "weights": _F8,
        "policy": _F8,
        "numbers": _I8,
        "known": (_I4, 2),
        "evidence": EVIDENCE,
        "features": _F8,
        "score": _F8,
        "common_drivers": _I4,
        "scratch": (_I4, 2),
        "moments": (_I8, 2),
        "degrees": (_F8, 2),
        "tenures": TENURE,
        "memo": MEMO,
        "pairs": (_I4, 2),
        "degrees_in_halves": (_I4, 2),
        "peeled": (_I4, 2),
        "members": _I4,
        "regrouped": _I4,
        "faded": _I4,
    }


@kernel
def fresh_stamp(state: State) -> int:
    """A stamp under which no entity is marked yet."""
    state.numbers[STAMP] += 1
    return int(state.numbers[STAMP])


@kernel
def account_of(state: State, entity: int) -> Any:
    """The record of an account's facts, by its entity."""
    return state.accounts[state.entities[entity].account]
