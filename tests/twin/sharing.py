"""How much a shared identifier says "same hand", and whom it therefore connects.

See ``graph.updates.sharing`` for what it means.

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
    MOST_OWNERS,
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
    eligible: bool = True
    """Whether nothing says that the account is only a visitor, or one of a crowd by chance."""


def strength(kind: EntityKind, visitors: int, residents: int) -> float:
    """Log likelihood ratio that two sharers of the identifier are the same hand."""
    weights = WEIGHTS[kind]
    return weights.base - weights.per_visitor * visitors - weights.per_resident * residents


def connected(kind: EntityKind, tenures: Sequence[Tenure]) -> list[int]:
    """The accounts that an identifier which is not public connects, ascending; empty when it connects nobody.

    A pure function of the identifier's live links. Cost: O(sharers log sharers).
    """
    if len(tenures) < 2:
        return []
    if kind is EntityKind.DEVICE and len(tenures) <= MOST_OWNERS:
        tenures = newest_tenancy(tenures)
    tenures = [t for t in tenures if t.eligible]
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
