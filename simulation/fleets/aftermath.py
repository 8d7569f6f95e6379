"""What follows from a trip: rewards for those who brought people, drivers' guarantees, disputes."""

from __future__ import annotations

from typing import Final

from simulation.config import DAY_MS
from simulation.fleets.calendar import HOUR_MS, MINUTE_MS
from simulation.fleets.city import City
from simulation.fleets.draws import about
from simulation.fleets.offers import Code
from simulation.fleets.people import Account, Crew
from simulation.fleets.voices import Voices
from simulation.fleets.wishes import Wish
from simulation.streams import Dice

_REWARDED_DAYS: Final = 15
"""Accounts older than that when the file begins have been rewarded already."""
_DISPUTE_SPREAD: Final = 0.6
_DISPUTE_DAYS: Final = (0.8, 60.0)


class Aftermath:
    """Files what a completed trip sets off."""

    def __init__(self, city: City, voices: Voices) -> None:
        self._city = city
        self._voices = voices

    def of_trip(
        self,
        wish: Wish,
        driver: Account,
        trip: str,
        end: int,
        fare: float,
        card: str | None,
        *,
        discounted: bool,
        dice: Dice,
    ) -> None:
        """File what follows from the trip; crews are credited with what is theirs."""
        city, rider = self._city, wish.rider
        referrer = rider.referrer
        recent = rider.joined_ms > city.before(_REWARDED_DAYS)
        if rider.trips == 1 and referrer is not None and recent:
            crew = rider.crew if rider.cheats and rider.crew is referrer.crew else None
            reward = city.offers.referral
            self._give(end + int(dice.uniform(1.0, 40.0) * MINUTE_MS), referrer, reward, crew)
            if not discounted:
                self._give(end + int(dice.uniform(0.1, 5.0) * MINUTE_MS), rider, reward, crew)
        if driver.trips == driver.bonus_at:
            self._guarantee(driver, end, dice)
        disputes = city.priors.chargebacks if wish.disputes is None else wish.disputes
        if card is not None and dice.random() < disputes:
            days = about(dice, wish.dispute_days, _DISPUTE_SPREAD, *_DISPUTE_DAYS)
            self._voices.chargeback(end + int(days * DAY_MS), rider, fare, card, trip)

    def _guarantee(self, driver: Account, end: int, dice: Dice) -> None:
        offers = self._city.offers
        crew = driver.crew if driver.crew is not None and driver.crew.takes_driver_bonus else None
        later = end + int(dice.uniform(1.0, 20.0) * HOUR_MS)
        self._give(later, driver, offers.driver_guarantee, crew)
        if driver.referrer is not None:
            ours = crew if driver.referrer.crew is crew else None
            later = end + int(dice.uniform(1.0, 20.0) * HOUR_MS)
            self._give(later, driver.referrer, offers.driver_referral, ours)

    def _give(self, ts: int, account: Account, code: Code, crew: Crew | None) -> None:
        amount = self._city.money(code.worth)
        taking = self._voices.promo(ts, account, code.promo, amount, device=None)
        if crew is not None and taking is not None:
            crew.took(*taking)
