"""The design of a crew: a value on each axis, drawn apart from the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from simulation.compositions import priors
from simulation.compositions.draws import guarded, mixture, pick
from simulation.kitchens.toolkit import Toolkit
from simulation.streams import Dice

_MAINS: Final = {
    kind: [take for take, of in priors.KIND_OF.items() if of == kind]
    for kind in dict.fromkeys(priors.KIND_OF.values())
}
_VOUCHERS: Final = ("resold", "meals")
_PER_PHONE: Final = {"all": 15.0, "groups": 4.0, "own": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What one crew is like; shares are between 0 and 1."""

    care: float
    kind: str
    takes: tuple[str, ...]
    """What it takes, the main thing first."""
    one_hand: bool
    sources: dict[str, float]
    phones: str
    rotation_days: float | None
    leak: float
    cards: str
    banks: str
    network: str
    network_share: float
    numbers: str
    mails: str
    referral: str
    settled_hub: bool
    wallet: str
    places: str
    partners: bool
    thief: str
    owner_back: float
    drain: str
    tempo: str
    span_days: float
    in_turn: bool
    odd_hours: bool
    delay_h: float
    acts: float
    cover: float
    camouflage: float
    """Honest rides an account buys beforehand, on average."""

    @property
    def on_victims(self) -> bool:
        """Whether accounts of others are used."""
        return self.takes[0] in priors.ON_VICTIMS

    @property
    def with_partners(self) -> bool:
        """Whether the main thing is taken with drivers of the crew."""
        return self.partners and self.takes[0] not in {"credits", "referrals", "resold"}

    @property
    def on_paper(self) -> bool:
        """Whether its drivers are accounts only, made for what new drivers are promised."""
        return self.takes[0] in priors.ON_PAPER

    @property
    def on_drivers(self) -> bool:
        """Whether those others drive."""
        return self.takes[0] == "payouts"

    @classmethod
    def draw(cls, kind: str, care: float, *, transfers: bool, dice: Dice) -> Design:
        """Draw a crew of that kind; the more care, the less is shared and the more is covered."""
        takes, one_hand = _takes(kind, transfers=transfers, dice=dice)
        partners = bool(priors.WITH_PARTNERS & set(takes)) or (
            takes[0] not in {"referrals", "resold", "payouts"} and dice.chance(priors.SOMETIMES_PARTNERS)
        )
        sources = mixture(priors.SOURCES, priors.SOURCE_ALPHA, dice)
        if "referrals" in takes:
            sources["fresh"] = max(sources["fresh"], 1.0)
        referral = guarded(priors.REFERRALS, care, dice)
        while "referrals" in takes and referral == "none":
            referral = pick(priors.REFERRALS, dice)
        return cls(
            care=care,
            kind=kind,
            takes=takes,
            one_hand=one_hand,
            sources=sources,
            phones="all" if one_hand else guarded(priors.PHONES, care, dice),
            rotation_days=dice.choice(priors.ROTATION_DAYS),
            leak=dice.choice(priors.LEAKS) * (1.3 - care),
            cards=guarded(priors.CARDS, care, dice),
            banks=guarded(priors.PAPER_BANKS if takes[0] in priors.ON_PAPER else priors.BANKS, care, dice),
            network=guarded(priors.NETWORKS, care, dice),
            network_share=dice.choice(priors.NETWORK_SHARES),
            numbers=guarded(priors.NUMBERS, care, dice),
            mails=guarded(priors.MAILS, care, dice),
            referral=referral,
            settled_hub=dice.chance(priors.SETTLED_HUB),
            wallet=guarded(priors.WALLETS, care, dice) if transfers else "none",
            places=guarded(priors.PLACES, care, dice),
            partners=partners,
            thief=pick(priors.THIEVES, dice),
            owner_back=dice.choice(priors.OWNER_BACK),
            drain=dice.choice(priors.DRAINS),
            tempo=pick(priors.TEMPOS, dice),
            span_days=dice.log_uniform(*priors.SPANS_DAYS),
            in_turn=dice.chance(priors.IN_TURN),
            odd_hours=dice.chance(priors.ODD_HOURS),
            delay_h=dice.choice(priors.DELAYS_H),
            acts=max(dice.log_uniform(*priors.ACTS), priors.LEAST_RIDES if kind == "fake_rides" else 0.0),
            cover=min(1.0, care * dice.choice(priors.COVERS)),
            camouflage=care * dice.choice((0.0, 0.0, 1.0, 3.0)),
        )

    def crowded(self, dice: Dice) -> Design:
        """Return the design of a huge crew: as it is, or with a phone or a card that all accounts use."""
        common = pick(priors.HUGE_IN_COMMON, dice)
        if common == "phones":
            return replace(self, phones="all", rotation_days=None)
        return replace(self, cards="all") if common == "cards" else self

    def kit(self) -> Toolkit:
        """Return the design in the words of the plumbing."""
        return Toolkit(
            care=self.care,
            accounts_per_phone=_PER_PHONE[self.phones],
            leak=self.leak,
            network="mix" if self.network == "proxy" else self.network,
            pace=self.tempo,
            bought=1.0 - self.sources["fresh"],
            cover=self.cover,
            span_days=self.span_days,
            shared_number=float(self.numbers != "own"),
            shared_mail=float(self.mails != "own"),
            cash_out=self.wallet,
        )


def _takes(kind: str, *, transfers: bool, dice: Dice) -> tuple[tuple[str, ...], bool]:
    """Return what a crew of a kind takes, and whether it is vouchers in one hand."""
    possible = [take for take in priors.KIND_OF if transfers or take not in priors.NEED_TRANSFERS]
    mains = [take for take in _MAINS[kind] if take in possible]
    one_hand = kind == "multi_account" and dice.chance(0.25)
    main = dice.choice(_VOUCHERS if one_hand else mains)
    if main in priors.ON_VICTIMS:
        sides = [take for take in possible if take in {"drains", "sprees", "credits"}]
        if main == "payouts":
            sides = [take for take in possible if take == "drains"]
    else:
        barred = {"stolen_cards", *priors.ON_PAPER, *priors.ON_VICTIMS} | (
            {"partnered"} if one_hand else set()
        )
        sides = [take for take in possible if take not in barred]
    others = [take for take in sides if take != main]
    count = dice.choices(list(priors.SIDES), list(priors.SIDES.values()))[0]
    return (main, *dice.some(others, count)), one_hand
