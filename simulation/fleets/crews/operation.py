"""One crew at work: its members, its care, its phones, cards and addresses, and its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from simulation.config import DAY_MS
from simulation.fleets.calendar import MINUTE_MS
from simulation.fleets.draws import about
from simulation.fleets.ground import Spot
from simulation.fleets.networks import Network
from simulation.fleets.offers import Code
from simulation.fleets.people import Account, Crew
from simulation.fleets.story import Story
from simulation.fleets.wishes import Wish

NETWORKS: Final = ("wifi", "vpn", "proxies", "carrier", "mix")
"""One router, some VPN exits, honest homes' and new addresses, a carrier's, or some of each."""
PHONES: Final = ("drawer", "drawer", "reset", "emulators")
"""A drawer of phones, phones that are reset, or emulators that leak an id now and then."""
_COVER_RATE: Final = 0.05
_HOMES_KNOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Heads:
    """How many riders, drivers and victims are in a crew."""

    riders: int = 0
    drivers: int = 0
    victims: int = 0

    def within(self, most: int, most_drivers: int) -> Heads:
        """Return as many in proportion, but not more than that in all and that many who drive."""
        drivers = min(self.drivers, most_drivers)
        riders, victims = self.riders, self.victims
        over = drivers + riders + victims - most
        if over > 0:
            factor = most / (drivers + riders + victims)
            drivers = min(drivers, max(1, round(drivers * factor)))
            if victims:
                riders = min(riders, max(1, round(riders * factor)))
                victims = min(victims, most - drivers - riders)
            else:
                riders = min(riders, most - drivers)
                drivers = min(drivers, most - riders)
        return Heads(max(0, riders), max(0, drivers), max(0, victims))


@dataclass(slots=True)
class Operation(Story):
    """A story of people who cheat; everybody made for it belongs to its crew."""

    crew: Crew
    heads: Heads

    def lean(self, draw: Callable[[], float], *, more: bool) -> float:
        """Draw a number as careful as the crew is; ``more`` says that more of it is more careful.

        At a care of a half it is one draw; towards 1 or 0 the more or the less careful one of two.
        """
        first = draw()
        if not self.dice.chance(abs(2.0 * self.crew.care - 1.0)):
            return first
        second = draw()
        return max(first, second) if more == (self.crew.care > 0.5) else min(first, second)

    def lean_choice(self, values: tuple[float, ...], *, more: bool) -> float:
        """Draw one of these, as careful as the crew is."""
        return self.lean(lambda: self.dice.choice(values), more=more)

    def window(self, shortest: float, longest: float) -> tuple[float, float]:
        """Return from which day to which the crew is at work; careful ones take their time."""
        begin = self.dice.uniform(0.0, max(0.3 * self.days, self.days - 7.0))
        length = self.lean(lambda: self.dice.uniform(shortest, longest), more=True)
        return begin, min(self.days - min(0.5, self.days / 8), begin + length)

    def network(self, *styles: str) -> Network:
        """Return a way onto the internet, of one of these styles or of any."""
        dice, city = self.dice, self.city
        style = dice.choice(styles or NETWORKS)
        router, carrier = [city.mint.ip()], dice.choice(city.carriers[:-1])
        exits = dice.some(city.vpn_ips, dice.randint(2, 14))
        if style == "wifi":
            return Network([(0.85, router), (0.15, carrier)])
        if style == "vpn":
            return Network([(1.0, exits)])
        if style == "proxies":
            homes = [account.wifi for account in dice.some(city.riders(), _HOMES_KNOWN)]
            return Network([(1.0, homes)], fresh=0.5)
        if style == "carrier":
            return Network([(1.0, carrier)])
        return Network([(0.25, router), (0.25, exits), (0.5, carrier)])

    def some_use(self, network: Network) -> Callable[[], Network | None]:
        """Return what tells, account by account, whether it is on the crew's network."""
        share = self.lean(lambda: self.dice.uniform(0.5, 1.0), more=False)
        return lambda: network if self.dice.chance(share) else None

    def phones(self, count: int, *styles: str) -> list[str]:
        """Return the device of each of so many accounts."""
        dice, mint = self.dice, self.city.mint
        style = dice.choice(styles or PHONES)
        if style == "drawer":
            each = self.lean(lambda: about(dice, 3.5, 0.6, 1.3, 14.0), more=False)
            drawer = [mint.device() for _ in range(max(1, round(count / each)))]
            return [
                drawer[i % len(drawer)] if dice.chance(0.8) else dice.choice(drawer) for i in range(count)
            ]
        if style == "reset":
            leak = self.lean(lambda: dice.uniform(0.05, 0.35), more=False)
        else:
            leak = self.lean_choice((0.0, 0.0, 0.04, 0.1), more=False)
        devices: list[str] = []
        for _ in range(count):
            devices.append(dice.choice(devices) if devices and dice.chance(leak) else mint.device())
        return devices

    def cards(self, count: int, each: float | None = None) -> list[str]:
        """Return a throwaway card for each of so many accounts; some have the same one."""
        dice = self.dice
        per_card = each or self.lean(lambda: about(dice, 2.5, 0.6, 1.0, 9.0), more=False)
        stock = [self.city.mint.card() for _ in range(max(1, round(count / per_card)))]
        return [dice.choice(stock) for _ in range(count)]

    def cover(self, account: Account, share: float) -> None:
        """Let an account also live that share of an ordinary life."""
        if share > 0:
            account.rate, account.share = max(account.rate, _COVER_RATE), share

    def some_cover(self, chance: float, share: float, account: Account) -> None:
        """Let the account have such a cover, the likelier the more careful the crew is."""
        if self.dice.chance(min(1.0, 2.0 * self.crew.care * chance)):
            self.cover(account, share)

    def _newcomer(
        self,
        joined_ms: int,
        drives: bool,
        device: str | None,
        home: Spot | None,
        wifi: str | None,
        referrer: Account | None,
        network: Network | None,
    ) -> Account:
        account = Story._newcomer(self, joined_ms, drives, device, home, wifi, referrer, network)
        account.crew, account.share, account.works = self.crew, 0.0, 0.0
        self.crew.members.append(account)
        return account

    def trip(self, ts: int, rider: Account, start: Spot, end: Spot, *gains: str) -> Wish:
        """Place a wish of the crew; return it for the caller to shape further."""
        wish = self.wish(ts, rider, start, end)
        wish.crew, wish.gains = self.crew, gains
        return wish

    def code(self, *worths: float) -> Code:
        """Return a weekly code of one of these worths."""
        return Code(self.dice.choice(self.city.offers.weekly), self.dice.choice(worths))

    def drain(self, ts: int, victim: Account, mule: Account, units: float, device: str) -> None:
        """Send what is in somebody else's wallet to a mule."""
        taking = self.voices.transfer(ts, victim, mule, units, device=device)
        if taking is not None:
            self.crew.took(*taking)

    def break_in(
        self, ts: int, victim: Account, device: str, network: Network, spot: Spot | None = None
    ) -> None:
        """Log in to somebody else's account on a strange phone."""
        self.login(ts, victim, device, network.address(self.city.mint, self.dice), spot)
        self.crew.noted(ts)

    def try_card(self, ts: int, account: Account, card: str, device: str, dead: float) -> bool:
        """Store a stolen card with the account and test it; return whether it is any good."""
        dice = self.dice
        self.voices.card(ts, account, card, device=device)
        if not dice.chance(dead):
            return True
        for _ in range(dice.randint(1, 3)):
            later = ts + int(dice.uniform(0.2, 6.0) * MINUTE_MS)
            amount = self.city.money(dice.uniform(1.0, 30.0))
            self.voices.declined(later, account, card, amount, device=device)
        return dice.chance(0.25)

    def time_in(self, window: tuple[float, float], low_hour: float, high_hour: float) -> int:
        """Return an instant in the window, moved by some hours, with time left in the file."""
        ts = self.at(self.dice.uniform(*window), self.dice.uniform(low_hour, high_hour))
        return self.city.inside(ts)

    def days_of(self, window: tuple[float, float]) -> range:
        """Return the whole days of the window; at least one."""
        first = int(window[0])
        return range(first, max(first + 1, int(window[1])))

    def span_ms(self, window: tuple[float, float]) -> int:
        """Return how long the window is."""
        return int((window[1] - window[0]) * DAY_MS)
