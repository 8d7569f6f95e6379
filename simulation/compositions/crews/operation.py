"""A crew at work: things and places by its layout, orders, payments, and who does how much."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulation.compositions.crews.design import Design
from simulation.compositions.crews.layout import OWN, Layout
from simulation.compositions.crews.ring import Ring
from simulation.compositions.crews.tempo import Tempo
from simulation.config import DAY_MS
from simulation.kitchens.calendar import HOUR_MS, MINUTE_MS
from simulation.kitchens.city import City
from simulation.kitchens.ground import Spot
from simulation.kitchens.orders import Order
from simulation.kitchens.people import Account
from simulation.kitchens.voices import Voices
from simulation.streams import Dice


@dataclass(slots=True)
class Operation:
    """One crew at work in its city, with its own stream of chance."""

    city: City
    voices: Voices
    ring: Ring
    dice: Dice
    tempo: Tempo
    places: list[Spot]
    """Where its orders go; none where they go all over town."""
    windows: dict[int, tuple[int, int]] = field(default_factory=dict)
    """From when to when each account acts, by its number."""
    _things: dict[tuple[str, int, int], str] = field(default_factory=dict)

    @property
    def design(self) -> Design:
        """What the crew is like."""
        return self.ring.design

    @property
    def layout(self) -> Layout:
        """Who shares what."""
        return self.ring.layout

    def device(self, thing: int, ts: int) -> str:
        """Return the phone of that number, as it is at the time."""
        days = self.design.rotation_days
        since = 0 if days is None else max(0, ts - self.ring.begin_ms) // int(days * DAY_MS)
        return self._thing("phone", thing, since)

    def handset(self, thing: int, ts: int) -> list[tuple[int, str]]:
        """Return the phone of that number from that instant on, as it is changed."""
        days, found = self.design.rotation_days, [(ts, self.device(thing, ts))]
        while days is not None and (ts := ts + int(days * DAY_MS)) < self.ring.end_ms:
            found.append((ts, self.device(thing, ts)))
        return found

    def first_handset(self, thing: int, ts: int) -> list[tuple[int, str]]:
        """Return the same for an account that signs up on it at that instant."""
        (_, device), *later = self.handset(thing, ts)
        return [(0, device), *later]

    def card(self, hand: int) -> str | None:
        """Return the card that a hand pays with, if the crew pays by card."""
        if self.design.cards == "none" or self.layout.cards[hand] == OWN:
            return None
        return self._thing("card", self.layout.cards[hand], 0)

    def bank(self, thing: int) -> str:
        """Return the bank account of that number."""
        return self._thing("bank", thing, 0)

    def _thing(self, name: str, thing: int, since: int) -> str:
        key = (name, thing, since)
        if key not in self._things:
            mint = self.city.mint
            made = {"phone": mint.device, "card": mint.card, "bank": mint.bank_account}[name]()
            self._things[key] = made
        return self._things[key]

    def ip(self) -> str | None:
        """Return an address of the crew's sort; None where that is left to the carrier."""
        ring, dice = self.ring, self.dice
        if self.design.network == "proxy":
            return self.city.mint.ip()
        return dice.choice(ring.ips) if ring.ips and dice.chance(self.design.network_share) else None

    def some(self, place: int) -> list[tuple[int, Account]]:
        """Return number and account of the hands that take the ``place``-th thing of the design."""
        part = self.dice.uniform(0.85, 1.0) if place == 0 else self.dice.uniform(0.2, 0.7)
        return [each for each in enumerate(self.ring.hands) if self.dice.chance(part)]

    def times(self, account: Account, place: int, most: int = 25) -> list[int]:
        """Return the instants at which an account takes the ``place``-th thing of the design."""
        mean = self.design.acts if place == 0 else 0.5 * self.design.acts
        if account.crew is None:
            mean *= 0.6
        count = 1 + self.dice.poisson(max(0.0, min(mean, most) - 1.0))
        window = self.windows[account.number]
        return sorted(self.tempo.moment(window) for _ in range(min(count, most)))

    def partner(self, hand: int) -> Account | None:
        """Return one of the drivers that a hand rides with, if it does."""
        known = self.layout.partners[hand] if self.layout.partners else []
        return self.ring.drivers[self.dice.choice(known)] if known else None

    def spot(self, driver: Account | None = None) -> Spot:
        """Return where something happens: one of the crew's few places, near a driver, or anywhere."""
        dice, ground = self.dice, self.city.ground
        if self.places:
            return ground.around(dice.choice(self.places), 0.03, dice)
        if driver is not None and dice.chance(0.7):
            return ground.around(driver.area, 1.0, dice)
        return ground.anywhere(1.5, dice)

    def ride(self, rider: Account, ts: int, start: Spot, end: Spot, *gains: str) -> Order:
        """Decide on a ride, paid in cash; return it for the caller to shape further."""
        return self.city.crew_orders(self.ring, rider, ts, "ride", (start, end), gains)

    def meal(self, rider: Account, ts: int, door: Spot, *gains: str) -> Order:
        """Decide on a meal brought to a door, paid in cash; return it for the caller to shape further."""
        start = self.city.ground.kitchen_near(door, self.dice)
        return self.city.crew_orders(self.ring, rider, ts, "food", (start, door), gains)

    def pay(
        self, ts: int, payer: Account, payee: Account, units: float, *, device: str | None = None
    ) -> None:
        """Let one pay another; it is no taking."""
        sent = self.voices.transfer(ts, payer, payee, units, self.dice, device=device)
        if sent is not None:
            self.ring.show(ts, payer, payee)

    def later(self, ts: int, low_h: float, high_h: float) -> int:
        """Return an instant some hours after ``ts``."""
        return ts + int(self.dice.uniform(low_h, high_h) * HOUR_MS)

    def soon(self, ts: int, low_min: float, high_min: float) -> int:
        """Return an instant some minutes after ``ts``, which may be negative."""
        return ts + int(self.dice.uniform(low_min, high_min) * MINUTE_MS)

    def mule(self, hand: int) -> Account | None:
        """Return the mule that a hand deals with, if it does."""
        payee = self.layout.payees[hand]
        return None if payee == OWN else self.ring.mules[payee]

    def share(self, part: float) -> int:
        """Return the instant when that part of the crew's time is over."""
        return self.ring.begin_ms + int(part * (self.ring.end_ms - self.ring.begin_ms))
