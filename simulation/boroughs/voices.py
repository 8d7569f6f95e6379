"""How accounts speak: the lines of what they do outside rides, with the fields that get lost."""

from __future__ import annotations

from simulation import lines
from simulation.boroughs.city import City
from simulation.boroughs.nets import Net
from simulation.boroughs.people import Account, Crew
from simulation.streams import Dice


class Voices:
    """Files the lines of logins, cards, promos, payouts, chargebacks and transfers."""

    def __init__(self, city: City) -> None:
        self.city = city

    def login(
        self, ts: int, account: Account, dice: Dice, *, device: str | None = None, net: Net | None = None
    ) -> None:
        """The account logs in, on its own phone and network unless told otherwise."""
        city = self.city
        ip = None if dice.chance(city.priors.lost_ip) else (net or account.net(dice)).address(ts, dice)
        place = None
        if dice.chance(0.25):
            place = city.ground.degrees(city.ground.around(account.home, 0.5, dice))
        shown = device or account.phone(ts)
        city.file(ts, lines.account_login(city.mint.event(), ts, account.id, shown, ip=ip, place=place))

    def card(self, ts: int, account: Account, card: str, dice: Dice) -> None:
        """A card is stored with the account."""
        city = self.city
        device = None if dice.chance(city.priors.lost_device) else account.phone(ts)
        city.file(ts, lines.card_added(city.mint.event(), ts, account.id, card, device_id=device))

    def payout(self, ts: int, account: Account, bank: str) -> None:
        """A bank account is stored for payouts."""
        city = self.city
        city.file(ts, lines.payout_added(city.mint.event(), ts, account.id, bank))

    def promo(
        self,
        ts: int,
        account: Account,
        promo: tuple[str, float],
        dice: Dice,
        *,
        crew: Crew | None = None,
        trip: str | None = None,
        device: str | None = None,
    ) -> bool:
        """The account takes a promotion; for a crew, it is noted in the truth. False after the file's end."""
        city = self.city
        shown = None if dice.chance(city.priors.lost_device) else device or account.phone(ts)
        event = city.mint.event()
        line = lines.promo_redeemed(event, ts, account.id, promo[0], promo[1], device_id=shown, trip_id=trip)
        if not city.file(ts, line):
            return False
        if crew is not None:
            crew.took(ts, event, promo[1], account)
        return True

    def chargeback(
        self, ts: int, account: Account, amount: float, card: str | None, trip: str | None
    ) -> None:
        """A card holder disowns a payment of the account."""
        city = self.city
        city.file(ts, lines.chargeback(city.mint.event(), ts, account.id, amount, card_id=card, trip_id=trip))

    def transfer(self, ts: int, payer: Account, payee: Account, amount: float, dice: Dice) -> None:
        """The account pays another one, where the city writes transfers at all."""
        city = self.city
        if not city.config.transfers or payer is payee or ts < city.config.start_ms:
            return
        device = None if dice.chance(city.priors.lost_device) else payer.phone(ts)
        amount = round(max(0.01, amount), 2)
        line = lines.wallet_transfer(city.mint.event(), ts, payer.id, payee.id, amount, device_id=device)
        city.file(ts, line)
