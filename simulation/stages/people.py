"""Who is there: accounts with what they own and how they live, and the crews that some belong to."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulation.stages.ground import Spot
from simulation.streams import Dice
from simulation.truth import RingRecord


@dataclass(frozen=True, slots=True)
class Loan:
    """A phone that somebody uses besides the own one, with that chance each time, for some while."""

    device: str
    chance: float
    from_ms: int = 0
    until_ms: int = 2**62


@dataclass(frozen=True, slots=True)
class Voucher:
    """A promotion for one ride: its id, its value in units of reckoning, the largest share of a fare."""

    promo: str
    value: float
    share: float


@dataclass(slots=True)
class Shift:
    """How a driver works: vehicle, where, from which hour, how long, and on which share of the days."""

    vehicle: str
    area: Spot
    hour: float
    length_h: float
    diligence: float


@dataclass(slots=True, eq=False)
class Account:
    """An account; ``phones`` are (from when, device), the first one from ever."""

    number: int
    id: str
    drives: bool
    joined_ms: int
    recorded: bool
    """Whether the file holds the sign-up of an account that is older than it."""
    until_ms: int
    phones: list[tuple[int, str]]
    home: Spot
    work: Spot
    haunts: list[Spot]
    shift: Shift
    carrier: int
    wifi: str | None
    on_proxies: bool
    phone_hash: str
    email_hash: str | None
    rate: float
    """Ordinary rides a day."""
    commutes: bool
    leaves_h: float
    returns_h: float
    motorcycle: float
    shy: bool
    """Whether the account passes most promotions by."""
    logins: float
    bank: str | None
    loans: list[Loan] = field(default_factory=list)
    card: str | None = None
    card_chance: float = 0.0
    card_from_ms: int = 0
    places: list[str] = field(default_factory=list)
    """Addresses of a work place, a dormitory, a crew; used with ``places_chance``."""
    places_chance: float = 0.0
    sign_up_ip: str | None = None
    sign_up_device: str | None = None
    referrer: Account | None = None
    friend_paid: bool = False
    vouchers: list[Voucher] = field(default_factory=list)
    regular_driver: Account | None = None
    regular_chance: float = 0.0
    spare: bool = True
    settled: bool = False
    """Whether the account's day of joining may not change any more."""
    crew: Crew | None = None
    takes: frozenset[str] = frozenset()
    """What the crew counts as taken by this account: ``promo``, ``referral``, ``ramp``."""
    every_campaign: bool = False
    busy_ms: int = 0
    spot: Spot = (0.0, 0.0)
    rides: int = 0

    def own_phone(self, ts: int) -> str:
        """Return the device that the account has at the time."""
        device = self.phones[0][1]
        for since, each in self.phones:
            if since > ts:
                break
            device = each
        return device

    def phone(self, ts: int, dice: Dice) -> str:
        """Return the device that the account is used on this time, the own one or a borrowed one."""
        for loan in self.loans:
            if loan.from_ms <= ts < loan.until_ms and dice.chance(loan.chance):
                return loan.device
        return self.own_phone(ts)

    def change_phone(self, ts: int, device: str) -> None:
        """Let the account move to another device at that instant."""
        self.phones.append((ts, device))
        self.phones.sort(key=lambda phone: phone[0])


@dataclass(slots=True, eq=False)
class Crew:
    """One ring: its trade, its members, its days, and what its members have been seen to do."""

    record: RingRecord
    trade: str
    care: float
    riders: list[Account]
    drivers: list[Account]
    first_day: int
    last_day: int
    fresh: set[int] = field(default_factory=set)
    """Numbers of the accounts that were signed up for the crew."""
    acted: set[int] = field(default_factory=set)
    """Numbers of the accounts of which the file holds an act for the crew."""
    first_act_ms: int = 2**62

    def signed_up(self, start_ms: int) -> list[Account]:
        """Return the members whose sign-up for the crew is in a file that begins at ``start_ms``."""
        return [a for a in self.members if a.number in self.fresh and (a.recorded or a.joined_ms >= start_ms)]

    @property
    def members(self) -> list[Account]:
        """Everybody in the crew."""
        return [*self.riders, *self.drivers]

    def lead(self, account: Account) -> None:
        """Note that the crew works with the account's phone or under its name, whatever else it does."""
        self.acted.add(account.number)

    def act(self, ts: int, *accounts: Account) -> None:
        """Note an act of the crew by those of the accounts that belong to it."""
        self.acted.update(account.number for account in accounts if account.crew is self)
        self.first_act_ms = min(self.first_act_ms, ts)

    def took(self, ts: int, event_id: str, money: float, *accounts: Account) -> None:
        """Note that the event took that much money."""
        self.record.took(ts, event_id, money)
        self.act(ts, *accounts)
