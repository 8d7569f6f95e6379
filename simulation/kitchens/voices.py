"""How accounts speak: the lines of what they do outside orders, with the fields that get lost."""

from __future__ import annotations

from simulation import lines
from simulation.kitchens.city import City
from simulation.kitchens.ground import Spot
from simulation.kitchens.networks import address
from simulation.kitchens.offers import Voucher
from simulation.kitchens.people import Account, Taking
from simulation.streams import Dice


class Voices:
    """Files lines. What an account would say before it exists or after the file's end is not said."""

    def __init__(self, city: City) -> None:
        self._city = city

    def _silent(self, account: Account, ts: int) -> bool:
        return not account.joined_ms < ts < self._city.config.end_ms

    def login(
        self,
        ts: int,
        account: Account,
        dice: Dice,
        *,
        device: str | None = None,
        ip: str | None = None,
        spot: Spot | None = None,
    ) -> None:
        """The account logs in, on its phone, from its address and near its home or work unless told."""
        city = self._city
        if self._silent(account, ts) or ts < city.config.start_ms:
            return
        if spot is None:
            spot = city.ground.around(dice.choice((account.home, account.home, account.work)), 0.2, dice)
        ip = ip or address(city, account, ts, dice)
        line = lines.account_login(
            city.mint.event(),
            ts,
            account.id,
            device or account.phone(ts, dice),
            ip=None if dice.chance(city.priors.lost_ip) else ip,
            place=city.ground.degrees(spot) if dice.chance(0.7) else None,
        )
        city.file(ts, line)

    def card(self, ts: int, account: Account, card: str, *, device: str | None = None) -> None:
        """A card is stored with the account, which may pay with it from then on."""
        if not self._silent(account, ts):
            account.cards.append((ts, card))
            self.card_line(ts, account, card, device or account.own_phone(ts))

    def card_line(self, ts: int, account: Account, card: str, device: str) -> None:
        """Say that a card has been stored."""
        city = self._city
        if not self._silent(account, ts):
            city.file(ts, lines.card_added(city.mint.event(), ts, account.id, card, device_id=device))

    def payout(self, ts: int, account: Account, bank: str, units: float = 0.0) -> Taking | None:
        """A bank account is stored for payouts, with so much due; None where that is not in the file."""
        city = self._city
        if self._silent(account, ts):
            return None
        event = city.mint.event()
        city.file(ts, lines.payout_added(event, ts, account.id, bank))
        return Taking(ts, event, city.money(units) if units else 0.0)

    def promo(
        self,
        ts: int,
        account: Account,
        voucher: Voucher,
        dice: Dice,
        *,
        trip: str | None = None,
        device: str | None = None,
    ) -> Taking | None:
        """The account is given what a voucher is worth; None where that is not in the file."""
        city = self._city
        if self._silent(account, ts):
            return None
        event, amount = city.mint.event(), city.money(voucher.worth)
        shown = None if dice.chance(city.priors.lost_device) else device or account.phone(ts, dice)
        line = lines.promo_redeemed(
            event, ts, account.id, voucher.promo, amount, device_id=shown, trip_id=trip
        )
        city.file(ts, line)
        return Taking(ts, event, amount)

    def transfer(
        self, ts: int, payer: Account, payee: Account, units: float, dice: Dice, *, device: str | None = None
    ) -> Taking | None:
        """The account pays another one; None where the city writes no transfers or it is not in the file."""
        city = self._city
        if not city.config.transfers or payer is payee or ts < city.config.start_ms:
            return None
        if self._silent(payer, ts) or self._silent(payee, ts):
            return None
        event, amount = city.mint.event(), city.money(units)
        shown = None if dice.chance(city.priors.lost_device) else device or payer.phone(ts, dice)
        line = lines.wallet_transfer(event, ts, payer.id, payee.id, amount, device_id=shown)
        city.file(ts, line)
        return Taking(ts, event, amount)

    def declined(self, ts: int, account: Account, card: str, units: float, *, device: str) -> None:
        """A card is refused, where the city writes that."""
        city = self._city
        if not city.config.transfers or ts < city.config.start_ms or self._silent(account, ts):
            return
        line = lines.payment_declined(
            city.mint.event(), ts, account.id, card, city.money(units), device_id=device, trip_id=None
        )
        city.file(ts, line)

    def chargeback(self, ts: int, account: Account, amount: float, card: str, trip: str | None) -> None:
        """A card holder disowns a payment of the account."""
        city = self._city
        line = lines.chargeback(city.mint.event(), ts, account.id, amount, card_id=card, trip_id=trip)
        city.file(ts, line)
