"""How strong the evidence of a shared identifier is for "same hand", and whom it therefore connects.

The strength of an identifier is a log likelihood ratio, P(shared so | same hand) against P(shared so |
strangers), after record linkage (Fellegi and Sunter, "A Theory for Record Linkage", JASA 64, 1969). It
starts at a value per kind and falls with every further sharer:

    strength = base - per_visitor * visitors - per_resident * residents

A *resident* was created with the identifier, a *visitor* came to it later. A kiosk, a hotel desk or a
borrowed phone gathers visitors, each of whom has a home elsewhere; a farm's phone gathers residents. So
visitors weigh more. Below ``CONNECTING`` the identifier is shared by a *crowd*, and number alone says nothing
more: then it is decided from what the sharers do. A crowd most of which lives a life of its own
(``graph.updates.independence``) has a *public* thing in common, a kiosk or a company card, which joins
nobody. Of any other crowd those are joined that do not: three hundred idle accounts on one phone are in one
hand, and one fresh account more never makes the others safer. Since all this is a function of the live links,
what an identifier connected before it turned public it connects no longer.

A settled account that comes to a phone has a home elsewhere, and whoever uses the phone has nothing to do
with that home: neighbours at a kiosk, guests of a hotel, victims of a thief. So it is not connected through
the phone; what such arrivals have in common is looked at by itself (see ``graph.candidates.visits``).

A phone sold on connects nobody across the sale: when at most two accounts used it for a week or longer,
fell silent for a day or longer, and somebody else then took over for good, only the newest tenancy counts.
An address (ip) never connects by itself: homes, offices, campuses and carriers share it. It corroborates
(see ``graph.candidates.gathering``) while no more than ``SEMI_PRIVATE_SHARERS`` use it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.kernel import kernel
from graph.model.entities import KIND_CODE, KINDS
from graph.model.vocabulary import EntityKind

_DEVICE: Final = KIND_CODE[EntityKind.DEVICE]

DAY_MS: Final = 86_400_000
CONNECTING: Final = 1.0
"""Evidence of e to 1 for the same hand: less does not connect two accounts by itself."""
SEMI_PRIVATE_SHARERS: Final = 64
SETTLED_MS: Final = 3 * DAY_MS
RESALE_TENURE_MS: Final = 7 * DAY_MS
"""A phone's owner keeps it for weeks; an account of a farm is used for hours or days."""
RESALE_SILENCE_MS: Final = DAY_MS
RESALE_OWNERS: Final = 2
"""A person, or a couple, sells a phone; three or more accounts on one phone are no single owner."""


@dataclass(frozen=True)
class SharingWeights:
    """Log likelihood ratio of one kind of identifier and what each sharer takes from it."""

    base: float
    per_visitor: float
    per_resident: float


WEIGHTS: Final[dict[EntityKind, SharingWeights]] = {
    # A phone holds one person. The 25th visitor makes it public; 250 accounts made on it are still one hand.
    EntityKind.DEVICE: SharingWeights(7.0, 0.25, 0.024),
    # A family shares a card; a company card is used by more than a dozen.
    EntityKind.CARD: SharingWeights(5.0, 0.33, 0.33),
    # Payouts of a few accounts to one bank account; a fleet's payouts go to one account by the dozen.
    EntityKind.BANK_ACCOUNT: SharingWeights(5.0, 0.4, 0.4),
    EntityKind.PHONE: SharingWeights(5.0, 0.5, 0.5),
    EntityKind.EMAIL: SharingWeights(5.0, 0.5, 0.5),
    EntityKind.IP: SharingWeights(0.9, 0.02, 0.02),
}


def _column(read: Callable[[SharingWeights], float]) -> npt.NDArray[np.float64]:
    return np.array([read(WEIGHTS[kind]) if kind in WEIGHTS else 0.0 for kind in KINDS])


_BASE: Final = _column(lambda weights: weights.base)
_PER_VISITOR: Final = _column(lambda weights: weights.per_visitor)
_PER_RESIDENT: Final = _column(lambda weights: weights.per_resident)


@kernel
def strength(kind: int, visitors: int, residents: int) -> float:
    """Log likelihood ratio that two sharers of an identifier (of a kind by code) are the same hand."""
    return float(_BASE[kind] - _PER_VISITOR[kind] * visitors - _PER_RESIDENT[kind] * residents)


MOST_OWNERS: Final = 64
"""An identifier with more users than this was never one person's, and so not sold on."""


@kernel
def join_tenures(kind: int, tenures: Any) -> int:
    """Marks the tenures that a connecting identifier joins to each other; returns how many.

    A pure function of the identifier's live links. Cost: O(sharers), and for a phone of at most
    ``MOST_OWNERS`` their sorting; nearly all have two or three.
    """
    users = 0
    for place in range(len(tenures)):
        tenures[place].joined = 0
        users += not tenures[place].cut
    if users < 2:
        return 0
    start = 0
    if kind == _DEVICE and users <= MOST_OWNERS:
        _sort(tenures)
        start = _newest_tenancy(tenures[:users])
    joined = last = 0
    for place in range(start, len(tenures)):
        tenure = tenures[place]
        if not tenure.cut and tenure.eligible:
            tenure.joined = 1
            joined += 1
            last = place
    if joined == 1:
        tenures[last].joined = 0
        return 0
    return joined


@kernel
def _sort(tenures: Any) -> None:
    """By first use, then account, those cut last (insertion sort: users mostly stand in that order)."""
    for end in range(1, len(tenures)):
        place = end
        while place > 0 and _follows(tenures[place - 1], tenures[place]):
            _swap(tenures[place - 1], tenures[place])
            place -= 1


@kernel
def _follows(left: Any, right: Any) -> bool:
    if left.cut != right.cut:
        return bool(left.cut > right.cut)
    if left.first_ms != right.first_ms:
        return bool(left.first_ms > right.first_ms)
    return bool(left.account > right.account)


@kernel
def _swap(left: Any, right: Any) -> None:
    left.link, right.link = right.link, left.link
    left.account, right.account = right.account, left.account
    left.first_ms, right.first_ms = right.first_ms, left.first_ms
    left.last_ms, right.last_ms = right.last_ms, left.last_ms
    left.eligible, right.eligible = right.eligible, left.eligible
    left.cut, right.cut = right.cut, left.cut
    left.was_joined, right.was_joined = right.was_joined, left.was_joined


@kernel
def _newest_tenancy(tenures: Any) -> int:
    """Where the users since the identifier was last handed on begin; 0 when it never was."""
    start = 0
    silent_since = tenures[0].last_ms
    for place in range(len(tenures)):
        owners = place - start
        if (
            0 < owners <= RESALE_OWNERS
            and tenures[place].first_ms - silent_since >= RESALE_SILENCE_MS
            and silent_since - tenures[start].first_ms >= RESALE_TENURE_MS
        ):
            start = place
            silent_since = tenures[place].last_ms
        silent_since = max(silent_since, tenures[place].last_ms)
    return start
