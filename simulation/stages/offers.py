"""What the platform gives away: promotions for riders, rewards for referrals, campaigns of some days."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.config import DAY_MS
from simulation.mint import Mint
from simulation.stages.calendar import Calendar
from simulation.stages.people import Voucher
from simulation.stages.priors import Priors
from simulation.streams import Dice


@dataclass(frozen=True, slots=True)
class Campaign:
    """A promotion for the rides of some days, one for each account of the part of the city that is asked."""

    voucher: Voucher
    begin_ms: int
    end_ms: int
    asked: float


class Offers:
    """The promotions of one city; values are in units of reckoning."""

    def __init__(self, priors: Priors, calendar: Calendar, mint: Mint, dice: Dice) -> None:
        self.welcome = Voucher(mint.promo(), priors.welcome_value, priors.welcome_share)
        self.friend = Voucher(mint.promo(), priors.friend_value, 1.0)
        self.referral = mint.promo()
        self.driver_referral = mint.promo()
        self._win_back = mint.promo()
        self.campus_day = Voucher(mint.promo(), 80, 0.7)
        self.campus = Voucher(mint.promo(), 60, 0.5)
        self.event = Voucher(mint.promo(), 70, 0.5)
        self.church = Voucher(mint.promo(), 40, 0.3)
        self.campaigns = [
            Campaign(
                Voucher(mint.promo(), dice.randint(30, 90), dice.choice((0.2, 0.3, 0.5))),
                begin := calendar.at(day + dice.randint(0, 3), 5),
                begin + dice.randint(1, 4) * DAY_MS,
                dice.uniform(0.08, 0.3),
            )
            for day in range(0, calendar.days, 5)
            if dice.chance(priors.campaign_chance)
        ]

    def win_back(self, dice: Dice) -> Voucher:
        """Return what brings a dormant account back."""
        return Voucher(self._win_back, dice.randint(60, 130), 0.7)
