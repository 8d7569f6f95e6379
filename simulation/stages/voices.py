"""How accounts speak: the lines of what they do outside rides, with the fields that get lost."""

from __future__ import annotations

from simulation import lines
from simulation.stages.city import City
from simulation.stages.ground import Spot, around
from simulation.stages.people import Account, Crew
from simulation.streams import Dice


class Voices:
    """Files the lines of logins, cards, payouts, promotions, transfers, declines and chargebacks.

    Nothing is filed for an account that is not there yet; a crew that is named is seen to act.
    """

    def __init__(self, city: City) -> None:
        self._city = city

    def sign_up(self, account: Account, dice: Dice) -> None:
        """The account is created."""
        city, ts = self._city, account.joined_ms
        device = account.sign_up_device or account.own_phone(ts)
        line = lines.account_created(
            city.mint.event(),
            ts,
            account.id,
            "driver" if account.drives else "rider",
            device_id=None if dice.chance(city.priors.lost_device) else device,
            ip=account.sign_up_ip or city.nets.address(account, ts, dice),
            phone_hash=account.phone_hash,
            email_hash=account.email_hash,
            referrer_id=None if account.referrer is None else account.referrer.id,
        )
        city.file(ts, line)

    def login(
        self,
        ts: int,
        account: Account,
        dice: Dice,
        *,
        device: str | None = None,
        ip: str | None = None,
        spot: Spot | None = None,
        crew: Crew | None = None,
    ) -> None:
        """The account logs in, on its own phone, address and place unless told otherwise."""
        city = self._city
        if ts < max(account.joined_ms, city.config.start_ms):
            return
        where = spot or (account.home if dice.chance(0.6) else account.work)
        place = city.ground.degrees(around(where, 0.05, dice)) if dice.chance(0.55) else None
        ip = ip or city.nets.address(account, ts, dice)
        shown = device or account.phone(ts, dice)
        line = lines.account_login(city.mint.event(), ts, account.id, shown, ip=ip, place=place)
        if city.file(ts, line) and crew is not None:
            crew.act(ts, account)

    def card(self, ts: int, account: Account, card: str, dice: Dice, *, device: str | None = None) -> None:
        """A card is stored with the account."""
        city = self._city
        if ts >= account.joined_ms:
            shown = None if dice.chance(city.priors.lost_device) else device or account.phone(ts, dice)
            city.file(ts, lines.card_added(city.mint.event(), ts, account.id, card, device_id=shown))

    def payout(self, ts: int, account: Account, bank: str) -> None:
        """A bank account is stored for payouts."""
        self._city.file(ts, lines.payout_added(self._city.mint.event(), ts, account.id, bank))

    def promo(
        self,
        ts: int,
        account: Account,
        promo: str,
        amount: int,
        *,
        trip: str | None = None,
        device: str | None = None,
        crew: Crew | None = None,
        by: tuple[Account, ...] = (),
    ) -> None:
        """The account is given money by the platform; a crew that is named took it, ``by`` those accounts."""
        event = self._city.mint.event()
        line = lines.promo_redeemed(event, ts, account.id, promo, amount, device_id=device, trip_id=trip)
        if self._city.file(ts, line) and crew is not None:
            crew.took(ts, event, amount, account, *by)

    def transfer(
        self,
        ts: int,
        payer: Account,
        payee: Account,
        units: float,
        dice: Dice,
        *,
        device: str | None = None,
        crew: Crew | None = None,
        taken: bool = False,
    ) -> None:
        """The account pays another one, where the city writes transfers; ``taken``: the crew drained it."""
        city = self._city
        if not city.config.transfers or payer is payee:
            return
        if ts < max(payer.joined_ms, payee.joined_ms, city.config.start_ms):
            return
        amount, event = city.priors.amount(units), city.mint.event()
        shown = None if dice.chance(city.priors.lost_device) else device or payer.phone(ts, dice)
        line = lines.wallet_transfer(event, ts, payer.id, payee.id, amount, device_id=shown)
        if city.file(ts, line) and crew is not None:
            if taken:
                crew.took(ts, event, amount, payer, payee)
            else:
                crew.act(ts, payer, payee)

    def declined(
        self,
        ts: int,
        account: Account,
        card: str,
        amount: int,
        *,
        device: str | None,
        trip: str | None = None,
        crew: Crew | None = None,
    ) -> None:
        """A card of the account is refused, where the city writes that."""
        city = self._city
        if not city.config.transfers or ts < max(account.joined_ms, city.config.start_ms):
            return
        event = city.mint.event()
        line = lines.payment_declined(event, ts, account.id, card, amount, device_id=device, trip_id=trip)
        if city.file(ts, line) and crew is not None:
            crew.act(ts, account)

    def chargeback(self, ts: int, account: Account, amount: int, card: str, trip: str | None) -> None:
        """The holder of a card disowns a payment of the account."""
        line = lines.chargeback(self._city.mint.event(), ts, account.id, amount, card_id=card, trip_id=trip)
        self._city.file(ts, line)
