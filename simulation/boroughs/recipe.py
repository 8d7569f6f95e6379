"""The recipe by which a crew works: every habit drawn for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulation.streams import Dice

PHONES: Final = ("one", "few", "weekly", "gathered", "fresh")
CARDS: Final = ("one", "shared", "pool", "own", "none")
PAYOUTS: Final = ("one", "several", "own", "fence")
TEMPOS: Final = ("burst", "bursts", "ramp", "drip", "nightly")
ADDRESSES: Final = ("one", "few", "carrier", "proxies", "own")
TRACES: Final = ("none", "test_phone", "mail", "haunts")
FATES: Final = ("steady", "merge", "split")
_BY_CHANCE: Final = 0.5
"""The share of promo farms with one thing in common and any others: as honest groups are tied."""
_TIES: Final = (("phones", "one"), ("phones", "gathered"), ("cards", "one"), ("payouts", "one"))
_MORE: Final = {
    "phones": (("one", "few", "gathered"), ("fresh",)),
    "cards": (("one", "shared"), ("own", "own", "none")),
    "payouts": (("one", "several"), ("own",)),
    "addresses": (("one", "few"), ("own", "own", "carrier")),
    "trace": (("haunts", "mail"), ("none",)),
}
"""What each may be in common, and what it is where it is not."""
_MOST_MORE: Final = 0.7
_CARELESS: Final = {
    "phones": (1.2, 1.6, 1.0, 0.8, 0.5),
    "cards": (0.6, 1.0, 0.8, 0.8, 0.6),
    "payouts": (1.2, 0.8, 1.0, 0.5),
    "tempo": (1.4, 1.2, 0.8, 0.5, 0.6),
    "addresses": (1.2, 1.2, 0.6, 0.5, 0.1),
    "trace": (1.6, 0.6, 0.4, 0.4),
}
_CAREFUL: Final = {
    "phones": (0.15, 0.5, 0.6, 0.9, 1.8),
    "cards": (0.15, 0.25, 0.4, 1.6, 0.8),
    "payouts": (0.5, 1.0, 1.5, 0.8),
    "tempo": (0.4, 0.7, 1.3, 1.6, 0.6),
    "addresses": (0.2, 0.6, 1.2, 1.2, 0.6),
    "trace": (0.7, 1.0, 0.9, 1.0),
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one crew works; every habit is drawn for itself, careful ones the likelier the greater the care."""

    kind: str
    care: float
    phones: str
    cards: str
    payouts: str
    tempo: str
    addresses: str
    trace: str
    fate: str
    ageing: float
    """Share of the members that signed up long before the crew, and lived on phones of their own."""
    cover: float
    """Honest rides of a member, as a share of what an ordinary person takes."""
    side_trade: str | None
    """A second kind of fraud that some members commit as well."""

    @classmethod
    def draw(cls, kind: str, care: float, dice: Dice) -> Recipe:
        """Draw a crew's habits; one that shares nothing else leaves some trace of belonging together."""

        def habit(name: str, values: tuple[str, ...]) -> str:
            pairs = zip(_CARELESS[name], _CAREFUL[name], strict=True)
            return dice.choices(values, [(1 - care) * low + care * high for low, high in pairs])[0]

        phones, cards = habit("phones", PHONES), habit("cards", CARDS)
        payouts, addresses = habit("payouts", PAYOUTS), habit("addresses", ADDRESSES)
        trace = habit("trace", TRACES)
        if kind == "collusion" and dice.chance(0.7):
            phones, cards, payouts, addresses, trace = "fresh", "own", "own", "own", "none"
        elif kind == "promo_farm" and dice.chance(_BY_CHANCE):
            also = dice.uniform(0.0, _MOST_MORE)
            drawn = {
                name: dice.choice(common if dice.chance(also) else apart)
                for name, (common, apart) in _MORE.items()
            }
            drawn |= [dice.choice(_TIES)]
            phones, cards, payouts, addresses, trace = drawn.values()
        elif kind not in {"collusion", "fake_rides", "referral_chain"}:
            apart = phones == "fresh" and cards in {"own", "none"} and payouts in {"own", "several"}
            if apart and addresses in {"carrier", "proxies", "own"} and trace == "none":
                trace = dice.choice(TRACES[1:])
        return cls(
            kind=kind,
            care=care,
            phones=phones,
            cards=cards,
            payouts=payouts,
            tempo=habit("tempo", TEMPOS),
            addresses=addresses,
            trace=trace,
            fate=dice.choices(FATES, (0.75, 0.13, 0.12))[0],
            ageing=dice.random() if dice.chance(0.2 + 0.5 * care) else 0.0,
            cover=care * dice.uniform(0.2, 1.6) if dice.chance(0.85) else 0.0,
            side_trade=dice.choice(("promo_farm", "multi_account")) if dice.chance(0.15) else None,
        )
