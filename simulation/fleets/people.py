"""Who is there: riders, drivers and couriers, and the crews that some belong to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from simulation.fleets.ground import Spot
from simulation.fleets.networks import Network
from simulation.streams import Dice
from simulation.truth import RingRecord

PROFILES: Final = {
    "commuter": 0.24,
    "occasional": 0.12,
    "night": 0.24,
    "eater": 0.28,
    "business": 0.32,
    "student": 0.22,
}
"""Median outings a day of each sort of rider, beside the way to work."""
PROFILE_WEIGHTS: Final = (18, 34, 16, 18, 6, 8)


@dataclass(slots=True, eq=False)
class Account:
    """An account; ``phones`` are (from when, device), 0 being from sign-up on."""

    number: int
    id: str
    drives: bool
    home: Spot
    joined_ms: int
    until_ms: int
    phones: list[tuple[int, str]]
    phone_hash: str
    email_hash: str | None
    wifi: str
    carrier: int
    vpn: bool = False
    network: Network | None = None
    """A way onto the internet that takes the place of home, office and carrier."""
    work_ip: str | None = None
    signup_ip: str | None = None
    signup_place: str = "home"
    referrer: Account | None = None
    profile: str = "occasional"
    work: Spot = (0.0, 0.0)
    rate: float = 0.0
    """Outings a day, before the city's and the day's factor."""
    commutes: float = 0.0
    """How likely a commuter rides to work on a working day."""
    leaves_h: float = 8.3
    returns_h: float = 18.4
    luck: float = 0.0
    """Which campaigns the platform offers to the account."""
    kitchens: list[Spot] = field(default_factory=list)
    cards: list[str] = field(default_factory=list)
    usual_card: str | None = None
    welcome: bool | None = None
    """Whether the first trip is on the welcome promotion; None leaves it to chance."""
    delivers: bool = False
    bank: str | None = None
    shift: str = "day"
    works: float = 0.0
    """On how large a share of the days a driver works; 0 is never."""
    boosted: bool = False
    day_phones: dict[int, str] = field(default_factory=dict)
    """A driver's phone on some days."""
    pooled_phones: list[str] = field(default_factory=list)
    """Phones that a driver account is used on by turns."""
    bonus_at: int = -1
    """After how many trips a new driver is paid the guarantee."""
    spare: bool = True
    plain: bool = True
    """Whether no story has changed who this is."""
    crew: Crew | None = None
    share: float = 1.0
    """How much of an ordinary life the account lives; 0 is none."""
    lives_from_ms: int = 0
    busy_ms: int = 0
    spot: Spot = (0.0, 0.0)
    trips: int = 0
    week: int = -1
    week_trips: int = 0

    @property
    def cheats(self) -> bool:
        """Whether the account was made for a crew; its victims were not."""
        return self.crew is not None and not self.plain

    def phone(self, ts: int) -> str:
        """Return the account's device at that time."""
        device = self.phones[0][1]
        for since, each in self.phones:
            if since <= ts:
                device = each
        return device

    def work_phone(self, ts: int, day: int, dice: Dice) -> str:
        """Return the device that a driver works with on that day."""
        if self.pooled_phones:
            return dice.choice(self.pooled_phones)
        return self.day_phones.get(day) or self.phone(ts)

    def change_phone(self, ts: int, device: str) -> None:
        """Let the account be on another phone from that instant on."""
        self.phones.append((ts, device))
        self.phones.sort()


@dataclass(slots=True, eq=False)
class Crew:
    """One ring: its members, its care, and which gains count as its own wherever they are made."""

    trade: str
    record: RingRecord
    care: float
    members: list[Account] = field(default_factory=list)
    victims: list[Account] = field(default_factory=list)
    keeps_incentives: bool = False
    """Every incentive that a driver of the crew earns is a gain."""
    takes_driver_bonus: bool = False
    first_ms: int | None = None

    def noted(self, ts: int) -> None:
        """Note that the crew broke into an account."""
        self.first_ms = ts if self.first_ms is None else min(self.first_ms, ts)

    def took(self, ts: int, event: str, money: float) -> None:
        """Note money taken by an event that is in the file."""
        if money > 0:
            self.record.took(ts, event, money)
