"""Ordinary days: the way to work, errands, meals, nights out, flights, and visitors who see the city."""

from __future__ import annotations

from typing import Final

from simulation.config import DAY_MS
from simulation.fleets.calendar import HOUR_MS, MINUTE_MS
from simulation.fleets.city import City
from simulation.fleets.ground import Spot, km
from simulation.fleets.people import Account
from simulation.fleets.voices import Voices
from simulation.fleets.wishes import Wish
from simulation.streams import Dice

_FOOD: Final = {
    "commuter": 0.25,
    "occasional": 0.2,
    "night": 0.2,
    "eater": 0.8,
    "business": 0.1,
    "student": 0.45,
}
"""How much of a life's outings are meals brought home."""
_FLIGHTS: Final = {"business": 0.35, "occasional": 0.07, "commuter": 0.04}
_RARELY_FLIES: Final = 0.03
_WEEKEND_FACTOR, _WEEKDAY_FACTOR = 1.9, 1.1
_TO_WORK, _FROM_WORK = 0.8, 0.55
_BUSINESS_TRIPS: Final = 0.2
_SIGHTS_A_DAY: Final = 1.5
_FIRST_RIDE: Final = 0.7


class Lives:
    """Draws what everybody wants on a day."""

    def __init__(self, city: City, voices: Voices) -> None:
        self._city = city
        self._voices = voices

    def day(self, day: int, pace: float, dice: Dice) -> None:
        """Place everybody's wishes of a day, ``pace`` times the usual. Cost: 6 us a rider."""
        city = self._city
        begins, ends = city.calendar.at(day, 0), city.calendar.at(day + 1, 0)
        outgoing = (_WEEKEND_FACTOR if city.calendar.goes_out(day) else _WEEKDAY_FACTOR) * pace
        workday = city.calendar.is_workday(day)
        for account in city.riders():
            share = account.share
            if not share or account.joined_ms >= ends or account.until_ms <= begins:
                continue
            if account.lives_from_ms >= ends:
                continue
            if share == 1.0 and account.joined_ms >= max(begins, city.config.start_ms):
                self._first_ride(account, pace, dice)
            if account.profile == "tourist":
                self._visit(account, begins, ends, pace, dice)
                continue
            if workday:
                self._work(account, day, share * pace, dice)
            for _ in range(dice.poisson(account.rate * share * outgoing)):
                self._go_out(account, day, dice)
            if dice.random() < city.priors.opens_app:
                ts = city.calendar.at(day, dice.uniform(8.0, 23.0))
                self._voices.login(ts, account, dice, device=None, ip=None, spot=account.home)

    def _wish(
        self, ts: int, rider: Account, start: Spot, end: Spot, place: str, *, food: bool = False
    ) -> None:
        if rider.lives_from_ms <= ts < rider.until_ms:
            self._city.place(Wish(ts, rider, start, end, place, food))

    def _first_ride(self, account: Account, pace: float, dice: Dice) -> None:
        """Who signs up mostly does so in order to ride."""
        if not dice.chance(_FIRST_RIDE * min(1.0, pace)):
            return
        ground = self._city.ground
        ts = account.joined_ms + int(dice.uniform(4.0, 70.0) * MINUTE_MS)
        if account.profile == "tourist":
            self._wish(ts, account, ground.at_airport(dice), account.home, "out")
            return
        place = ground.around(dice.choice(ground.neighbourhoods + ground.bars), 0.5, dice)
        if dice.chance(0.6):
            self._wish(ts, account, account.home, place, "home")
        else:
            self._wish(ts, account, place, account.home, "out")

    def _work(self, account: Account, day: int, pace: float, dice: Dice) -> None:
        calendar, ground = self._city.calendar, self._city.ground
        if account.profile == "commuter":
            if dice.random() < account.commutes * pace * _TO_WORK:
                ts = calendar.at(day, dice.gauss(account.leaves_h, 0.25))
                self._wish(ts, account, account.home, account.work, "home")
            if dice.random() < account.commutes * pace * _FROM_WORK:
                ts = calendar.at(day, dice.gauss(account.returns_h, 0.4))
                self._wish(ts, account, account.work, account.home, "work")
        elif account.profile == "business" and dice.random() < _BUSINESS_TRIPS * pace:
            place = ground.around(dice.choice(ground.offices), 0.3, dice)
            self._wish(calendar.at(day, dice.uniform(9.0, 17.0)), account, account.work, place, "work")

    def _go_out(self, account: Account, day: int, dice: Dice) -> None:
        profile, which = account.profile, dice.random()
        food = _FOOD[profile]
        late = profile in {"night", "student"} or dice.random() < 0.2
        if which < food:
            hour = dice.gauss(20.7, 0.9) if dice.random() < 0.7 else dice.gauss(13.8, 0.7)
            ts = self._city.calendar.at(day, hour)
            self._wish(ts, account, dice.choice(account.kitchens), account.home, "home", food=True)
        elif which < food + _FLIGHTS.get(profile, _RARELY_FLIES):
            self._fly(account, day, dice)
        elif late and self._city.calendar.weekday(day) >= 3:
            self._night_out(account, day, dice)
        else:
            self._errand(account, day, dice)

    def _errand(self, account: Account, day: int, dice: Dice) -> None:
        """A shop, a station, a hospital, a friend: half of the time whatever is near."""
        ground = self._city.ground
        mean, spread = dice.choice(((11.0, 1.8), (17.5, 2.2), (14.0, 3.0)))
        ts = self._city.calendar.at(day, dice.gauss(mean, spread))
        kinds = (
            ground.malls,
            ground.stations,
            ground.neighbourhoods,
            ground.neighbourhoods,
            ground.hospitals,
        )
        goal = dice.choice(dice.choice((*kinds, ground.offices)))
        if dice.random() < 0.5:
            others = (goal, dice.choice(ground.neighbourhoods), dice.choice(ground.malls))
            goal = min(others, key=lambda spot: km(spot, account.home))
        goal = ground.around(goal, 0.4, dice)
        self._wish(ts, account, account.home, goal, "home")
        if dice.random() < 0.5:
            back = ts + int(dice.uniform(0.8, 4.0) * HOUR_MS)
            self._wish(back, account, goal, account.home, "out")

    def _night_out(self, account: Account, day: int, dice: Dice) -> None:
        ground, calendar = self._city.ground, self._city.calendar
        bar = ground.around(dice.choice(ground.bars), 0.3, dice)
        if dice.random() < 0.5:
            self._wish(calendar.at(day, dice.gauss(21.3, 0.8)), account, account.home, bar, "home")
        if dice.random() < 0.85:
            bed = account.home if dice.random() < 0.85 else ground.home(dice)
            self._wish(calendar.at(day, dice.gauss(25.3, 1.4)), account, bar, bed, "out")

    def _fly(self, account: Account, day: int, dice: Dice) -> None:
        ground, calendar = self._city.ground, self._city.calendar
        ts = calendar.at(day, dice.uniform(4.5, 19.0))
        self._wish(ts, account, account.home, ground.at_airport(dice), "home")
        ts = calendar.at(day + dice.randint(1, 9), dice.uniform(8.0, 24.0))
        self._wish(ts, account, ground.at_airport(dice), account.home, "out")

    def _visit(self, account: Account, begins: int, ends: int, pace: float, dice: Dice) -> None:
        """A tourist's day; on the last one, often the way to the airport."""
        city, ground = self._city, self._city.ground
        day = city.calendar.day(begins)
        for _ in range(dice.poisson(_SIGHTS_A_DAY * pace)):
            sight = ground.around(dice.choice(ground.sights + ground.bars), 0.2, dice)
            hour = dice.uniform(9.0, 24.0)
            self._wish(city.calendar.at(day, hour), account, account.home, sight, "home")
            if dice.random() < 0.6:
                bed = (
                    account.home
                    if dice.random() < 0.7
                    else ground.around(dice.choice(ground.sights), 0.2, dice)
                )
                back = city.calendar.at(day, hour + dice.uniform(1.0, 4.0))
                self._wish(back, account, sight, bed, "out")
        leaves = begins < account.until_ms <= ends and account.joined_ms + DAY_MS < account.until_ms
        if leaves and dice.random() < 0.75:
            last = city.calendar.at(
                day, min(city.calendar.hour(account.until_ms - 1), dice.uniform(5.0, 18.0))
            )
            self._wish(last, account, account.home, ground.at_airport(dice), "home")
