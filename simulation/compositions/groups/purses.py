"""Money that goes round among honest people: rent, wages, savings, debts, a car that is sold."""

from __future__ import annotations

from simulation.compositions.groups.people import Group
from simulation.kitchens.calendar import HOUR_MS, MINUTE_MS


def collector(group: Group) -> None:
    """Everybody pays one: rent, a trip's organiser, a treasurer, a shop."""
    scene, dice = group.scene, group.scene.dice
    units, once = dice.log_uniform(1.0, 60.0), dice.chance(0.4)
    day, same = scene.day(), dice.chance(0.6)
    for each in group.others:
        for _ in range(1 if once else dice.randint(1, 6)):
            ts = scene.at(day, dice.uniform(8, 23)) if once else group.moment(each)
            scene.send(ts, each, group.first, units if same else units * dice.uniform(0.3, 2.0))


def payer(group: Group) -> None:
    """One pays everybody: wages, allowances, a refund; at times soon after they signed up."""
    scene, dice = group.scene, group.scene.dice
    units, days = dice.log_uniform(1.0, 40.0), dice.choice((1, 7, 14))
    first = scene.day()
    for each in group.others:
        if days == 1:
            scene.send(
                max(scene.at(first, dice.uniform(8, 20)), each.joined_ms + HOUR_MS), group.first, each, units
            )
        else:
            for day in range(first % days, scene.city.config.days, days):
                scene.send(scene.at(day, dice.uniform(8, 20)), group.first, each, units)


def rotating(group: Group) -> None:
    """The same sum from everybody to the one whose turn it is."""
    scene, dice = group.scene, group.scene.dice
    step, units = dice.choice((2, 4, 7)), dice.choice((4.0, 10.0, 25.0))
    for turn, day in enumerate(range(0, scene.city.config.days, step)):
        pot = group.people[turn % len(group.people)]
        for each in group.people[:40]:
            if dice.chance(0.92):
                scene.send(scene.at(day, dice.gauss(19, 2)), each, pot, units)


def friends(group: Group) -> None:
    """Back and forth among friends."""
    group.scene.chat(group.people, len(group.people) * group.scene.dice.randint(2, 5), 0.5, 8.0)


def large_sums(group: Group) -> None:
    """A car is sold, a deposit is paid: single large sums between people who know each other."""
    scene, dice = group.scene, group.scene.dice
    for payer, payee in zip(group.people, group.others, strict=False):
        if dice.chance(0.7):
            scene.send(group.moment(payer), payer, payee, dice.log_uniform(25.0, 250.0))


def first_sums(group: Group) -> None:
    """A first sum sent from a phone that is new: to pay back who bought it, or the rent."""
    scene, dice = group.scene, group.scene.dice
    for each in group.others:
        ts = group.moment(each, 9, 21)
        each.change_phone(ts, (ts, scene.city.mint.device()))
        scene.voices.login(ts + 5 * MINUTE_MS, each, dice)
        sent = ts + int(dice.log_uniform(0.2, 60.0) * HOUR_MS)
        scene.send(sent, each, group.first, dice.log_uniform(3.0, 80.0))
