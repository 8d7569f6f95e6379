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
the phone; what such arrivals have in common is looked at by itself (see ``tests.twin.visits``).

A phone sold on connects nobody across the sale: when at most two accounts used it for a week or longer,
fell silent for a day or longer, and somebody else then took over for good, only the newest tenancy counts.
An address (ip) never connects by itself: homes, offices, campuses and carriers share it. It corroborates
(see ``tests.twin.candidates``) while no more than ``SEMI_PRIVATE_SHARERS`` use it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from graph.model.vocabulary import EntityKind
from graph.updates.sharing import (
    CONNECTING,
    RESALE_OWNERS,
    RESALE_SILENCE_MS,
    RESALE_TENURE_MS,
    WEIGHTS,
)


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
