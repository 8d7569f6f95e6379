"""How much a shared identifier says "same hand", and whom it therefore connects.

The strength of an identifier is a log likelihood ratio, P(shared so | same hand) against P(shared so |
strangers), after record linkage (Fellegi and Sunter, "A Theory for Record Linkage", JASA 64, 1969). It
starts at a value per kind and falls with every further sharer, because what many use identifies nobody:

    strength = base - per_visitor * visitors - per_resident * residents

A *resident* was created with the identifier, a *visitor* came to it later. A kiosk, a hotel desk or a
borrowed phone gathers visitors, each of whom has a home elsewhere; a farm's phone gathers residents. So
visitors weigh more. An identifier connects while its strength is at least ``CONNECTING``; below, it is
*public*, and since strength is a function of the live links alone, what it connected before it connects
no longer. When visitors age out of the window it may become private again.

A settled account that comes to a phone has a home elsewhere, and whoever uses the phone has nothing to do
with that home: neighbours at a kiosk, guests of a hotel, victims of a thief. So it is not connected through
the phone; what such arrivals have in common is looked at by itself (see ``graph.visits``).

A phone sold on connects nobody across the sale: when at most two accounts used it for a week or longer,
fell silent for a day or longer, and somebody else then took over for good, only the newest tenancy counts.
An address (ip) never connects by itself: homes, offices, campuses and carriers share it. It corroborates
(see ``graph.candidates``) while no more than ``SEMI_PRIVATE_SHARERS`` use it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from graph.vocabulary import EntityKind

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


class Tenure(NamedTuple):
    """One account's live use of one identifier."""

    account: int
    first_ms: int
    last_ms: int
    resident: bool
    settled: bool = False
    """Whether the account had been in use elsewhere for SETTLED_MS when it came."""


def strength(kind: EntityKind, visitors: int, residents: int) -> float:
    """Log likelihood ratio that two sharers of the identifier are the same hand."""
    weights = WEIGHTS[kind]
    return weights.base - weights.per_visitor * visitors - weights.per_resident * residents


def connected(kind: EntityKind, tenures: Sequence[Tenure]) -> list[int]:
    """The accounts that the identifier connects, ascending; empty when it connects nobody.

    A pure function of the identifier's live links. Cost: O(sharers log sharers).
    """
    residents = sum(t.resident for t in tenures)
    if len(tenures) < 2 or strength(kind, len(tenures) - residents, residents) < CONNECTING:
        return []
    if kind is EntityKind.DEVICE:
        tenures = [t for t in newest_tenancy(tenures) if t.resident or not t.settled]
    return sorted(t.account for t in tenures) if len(tenures) > 1 else []


def newest_tenancy(tenures: Sequence[Tenure]) -> list[Tenure]:
    """The users since the identifier was last handed on; all of them when it never was."""
    ordered = sorted(tenures, key=lambda t: (t.first_ms, t.account))
    start, silent_since = 0, ordered[0].last_ms
    for position, tenure in enumerate(ordered):
        owners = position - start
        if (
            0 < owners <= RESALE_OWNERS
            and tenure.first_ms - silent_since >= RESALE_SILENCE_MS
            and silent_since - ordered[start].first_ms >= RESALE_TENURE_MS
        ):
            start, silent_since = position, tenure.last_ms
        silent_since = max(silent_since, tenure.last_ms)
    return ordered[start:]
