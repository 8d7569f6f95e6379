"""Who in a crew shares what with whom, before anybody is chosen, and whether it holds together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from simulation.compositions.crews.design import Design
from simulation.compositions.draws import pick, shared
from simulation.streams import Dice

Node = tuple[str, int]
OWN: Final = -1
"""A thing of one's own, that nobody else in the crew has."""


@dataclass(frozen=True, slots=True)
class Roles:
    """How many members are what."""

    mules: int
    riders: int
    drivers: int
    victims: int

    @classmethod
    def draw(cls, design: Design, members: int, most_drivers: int, dice: Dice) -> Roles:
        """Divide so many members."""
        mules = {"one": 1, "pay_out": 1, "hands": dice.randint(2, 4)}.get(design.wallet, 0)
        if "drains" in design.takes:
            mules = 1 if design.drain == "one" else dice.randint(2, 4)
        mules = min(mules, max(0, members // 3))
        drivers = 0
        if design.on_paper:
            drivers = max(1, round((members - mules) * dice.uniform(0.6, 1.0)))
        elif design.partners:
            part = dice.uniform(0.08, 0.5) if design.kind in {"fake_rides", "collusion"} else 0.12
            drivers = max(1, min(round(members * part), members - mules - 2))
        drivers = min(drivers, most_drivers)
        rest = members - mules - drivers
        if not design.on_victims:
            return cls(mules, rest, drivers, 0)
        victims = rest - min(rest // 3, dice.choice((0, 0, 1, 2)))
        return cls(
            mules, rest - victims, drivers, min(victims, most_drivers) if design.on_drivers else victims
        )


@dataclass(slots=True)
class Layout:
    """For each hand (riders, then victims) what it uses; equal numbers are one thing."""

    roles: Roles
    sources: list[str] = field(default_factory=list)
    """By rider."""
    phones: list[int] = field(default_factory=list)
    cards: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    mails: list[int] = field(default_factory=list)
    inviters: list[int] = field(default_factory=list)
    """By rider: the rider who invited it, or ``OWN``."""
    payees: list[int] = field(default_factory=list)
    """The mule that a hand deals with."""
    driver_phones: list[int] = field(default_factory=list)
    """By driver, where the drivers are on paper only."""
    partners: list[list[int]] = field(default_factory=list)
    """The drivers that a hand rides with."""
    banks: list[int] = field(default_factory=list)
    """By driver, then by mule; or by victim that drives."""
    ties: list[tuple[Node, Node]] = field(default_factory=list)

    @property
    def hands(self) -> int:
        """How many accounts are acted with, other than drivers' and mules'."""
        return self.roles.riders + self.roles.victims

    def tied(self) -> float:
        """Return the share of all members in the largest part that hangs together."""
        parent: dict[Node, Node] = {}

        def root(node: Node) -> Node:
            while parent.setdefault(node, node) != node:
                parent[node] = node = parent[parent[node]]
            return node

        for one, other in self.ties:
            parent[root(one)] = root(other)
        roles = self.roles
        counts = {"hand": self.hands, "driver": roles.drivers, "mule": roles.mules}
        members = [(role, place) for role, count in counts.items() for place in range(count)]
        return max(Counter(map(root, members)).values()) / len(members)

    @classmethod
    def draw(cls, design: Design, roles: Roles, dice: Dice) -> Layout:
        """Draw who shares what."""
        layout = cls(roles)
        layout.sources = [pick(design.sources, dice) for _ in range(roles.riders)]
        layout._share_things(design, dice)
        layout._share_banks(design, dice)
        layout._invite(design, dice)
        layout._pay(design, dice)
        if roles.drivers and not design.on_paper:
            known = min(roles.drivers, dice.choice((1, 2, 2, 3, 6)))
            often = design.with_partners and design.acts >= 2.5 * known
            for hand in range(layout.hands):
                layout.partners.append(sorted(dice.sample(range(roles.drivers), known)))
                if often:
                    layout._tie(("hand", hand), *(("driver", each) for each in layout.partners[-1]))
        return layout

    def _tie(self, one: Node, *others: Node) -> None:
        self.ties.extend((one, other) for other in others)

    def _share_things(self, design: Design, dice: Dice) -> None:
        count, riders = self.hands, self.roles.riders
        thief = {"few": "all", "each": "own", "own": "own"}[design.thief]
        at_home = [place for place in range(riders) if self.sources[place] == "recruited"]
        of_victims = range(riders, count)
        self.phones = shared(design.phones, riders, dice)
        taken = shared(thief, self.roles.victims, dice)
        apart = 0 if dice.chance(0.3) else riders
        self.phones += [apart + each for each in taken] if thief == "all" else [riders + e for e in taken]
        self.cards = shared(design.cards if design.cards != "none" else "own", count, dice)
        self.numbers = shared(design.numbers, count, dice)
        self.mails = shared(design.mails, count, dice)
        for name, things in (("number", self.numbers), ("mail", self.mails), ("card", self.cards)):
            for place in (*at_home, *of_victims):
                things[place] = OWN
            if name == "card" and design.cards == "none":
                continue
            self._tie_all(name, "hand", things)
        for place in at_home:
            self.phones[place] = OWN
        if design.rotation_days is None:
            self._tie_all("phone", "hand", self.phones)

    def _share_banks(self, design: Design, dice: Dice) -> None:
        if design.on_drivers:
            self.banks = shared(design.banks if design.banks != "own" else "groups", self.roles.victims, dice)
            for place, bank in enumerate(self.banks):
                self._tie(("hand", self.roles.riders + place), ("bank", bank))
            return
        if design.on_paper:
            things = shared(design.phones, self.roles.drivers, dice)
            self.driver_phones = [self.hands + each for each in things]
            if design.rotation_days is None:
                self._tie_all("phone", "driver", self.driver_phones)
        self.banks = shared(design.banks, self.roles.drivers + self.roles.mules, dice)
        self._tie_all("bank", "driver", self.banks[: self.roles.drivers])
        self._tie_all("bank", "mule", self.banks[self.roles.drivers :])

    def _tie_all(self, name: str, role: str, things: list[int]) -> None:
        for place, thing in enumerate(things):
            if thing != OWN:
                self._tie((role, place), (name, thing))

    def _invite(self, design: Design, dice: Dice) -> None:
        riders = self.roles.riders
        self.inviters = [OWN] * riders
        hubs = 1 if design.referral != "hubs" else min(dice.randint(2, 5), max(1, riders // 3))
        if design.referral == "none" or design.on_victims or riders < 2:
            return
        for place in range(hubs):
            self.sources[place] = "recruited" if design.settled_hub else "fresh"
        for place in range(hubs, riders):
            if self.sources[place] != "fresh":
                continue
            fresh = [each for each in range(place) if each < hubs or self.inviters[each] != OWN]
            inviter = dice.randrange(hubs)
            if design.referral == "chain":
                inviter = fresh[-1]
            elif design.referral == "tree":
                inviter = dice.choice(fresh[-max(4, len(fresh) // 2) :])
            self.inviters[place] = inviter
            self._tie(("hand", place), ("hand", inviter))

    def _pay(self, design: Design, dice: Dice) -> None:
        mules, flow = self.roles.mules, design.wallet
        emptied = "drains" in design.takes
        paying = dice.uniform(0.6, 1.0)
        for hand in range(self.hands):
            pays = mules > 0 and (emptied or (hand < self.roles.riders and dice.chance(paying)))
            self.payees.append(dice.randrange(mules) if pays else OWN)
            if pays:
                self._tie(("hand", hand), ("mule", self.payees[-1]))
        if flow in {"chain", "circular"} and not design.on_victims:
            for hand in range(1, self.hands):
                self._tie(("hand", hand - 1), ("hand", hand))
        if mules and design.on_paper:
            for driver in range(self.roles.drivers):
                self._tie(("mule", driver % mules), ("driver", driver))
        for mule in range(1, mules if emptied and design.drain == "layered" else 0):
            self._tie(("mule", 0), ("mule", mule))
