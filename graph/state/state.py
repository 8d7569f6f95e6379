"""Everything the engine knows, as arrays: one record for each entity, account and link.

Kernels take the whole ``State``; it holds no Python object, so that a batch of events is one call. Who owns
and grows the arrays is ``graph.state.memory``. An entity of kind account has eleven lists of links, any other
has one.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from graph.components.records import ForestState
from graph.kernels.arrays import Arrays, Field, Floats, Int32s, Int64s
from graph.kernels.kernel import kernel
from graph.links.records import LinkState
from graph.model.entities import KIND_CODE
from graph.model.vocabulary import EntityKind
from graph.state.buffers import (
    BUFFERS,
    ArrivalBuffers,
    CircleBuffers,
    CompletionBuffers,
    EvidenceBuffers,
    GatheringBuffers,
    OverlapBuffers,
    TieBuffers,
    VisitBuffers,
)
from graph.state.evidence_record import EVIDENCE
from graph.state.records import (
    ACCOUNT,
    AREA,
    CANDIDATE,
    COUNTERS,
    CURSOR,
    DECISION,
    HABITS,
    MARK,
    MEMO,
    NAMED,
    OPTIONS,
    ORIGIN,
    PASSENGERS,
    RING,
    STAMPS,
    TALLY,
    TENURE,
    TOLD_TRIP,
    TRACK,
    TRACK_CHAIN,
    TRIP,
    WHEREABOUTS,
)
from graph.state.trees import Trees

Records = npt.NDArray[np.void]

_U1: Final = np.dtype(np.uint8)
_I4: Final = np.dtype(np.int32)
_I8: Final = np.dtype(np.int64)
_F8: Final = np.dtype(np.float64)
_U8: Final = np.dtype(np.uint64)

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

PUBLIC: Final = 1
PRIVATE: Final = 2
"""What an analyst declared an identifier to be: nobody's, so that it connects no one, also backwards; or that
of those who share it, however many these are. 0 while nobody said anything."""

NO_RING: Final = -1
NOBODY: Final = -1


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
    passengers: Records
    rings: Records
    tracks: Records
    track_slots: Int32s
    track_chain: Records
    trip: Records
    """The trip judged last."""
    told_trips: Records
    """Trips of the batch as they were judged, as far as there is room; no room unless somebody keeps them."""
    whereabouts: Records
    replays: npt.NDArray[np.uint64]
    """Fingerprints of tracks, in sets of four: 40 bits of hash, 24 bits of the minute it was driven."""
    habits: Records
    areas: Records
    places: npt.NDArray[np.uint8]
    """By hash: how often a place came up of late."""
    creations: Int32s
    cuts: Int64s
    """Explicit cuts, as account entity << 32 | identifier, ascending."""
    ring_evidence: Records
    ring_features: Floats
    """Of the newest judgement of each ring, by slot: (rings, len(FEATURES))."""
    weights: Floats
    """The scorer's: one for each feature, then intercept and doubt."""
    trees: Trees
    """What the scorer adds to that; none where it is linear."""
    member_trees: Trees
    """What says who belongs to a candidate; none where nobody is asked."""
    options: Records
    counters: Records
    cursor: Records
    stamps: Records
    candidate: Records
    members: Int32s
    """The candidate at hand: entities, ascending."""
    evidence: Records
    """Of the candidate at hand."""
    features: Floats
    """Of the candidate at hand."""
    decision: Records
    known: Int32s
    """By event of those looked at together, and by text: the entity that it names, if known before."""
    regrouped: Int32s
    """Accounts whose cluster the event at hand changed."""
    faded: Int32s
    """Accounts some of whose rides fell out of the window with the event at hand."""
    rides: Records
    tallies: Records
    tenures: Records
    """The users of the identifier at hand."""
    memo: Records
    """What was worked out of clusters and drivers while the candidate at hand is gathered."""
    gathering: GatheringBuffers
    circles: CircleBuffers
    arrivals: ArrivalBuffers
    visits: VisitBuffers
    tying: TieBuffers
    measuring: EvidenceBuffers
    overlaps: OverlapBuffers
    completing: CompletionBuffers

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
        "passengers": PASSENGERS,
        "rings": RING,
        "tracks": TRACK,
        "track_slots": _I4,
        "track_chain": TRACK_CHAIN,
        "trip": TRIP,
        "told_trips": TOLD_TRIP,
        "whereabouts": WHEREABOUTS,
        "replays": _U8,
        "habits": HABITS,
        "areas": AREA,
        "places": _U1,
        "creations": _I4,
        "cuts": _I8,
        "ring_evidence": EVIDENCE,
        "ring_features": (_F8, 2),
        "weights": _F8,
        "trees": Trees,
        "member_trees": Trees,
        "options": OPTIONS,
        "counters": COUNTERS,
        "cursor": CURSOR,
        "stamps": STAMPS,
        "candidate": CANDIDATE,
        "members": _I4,
        "evidence": EVIDENCE,
        "features": _F8,
        "decision": DECISION,
        "known": (_I4, 2),
        "regrouped": _I4,
        "faded": _I4,
        "rides": TALLY,
        "tallies": TALLY,
        "tenures": TENURE,
        "memo": MEMO,
        **BUFFERS,
        "completing": CompletionBuffers,
    }


@kernel
def fresh_stamp(state: State) -> int:
    """A stamp under which no entity is marked yet."""
    stamps = state.stamps[0]
    stamps.last += 1
    return int(stamps.last)


@kernel
def account_of(state: State, entity: int) -> Any:
    """The record of an account's facts, by its entity."""
    return state.accounts[state.entities[entity].account]
