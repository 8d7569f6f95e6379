"""The scene itself: accounts taken over on phones of their own, owners with new phones, guests of a house."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import cos, radians
from typing import Any, Final

from simulation import lines
from simulation.config import DAY_MS, CityConfig
from simulation.mint import Mint
from simulation.outbox import Outbox
from simulation.streams import Dice, Streams
from simulation.takeovers.habits import HOUR_MS, SETTLED_DAYS, CrewHabits, OwnersHabits
from simulation.takeovers.townsfolk import Place, Townsfolk
from simulation.truth import DecoyRecord, RingRecord

KM_A_DEGREE: Final = 111.2
PHONE_FIELDS: Final = {"device_id": "account_id", "rider_device_id": "rider_id"}
"""Of each field that names a rider's phone: the field that names whose it is."""


@dataclass(slots=True)
class Scene:
    """Everything that is added to a city, and what of the city is not told because of it."""

    config: CityConfig
    folk: Townsfolk
    mint: Mint
    outbox: Outbox
    crew_of_base: set[str]
    rings: list[RingRecord] = field(default_factory=list)
    decoys: list[DecoyRecord] = field(default_factory=list)
    phones: dict[str, tuple[int, str]] = field(default_factory=dict)
    locked: dict[str, tuple[int, int]] = field(default_factory=dict)
    _cast: set[str] = field(default_factory=set)

    def plan(self, streams: Streams, crews: int) -> None:
        """Cast and play every crew, the guests and the owners with new phones."""
        for number in range(crews):
            dice = streams.dice("takeover", number)
            self._take_over(CrewHabits.draw(self.config, dice), dice)
        habits = OwnersHabits.draw(self.config, streams.dice("takeover", "owners"))
        for number in range(habits.guests):
            self._host(habits, streams.dice("takeover", "guests", number))
        self._upgrade(habits, streams)

    def tell(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """An event of the city as it is told now: on a new phone, or None where its owner is locked out."""
        owner = event.get("account_id") or event.get("rider_id") or ""
        begins, ends = self.locked.get(owner, (0, 0))
        if begins <= event["ts"] < ends and event["type"] in ("account_login", "trip_completed"):
            return None
        for name, whose in PHONE_FIELDS.items():
            since, phone = self.phones.get(event.get(whose, ""), (self.config.end_ms, ""))
            if name in event and event["ts"] >= since:
                event[name] = phone
        return event

    # -- crews -------------------------------------------------------------------------------------

    def _take_over(self, habits: CrewHabits, dice: Dice) -> None:
        settled = habits.begins_ms - (SETTLED_DAYS - 1) * DAY_MS
        apart = self._cast | self.crew_of_base
        fit = [
            name
            for name in self.folk.old_riders(habits.begins_ms, settled, apart)
            if self.folk.riders[name].card is not None
        ]
        victims = dice.some(fit, habits.victims)
        drivers = dice.some(self.folk.busy_drivers(habits.begins_ms, apart), habits.drivers)
        if len(victims) < 5 or not drivers:
            return
        self._cast.update(victims, drivers)
        accounts = [*victims, *drivers]
        ring = RingRecord(self.mint.ring(), "takeover", accounts, drivers, victims, self.config.end_ms, 1.0)
        shared = self.mint.ip()
        base = self.folk.drivers[drivers[0]].place or dice.choice(self.folk.places or [(0.0, 0.0)])
        for victim in victims:
            ts = habits.begins_ms + int(dice.random() * habits.span_ms)
            ring.first_ts = min(ring.first_ts, ts)
            phone = self.mint.device()
            address = self.mint.ip() if dice.chance(habits.own_address_share) else shared
            if dice.chance(habits.locked_out):
                self.locked[victim] = (ts, ts + int(dice.log_uniform(6, 120) * HOUR_MS))
            self._login(ts, victim, phone, address, _near(base, 2.0, dice))
            for number in range(max(1, dice.poisson(habits.rides))):
                is_theirs = number == 0 or dice.chance(habits.with_crew)
                driver = dice.choice(drivers) if is_theirs else self._any_driver(ts, dice)
                at = ts + int(dice.log_uniform(0.2, 20.0) * HOUR_MS)
                self._ride(at, victim, driver, phone, base, habits, ring, dice)
        self.rings.append(ring)

    def _any_driver(self, ts: int, dice: Dice) -> str:
        return dice.choice(self.folk.busy_drivers(ts, ()) or list(self.folk.drivers))

    def _ride(
        self,
        ts: int,
        victim: str,
        driver: str,
        phone: str,
        base: Place,
        habits: CrewHabits,
        ring: RingRecord,
        dice: Dice,
    ) -> None:
        """A far ride that the owner pays for, and disputes perhaps."""
        km = habits.far_km * dice.uniform(0.6, 1.4)
        fare = km * self.folk.fare_a_km * habits.fare_factor * dice.uniform(0.9, 1.1)
        event_id, trip_id = self._trip(ts, victim, driver, phone, _near(base, 2.0, dice), km, fare, dice)
        if event_id is None:
            return
        ring.took(ts, event_id, fare)
        if dice.chance(habits.disowned):
            at = ts + int(dice.uniform(1, 6) * DAY_MS)
            card = self.folk.riders[victim].card
            line = lines.chargeback(
                self.mint.event(), at, victim, round(fare, 2), card_id=card, trip_id=trip_id
            )
            self.outbox.put(at, line)

    # -- honest look-alikes ------------------------------------------------------------------------

    def _host(self, habits: OwnersHabits, dice: Dice) -> None:
        """Guests of one house: some days, far from home, with the same few drivers, some on travel phones."""
        apart = self._cast | self.crew_of_base
        begins = self.config.start_ms + int(dice.uniform(SETTLED_DAYS, self.config.days - 5) * DAY_MS)
        riders = dice.some(self.folk.old_riders(begins, begins - 4 * DAY_MS, apart), dice.randint(4, 9))
        drivers = dice.some(self.folk.busy_drivers(begins, apart), dice.randint(2, 4))
        if len(riders) < 4 or not drivers:
            return
        self._cast.update(riders)
        house = dice.choice(self.folk.places or [(0.0, 0.0)])
        for guest in riders:
            ts = begins + int(dice.random() * DAY_MS)
            phone = self.mint.device()
            if dice.chance(habits.travel_phone):
                self._login(ts, guest, phone, self.mint.ip(), house)
                self.phones[guest] = (ts, phone)
            for _ in range(1 + dice.poisson(2.0)):
                at = ts + int(dice.uniform(1, 72) * HOUR_MS)
                km = dice.uniform(2, 12)
                driver = dice.choice(drivers) if dice.chance(0.8) else self._any_driver(at, dice)
                told = phone if guest in self.phones else None
                self._trip(at, guest, driver, told, house, km, km * self.folk.fare_a_km, dice)
        self.decoys.append(DecoyRecord("guests", sorted(riders)))

    def _upgrade(self, habits: OwnersHabits, streams: Streams) -> None:
        """Owners get new phones, many of them in the week in which one comes out."""
        upgraded = []
        for rider in self.folk.riders:
            dice = streams.dice("takeover", "upgrade", rider)
            if rider in self._cast or rider in self.crew_of_base or not dice.chance(habits.upgraded):
                continue
            begins, days = (
                (habits.release_ms, 7) if dice.chance(0.5) else (self.config.start_ms, self.config.days)
            )
            since = begins + int(dice.random() * days * DAY_MS)
            if since <= self.folk.riders[rider].first_ms:
                continue
            phone = self.mint.device()
            self.phones[rider] = (since, phone)
            self._login(since, rider, phone, self.mint.ip(), self.folk.riders[rider].place)
            upgraded.append(rider)
        self.decoys.append(DecoyRecord("new_phone", sorted(upgraded)))

    # -- lines -------------------------------------------------------------------------------------

    def _login(self, ts: int, account: str, phone: str, address: str, place: Place | None) -> None:
        line = lines.account_login(self.mint.event(), ts, account, phone, ip=address, place=place)
        self.outbox.put(ts, line)

    def _trip(
        self,
        ts: int,
        rider: str,
        driver: str,
        phone: str | None,
        start: Place,
        km: float,
        fare: float,
        dice: Dice,
    ) -> tuple[str | None, str]:
        """A ride from a place; its event, None where it lies beyond the end of the file, and its trip."""
        event_id, trip_id = self.mint.event(), self.mint.trip()
        line = lines.trip_completed(
            event_id,
            ts,
            trip_id,
            rider,
            driver,
            round(fare, 2),
            distance_km=round(km, 3),
            duration_s=round(km * self.folk.seconds_a_km, 1),
            rider_device_id=phone,
            driver_device_id=None,
            card_id=self.folk.riders[rider].card,
            pickup=start,
            dropoff=_near(start, 0.75 * km, dice),
            promo_id=None,
            incentive=None,
        )
        return (event_id if self.outbox.put(ts, line) else None), trip_id


def _near(place: Place, km: float, dice: Dice) -> Place:
    """A place some kilometres from another, in a drawn direction."""
    north, east = dice.gauss(0, km / 2), dice.gauss(0, km / 2)
    lat = place[0] + north / KM_A_DEGREE
    return round(lat, 6), round(place[1] + east / (KM_A_DEGREE * cos(radians(place[0]))), 6)
