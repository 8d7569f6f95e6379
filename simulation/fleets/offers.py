"""What the platform pays for: welcome, referrals, campaigns, weekly codes, and drivers' guarantees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from simulation.config import DAY_MS, CityConfig
from simulation.mint import Mint
from simulation.streams import Dice

_CODES: Final = 8


class Code(NamedTuple):
    """A promotion and what it is worth at most, in units of account."""

    promo: str
    worth: float


@dataclass(frozen=True, slots=True)
class Campaign:
    """A discount that a share of the riders is offered for some days, on rides or on food."""

    promo: str
    opens_ms: int
    closes_ms: int
    share: float
    discount: float
    for_food: bool


class Offers:
    """The rules of one city's platform."""

    def __init__(self, config: CityConfig, mint: Mint, dice: Dice) -> None:
        self.welcome = Code(mint.promo(), dice.choice((6.0, 8.0, 10.0)))
        self.referral = Code(mint.promo(), dice.choice((5.0, 8.0, 10.0)))
        self.driver_referral = Code(mint.promo(), dice.choice((100.0, 150.0, 200.0)))
        self.driver_guarantee = Code(mint.promo(), dice.choice((80.0, 120.0, 150.0)))
        self.weekly = [mint.promo() for _ in range(_CODES)]
        self.campaigns: list[Campaign] = []
        day = 0
        while day < config.days:
            opens = config.start_ms + day * DAY_MS
            self.campaigns.append(
                Campaign(
                    promo=mint.promo(),
                    opens_ms=opens,
                    closes_ms=opens + dice.randint(2, 7) * DAY_MS,
                    share=dice.uniform(0.08, 0.4),
                    discount=dice.uniform(0.15, 0.3),
                    for_food=dice.chance(0.35),
                )
            )
            day += dice.randint(2, 6)

    def running(self, day_begins_ms: int) -> list[Campaign]:
        """Return the campaigns of which some part lies in the day that begins then."""
        return [
            c for c in self.campaigns if c.opens_ms < day_begins_ms + DAY_MS and c.closes_ms > day_begins_ms
        ]

    def code_of_week(self, day: int) -> str:
        """Return the code of that week."""
        return self.weekly[day // 7 % _CODES]
