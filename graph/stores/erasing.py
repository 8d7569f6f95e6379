"""What of a store names people, and the port behind which a store forgets one of them.

Nodes and links are renamed and stay where they are, so that rings hold; texts that name somebody are written
anew; where trips of theirs began and ended is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, Protocol

import msgspec

from graph.model.renaming import Named, Renaming, spellings
from graph.model.vocabulary import EntityKind
from graph.stores.plan import as_json


class Holds(StrEnum):
    """What a text of a store holds."""

    ACCOUNT = "account"
    CARD = "card"
    SUBJECT = "subject"
    NOTE = "note"
    ACCOUNTS = "accounts"
    """A JSON list."""
    KEYS = "keys"
    """A JSON list of ``kind:identifier``."""


TEXTS: Final[Mapping[str, tuple[str, Mapping[str, Holds]]]] = {
    "Ring": ("ring_id", {"entities": Holds.KEYS}),
    "LedgerEntry": ("entry", {"added": Holds.ACCOUNTS, "removed": Holds.ACCOUNTS}),
    "Flag": ("flag_id", {"accounts": Holds.ACCOUNTS}),
    "Verdict": ("event_id", {"subject": Holds.SUBJECT, "note": Holds.NOTE}),
    "Trip": ("trip_id", {"rider_id": Holds.ACCOUNT, "driver_id": Holds.ACCOUNT}),
    "Taking": ("event_id", {"account_id": Holds.ACCOUNT, "card_id": Holds.CARD}),
}
"""By label, the key, and the texts that may name somebody. Tables of the embedded store are ``TABLES``."""
ENDS: Final = ("pickup_lat", "pickup_lon", "dropoff_lat", "dropoff_lon")
"""Of a completed trip."""
PLACES: Final = (*ENDS, "track")
"""What a store knows of where a trip was."""


class StoreEraser(Protocol):
    """A store that can forget somebody. No writer may be at work meanwhile."""

    def identifiers_of(self, accounts: Sequence[str]) -> list[Named]:
        """The accounts that are there, and every identifier that only they ever used, sorted."""

    def active(self, accounts: Sequence[str]) -> tuple[int, int] | None:
        """When the accounts were first and last seen, epoch ms; None when none is there."""

    def containing(self, identifier: str) -> list[str]:
        """Other identifiers of the store in which this one is a part."""

    def erase(self, renaming: Renaming) -> int:
        """Rename everywhere, in one transaction; gives how many rows changed. A second call changes none."""

    def close(self) -> None:
        """Let go of the store."""


def replacements(renaming: Renaming, holds: Holds) -> list[tuple[str, str]] | None:
    """New and old values of a text that is one name; None for one that has to be read."""
    named = renaming.names.items()
    accounts = [(new, old) for (kind, old), new in named if kind == EntityKind.ACCOUNT]
    if holds is Holds.ACCOUNT:
        return accounts
    if holds is Holds.CARD:
        return [(new, old) for (kind, old), new in named if kind == EntityKind.CARD]
    if holds is Holds.SUBJECT:
        return accounts + [(f"{kind}:{new}", f"{kind}:{old}") for (kind, old), new in named]
    return None


def sought(renaming: Renaming) -> list[str]:
    """What has to stand in a text that is to be read: each name as JSON and as a note may write it."""
    return sorted(
        {each.decode("utf-8", "surrogatepass") for n in renaming.identifiers for each in spellings(n)}
    )


def rewritten(renaming: Renaming, holds: Holds, text: str) -> str:
    """A list or a note of a store without those who are forgotten."""
    return _REWRITES[holds](renaming, text)


def _each(renamed: Callable[[Renaming, str], str]) -> Callable[[Renaming, str], str]:
    def rewrite(renaming: Renaming, text: str) -> str:
        values: list[Any] = msgspec.json.decode(text)
        return as_json([renamed(renaming, value) for value in values])

    return rewrite


_REWRITES: Final[Mapping[Holds, Callable[[Renaming, str], str]]] = {
    Holds.NOTE: Renaming.note,
    Holds.ACCOUNTS: _each(Renaming.account),
    Holds.KEYS: _each(Renaming.key),
}
