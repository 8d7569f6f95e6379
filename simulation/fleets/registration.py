"""An account's life beside its trips: sign-up, cards, payouts, odd refusals, new phones and new cards."""

from __future__ import annotations

from typing import Final

from simulation import lines
from simulation.config import DAY_MS
from simulation.fleets.addresses import address
from simulation.fleets.calendar import HOUR_MS, MINUTE_MS
from simulation.fleets.city import City
from simulation.fleets.draws import about
from simulation.fleets.people import Account
from simulation.fleets.voices import Voices
from simulation.streams import Dice

_WELCOME_DAYS: Final = 12
"""Accounts older than that when the file begins have had their welcome."""
_TYPING_ERRORS: Final = 0.03
_SIGNUP_CODES: Final = 0.1
_CODE_WORTHS: Final = (3.0, 5.0, 6.0, 8.0)
_NEW_BANKS: Final = 0.04
_SECOND_CARD_STORED: Final = 0.8


def register(city: City, voices: Voices) -> None:
    """File the events of everybody's life beside the trips; call it after every story is cast."""
    dice = city.dice("registration")
    for account in city.accounts:
        _sign_up(city, account, dice)
        if account.drives:
            _be_paid(city, voices, account, dice)
            continue
        if account.welcome is None:
            recent = account.joined_ms > city.before(_WELCOME_DAYS)
            account.welcome = recent and dice.chance(city.priors.welcome_taken)
        _store_cards(city, voices, account, dice)
        if not account.cheats:
            _stumble(city, voices, account, dice)
        if account.share == 1.0:
            _renew(city, voices, account, dice)


def _sign_up(city: City, account: Account, dice: Dice) -> None:
    priors, ts, referrer = city.priors, account.joined_ms, account.referrer
    if referrer is not None and referrer.joined_ms > ts - 10 * MINUTE_MS:
        account.referrer = referrer = None
    lost_device = not account.drives and dice.chance(priors.lost_device)
    ip = account.signup_ip or address(city, account, account.signup_place, dice)
    line = lines.account_created(
        city.mint.event(),
        ts,
        account.id,
        "driver" if account.drives else "rider",
        device_id=None if lost_device else account.phones[0][1],
        ip=None if dice.chance(priors.lost_ip) else ip,
        phone_hash=account.phone_hash,
        email_hash=account.email_hash,
        referrer_id=None if referrer is None else referrer.id,
    )
    city.file(ts, line)


def _be_paid(city: City, voices: Voices, account: Account, dice: Dice) -> None:
    if account.bank is None:
        return
    voices.payout(account.joined_ms + int(dice.uniform(0.2, 40.0) * HOUR_MS), account, account.bank)
    if not account.cheats and dice.chance(_NEW_BANKS):
        day = city.calendar.at(dice.randrange(city.config.days), 12)
        bank = city.mint.bank_account() if account.plain else account.bank
        voices.payout(max(account.joined_ms + 50 * HOUR_MS, day), account, bank)


def _store_cards(city: City, voices: Voices, account: Account, dice: Dice) -> None:
    ts = account.joined_ms
    for place, card in enumerate(account.cards):
        minutes = about(dice, 2.0, 1.2, 1 / 3, 1_200.0) if place == 0 else dice.uniform(60.0, 24_000.0)
        ts += int(minutes * MINUTE_MS)
        soon = ts < account.joined_ms + DAY_MS or ts < city.config.start_ms
        if soon or dice.chance(_SECOND_CARD_STORED):
            voices.card(ts, account, card)


def _stumble(city: City, voices: Voices, account: Account, dice: Dice) -> None:
    """A mistyped card, an empty account; a code taken at sign-up."""
    ts = account.joined_ms
    if account.usual_card is not None and dice.chance(_TYPING_ERRORS):
        for _ in range(dice.randint(1, 3)):
            later = ts + int(dice.uniform(5.0, 14.0) * MINUTE_MS)
            amount = city.money(dice.uniform(1.0, 25.0))
            voices.declined(later, account, account.usual_card, amount, device=account.phone(later))
    if ts > city.config.start_ms and dice.chance(_SIGNUP_CODES):
        later = ts + int(about(dice, 20.0, 1.2, 1.0, 2_000.0) * MINUTE_MS)
        worth = city.money(dice.choice(_CODE_WORTHS))
        voices.promo(later, account, dice.choice(city.offers.weekly), worth, device=account.phone(later))


def _renew(city: City, voices: Voices, account: Account, dice: Dice) -> None:
    """Some break or lose their phone, some get another card."""
    days = city.config.days
    if dice.chance(city.priors.new_phones):
        ts = city.calendar.at(int(dice.random() * days), 15)
        if account.joined_ms + DAY_MS < ts < city.config.end_ms:
            account.change_phone(ts, city.mint.device())
            voices.login(ts + MINUTE_MS, account, dice, device=None, ip=None, spot=account.home)
    if dice.chance(city.priors.new_cards):
        ts = city.calendar.at(int(dice.random() * days), 12)
        if account.joined_ms + DAY_MS < ts < city.config.end_ms:
            account.cards.append(city.mint.card())
            voices.card(ts, account, account.cards[-1])
