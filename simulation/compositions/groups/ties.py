"""What honest people have in common: things, addresses, whoever brought them, money that goes round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from simulation.compositions.groups import purses
from simulation.compositions.groups.people import Group
from simulation.kitchens.calendar import HOUR_MS
from simulation.kitchens.people import Account


def phone(group: Group) -> None:
    """One phone or tablet, or two, for everybody: always, by turns, or to log in on now and then."""
    scene, dice = group.scene, group.scene.dice
    devices = [group.first.phones[0][1], scene.city.mint.device()][: dice.choice((1, 1, 2))]
    way, share = dice.choice(("always", "by turns", "log-ins")), dice.uniform(0.1, 0.7)
    for each in group.people:
        if way == "always":
            each.phones = [(0, dice.choice(devices))]
        elif way == "by turns":
            each.common_phones, each.common_phone_share = devices, share
        else:
            for _ in range(dice.randint(1, 3)):
                scene.voices.login(group.moment(each), each, dice, device=dice.choice(devices))


def first_phone(group: Group) -> None:
    """A shop's or a friend's phone to sign up on, an own one from then on."""
    dice, mint = group.scene.dice, group.scene.city.mint
    device, ip = group.first.phones[0][1], mint.ip() if dice.chance(0.6) else None
    for each in group.others:
        if dice.chance(0.85):
            own_ms = each.joined_ms + int(dice.log_uniform(0.1, 40) * HOUR_MS)
            each.phones, each.signup_ip = [(0, device), (own_ms, mint.device())], ip


def handed_phone(group: Group) -> None:
    """Phones handed down: everybody's old one is the next one's from some day on."""
    scene, dice = group.scene, group.scene.dice
    for giver, taker in zip(group.people, group.others, strict=False):
        ts = group.moment(taker, 9, 21)
        old = giver.own_phone(ts)
        giver.change_phone(ts, (ts, scene.city.mint.device()))
        taker.change_phone(ts, (ts + HOUR_MS, old))
        scene.voices.login(ts + 2 * HOUR_MS, taker, dice)


def card(group: Group) -> None:
    """One card pays for all: an employer's, a parent's, a sponsor's, a clinic's."""
    scene, dice = group.scene, group.scene.dice
    common, within_h = scene.city.mint.card(), dice.choice((1.0, 30.0, 200.0))
    alone = dice.chance(0.5)
    for each in group.people:
        if alone:
            each.cards = []
        scene.store_card(each, common, within_h)


def network(group: Group) -> None:
    """One address: a home, a campus, a firm behind one exit."""
    dice, mint = group.scene.dice, group.scene.city.mint
    ips, share = [mint.ip() for _ in range(dice.choice((1, 1, 2)))], dice.choice((0.2, 0.5, 0.95))
    for each in group.people:
        each.common_ips, each.common_ip_share = ips, share
        each.signup_ip = dice.choice(ips) if dice.chance(share) else each.signup_ip


def number(group: Group) -> None:
    """One telephone number: a household's, a reception's."""
    for each in group.people:
        each.phone_hash = group.first.phone_hash


def mail(group: Group) -> None:
    """One address for mail, of somebody who looks after the others."""
    common = group.first.email_hash or group.scene.city.mint.email()
    for each in group.people:
        each.email_hash = common


def referral(group: Group) -> None:
    """Somebody whom many know brought the others."""
    for each in group.others:
        if each.joined_ms > group.first.joined_ms and group.scene.dice.chance(0.85):
            each.referrer = group.first


def cascade(group: Group) -> None:
    """Everybody was brought by one who was there before."""
    for place, each in enumerate(group.others, start=1):
        friend = group.scene.dice.choice(group.people[:place])
        if friend.joined_ms < each.joined_ms:
            each.referrer = friend


def driver(group: Group) -> None:
    """A driver or two whom they call, for whatever they need."""
    scene, dice = group.scene, group.scene.dice
    known, often = scene.drivers(dice.randint(1, 2)), dice.uniform(1.5, 6.0)
    for each in group.people:
        each.spare = False
        for _ in range(1 + dice.poisson(often - 1 if group.who != "seldom" else 0.7)):
            ends = scene.ground.door(each.home, dice), scene.ground.outing(1.0, dice)
            ride = scene.order(group.moment(each), each, "ride", *(ends if dice.chance(0.5) else ends[::-1]))
            ride.driver, ride.cancel_chance = dice.choice(known), 0.03
    group.people += known


def place(group: Group) -> None:
    """One house, school or office, that they live or work in."""
    dice, at_home = group.scene.dice, group.scene.dice.chance(0.5)
    for each in group.people:
        spot = group.scene.ground.around(group.place, 0.03, dice)
        each.home, each.work = (spot, each.work) if at_home else (each.home, spot)


def bank(group: Group) -> None:
    """One bank account for payouts: a firm's or a family's."""
    scene, dice = group.scene, group.scene.dice
    common, from_start = scene.city.mint.bank_account(), dice.chance(0.5)
    for each in group.people:
        if from_start and each.told:
            each.bank = common
        else:
            scene.voices.payout(group.moment(each, 9, 18), each, common)


def car_phone(group: Group) -> None:
    """The phone stays in the car, with two or three drivers to each."""
    each_car: list[Account] = []
    for account in group.people:
        if len(each_car) == group.scene.dice.choice((2, 3)):
            each_car = []
        each_car.append(account)
        account.phones = [(0, each_car[0].phones[0][1])]


TIES: Final[dict[str, Callable[[Group], None]]] = {
    "phone": phone,
    "first_phone": first_phone,
    "handed_phone": handed_phone,
    "card": card,
    "network": network,
    "number": number,
    "mail": mail,
    "referral": referral,
    "cascade": cascade,
    "driver": driver,
    "place": place,
    "collector": purses.collector,
    "payer": purses.payer,
    "rotating": purses.rotating,
    "friends": purses.friends,
    "large_sums": purses.large_sums,
    "first_sums": purses.first_sums,
    "bank": bank,
    "car_phone": car_phone,
}
"""Every tie by its name."""
