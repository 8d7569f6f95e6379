"""Who is there: accounts with their errands and shifts, and the crews that some of them belong to."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulation.boroughs.borough_map import Spot
from simulation.boroughs.nets import Net
from simulation.boroughs.recipe import Recipe
from simulation.streams import Dice
from simulation.truth import RingRecord


@dataclass(slots=True)
class Errand:
    """A habit of riding: on these weekdays, about that hour (local), ``count`` times on average.

    Where ``start`` or ``end`` is a purpose, a place is drawn anew each time.
    """

    days: tuple[int, ...]
    hour: float
    spread_h: float
    start: Spot | str
    end: Spot | str
    count: float
    driver: Account | None = None


@dataclass(slots=True)
class Shift:
    """When a driver works: ``length_h`` from ``hour`` on ``days``; a ``chaser`` in bonus hours only."""

    days: tuple[int, ...]
    hour: float
    length_h: float
    chaser: bool = False


@dataclass(slots=True, eq=False)
class Account:
    """An account; ``joined_ms`` is None if older than the file, ``phones`` are (from when, device)."""

    number: int
    id: str
    drives: bool
    home: Spot
    joined_ms: int | None
    from_ms: int
    until_ms: int
    phones: list[tuple[int, str]]
    nets: list[tuple[float, Net]]
    cards: list[str] = field(default_factory=list)
    second_phone: str | None = None
    cash: float = 0.0
    bank: str | None = None
    phone_hash: str | None = None
    email_hash: str | None = None
    referrer: Account | None = None
    signup_net: Net | None = None
    rate: float = 0.0
    errands: list[Errand] = field(default_factory=list)
    shift: Shift | None = None
    loyalty: float = 0.0
    regular_driver: Account | None = None
    drivers_nearby: list[Account] = field(default_factory=list)
    voucher: tuple[str, float] | None = None
    eagerness: float = 1.0
    spare: bool = True
    crew: Crew | None = None

    @property
    def lives_openly(self) -> bool:
        """Whether the account also does what ordinary people do: honest ones, victims, colluding riders."""
        return self.crew is None or self.crew.recipe.kind in {"takeover", "collusion"}

    def phone(self, ts: int) -> str:
        """Return the device the account is used on at the time."""
        device = self.phones[0][1]
        for since, each in self.phones:
            if since > ts:
                break
            device = each
        return device

    def net(self, dice: Dice) -> Net:
        """Return the network that the account comes from this time."""
        draw = dice.random() * sum(weight for weight, _ in self.nets)
        for weight, net in self.nets:
            draw -= weight
            if draw < 0:
                return net
        return self.nets[-1][1]


@dataclass(slots=True, eq=False)
class Crew:
    """One ring: its members (drivers among them), its time, and the things its members share."""

    record: RingRecord
    recipe: Recipe
    members: list[Account]
    begin_ms: int
    end_ms: int
    turn_ms: int
    """When halves merge or part, and aged accounts are gathered."""
    halves: tuple[list[Account], list[Account]]
    corners: list[Spot] = field(default_factory=list)
    hour: float = 12.0
    nets: list[Net] = field(default_factory=list)
    cards: list[str] = field(default_factory=list)
    fence: Account | None = None
    purse: Account | None = None
    planned: set[int] = field(default_factory=set)
    """Numbers of the accounts that have something planned by which they will take money."""
    guilty: set[str] = field(default_factory=set)
    """Accounts by which money was taken."""

    @property
    def riders(self) -> list[Account]:
        """The members that ride."""
        return [a for a in self.members if not a.drives]

    @property
    def drivers(self) -> list[Account]:
        """The members that drive."""
        return [a for a in self.members if a.drives]

    def took(self, ts: int, event_id: str, money: float, *accounts: Account) -> None:
        """Note that the event took that much money by those accounts."""
        self.record.took(ts, event_id, money)
        self.guilty.update(a.id for a in accounts)
        self.record.first_ts = min(self.record.first_ts, ts)
