"""Trades on stolen cards: mills of fresh accounts, rides sold on aged ones, drivers who cash out."""

from __future__ import annotations

from simulation.stages.calendar import HOUR_MS, MINUTE_MS
from simulation.stages.city import City
from simulation.stages.crews.acts import cover, instants, ride
from simulation.stages.crews.kit import Kit, age
from simulation.stages.ground import Spot, around, away
from simulation.stages.people import Account, Crew
from simulation.stages.voices import Voices
from simulation.streams import Dice

_REFUSED = 0.15
"""Share of the rides on stolen cards whose card is refused at last."""


def _ride_on(
    city: City,
    crew: Crew,
    rider: Account,
    ts: int,
    card: str,
    ends: tuple[Spot, Spot],
    disowned: float,
    dice: Dice,
    driver: Account | None = None,
) -> None:
    request = ride(city, crew, rider, ts, ends[0], ends[1], dice, driver=driver)
    request.card, request.gain = card, "fare"
    request.chargeback, request.declined = disowned, _REFUSED


def card_mill(city: City, crew: Crew, dice: Dice) -> None:
    """Stolen cards are tested and cycled over fresh accounts, whose rides are the crew's own or sold on."""
    kit, voices, count = Kit(city, crew, dice), Voices(city), len(crew.riders)
    loot = [city.mint.card() for _ in range(max(2, int(count * dice.choice((0.3, 0.8, 2, 4)))))]
    again, disowned, sold = dice.choice((1, 2, 5)), dice.uniform(0.35, 0.85), dice.chance(0.6)
    base = city.ground.home(dice)
    for account, joined in zip(crew.riders, instants(city, crew, count, dice), strict=True):
        kit.sign_up(account, joined)
        phone, ts = account.own_phone(joined), joined + dice.randint(3, 60) * MINUTE_MS
        for card in dice.some(loot, dice.randint(1, 3)):
            voices.card(ts, account, card, dice, device=phone)
            ts += dice.randint(1, 20) * MINUTE_MS
            if dice.chance(0.35):
                for _ in range(dice.randint(1, 3)):
                    tested = city.priors.amount(dice.uniform(100, 900))
                    voices.declined(ts, account, card, tested, device=phone, crew=crew)
                    ts += dice.randint(1, 9) * MINUTE_MS
                if dice.chance(0.6):
                    continue
            for _ in range(dice.randint(1, again + 1)):
                ts += 15 * MINUTE_MS + int(dice.expovariate(1 / (dice.choice((1, 10)) * HOUR_MS)))
                start = city.ground.anywhere(dice) if sold else around(base, 1.0, dice)
                ends = (start, city.ground.anywhere(dice))
                _ride_on(city, crew, account, ts, card, ends, disowned, dice)
    if dice.chance(0.4):
        cover(city, crew, crew.riders, dice)


def rides_on_aged_accounts(city: City, crew: Crew, dice: Dice) -> None:
    """Aged accounts are bought, moved to other phones, and rides on stolen cards sold from them."""
    kit, voices = Kit(city, crew, dice, (0.0, 0.2, 0.5)), Voices(city)
    disowned, loot = dice.uniform(0.3, 0.75), list[str]()
    times = instants(city, crew, len(crew.riders), dice)
    dice.shuffle(times)
    for account, moved in zip(crew.riders, times, strict=True):
        age(city, crew, account, dice)
        account.rate *= 0.3
        phone = kit.take_over(account, moved)
        voices.login(moved + MINUTE_MS, account, dice, device=phone, ip=kit.ip(), crew=crew)
        ts = moved + 10 * MINUTE_MS
        for _ in range(dice.randint(1, 3)):
            card = dice.choice(loot) if loot and dice.chance(0.4) else city.mint.card()
            loot.append(card)
            voices.card(ts, account, card, dice, device=phone)
            for _ in range(dice.randint(1, 5)):
                ts += 20 * MINUTE_MS + int(dice.expovariate(1 / (9 * HOUR_MS)))
                ends = (city.ground.anywhere(dice), city.ground.anywhere(dice))
                _ride_on(city, crew, account, ts, card, ends, disowned, dice)
            ts += HOUR_MS


def driver_cash_out(city: City, crew: Crew, dice: Dice) -> None:
    """Riders with stolen cards take long rides with the crew's drivers, who are paid the fares."""
    kit, voices, disowned = Kit(city, crew, dice), Voices(city), dice.uniform(0.3, 0.8)
    bank = city.mint.bank_account() if dice.chance(0.7 - 0.4 * crew.care) else None
    for driver in crew.drivers:
        age(city, crew, driver, dice)
        driver.shift.vehicle, driver.shift.diligence = "car", dice.uniform(0.0, 0.8)
        driver.bank = bank or driver.bank
    for account, joined in zip(crew.riders, instants(city, crew, len(crew.riders), dice), strict=True):
        kit.sign_up(account, joined)
        ts = joined + 10 * MINUTE_MS
        for _ in range(dice.randint(1, 4)):
            card = city.mint.card()
            voices.card(ts, account, card, dice)
            for _ in range(dice.randint(1, 4)):
                ts += dice.randint(30, 600) * MINUTE_MS
                driver = dice.choice(crew.drivers)
                start = around(driver.shift.area, 1.0, dice)
                ends = (start, away(start, dice.uniform(6, 28), dice))
                _ride_on(city, crew, account, ts, card, ends, disowned, dice, driver)
            ts += dice.randint(10, 900) * MINUTE_MS
    if dice.chance(0.4):
        cover(city, crew, crew.riders, dice)
