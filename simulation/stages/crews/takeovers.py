"""Trades on other people's accounts: stuffed passwords, swapped SIM cards, the agent of a kiosk."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.stages.calendar import HOUR_MS, MINUTE_MS
from simulation.stages.city import City
from simulation.stages.crews.acts import instants, ride
from simulation.stages.crews.kit import Kit, age
from simulation.stages.ground import around
from simulation.stages.people import Account, Crew, Loan
from simulation.stages.voices import Voices
from simulation.streams import Dice


def credential_stuffing(city: City, crew: Crew, dice: Dice) -> None:
    """Many accounts are logged in from few phones; their wallets run to mules, or they are ridden on."""
    mules, victims = _mules(city, crew, crew.riders, 5, dice.chance(0.5), dice)
    kit, voices, riding = Kit(city, crew, dice, (1.0,)), Voices(city), dice.choice((0.0, 0.3, 0.7))
    times = instants(city, crew, len(victims), dice)
    for victim, ts in zip(victims, times, strict=True):
        phone = kit.phone()
        ip = dice.choice(kit.ips) if dice.chance(max(0.3, kit.ip_chance)) else None
        spot = city.ground.anywhere(dice)
        voices.login(ts, victim, dice, device=phone, ip=ip, spot=spot, crew=crew)
        _drain(city, crew, victim, ts, phone, mules, riding, dice)
        if dice.chance(0.3):
            victim.until_ms = ts + HOUR_MS
        elif dice.chance(0.5):
            voices.login(ts + dice.randint(3, 60) * HOUR_MS, victim, dice)
    for mule in mules[1:]:
        for _ in range(dice.randint(0, 3)):
            late = city.calendar.at(dice.randint(crew.first_day, crew.last_day), 22)
            voices.transfer(late, mule, mules[0], dice.uniform(400, 3_000), dice, crew=crew)


def sim_swap(city: City, crew: Crew, dice: Dice) -> None:
    """Few accounts, each on a new phone from some night on until the owner is back; wallets are drained."""
    mules, victims = _mules(city, crew, crew.riders, 3, False, dice)
    voices, common = Voices(city), city.mint.device() if dice.chance(0.6 - 0.4 * crew.care) else None
    for victim in victims:
        day, hour = dice.randint(crew.first_day, crew.last_day), dice.choice((1, 2, 4, 11, 23))
        ts = city.calendar.inside(city.calendar.at(day, hour + dice.random()))
        phone = common or city.mint.device()
        voices.login(ts, victim, dice, device=phone, spot=city.ground.anywhere(dice), crew=crew)
        if dice.chance(0.4):
            voices.card(ts + 5 * MINUTE_MS, victim, city.mint.card(), dice, device=phone)
        _drain(city, crew, victim, ts, phone, mules, 0.15, dice)
        if dice.chance(0.6):
            victim.change_phone(ts + 2 * DAY_MS, city.mint.device())


def kiosk_insider(city: City, crew: Crew, dice: Dice) -> None:
    """An agent who signed many people up on the kiosk's phone drains some of their accounts later.

    The other clients are honest people whom nothing sets apart.
    """
    kiosk, phone, voices = city.ground.stage(1.0, dice), city.mint.device(), Voices(city)
    agent = crew.riders[0]
    couriers, victims = _mules(city, crew, crew.riders[1:], 3, False, dice)
    age(city, crew, agent, dice)
    agent.phones = [(0, phone)]
    crew.lead(agent)
    city.move_in(agent, kiosk, dice)
    clients = [*victims, *city.take(min(dice.randint(2, 20), city.config.riders // 50))]
    for client in clients:
        if client.crew is None:
            city.join(client, city.calendar.before(dice, 1, 250, crew.first_day))
        city.move_in(client, around(kiosk, 0.8, dice), dice)
        if dice.chance(0.6):
            client.sign_up_device = phone
        client.loans = [Loan(phone, 0.1, 0, city.calendar.at(crew.first_day, 0))]
        for _ in range(dice.poisson(1.0)):
            voices.transfer(
                city.calendar.moment(dice), agent, client, dice.choice((100, 200, 500)), dice, device=phone
            )
    hands = couriers or [agent]
    for victim in victims:
        ts = city.calendar.at(dice.randint(crew.first_day, crew.last_day), 6 + 16 * dice.random())
        ts = city.calendar.inside(ts)
        device = phone if dice.chance(0.6) else hands[0].phones[0][1]
        voices.login(ts, victim, dice, device=device, spot=kiosk, crew=crew)
        _drain(city, crew, victim, ts, device, hands, 0.0, dice)


def _mules(
    city: City, crew: Crew, riders: list[Account], most: int, common: bool, dice: Dice
) -> tuple[list[Account], list[Account]]:
    """Part the riders into mules (none without transfers) and victims; note the victims."""
    count = min(dice.randint(1, most), max(1, len(riders) // 4)) if city.config.transfers else 0
    mules, victims, phone = riders[:count], riders[count:], city.mint.device()
    for mule in mules:
        age(city, crew, mule, dice)
        if dice.chance(0.5):
            city.join(mule, city.calendar.at(crew.first_day, 0) - dice.randint(1, 48) * HOUR_MS)
        mule.rate = dice.choice((0.0, 0.3, 0.8)) * city.config.trips_per_rider_day
        if common and dice.chance(0.7):
            mule.phones = [(0, phone)]
    crew.record.victims = [victim.id for victim in victims]
    return mules, victims


def _drain(
    city: City,
    crew: Crew,
    victim: Account,
    ts: int,
    phone: str,
    mules: list[Account],
    riding: float,
    dice: Dice,
) -> None:
    """Ride on the victim's account or empty its wallet; only rides where nothing is transferred."""
    voices = Voices(city)
    rides = not city.config.transfers or not mules or dice.chance(riding)
    for _ in range(dice.choice((1, 1, 2, 3))):
        ts += dice.randint(2, 90) * MINUTE_MS
        if rides:
            start, end = city.ground.anywhere(dice), city.ground.anywhere(dice)
            request = ride(city, crew, victim, ts, start, end, dice)
            request.device, request.gain, request.declined = phone, "fare", 0.0
            request.card = victim.card
            request.chargeback = 0.25 if victim.card is not None else 0.0
        else:
            payee, units = dice.choice(mules), dice.uniform(150, 2_500)
            voices.transfer(ts, victim, payee, units, dice, device=phone, crew=crew, taken=True)
