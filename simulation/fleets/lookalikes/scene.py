"""One honest group in the making."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from simulation.fleets.draws import about
from simulation.fleets.people import Account
from simulation.fleets.story import Story
from simulation.truth import DecoyRecord

_CROWD_PART: Final = 0.04
"""No crowd is more than that part of the riders, unless it is small anyway."""
_FLEET_PART: Final = 0.12
"""No group of drivers is more than that part of them."""


@dataclass(slots=True)
class Scene(Story):
    """A story of honest people, who are noted in the truth as ``group`` when it has two of them."""

    group: list[Account] = field(default_factory=list)

    def note(self, kind: str) -> None:
        """Write the group into the truth."""
        ids = list(dict.fromkeys(account.id for account in self.group))
        if len(ids) > 1:
            self.city.decoys.append(DecoyRecord(kind, ids))

    def crowd(self, median: float, spread: float, low: float, high: float) -> int:
        """Return the size of a crowd, smaller where the city is small."""
        size = about(self.dice, median, spread, low, high)
        return round(min(size, max(8.0, _CROWD_PART * self.city.config.riders)))

    def crew_of_drivers(self, size: float) -> int:
        """Return the size of a group of drivers, smaller where the city has few."""
        return round(min(size, max(2.0, _FLEET_PART * self.city.config.drivers)))

    def chat(
        self, people: list[Account], times: int, hours: tuple[float, float], money: tuple[float, ...]
    ) -> None:
        """Let people pay each other so many times: one of the sums each time."""
        for _ in range(times if len(people) > 1 else 0):
            payer, payee = self.dice.sample(people, 2)
            self.send(self.moment(*hours), payer, payee, self.dice.choice(money))

    def spend(self, people: list[Account], times: int, median: float, spread: float, high: float) -> None:
        """Let people pay each other so many times: what they owe."""
        for _ in range(times if len(people) > 1 else 0):
            payer, payee = self.dice.sample(people, 2)
            self.send(self.moment(10.0, 24.0), payer, payee, about(self.dice, median, spread, 2.0, high))
