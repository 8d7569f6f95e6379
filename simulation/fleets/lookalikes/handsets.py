"""Honest phones in several hands: sold on, lent out, or public."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.fleets.calendar import HOUR_MS, MINUTE_MS
from simulation.fleets.lookalikes.scene import Scene


def second_hand(scene: Scene) -> None:
    """Phones that change hands: the seller goes on with a new one, the buyer signs up on the old one."""
    dice, city = scene.dice, scene.city
    for seller in scene.known(dice.randint(1, 5)):
        device, ts = seller.phones[0][1], scene.at(scene.day(1, 4), 13.0)
        ts = min(ts, city.config.end_ms - DAY_MS // 2)
        seller.change_phone(ts, city.mint.device())
        bought = ts + int(min(dice.uniform(1.0, 6.0), scene.days / 6) * DAY_MS)
        buyer = scene.rider(bought, device=device)
        buyer.joined_ms = max(buyer.joined_ms, ts + HOUR_MS)
        scene.group += [seller, buyer]


def repair_shop(scene: Scene) -> None:
    """Customers who are lent one of a shop's phones for a day or four, and log in on it at the shop."""
    dice, city = scene.dice, scene.city
    loans = [city.mint.device() for _ in range(dice.randint(1, 3))]
    ip, shop = city.mint.ip(), scene.ground.home(dice)
    for account in scene.known(dice.randint(4, 18)):
        own, loan = account.phones[0][1], dice.choice(loans)
        ts = scene.at(scene.day(0, 2), dice.uniform(10.0, 19.0))
        account.change_phone(ts, loan)
        scene.login(ts + 2 * MINUTE_MS, account, loan, ip, shop)
        back = own if dice.chance(0.7) else city.mint.device()
        account.change_phone(ts + int(dice.uniform(0.3, 4.0) * DAY_MS), back)
        scene.group.append(account)


def locutorio(scene: Scene) -> None:
    """People without a phone of their own yet, who sign up on a call shop's devices and network."""
    dice, city = scene.dice, scene.city
    kiosks = [city.mint.device() for _ in range(dice.randint(1, 3))]
    ip, shop = city.mint.ip(), scene.ground.home(dice)
    for _ in range(scene.crowd(16.0, 0.6, 6.0, 60.0)):
        own_line = dice.chance(0.65)
        account = scene.rider(
            scene.born(0.45),
            device=dice.choice(kiosks),
            wifi=None if own_line else ip,
            home=scene.ground.around(shop, 0.8, dice),
            cards=None if dice.chance(0.6) else [],
            profile="occasional",
        )
        if own_line:
            account.signup_ip = ip
            ts = scene.later(account.joined_ms, 1.0, 72.0)
            account.change_phone(ts, city.mint.device())
        scene.group.append(account)
