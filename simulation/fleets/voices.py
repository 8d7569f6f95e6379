"""How accounts speak: the lines of what they do outside trips, with the fields that get lost."""

from __future__ import annotations

from typing import NamedTuple

from simulation import lines
from simulation.fleets.addresses import address
from simulation.fleets.city import City
from simulation.fleets.ground import Spot
from simulation.fleets.people import Account
from simulation.streams import Dice


class Taking(NamedTuple):
    """An event in the file by which money went to somebody, and how much."""

    ts: int
    event: str
    money: float


class Voices:
    """Files lines. What an account would say before it exists or after the file's end is not said."""

    def __init__(self, city: City) -> None:
        self._city = city

    def _silent(self, account: Account, ts: int) -> bool:
        return not account.joined_ms < ts < self._city.config.end_ms

    def _untold(self, account: Account, ts: int) -> bool:
        return ts < self._city.config.start_ms or self._silent(account, ts)

    def login(
        self, ts: int, account: Account, dice: Dice, *, device: str | None, ip: str | None, spot: Spot | None
    ) -> None:
        """The account logs in, from its home's network unless told."""
        city = self._city
        if self._untold(account, ts):
            return
        line = lines.account_login(
            city.mint.event(),
            ts,
            account.id,
            device or account.phone(ts),
            ip=ip or address(city, account, "home", dice),
            place=None if spot is None else city.ground.degrees(spot),
        )
        city.file(ts, line)

    def card(self, ts: int, account: Account, card: str, *, device: str | None = None) -> None:
        """A card is stored with the account."""
        if not self._silent(account, ts):
            event, device = self._city.mint.event(), device or account.phone(ts)
            self._city.file(ts, lines.card_added(event, ts, account.id, card, device_id=device))

    def payout(self, ts: int, account: Account, bank: str) -> None:
        """A bank account is stored for payouts."""
        if not self._silent(account, ts):
            self._city.file(ts, lines.payout_added(self._city.mint.event(), ts, account.id, bank))

    def promo(
        self,
        ts: int,
        account: Account,
        promo: str,
        amount: float,
        *,
        device: str | None,
        trip: str | None = None,
    ) -> Taking | None:
        """The account is given what a promotion is worth; None where that is not in the file."""
        if self._untold(account, ts):
            return None
        event = self._city.mint.event()
        line = lines.promo_redeemed(event, ts, account.id, promo, amount, device_id=device, trip_id=trip)
        self._city.file(ts, line)
        return Taking(ts, event, amount)

    def transfer(
        self, ts: int, payer: Account, payee: Account, units: float, *, device: str | None = None
    ) -> Taking | None:
        """The account pays another one; None where the city writes no transfers or it is not in the file."""
        city = self._city
        silent = self._untold(payer, ts) or self._untold(payee, ts)
        if not city.config.transfers or payer is payee or silent:
            return None
        event, amount = city.mint.event(), city.money(units)
        shown = device or payer.phone(ts)
        city.file(ts, lines.wallet_transfer(event, ts, payer.id, payee.id, amount, device_id=shown))
        return Taking(ts, event, amount)

    def declined(
        self, ts: int, account: Account, card: str, amount: float, *, device: str, trip: str | None = None
    ) -> None:
        """A card is refused, where the city writes that."""
        city = self._city
        if city.config.transfers and not self._untold(account, ts):
            event = city.mint.event()
            line = lines.payment_declined(event, ts, account.id, card, amount, device_id=device, trip_id=trip)
            city.file(ts, line)

    def chargeback(self, ts: int, account: Account, amount: float, card: str, trip: str) -> None:
        """A card holder disowns a trip of the account."""
        event = self._city.mint.event()
        self._city.file(ts, lines.chargeback(event, ts, account.id, amount, card_id=card, trip_id=trip))
