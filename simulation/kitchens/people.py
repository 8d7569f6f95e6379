"""Who is there: accounts, the shifts of drivers, and the crews that some belong to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from simulation.kitchens.ground import Spot
from simulation.kitchens.toolkit import Toolkit
from simulation.streams import Dice
from simulation.truth import RingRecord

NEVER: Final = 1 << 62


class Shift(NamedTuple):
    """When a driver works: from that local hour, so long, on so large a share of the days."""

    hour: float
    length_h: float
    share: float


class Taking(NamedTuple):
    """An event in the file by which money went to somebody, and how much."""

    ts: int
    event: str
    money: float


class Hold(NamedTuple):
    """What a crew has of every trip of a driver between two instants, whoever rides."""

    crew: Crew
    gain: str
    """``incentive``: what is paid on top; ``payout``: that and the fare."""
    begin_ms: int
    end_ms: int

    def note(self, driver: Account, paid: Taking, incentive: float) -> None:
        """Note a trip of the driver."""
        if self.begin_ms <= paid.ts < self.end_ms:
            money = incentive + (paid.money if self.gain == "payout" else 0.0)
            self.crew.took(paid._replace(money=money), driver)


@dataclass(slots=True, eq=False)
class Account:
    """An account; ``phones`` are (from when, device), ``cards`` (from when, card); 0 is from sign-up on."""

    number: int
    id: str
    drives: bool
    life: str
    """``worker``, ``student``, ``home`` or ``night``: what the days are like."""
    home: Spot
    work: Spot
    joined_ms: int
    told: bool
    """Whether the sign-up is in the file."""
    until_ms: int
    phones: list[tuple[int, str]]
    phone_hash: str | None
    email_hash: str | None
    carrier: int
    wifi: str | None = None
    office_ip: str | None = None
    vpn: bool = False
    signup_ip: str | None = None
    referrer: Account | None = None
    cards: list[tuple[int, str]] = field(default_factory=list)
    pays_by_card: bool = False
    bank: str | None = None
    rate: float = 0.0
    """Orders a day."""
    thrift: float = 0.0
    """How likely a campaign is used with an order."""
    appetite: float = 0.5
    """How much of life is food, rather than rides."""
    kitchens: list[Spot] | None = None
    """Favourite kitchens, near home and near work; None until they are looked for."""
    work_kitchens: list[Spot] = field(default_factory=list)
    shift: Shift | None = None
    area: Spot = (0.0, 0.0)
    other_self: Account | None = None
    """The driver or rider account of the same person."""
    common_ips: list[str] = field(default_factory=list)
    common_ip_share: float = 0.0
    common_phones: list[str] = field(default_factory=list)
    common_phone_share: float = 0.0
    spare: bool = True
    crew: Crew | None = None
    turned_ms: int = NEVER
    """From when a crew has the account in hand; until then it lives an honest life."""
    cover_rate: float = 0.0
    """Ordinary orders a day from then on."""
    vouchers_taken: int = 0
    invitation_paid: bool = False
    busy_ms: int = 0
    logged_in_ms: int = 0
    trips: int = 0
    hold: Hold | None = None

    def phone(self, ts: int, dice: Dice) -> str:
        """Return the device the account is used on: its own of that time, or a common one."""
        common = self.common_phones
        if common and dice.chance(self.common_phone_share) and (self.crew is None or ts >= self.turned_ms):
            return dice.choice(common)
        return self.own_phone(ts)

    def own_phone(self, ts: int) -> str:
        """Return the account's own device of that time."""
        device = self.phones[0][1]
        for since, each in self.phones:
            if since <= ts:
                device = each
        return device

    def change_phone(self, ts: int, *phones: tuple[int, str]) -> None:
        """Let the account be on other phones than its own from that instant on."""
        self.phones = [each for each in self.phones if each[0] < ts] + list(phones)

    def pace(self, ts: int) -> float:
        """Return how many ordinary orders a day the account makes at that time."""
        return self.rate if ts < self.turned_ms else self.cover_rate

    def join(self, ts: int) -> None:
        """Let the account sign up at that instant instead of when it was going to."""
        self.joined_ms, self.told = ts, True
        self.phones = [(0, self.phones[0][1])]


@dataclass(slots=True, eq=False)
class Crew:
    """One ring: its members, its time, and what they share."""

    trade: str
    record: RingRecord
    kit: Toolkit
    riders: list[Account]
    drivers: list[Account]
    victims: list[Account]
    begin_ms: int
    end_ms: int
    den: Spot
    phones: list[str] = field(default_factory=list)
    ips: list[str] = field(default_factory=list)
    """Common addresses; none where each account has its own or the carrier's."""
    mules: list[Account] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    """Accounts by which the file shows something of the crew."""

    @property
    def members(self) -> list[Account]:
        """Everybody in it, victims of takeovers included."""
        return [*self.riders, *self.drivers, *self.mules, *self.victims]

    def show(self, ts: int, *accounts: Account) -> None:
        """Note that these members did something for the crew."""
        self.shown.update(account.id for account in accounts if account.crew is self)
        self.record.first_ts = min(self.record.first_ts, ts)

    def served(self, ts: int, *accounts: Account) -> None:
        """Hear of a trip made for the crew; members are shown by what they take, not by that."""

    def took(self, taking: Taking | None, *accounts: Account) -> None:
        """Note money taken by these members; None is nothing."""
        if taking is not None and taking.money > 0:
            self.record.took(*taking)
            self.show(taking.ts, *accounts)
