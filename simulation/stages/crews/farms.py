"""Trades on promotions: banks of SIM cards, kiosks that sell rides, drivers who ride their own promos."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.stages.calendar import HOUR_MS, MINUTE_MS
from simulation.stages.city import City
from simulation.stages.crews.acts import (
    PROMOS,
    PROMOS_AND_REFERRALS,
    Forgery,
    cash_out,
    cover,
    forge,
    hands,
    instants,
    ride,
    soon,
)
from simulation.stages.crews.kit import Kit, age
from simulation.stages.ground import around
from simulation.stages.people import Account, Crew
from simulation.stages.voices import Voices
from simulation.streams import Dice


def sim_farm(city: City, crew: Crew, dice: Dice) -> None:
    """A bank of SIM cards: welcome rides of fresh accounts with honest drivers, the crew's own or sold on."""
    kit, base, sold = Kit(city, crew, dice), city.ground.home(dice), dice.chance(0.5)
    chained, pause = dice.chance(0.25), dice.choice((2, 12, 60))
    workers, collectors = hands(city, crew, dice)
    before: Account | None = None
    for account, ts in zip(workers, instants(city, crew, len(workers), dice), strict=True):
        kit.sign_up(account, ts)
        account.takes = PROMOS_AND_REFERRALS
        if chained and before is not None and before.joined_ms < ts and dice.chance(0.6):
            account.referrer = before
        before = account
    cover(city, crew, workers, dice)
    for account in workers:
        ts = account.joined_ms
        for _ in range(city.priors.welcome_rides + (account.referrer is not None)):
            ts = soon(city, ts, pause, dice)
            start = city.ground.anywhere(dice) if sold else around(base, 0.6, dice)
            end = around(start, 2.2, dice) if dice.chance(0.7) else city.ground.anywhere(dice)
            ride(city, crew, account, ts, start, end, dice)
    cash_out(city, crew, workers, collectors, (60, 300), dice)


def discount_kiosk(city: City, crew: Crew, dice: Dice) -> None:
    """A kiosk at a bus park that sells rides from burner accounts: one place to start from, promotions."""
    kit, park = Kit(city, crew, dice, (1.0, 1.0, 0.7)), city.ground.stage(0.4, dice)
    owner, burners = crew.riders[0], crew.riders[1:]
    age(city, crew, owner, dice)
    owner.phones, owner.takes = [(0, kit.phones[0])], PROMOS_AND_REFERRALS
    crew.lead(owner)
    for account, ts in zip(burners, instants(city, crew, len(burners), dice), strict=True):
        kit.sign_up(account, ts)
        account.takes = PROMOS_AND_REFERRALS
        account.referrer = owner if dice.chance(0.3) else None
        sold = ts + dice.randint(4, 60) * MINUTE_MS
        for _ in range(city.priors.welcome_rides + 1):
            ride(city, crew, account, sold, around(park, 0.12, dice), city.ground.anywhere(dice), dice)
            sold = soon(city, sold + 20 * MINUTE_MS, 20, dice)


def driver_promo_split(city: City, crew: Crew, dice: Dice) -> None:
    """Drivers who ride through fresh accounts, at times on their own phone; promotions and quests."""
    kit, way = Kit(city, crew, dice), Forgery.draw(crew.care, dice)
    on_own_phone = dice.chance(0.5 - 0.3 * crew.care)
    for driver in crew.drivers:
        age(city, crew, driver, dice)
        driver.shift.diligence = dice.uniform(0.2, 0.95)
    for account, ts in zip(crew.riders, instants(city, crew, len(crew.riders), dice), strict=True):
        driver = dice.choice(crew.drivers)
        phone = driver.own_phone(ts) if on_own_phone and dice.chance(0.7) else None
        kit.sign_up(account, ts, device=phone)
        account.takes = PROMOS_AND_REFERRALS
        start = around(driver.shift.area, 0.5, dice)
        first = ts + dice.randint(5, 90) * MINUTE_MS
        ride(
            city, crew, account, first, start, around(start, 1.2, dice), dice, driver=driver
        ).manner = way.manner
        for _ in range(city.priors.welcome_rides + dice.randint(0, 2)):
            day = city.calendar.day_of(ts) + dice.choice((0, 0, 1, 2, 4))
            other = driver if dice.chance(0.8) else dice.choice(crew.drivers)
            forge(city, crew, day, account, other, way, dice, driver.shift.area)
    cover(city, crew, dice.some(crew.riders, len(crew.riders) // 2), dice)


def bought_dormant_accounts(city: City, crew: Crew, dice: Dice) -> None:
    """Dormant accounts bought and gathered on few phones, for the promotions that win people back."""
    kit, voices = Kit(city, crew, dice, (1.0, 1.0, 0.7, 0.3)), Voices(city)
    workers, collectors = hands(city, crew, dice)
    for account, ts in zip(workers, instants(city, crew, len(workers), dice, spare_days=2), strict=True):
        if account.joined_ms > ts - 3 * DAY_MS:
            city.join(account, city.calendar.before(dice, 30, 420))
        account.rate *= dice.choice((0.0, 0.05, 0.3))
        account.takes = PROMOS
        phone = kit.take_over(account, ts)
        voices.login(ts + MINUTE_MS, account, dice, device=phone, ip=kit.ip(), crew=crew)
        later, count = ts, dice.randint(1, 4)
        account.vouchers += [city.offers.win_back(dice)] * count
        for _ in range(count):
            later += 12 * MINUTE_MS + int(dice.expovariate(1 / (14 * HOUR_MS)))
            start = city.ground.anywhere(dice)
            ride(city, crew, account, later, start, around(start, 2.5, dice), dice)
    cash_out(city, crew, workers, collectors, (60, 300), dice)


def parallel_space(city: City, crew: Crew, dice: Dice) -> None:
    """One person with a handful of accounts in cloned apps: a real commute, every promotion."""
    kit, first = Kit(city, crew, dice), crew.riders[0]
    phones = [city.mint.device() for _ in range(dice.choice((1, 1, 2)))]
    home, work = city.ground.home(dice), city.ground.stage(0.6, dice)
    card = city.mint.card() if dice.chance(0.4 - 0.2 * crew.care) else None
    wifi, moment = city.nets.line(), city.calendar.at(crew.first_day, city.calendar.hour(dice))
    for account in crew.riders:
        ts = city.calendar.inside(moment)
        moment += dice.randint(5 * MINUTE_MS, 3 * DAY_MS)
        on_common = dice.chance(0.95 - 0.25 * crew.care)
        kit.sign_up(account, ts, device=dice.choice(phones) if on_common else city.mint.device())
        city.move_in(account, home, dice)
        account.work, account.every_campaign, account.takes = work, True, PROMOS_AND_REFERRALS
        account.rate = dice.uniform(0.3, 1.2) * city.config.trips_per_rider_day
        account.wifi = wifi if dice.chance(0.3) else None
        if account is not first and first.joined_ms < ts and dice.chance(0.5):
            account.referrer = first
        if card is not None:
            account.card, account.card_chance = card, 0.5
        for number in range(city.priors.welcome_rides):
            later = soon(city, ts + number * HOUR_MS, 40, dice)
            ride(city, crew, account, later, home, work, dice)
