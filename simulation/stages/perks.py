"""What rides bring besides the fare: promotions redeemed, and rewards for who brought rider or driver."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.stages.calendar import MINUTE_MS
from simulation.stages.city import City
from simulation.stages.people import Account, Voucher
from simulation.stages.voices import Voices
from simulation.streams import Dice

_REWARDED_DAYS = 10
"""Whoever brought an account that is at most this much older than the file is still rewarded."""


class Perks:
    """Gives the platform's money away, ride by ride."""

    def __init__(self, city: City, voices: Voices) -> None:
        self._city, self._voices = city, voices
        self._asked: dict[tuple[int, str], bool] = {}

    def redeem(
        self, rider: Account, fare: int, times: tuple[int, int], trip: str, device: str, dice: Dice
    ) -> str | None:
        """Let the rider redeem a voucher or a campaign on this ride; return the promotion's id."""
        begin, end = times
        if rider.vouchers and (not rider.shy or dice.chance(0.3)) and dice.chance(0.9):
            ts = begin if dice.chance(0.5) else end
            return self._give(rider, rider.vouchers.pop(0), fare, ts, trip, device)
        for campaign in self._city.offers.campaigns:
            if campaign.begin_ms <= begin < campaign.end_ms:
                key = (rider.number, campaign.voucher.promo)
                if key not in self._asked:
                    wanted = not rider.shy and dice.chance(campaign.asked)
                    self._asked[key] = rider.every_campaign or wanted
                if self._asked[key]:
                    self._asked[key] = False
                    return self._give(rider, campaign.voucher, fare, end, trip, device)
                return None
        return None

    def _give(self, rider: Account, voucher: Voucher, fare: int, ts: int, trip: str, device: str) -> str:
        priors = self._city.priors
        amount = priors.amount(min(voucher.value, fare * voucher.share / priors.place.money))
        crew = rider.crew if "promo" in rider.takes else None
        self._voices.promo(ts, rider, voucher.promo, amount, trip=trip, device=device, crew=crew)
        return voucher.promo

    def reward_friend(self, rider: Account, driver: Account, ts: int, dice: Dice) -> None:
        """Reward who brought the rider, at the rider's first ride."""
        friend = rider.referrer
        recent = rider.joined_ms > self._city.config.start_ms - _REWARDED_DAYS * DAY_MS
        if friend is None or rider.friend_paid or not recent:
            return
        rider.friend_paid = True
        crew = friend.crew if "referral" in friend.takes and friend.crew is rider.crew else None
        amount = self._city.priors.amount(self._city.priors.referral_value)
        self._voices.promo(
            ts + dice.randint(1, 50) * 1_000,
            friend,
            self._city.offers.referral,
            amount,
            crew=crew,
            by=(rider, driver),
        )

    def reward_recruiter(self, driver: Account, rides: int, ts: int, dice: Dice) -> None:
        """Reward who brought the driver, when the first step of the ramp is reached."""
        friend = driver.referrer
        if friend is None or driver.friend_paid or rides < self._city.priors.ramp[0][0]:
            return
        driver.friend_paid = True
        if driver.joined_ms < self._city.config.start_ms - _REWARDED_DAYS * DAY_MS:
            return
        crew = friend.crew if "referral" in friend.takes and friend.crew is driver.crew else None
        amount = self._city.priors.amount(self._city.priors.driver_referral_value)
        self._voices.promo(
            ts + MINUTE_MS + dice.randint(0, 30) * 1_000,
            friend,
            self._city.offers.driver_referral,
            amount,
            crew=crew,
            by=(driver,),
        )
