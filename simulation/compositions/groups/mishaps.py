"""Bad luck that honest people have together: lost phones, banks, doors that nobody finds."""

from __future__ import annotations

from simulation.compositions.groups.people import Group
from simulation.kitchens.calendar import HOUR_MS, MINUTE_MS
from simulation.kitchens.offers import Voucher
from simulation.kitchens.orders import Dispute


def lost_phone(group: Group) -> None:
    """Phones are lost or repaired: some days on a relative's, then a new one or the old."""
    scene, dice = group.scene, group.scene.dice
    for each in group.people:
        if dice.chance(0.6) and each is not group.first:
            ts, old = group.moment(each, 9, 20), each.phones[-1][1]
            lent, back = group.first.own_phone(ts), ts + int(dice.uniform(20, 150) * HOUR_MS)
            after = old if dice.chance(0.5) else scene.city.mint.device()
            each.change_phone(ts, (ts, lent), (back, after))
            for when in (ts + 20 * MINUTE_MS, back + 20 * MINUTE_MS):
                scene.voices.login(when, each, dice)


def declines(group: Group) -> None:
    """A bank is down for an hour: everybody's card is refused some times."""
    scene, dice = group.scene, group.scene.dice
    begin = group.moment(max(group.people, key=lambda each: each.joined_ms), 8, 20)
    for each in group.people:
        if not each.drives and each.cards:
            for _ in range(dice.randint(1, 4)):
                ts = begin + dice.randrange(90) * MINUTE_MS
                own = dice.choice(each.cards)[1]
                scene.voices.declined(ts, each, own, dice.uniform(1, 9), device=each.own_phone(ts))


def bank_glitch(group: Group) -> None:
    """A bank books twice, and takes rides of many people back within days."""
    scene, dice = group.scene, group.scene.dice
    day, part = scene.day(0.8), dice.uniform(0.5, 1.0)
    dispute = Dispute(chance=part, first_days=1.0, last_days=2.5)
    for each in group.people:
        if each.drives:
            continue
        own = each.cards[0][1] if each.cards else scene.city.mint.card()
        ends = scene.ground.door(each.home, dice), scene.ground.outing(0.5, dice)
        ts = max(scene.at(day, dice.uniform(7, 22)), each.joined_ms + HOUR_MS)
        ride = scene.order(ts, each, "ride", *ends)
        ride.card, ride.dispute = own, dispute


def cancelling(group: Group) -> None:
    """A door that drivers do not find: one side cancels, often."""
    scene, dice = group.scene, group.scene.dice
    for each in group.people:
        for _ in range(0 if each.drives else dice.randint(1, 5)):
            ends = scene.ground.around(group.place, 0.05, dice), scene.ground.outing(0.5, dice)
            ride = scene.order(group.moment(each), each, "ride", *ends)
            ride.cancel_fee, ride.cancel_by = dice.choice((0.0, 0.0, 0.4)), dice.choice(("rider", "driver"))


def credits(group: Group) -> None:
    """Support makes up for a bad day, once or twice for each, from a fund or in a name of its own."""
    scene, dice, mint = group.scene, group.scene.dice, group.scene.city.mint
    fund, units, day = mint.promo(), dice.log_uniform(0.8, 5.0), scene.day(0.95)
    together = dice.chance(0.5)
    for each in group.people:
        for _ in range(0 if each.drives else dice.choice((1, 1, 2))):
            ts = scene.at(day, dice.uniform(8, 23)) if together else group.moment(each)
            promo = fund if together else mint.promo()
            scene.voices.promo(ts, each, Voucher(promo, units * dice.uniform(0.7, 1.3)), dice)
