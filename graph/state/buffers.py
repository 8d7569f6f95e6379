"""Named buffers of the algorithms that need room beside the graph: who writes what, and for how long.

Each class belongs to the algorithm in its name and holds nothing from one call of it to the next. There is
room for every account, or for every entity, so that no search can run beyond the end; memory that is never
touched is address space and costs nothing.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.arrays import Arrays, Field, Floats, Int32s, Int64s
from graph.state.sizes import COMPLETED, Sizes

_I4: Final = np.dtype(np.int32)
_I8: Final = np.dtype(np.int64)
_F8: Final = np.dtype(np.float64)


class GatheringBuffers(Arrays):
    """Of ``graph.candidates.gathering``: clusters joined by what corroborates."""

    seeds: Int32s
    """Accounts that a candidate is gathered from."""
    drivers: Int32s
    """Drivers that the cluster at hand rode with."""

    fields: ClassVar[dict[str, Field]] = {"seeds": _I4, "drivers": _I4}


class CircleBuffers(Arrays):
    """Of ``graph.candidates.circles``: the riders and drivers at hand, ascending."""

    riders: Int32s
    drivers: Int32s
    before: Int32s
    """The drivers of the turn before."""
    met: Int32s
    """Riders who rode often enough with the drivers that were looked at last, in no order."""

    fields: ClassVar[dict[str, Field]] = {"riders": _I4, "drivers": _I4, "before": _I4, "met": _I4}


class ArrivalBuffers(Arrays):
    """Of ``graph.candidates.visits`` and ``graph.evidence.arrivals``: who came to a phone, and when."""

    accounts: Int32s
    moments_ms: Int64s
    """When each of ``accounts`` came."""
    drivers: Int32s
    """Drivers that they have in common."""

    fields: ClassVar[dict[str, Field]] = {"accounts": _I4, "moments_ms": _I8, "drivers": _I4}


class VisitBuffers(Arrays):
    """Of ``graph.candidates.visits``: the candidate around one phone."""

    around: Int32s
    phones: Int32s
    """By entity in number: that phone, and those that its wanderers lead to."""
    addresses: Int32s
    """By entity in number: addresses that accounts of the candidate use."""

    fields: ClassVar[dict[str, Field]] = {"around": _I4, "phones": _I4, "addresses": _I4}


class TieBuffers(Arrays):
    """Of ``graph.candidates.ties``: identifiers that several accounts of one set use."""

    identifiers: Int32s

    fields: ClassVar[dict[str, Field]] = {"identifiers": _I4}


class EvidenceBuffers(Arrays):
    """Of ``graph.evidence``: a place for each account of the candidate that is measured, and each payee."""

    hands: Int32s
    """Union-find over accounts in one hand."""
    referrers: Int32s
    """Place of the account that referred each, -1 for none."""
    seen: Int32s
    """From which place each was last reached along referrals."""
    created_ms: Int64s
    spans_ms: Int64s
    latitudes: Floats
    longitudes: Floats
    ordered: Floats
    """Degrees, kilometres or what else is sorted or averaged."""
    received_units: Int64s
    """Money that members sent to each payee; the members come first."""
    sent_units: Int64s
    """Money that each member sent to members."""
    payers: Int32s
    """How many members paid each payee."""

    fields: ClassVar[dict[str, Field]] = {
        "hands": _I4,
        "referrers": _I4,
        "seen": _I4,
        "created_ms": _I8,
        "spans_ms": _I8,
        "latitudes": _F8,
        "longitudes": _F8,
        "ordered": _F8,
        "received_units": _I8,
        "sent_units": _I8,
        "payers": _I4,
    }


class OverlapBuffers(Arrays):
    """Of ``graph.rings.decision``: open rings that a set of accounts reaches into."""

    slots: Int32s
    common: Int32s
    """How many of the accounts each ring of ``slots`` holds."""
    merged: Int32s
    """Slots of rings that a judgement merges into the one that goes on."""

    fields: ClassVar[dict[str, Field]] = {"slots": _I4, "common": _I4, "merged": _I4}


class CompletionBuffers(Arrays):
    """Of ``graph.completion``: the accounts asked about, of a fixed number, and the candidate as it was."""

    rows: Floats
    """What each has to do with the marked ones, then its cluster's means: (COMPLETED, traits)."""
    sums: Floats
    """Of each cluster among them: (COMPLETED, traits)."""
    means: Floats
    """Of the marked, and what is said of them together."""
    features: Floats
    """Of the account at hand."""
    asked: Int32s
    before: Int32s
    """The candidate before it was completed."""
    belonging: Floats
    """How likely each of ``before`` belongs."""

    fields: ClassVar[dict[str, Field]] = {
        "belonging": _F8,
        "rows": (_F8, 2),
        "sums": (_F8, 2),
        "means": _F8,
        "features": _F8,
        "asked": _I4,
        "before": _I4,
    }


_BY_ENTITY: Final = {("visits", "phones"), ("visits", "addresses"), ("tying", "identifiers")}
BUFFERS: Final[dict[str, type[Arrays]]] = {
    "gathering": GatheringBuffers,
    "circles": CircleBuffers,
    "arrivals": ArrivalBuffers,
    "visits": VisitBuffers,
    "tying": TieBuffers,
    "measuring": EvidenceBuffers,
    "overlaps": OverlapBuffers,
}
"""By the name under which they stand in the state."""


def buffers_for(accounts: int, entities: int) -> dict[str, Arrays]:
    """Empty buffers with room for so many accounts and entities."""
    made: dict[str, Arrays] = {}
    for name, kind in BUFFERS.items():
        arrays: dict[str, npt.NDArray[Any]] = {}
        for field, spelt in kind.fields.items():
            assert isinstance(spelt, np.dtype)
            arrays[field] = np.zeros(entities if (name, field) in _BY_ENTITY else accounts, spelt)
        made[name] = kind(**arrays)
    return made


def completion_buffers(sizes: Sizes) -> CompletionBuffers:
    """Empty buffers of the completion."""
    return CompletionBuffers(
        rows=np.zeros((COMPLETED, sizes.traits)),
        sums=np.zeros((COMPLETED, sizes.traits)),
        means=np.zeros(sizes.member_features),
        features=np.zeros(sizes.member_features),
        asked=np.zeros(COMPLETED, np.int32),
        before=np.zeros(COMPLETED, np.int32),
        belonging=np.zeros(COMPLETED),
    )
