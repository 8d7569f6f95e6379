"""Wallets that many pay into or are paid from; there with transfers only."""

from __future__ import annotations

from simulation.kitchens.lookalikes.scene import Scene
from simulation.kitchens.people import Account


def topup_agent(scene: Scene) -> list[Account]:
    """A corner shop or a driver who sells wallet credit for cash to the neighbourhood."""
    dice, km = scene.dice, scene.ground.km
    agent = scene.rider() if dice.chance(0.6) else scene.drivers(1)[0]
    people = scene.riders(scene.crowd(8, 70), lambda account: km(account.home, agent.home) < 4)
    for each in people:
        for _ in range(dice.randint(1, 6)):
            scene.send(scene.hours(7, 21), agent, each, dice.choice((1.0, 2.0, 4.0, 10.0)))
    return [agent, *people]


def savings_circle(scene: Scene) -> list[Account]:
    """People who pay the same sum every few days to the one whose turn it is."""
    dice = scene.dice
    people = scene.riders(dice.randint(5, 14))
    step, units = dice.choice((2, 3, 7)), dice.choice((5.0, 10.0, 20.0))
    if len(people) < 3:
        return []
    for turn, day in enumerate(range(0, scene.city.config.days, step)):
        pot = people[turn % len(people)]
        for each in people:
            if dice.chance(0.94):
                scene.send(scene.at(day, dice.gauss(19, 2)), each, pot, units)
    return people
