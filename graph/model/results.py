"""What the engine emits: flags, rings, account scores and ledger entries, as the contract writes them.

Each record encodes to one line of the corresponding output with ``msgspec.json.encode``; the field
order here is the field order on disk. Money is in the platform's main unit, times are epoch ms. Records hold
no cycles, so the collector of cycles need not look at them.
"""

from __future__ import annotations

import msgspec

from graph.model.shapes import Shape
from graph.model.vocabulary import Decision, LedgerChange, RingKind, TripReason


class Reason(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One piece of evidence in words, with the rule it comes from and the numbers behind it."""

    rule: str
    detail: str
    strength: float
    numbers: dict[str, float] = {}


class Flag(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The statement, at one event, that accounts belong to a ring."""

    flag_id: str
    ts: int
    event_id: str
    accounts: list[str]
    ring_id: str
    score: float
    decision: Decision
    reasons: list[Reason]
    kind: RingKind


class Ring(msgspec.Struct, frozen=True, kw_only=True):
    """An open ring as it stands."""

    ring_id: str
    kind: RingKind
    score: float
    accounts: list[str]
    drivers: list[str]
    riders: list[str]
    entities: list[str]
    first_ts: int
    flagged_ts: int
    exposure: float
    reasons: list[Reason]
    innocent_reasons: list[Reason]


class AccountScore(msgspec.Struct, frozen=True, gc=False):
    """An account's probability of being fraudulent and the open ring that holds it, if any."""

    account_id: str
    score: float
    ring_id: str | None


class TripIntegrity(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was made of one completed trip.

    ``integrity`` is the probability that the trip is what it says; ``reasons`` say why it is low. The fare
    and the seconds that were expected of it are None while the city's habits are not known; ``surcharge`` is
    the logarithm of the fare over the expected one, 0 while unknown. ``track`` holds at most seventeen fixes,
    as seconds since the first, latitude and longitude, to ten metres; it is there where trips are kept.
    """

    integrity: float
    reasons: list[TripReason]
    surcharge: float
    expected_fare: float | None
    expected_s: float | None
    track: list[tuple[float, float, float]] = msgspec.field(default_factory=list)


class Candidate(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A set of accounts as it was judged for the first time: when, how it was found, and its score then."""

    ts: int
    event_id: str
    shape: Shape
    score: float
    accounts: list[str]


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename={"from_": "from"}):
    """One change in the life of a ring. ``accounts`` holds who was added and who was removed."""

    ts: int
    ring_id: str
    change: LedgerChange
    from_: list[str]
    accounts: AccountsChanged


class AccountsChanged(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who joined and who left."""

    added: list[str]
    removed: list[str]


class Outcome(msgspec.Struct, kw_only=True):
    """What one batch brought forth, in the order raised."""

    flags: list[Flag]
    ledger: list[LedgerEntry]
    trips: list[bytes] = msgspec.field(default_factory=list)
    """Every completed trip as it was judged (``graph.engine.trips``); empty unless the engine tells them."""
