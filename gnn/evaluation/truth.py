"""Ground truth as typed records: which rings were planted, which honest look-alikes stand beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from graph.model.errors import Fatal


class TrueRing(msgspec.Struct, frozen=True, kw_only=True):
    """One planted ring. ``fraud_events`` holds (event id, money taken by that event)."""

    ring: str
    kind: str
    accounts: list[str]
    fraud_events: list[tuple[str, float]] = []


class Decoy(msgspec.Struct, frozen=True, kw_only=True):
    """A group of honest accounts that looks like a ring to a naive rule."""

    kind: str
    accounts: list[str]


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known about who cheats; an account in no ring is honest, but for those ``unjudged``."""

    rings: list[TrueRing]
    decoys: list[Decoy] = []
    unjudged: list[str] = []
    """Accounts of which nobody has said what they are; training leaves out candidates made of them."""

    def fraudulent(self) -> frozenset[str]:
        """Every account of every ring."""
        return frozenset(account for ring in self.rings for account in ring.accounts)

    def ring_of(self) -> dict[str, str]:
        """By account of a planted ring, the name of that; of the last where it is in several."""
        return {account: ring.ring for ring in self.rings for account in ring.accounts}

    def fraud_event_ids(self) -> frozenset[str]:
        """Every event by which money is taken."""
        return frozenset(event_id for ring in self.rings for event_id, _ in ring.fraud_events)


def planted_ring(accounts: Sequence[str], ring_of: Mapping[str, str]) -> str | None:
    """The planted ring that most of the accounts belong to; None when fewer than half belong to any.

    >>> planted_ring(["a", "b", "c", "d"], {"a": "ring 2", "b": "ring 2"})
    'ring 2'
    >>> planted_ring(["a", "b", "c", "d", "e"], {"a": "ring 2", "b": "ring 2"})
    """
    rings = Counter(ring_of[account] for account in accounts if account in ring_of)
    return rings.most_common(1)[0][0] if rings and 2 * rings.total() >= len(accounts) else None


def decode_truth(data: bytes, source: str) -> Truth:
    """The truth held by the bytes of a truth file; ``source`` names the file in the error.

    Raises ``Fatal`` when the bytes are not such a file.
    """
    try:
        return msgspec.json.decode(data, type=Truth)
    except msgspec.DecodeError as error:
        raise Fatal(
            f'expected {source} to be a truth file {{"rings": [...], "decoys": [...]}}, found {error}; '
            f"pass the truth.json that belongs to the events"
        ) from error
