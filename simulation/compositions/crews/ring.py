"""A crew of the family: its design and layout beside what the plumbing knows of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulation.compositions.crews.design import Design
from simulation.compositions.crews.layout import Layout
from simulation.kitchens.people import Account, Crew


@dataclass(slots=True, eq=False, kw_only=True)
class Ring(Crew):
    """A crew whose real people (recruits, partners, victims) go on with ordinary lives of their own."""

    design: Design
    layout: Layout
    numbers: frozenset[int] = field(default=frozenset())

    def __post_init__(self) -> None:
        """Remember who belongs to it."""
        self.numbers = frozenset(account.number for account in self.members)

    @property
    def hands(self) -> list[Account]:
        """The accounts that are acted with, in the order of the layout."""
        return [*self.riders, *self.victims]

    def served(self, ts: int, *accounts: Account) -> None:
        """Note that these members rode or drove for the crew, whether or not it got anything by it."""
        self.show(ts, *accounts)

    def show(self, ts: int, *accounts: Account) -> None:
        """Note that these members did something for the crew, whoever else took part."""
        self.shown.update(account.id for account in accounts if account.number in self.numbers)
        self.record.first_ts = min(self.record.first_ts, ts)
