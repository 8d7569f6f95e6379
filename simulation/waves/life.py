"""What newcomers of all sorts do, as lines of events; rides are like those that the city has just seen."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Any, Final

from simulation import lines
from simulation.mint import Mint
from simulation.outbox import Outbox
from simulation.streams import Dice
from simulation.waves.classes import Classes

HOUR_MS: Final = 3_600_000
SEEN_RIDES: Final = 400


@dataclass(frozen=True, slots=True)
class Newcomer:
    """One account and its phone."""

    account_id: str
    device: str


@dataclass(frozen=True, slots=True)
class SeenRide:
    """A ride of the city: who drove where, how far, how long and for how much."""

    driver: str
    pickup: tuple[float, float] | None
    dropoff: tuple[float, float] | None
    distance_km: float
    duration_s: float
    fare: float


@dataclass(frozen=True, slots=True)
class Taken:
    """A ride that was taken: its event, trip and fare."""

    event_id: str
    trip_id: str
    fare: float


class Life:
    """Puts the lines of newcomers into an outbox."""

    def __init__(self, mint: Mint, classes: Classes, outbox: Outbox, dice: Dice) -> None:
        self.mint = mint
        self.classes = classes
        self.dice = dice
        self.phones: list[str] = []
        self._outbox = outbox
        self._rides: deque[SeenRide] = deque(maxlen=SEEN_RIDES)
        self._base: tuple[float, float] | None = None

    def see(self, event: dict[str, Any]) -> None:
        """Learn what rides are like here from a trip of the city."""
        distance, duration = event.get("distance_km"), event.get("duration_s")
        if distance is None or duration is None:
            return
        pickup = (event["pickup_lat"], event["pickup_lon"]) if "pickup_lat" in event else None
        dropoff = (event["dropoff_lat"], event["dropoff_lon"]) if "dropoff_lat" in event else None
        self._rides.append(SeenRide(event["driver_id"], pickup, dropoff, distance, duration, event["fare"]))

    def new_account(self, ts: int, device: str, version: str | None = None) -> Newcomer:
        """A rider's account is made on a phone."""
        account_id = self.mint.account()
        line = lines.account_created(
            self.mint.event(),
            ts,
            account_id,
            "rider",
            device_id=device,
            ip=self.mint.ip(),
            phone_hash=self.mint.phone(),
            email_hash=self.mint.email(),
            referrer_id=None,
            app_version=version or self.classes.version_of(account_id),
        )
        self._outbox.put(ts, line)
        return Newcomer(account_id, device)

    def add_card(self, ts: int, account: Newcomer, card: str, issuer: str) -> None:
        """A card is stored."""
        line = lines.card_added(
            self.mint.event(), ts, account.account_id, card, device_id=account.device, card_issuer=issuer
        )
        self._outbox.put(ts, line)

    def decline(self, ts: int, account: Newcomer, card: str, issuer: str, amount: float) -> None:
        """A card is refused."""
        line = lines.payment_declined(
            self.mint.event(),
            ts,
            account.account_id,
            card,
            round(amount, 2),
            device_id=account.device,
            trip_id=None,
            card_issuer=issuer,
        )
        self._outbox.put(ts, line)

    def ride(
        self, ts: int, account: Newcomer, card: str, factor: float, *, at_base: bool = False
    ) -> Taken | None:
        """A ride like one the city has just seen, so many times as far; None while it has seen none.

        ``at_base`` begins where the first such ride did.
        """
        if not self._rides:
            return None
        like = self.dice.choice(self._rides)
        if at_base:
            self._base = self._base or like.pickup
            like = replace(like, pickup=self._base)
        trip_id, event_id = self.mint.trip(), self.mint.event()
        fare = round(like.fare * factor, 2)
        line = lines.trip_completed(
            event_id,
            ts,
            trip_id,
            account.account_id,
            like.driver,
            fare,
            distance_km=round(like.distance_km * factor, 3),
            duration_s=round(like.duration_s * factor, 1),
            rider_device_id=account.device,
            driver_device_id=None,
            card_id=card,
            pickup=like.pickup,
            dropoff=like.dropoff,
            promo_id=None,
            incentive=None,
        )
        return Taken(event_id, trip_id, fare) if self._outbox.put(ts, line) else None

    def dispute(self, ts: int, account: Newcomer, card: str, ride: Taken) -> None:
        """The card's holder disowns the ride, where that is before the end of the file."""
        line = lines.chargeback(
            self.mint.event(), ts, account.account_id, ride.fare, card_id=card, trip_id=ride.trip_id
        )
        self._outbox.put(ts, line)
