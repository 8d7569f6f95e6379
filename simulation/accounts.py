"""An account, its habits, and the person (the hand) behind it."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulation.geography import Point
from simulation.truth import RingRecord


@dataclass(slots=True)
class Hand:
    """A person: in one place at a time. Accounts of one person share one ``Hand``."""

    place: Point
    place_ms: int = 0
    busy_until_ms: int = 0


@dataclass(slots=True)
class Account:
    """What an account is and does. ``number`` is its index in the town; times are epoch ms.

    ``created_ms`` is None for an account that is older than the file. ``rate`` is its ordinary trips a
    day; a driver has a shift instead. A ``voucher`` is redeemed with the next trip (for a ring, if
    ``voucher_for`` says so). ``tithe`` sends a share of each ordinary trip's fare to a ring.
    """

    number: int
    id: str
    is_driver: bool
    home: Point
    hand: Hand
    device: str
    home_ip: str
    mobile_ip: str
    created_ms: int | None
    active_from_ms: int
    active_to_ms: int
    work: Point | None = None
    work_ip: str | None = None
    signup_ip: str | None = None
    rate: float = 0.0
    cards: list[str] = field(default_factory=list)
    cash_share: float = 0.0
    bank_account: str | None = None
    phone: str | None = None
    email: str | None = None
    referrer: Account | None = None
    other_devices: tuple[str, ...] = ()
    other_share: float = 0.0
    favourites: tuple[int, ...] = ()
    loyalty: float = 0.0
    ips: tuple[str, ...] = ()
    shift_from_h: float = 0.0
    shift_hours: float = 0.0
    days_off: int = 0
    voucher: tuple[str, float] | None = None
    voucher_for: RingRecord | None = None
    campaigns_used: int = 0
    ordinary: bool = True
    keeps_phone: bool = False
    tithe: tuple[RingRecord, float] | None = None

    def seen_from_ms(self, start_ms: int) -> int:
        """Return when the account may first act in the file."""
        return start_ms if self.created_ms is None else max(start_ms, self.created_ms)
