"""Which promotion a trip is on: one that the wish names, the welcome, a campaign, or a code."""

from __future__ import annotations

from typing import Final

from simulation.config import DAY_MS
from simulation.fleets.calendar import SECOND_MS
from simulation.fleets.city import City
from simulation.fleets.offers import Campaign
from simulation.fleets.voices import Voices
from simulation.fleets.wishes import Wish
from simulation.streams import Dice

_TAKES_CAMPAIGN: Final = 0.6
_LARGEST_DISCOUNT: Final = 6.0
_CODE_CHANCE: Final = 0.035
_CODE_WORTHS: Final = (3.0, 4.0, 5.0, 6.0, 8.0)


class Discounts:
    """Gives promotions to trips and files the events of it."""

    def __init__(self, city: City, voices: Voices) -> None:
        self._city = city
        self._voices = voices
        self._campaigns: list[Campaign] = []

    def begin_day(self, day: int) -> None:
        """Learn which campaigns run on the day."""
        self._campaigns = self._city.offers.running(self._city.calendar.at(day, 0))

    def redeem(self, wish: Wish, trip: str, device: str, fare: float, dice: Dice) -> str | None:
        """Return the promotion of the trip, if it is on one, after having told of it."""
        city, rider, offers = self._city, wish.rider, self._city.offers
        takers = wish.crew if "promo" in wish.gains else None
        if wish.promo is not None:
            promo, amount = wish.promo.promo, min(city.money(wish.promo.worth), fare)
        elif rider.welcome and rider.trips == 0:
            promo, amount = offers.welcome.promo, min(city.money(offers.welcome.worth), fare)
            takers = takers or (rider.crew if rider.cheats else None)
        elif wish.crew is None:
            found = self._ordinary(wish, fare, dice)
            if found is None:
                return None
            promo, amount = found
        else:
            return None
        ts = wish.ts + int(dice.uniform(5.0, 60.0) * SECOND_MS)
        shown = None if dice.random() < city.priors.lost_device else device
        taking = self._voices.promo(ts, rider, promo, round(amount, 2), device=shown, trip=trip)
        if takers is not None and taking is not None:
            takers.took(*taking)
        return promo

    def _ordinary(self, wish: Wish, fare: float, dice: Dice) -> tuple[str, float] | None:
        city = self._city
        for campaign in self._campaigns:
            if campaign.for_food != wish.food or not campaign.opens_ms <= wish.ts < campaign.closes_ms:
                continue
            days = (campaign.opens_ms - city.config.start_ms) / DAY_MS
            offered = (wish.rider.luck * 7.3 + days * 0.37) % 1.0 < campaign.share
            if offered and dice.random() < _TAKES_CAMPAIGN:
                return campaign.promo, min(city.money(_LARGEST_DISCOUNT), max(0.01, fare * campaign.discount))
        if dice.random() >= _CODE_CHANCE:
            return None
        day = city.calendar.day(wish.ts)
        code = city.offers.code_of_week(day) if dice.random() < 0.5 else dice.choice(city.offers.weekly)
        return code, min(city.money(dice.choice(_CODE_WORTHS)), fare)
