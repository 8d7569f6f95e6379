"""Early signs of an attack in one event: young accounts' cards, fares and promotions, and disputes.

A sign is counted for each account once in a week, so that one busy account is no attack and counts stay close
to Poisson.
"""

from __future__ import annotations

from math import log2
from typing import Final, NamedTuple

import msgspec

from graph.model.events import Chargeback, EventBase
from graph.model.vocabulary import EarlySign, FactName, SegmentKind
from rules.facts.gathering import DAY_MS, WEEK_MS, FactGatherer
from rules.facts.names import Observation

YOUNG_H: Final = 72.0
"""An account is young for so long: an attack spends what it stole before anybody notices."""
MANY_CARDS: Final = 3
"""Cards of one account, or of one phone, from which on they are a sign: a person has one or two."""
CROWDED_ACCOUNTS: Final = 2
"""Accounts of one phone from which on a promotion that one of them takes is a sign."""
LARGE_SHARE: Final = 0.95
"""A fare above that share of the city's fares is large."""
MOST_COUNTED: Final = 200_000
"""Accounts that are remembered as counted; beyond it the one counted longest ago may count again."""
_BINS: Final = 256
_BINS_A_DOUBLING: Final = 8
_KEPT_A_DAY: Final = 27 / 28
_SEGMENTS: Final = {
    SegmentKind.AREA: FactName.AREA,
    SegmentKind.PROMO: FactName.PROMO,
    SegmentKind.CARD_ISSUER: FactName.CARD_ISSUER,
    SegmentKind.APP_VERSION: FactName.APP_VERSION,
}


class Segment(NamedTuple):
    """What is counted apart: one word of one kind, such as one issuer; ``everything`` has no word."""

    kind: SegmentKind
    word: str


_EVERYTHING: Final = Segment(SegmentKind.EVERYTHING, "")
_SORTS: Final = (
    (EarlySign.DECLINES,),
    (EarlySign.MANY_CARDS, EarlySign.CROWDED_DEVICES),
    (EarlySign.LARGE_FARES,),
)
"""Signs of a young account that say different things; those of one sort mostly come together."""


class Sighting(NamedTuple):
    """One sign that one account showed, in one segment."""

    sign: EarlySign
    segment: Segment


class _Seen(msgspec.Struct):
    """What a reader knows, as a snapshot keeps it."""

    counted: dict[str, int] = {}
    fares: list[float] = []
    fares_day: int = 0


class SignReader:
    """Finds the signs in events; ``facts`` is the gatherer that has followed the same events."""

    def __init__(self, facts: FactGatherer) -> None:
        self._facts = facts
        self._seen = _Seen(fares=[0.0] * _BINS)

    def read(self, event: EventBase, observed: Observation | None) -> list[Sighting]:
        """The signs of one event that count, by segment; ``observed`` are its facts."""
        if isinstance(event, Chargeback):
            issuer = self._facts.issuer_of(event.card_id or "")
            version = self._facts.app_version_of(event.account_id)
            words = {SegmentKind.CARD_ISSUER: issuer, SegmentKind.APP_VERSION: version}
            return self._counted(EarlySign.DISPUTES, event.account_id, event.ts, words)
        if observed is None:
            return []
        signs = self._signs(observed)
        if observed.word(FactName.EVENT) == "trip_completed":
            self._learn_fare(observed.number(FactName.AMOUNT), observed.ts)
        if not signs:
            return []
        words = {kind: observed.word(name) for kind, name in _SEGMENTS.items()}
        found: list[Sighting] = []
        for sign in signs:
            found += self._counted(sign, observed.account_id, observed.ts, words)
        if self._shows_several(observed.account_id, observed.ts):
            found += self._counted(EarlySign.SEVERAL_SIGNS, observed.account_id, observed.ts, words)
        return found

    def save(self) -> bytes:
        """Everything, for a snapshot."""
        return msgspec.msgpack.encode(self._seen)

    def load(self, saved: bytes) -> None:
        """Becomes what ``save`` gave."""
        self._seen = msgspec.msgpack.decode(saved, type=_Seen)

    def _signs(self, observed: Observation) -> list[EarlySign]:
        if not observed.number(FactName.ACCOUNT_AGE_H) <= YOUNG_H:
            return []
        event = observed.word(FactName.EVENT)
        if event == "promo_redeemed":
            is_crowded = observed.number(FactName.DEVICE_ACCOUNTS_7D) >= CROWDED_ACCOUNTS
            return [EarlySign.CROWDED_PROMOS] if is_crowded else []
        if event == "trip_completed":
            return [EarlySign.LARGE_FARES] if self._is_large(observed.number(FactName.AMOUNT)) else []
        if event not in ("card_added", "payment_declined"):
            return []
        signs = [EarlySign.NEW_CARDS if event == "card_added" else EarlySign.DECLINES]
        if observed.number(FactName.CARDS_7D) >= MANY_CARDS:
            signs.append(EarlySign.MANY_CARDS)
        if observed.number(FactName.DEVICE_CARDS_7D) >= MANY_CARDS:
            signs.append(EarlySign.CROWDED_DEVICES)
        return signs

    def _shows_several(self, account_id: str, ts: int) -> bool:
        """Whether a young account showed signs of two sorts: honest ones seldom show a second."""
        return sum(any(self._showed(sign, account_id, ts) for sign in sort) for sort in _SORTS) >= 2

    def _showed(self, sign: EarlySign, account_id: str, ts: int) -> bool:
        counted = self._seen.counted.get(_key(sign, _EVERYTHING, account_id))
        return counted is not None and ts - counted < WEEK_MS

    def _counted(
        self, sign: EarlySign, account_id: str, ts: int, words: dict[SegmentKind, str]
    ) -> list[Sighting]:
        """Where the account's sign counts: the segments in which it did not within a week."""
        segments = [_EVERYTHING]
        segments += [Segment(kind, word) for kind, word in words.items() if word]
        found = []
        counted = self._seen.counted
        for segment in segments:
            key = _key(sign, segment, account_id)
            if ts - counted.get(key, -WEEK_MS) < WEEK_MS:
                continue
            counted.pop(key, None)
            counted[key] = ts
            if len(counted) > MOST_COUNTED:
                del counted[next(iter(counted))]
            found.append(Sighting(sign, segment))
        return found

    def _learn_fare(self, fare: float, ts: int) -> None:
        day = ts // DAY_MS
        if day > self._seen.fares_day:
            kept = _KEPT_A_DAY ** min(day - self._seen.fares_day, 365)
            self._seen.fares = [count * kept for count in self._seen.fares]
            self._seen.fares_day = day
        self._seen.fares[_bin_of(fare)] += 1.0

    def _is_large(self, fare: float) -> bool:
        fares = self._seen.fares
        return sum(fares[_bin_of(fare) :]) < (1 - LARGE_SHARE) * sum(fares)


def _key(sign: EarlySign, segment: Segment, account_id: str) -> str:
    return f"{sign.value}|{segment.kind.value}|{segment.word}|{account_id}"


def _bin_of(fare: float) -> int:
    """The place of a fare on a scale of eighths of a doubling, from 1/256 on."""
    return max(0, min(_BINS - 1, int(_BINS_A_DOUBLING * (8 + log2(max(fare, 1 / 256))))))
