"""What is known of each account besides its links: facts that only grow, and counters over live trips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph.model.shapes import Shape
from graph.model.vocabulary import Role
from graph.state.accounts import UNKNOWN_MS
from graph.updates.sharing import DAY_MS
from graph.updates.tempo import SOON_MS


class Account:
    """One account's facts. Times are epoch ms, money is in link units (1/10,000).

    ``created_ms`` is UNKNOWN_MS for an account that existed before the first event of it;
    ``origins`` are the identifiers it was created with; ``trips`` counts trips on live links; ``score`` is
    that of the last judgement it was part of, 0 before any. ``leader`` is the first account of the candidate
    it was last looked at in, itself before any; the leader's ``rests`` says how much those accounts have
    to grow until that is judged again, its ``judged_with`` how many they were. ``circle_at`` is the number of
    its trips from which on its circle is looked for again. ``seen``: by shape, how many events it had when it
    was last judged in a large candidate. ``pickup_lat`` and ``pickup_lon`` are sums of
    degrees over ``pickups`` trips as a rider. ``met``: it has used an identifier that another used too.
    ``days`` are those on which it was seen; of its ``rides``, some came ``again`` soon after the one before.
    """

    __slots__ = (
        "cards_added",
        "chargeback_units",
        "chargebacks",
        "circle_at",
        "created_ms",
        "days",
        "entity",
        "events",
        "first_ms",
        "first_ride_ms",
        "independence",
        "judged_with",
        "last_ms",
        "last_ride_ms",
        "leader",
        "logins",
        "met",
        "origins",
        "payouts_added",
        "pickup_lat",
        "pickup_lon",
        "pickups",
        "promo_ms",
        "promo_units",
        "promos",
        "rests",
        "rides",
        "rides_again",
        "rides_paid",
        "role",
        "score",
        "seen",
        "trips",
    )

    def __init__(self, entity: int, ts: int) -> None:
        self.entity = entity
        self.role: Role | None = None
        self.created_ms = UNKNOWN_MS
        self.first_ms = ts
        self.last_ms = ts
        self.origins: tuple[int, ...] = ()
        self.trips = 0
        self.promos = 0
        self.promo_units = 0
        self.promo_ms = UNKNOWN_MS
        self.chargebacks = 0
        self.chargeback_units = 0
        self.days = 1
        self.logins = self.cards_added = self.payouts_added = 0
        self.rides = self.rides_again = self.rides_paid = 0
        self.first_ride_ms = self.last_ride_ms = UNKNOWN_MS
        self.pickups = 0
        self.pickup_lat = 0.0
        self.pickup_lon = 0.0
        self.met = False
        self.independence = 0
        self.events = 0
        self.leader = entity
        self.rests = 0.0
        self.judged_with = 0
        self.circle_at = 0
        self.score = 0.0
        self.seen: dict[Shape, int] = {}

    def ride(self, ts: int, is_paid: bool) -> None:
        """It rode; the driver was paid an incentive for it or not."""
        self.rides += 1
        self.rides_paid += is_paid
        self.rides_again += is_soon(self.last_ride_ms, ts)
        self.last_ride_ms = max(self.last_ride_ms, ts)
        self.first_ride_ms = ts if self.first_ride_ms == UNKNOWN_MS else min(self.first_ride_ms, ts)

    @property
    def is_driver(self) -> bool:
        """Whether the account drives; an account of unknown role counts as a rider."""
        return self.role is Role.DRIVER


def is_soon(before_ms: int, ts: int) -> bool:
    """Whether one ride comes within ``SOON_MS`` of another, if there was another."""
    return before_ms != UNKNOWN_MS and abs(ts - before_ms) <= SOON_MS


@dataclass(frozen=True, slots=True)
class City:
    """What all accounts of the city did together, and how many there are."""

    now_ms: int
    accounts: int
    trips: int
    promos: int
    promo_units: int
    chargebacks: int


class Accounts:
    """Every account seen, by entity."""

    def __init__(self) -> None:
        self._by_entity: dict[int, Account] = {}

    def __len__(self) -> int:
        return len(self._by_entity)

    def __iter__(self) -> Iterator[Account]:
        return iter(self._by_entity.values())

    def __getitem__(self, entity: int) -> Account:
        return self._by_entity[entity]

    def __contains__(self, entity: object) -> bool:
        return entity in self._by_entity

    def see(self, entity: int, ts: int) -> Account:
        """The account's facts, with its first and last sight moved to include ``ts``."""
        account = self._by_entity.get(entity)
        if account is None:
            account = self._by_entity[entity] = Account(entity, ts)
        elif ts > account.last_ms:
            account.days += ts // DAY_MS != account.last_ms // DAY_MS
            account.last_ms = ts
        elif ts < account.first_ms:
            account.first_ms = ts
        return account
