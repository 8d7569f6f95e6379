"""The tools of a crew: phones, addresses and mail, and how it spreads accounts over them."""

from __future__ import annotations

import math
from typing import Final

from simulation.stages.calendar import HOUR_MS
from simulation.stages.city import City
from simulation.stages.people import Account, Crew
from simulation.streams import Dice

ADDRESSES: Final = ("carrier", "proxies", "router", "mixed")
_CARELESS: Final = (1.4, 0.7, 2.2, 0.7)
_CAREFUL: Final = (2.6, 1.3, 0.4, 0.8)
_MOST_ACCOUNTS: Final = 14.0


class Kit:
    """What one crew works with. ``sharing`` are shares of accounts on common phones to choose from.

    Every habit is drawn for itself, careful ones the likelier the greater the care of the crew.
    """

    def __init__(self, city: City, crew: Crew, dice: Dice, sharing: tuple[float, ...] = ()) -> None:
        self._city, self._crew, self._dice = city, crew, dice
        care = crew.care
        self.per_phone = dice.log_uniform(1.3, _MOST_ACCOUNTS ** (1.0 - 0.5 * care) + 0.5)
        self.sharing = dice.choice(sharing) if sharing else self._draw_sharing(care)
        weights = [(1 - care) * low + care * high for low, high in zip(_CARELESS, _CAREFUL, strict=True)]
        self.addresses = dice.choices(ADDRESSES, weights)[0]
        nets = city.nets
        if self.addresses in {"proxies", "mixed"}:
            self.ips = dice.some(nets.proxies, dice.randint(2, 12))
        else:
            self.ips = [nets.line()]
        self.ip_chance = 0.0 if self.addresses == "carrier" else dice.uniform(0.4, 1.0)
        self.resets = dice.choice((0.0, 0.0, 0.3, 0.8)) * 0.2
        self.mail = city.mint.email() if dice.chance(0.18 * (1.2 - care)) else None
        self.rotates = dice.chance(0.3)
        """Whether a small set of phones is used in turn, for any number of accounts."""
        self.phones = [city.mint.device() for _ in range(dice.randint(2, 8) if self.rotates else 1)]
        self._left = max(1, round(self.per_phone))

    def _draw_sharing(self, care: float) -> float:
        dice = self._dice
        values = (1.0, dice.uniform(0.4, 0.95), dice.uniform(0.1, 0.5), 0.0)
        careless, careful = (3.4, 1.0, 0.5, 0.4), (0.8, 1.0, 1.4, 1.6)
        return dice.choices(
            values, [(1 - care) * a + care * b for a, b in zip(careless, careful, strict=True)]
        )[0]

    def phone(self) -> str:
        """Return the device for the next account: a common one, or one of its own."""
        dice, mint = self._dice, self._city.mint
        if not dice.chance(self.sharing):
            return mint.device()
        if self.rotates:
            return dice.choice(self.phones)
        if self._left <= 0 or dice.chance(self.resets):
            self.phones.append(mint.device())
            self._left = max(1, round(self.per_phone * math.exp(dice.gauss(0, 0.3))))
        self._left -= 1
        return self.phones[-1]

    def ip(self) -> str | None:
        """Return an address of the crew, or None where the account comes from where it is."""
        return self._dice.choice(self.ips) if self._dice.chance(self.ip_chance) else None

    def sign_up(self, account: Account, ts: int, *, device: str | None = None) -> None:
        """Make the account one that was signed up for the crew at that instant."""
        dice = self._dice
        enlist(self._city, self._crew, account, ts)
        account.phones, account.sign_up_ip = [(0, device or self.phone())], self.ip()
        if self.mail is not None and dice.chance(0.5):
            account.email_hash = self.mail
        if self.ip_chance:
            account.wifi, account.places, account.places_chance = None, self.ips, self.ip_chance
        account.commutes = dice.chance(0.3)

    def take_over(self, account: Account, ts: int, *, device: str | None = None) -> str:
        """Move a bought account to a phone of the crew at that instant; return the phone."""
        phone = device or self.phone()
        account.change_phone(ts, phone)
        account.until_ms = min(account.until_ms, ts)
        account.shy = False
        if self.ip_chance:
            account.places, account.places_chance = self.ips, self.ip_chance
        return phone


def enlist(city: City, crew: Crew, account: Account, ts: int) -> None:
    """Let the account sign up for the crew: no life of its own, no card, no friends, no end."""
    city.join(account, ts)
    crew.fresh.add(account.number)
    account.rate, account.card, account.shy = 0.0, None, False
    account.until_ms = city.config.end_ms
    account.on_proxies = False


def age(city: City, crew: Crew, account: Account, dice: Dice) -> None:
    """Let the account have been there before the crew began: some days up to most of a year."""
    if account.joined_ms >= city.calendar.at(crew.first_day, 0) - HOUR_MS:
        city.join(account, city.calendar.before(dice, 1, 250, crew.first_day))
    account.until_ms = city.config.end_ms
