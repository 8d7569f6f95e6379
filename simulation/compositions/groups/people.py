"""Whom an honest group is made of: settled people, newcomers, or people who hardly ride at all."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.compositions import priors
from simulation.kitchens.calendar import HOUR_MS
from simulation.kitchens.ground import Spot
from simulation.kitchens.lookalikes.scene import Scene
from simulation.kitchens.offers import WELCOME_VOUCHERS
from simulation.kitchens.people import Account


@dataclass(slots=True)
class Group:
    """People with something in common; ``first`` is whoever the others have to do with."""

    scene: Scene
    who: str
    people: list[Account]
    place: Spot
    """Where they meet, if they do."""

    @property
    def first(self) -> Account:
        """The one that pays, brings, lends or collects."""
        return self.people[0]

    @property
    def others(self) -> list[Account]:
        """Everybody else."""
        return self.people[1:]

    def moment(self, account: Account, low: float = 7.0, high: float = 22.5) -> int:
        """Return an instant by day at which the account is there."""
        config, calendar = self.scene.city.config, self.scene.city.calendar
        begin = max(account.joined_ms + HOUR_MS, config.start_ms)
        day = calendar.day(begin + int(self.scene.dice.random() * max(1, config.end_ms - begin)))
        ts = calendar.at(day, self.scene.dice.uniform(low, high))
        return max(ts, begin)


def gather(scene: Scene, who: str, count: int, *, drives: bool) -> Group:
    """Return so many people, or fewer where they lack; raises ``NobodyLeft`` where nobody is left."""
    place = scene.ground.anywhere(1.0, scene.dice)
    if drives:
        made = who == "newcomers"
        people = [scene.newcomer(_joined(scene), drives=True) for _ in range(count if made else 0)]
        return Group(scene, who, people or scene.drivers(count), place)
    if who == "settled" or (who == "seldom" and scene.dice.chance(0.5)):
        people = scene.riders(count) or [scene.rider()]
    else:
        people = _newcomers(scene, who, count)
    if who == "seldom":
        for each in people:
            each.rate = 0.0
    if scene.dice.chance(0.4):
        reach = scene.dice.choice((0.01, 0.3, 1.5))
        for each in people:
            each.home = scene.ground.around(place, reach, scene.dice)
    return Group(scene, who, people, place)


def take_nothing(group: Group) -> None:
    """Let nobody use what the platform offers: neither what newcomers are welcomed with, nor campaigns."""
    for each in group.people:
        each.vouchers_taken, each.thrift = WELCOME_VOUCHERS, 0.0


def _newcomers(scene: Scene, who: str, count: int) -> list[Account]:
    """Sign up within hours, within a week, or over the whole file."""
    dice, city = scene.dice, scene.city
    begin, spread_h = _joined(scene), dice.choice((1.0, 8.0, 60.0, 24.0 * city.config.days))
    people = []
    for _ in range(count):
        ts = begin + int(dice.uniform(0, spread_h) * HOUR_MS)
        if ts > city.config.end_ms:
            ts = scene.hours(8, 22)
        pace = (0.0, 0.0) if who == "seldom" else (0.15, 1.3)
        people.append(scene.newcomer(city.early(ts), pace=pace))
    return sorted(people, key=lambda account: account.joined_ms)


def _joined(scene: Scene) -> int:
    return scene.city.early(scene.at(scene.day(0.8), scene.dice.uniform(8, 21)))


def ride_now_and_then(group: Group) -> None:
    """Let those who hardly ride have their one to four trips, some on what newcomers are offered."""
    scene, dice = group.scene, group.scene.dice
    meet = dice.chance(0.3)
    for each in group.people:
        for _ in range(dice.randint(*priors.SELDOM_TRIPS)):
            door = scene.ground.door(each.home, dice)
            there = scene.ground.around(group.place, 0.2, dice) if meet else scene.ground.outing(0.5, dice)
            ends = (door, there) if dice.chance(0.5) else (there, door)
            scene.order(group.moment(each), each, "ride", *ends)
