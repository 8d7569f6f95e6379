"""The facts a rule may name: in words, with their units, and where each stands in an observation."""

from __future__ import annotations

from typing import Final

import msgspec

from graph.model.vocabulary import FactName

NUMBERS: Final[dict[FactName, str]] = {
    FactName.ACCOUNT_AGE_H: "hours since the account was made",
    FactName.TRIPS_BEFORE: "trips of the account before, as a rider",
    FactName.AMOUNT: "money of the event: fare, promotion, transfer or declined amount",
    FactName.SPENT_24H: "fares of the account within 24 hours, this one included",
    FactName.CARDS_7D: "different cards the account added, tried or paid with within 7 days",
    FactName.DECLINES_24H: "declined payments of the account within 24 hours",
    FactName.DECLINES_7D: "declined payments of the account within 7 days",
    FactName.DEVICE_ACCOUNTS_7D: "different accounts on the device within 7 days",
    FactName.DEVICE_CARDS_7D: "different cards on the device within 7 days",
    FactName.CARD_ACCOUNTS_7D: "different accounts with the card within 7 days",
    FactName.CARD_AGE_H: "hours since the card was first seen",
    FactName.PROMOS_7D: "promotions the account took within 7 days",
}
"""Facts that are numbers, in the order of ``Observation.numbers``."""

WORDS: Final[dict[FactName, str]] = {
    FactName.EVENT: "the type of the event",
    FactName.AREA: "the area of the pick-up, a cell of 0.05 degrees",
    FactName.PROMO: "the promotion",
    FactName.CARD_ISSUER: "the issuer of the card, where given",
    FactName.APP_VERSION: "the app's version, where given",
}
"""Facts that are words, in the order of ``Observation.words``."""

NUMBER_PLACES: Final = {name: place for place, name in enumerate(NUMBERS)}
WORD_PLACES: Final = {name: place for place, name in enumerate(WORDS)}


class Observation(msgspec.Struct, frozen=True, gc=False):
    """One event that rules act on, with what was known of it at its moment.

    ``numbers`` in the order of ``NUMBERS``, NaN where unknown; ``words`` in that of ``WORDS``, empty where
    unknown. ``money`` is what the event moved: a fare, a promotion or a transfer; 0 otherwise.
    """

    event_id: str
    ts: int
    account_id: str
    money: float
    numbers: tuple[float, ...]
    words: tuple[str, ...]

    def number(self, name: FactName) -> float:
        """The number of that name; NaN where unknown."""
        return self.numbers[NUMBER_PLACES[name]]

    def word(self, name: FactName) -> str:
        """The word of that name; empty where unknown."""
        return self.words[WORD_PLACES[name]]
