"""An account's life outside its rides: sign-up, cards, payouts, promotions, new phones, logins."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.stages.calendar import HOUR_MS, MINUTE_MS
from simulation.stages.city import City
from simulation.stages.people import Account
from simulation.stages.requests import Request
from simulation.stages.voices import Voices
from simulation.streams import Dice

_NEW_DAYS = 20
"""Accounts this much older than the file still have their welcome promotions."""


def write_biographies(city: City) -> None:
    """File the events of everybody's life; call it after every story is cast. Cost: 50 us an account."""
    voices, dice = Voices(city), city.dice("biographies")
    for account in city.accounts:
        friend = account.referrer
        if friend is not None and friend.joined_ms > account.joined_ms:
            account.referrer = None
        if account.recorded or account.joined_ms >= city.config.start_ms:
            voices.sign_up(account, dice)
            _means_of_payment(voices, account, dice)
        elif account.card is not None:
            account.card_from_ms = account.joined_ms
        if not account.drives:
            _welcome(city, account, dice)
        for since, device in account.phones[1:]:
            if dice.chance(0.85):
                voices.login(since + MINUTE_MS, account, dice, device=device)
        _log_in_now_and_then(city, voices, account, dice)


def _means_of_payment(voices: Voices, account: Account, dice: Dice) -> None:
    if account.card is not None:
        later = account.joined_ms + MINUTE_MS + int(dice.expovariate(1 / (2 * DAY_MS)))
        account.card_from_ms = max(account.card_from_ms, later)
        voices.card(account.card_from_ms, account, account.card, dice)
    if account.bank is not None:
        ts = account.joined_ms + int(dice.log_uniform(10 * MINUTE_MS, 2 * DAY_MS))
        voices.payout(ts, account, account.bank)


def _welcome(city: City, account: Account, dice: Dice) -> None:
    """Give newcomers their promotions; ordinary ones take a first ride soon."""
    start_ms, offers = city.config.start_ms, city.offers
    if account.joined_ms > start_ms - _NEW_DAYS * DAY_MS:
        account.vouchers += [offers.welcome] * city.priors.welcome_rides
        if account.referrer is not None:
            account.vouchers.append(offers.friend)
    if account.joined_ms >= start_ms and account.crew is None:
        ts = account.joined_ms + 4 * MINUTE_MS + int(dice.expovariate(1 / (12 * HOUR_MS)))
        first = Request(ts=ts, rider=account, start=account.home, end=account.haunts[0], vehicle="motorcycle")
        first.ordinary = True
        city.ask(first)


def _log_in_now_and_then(city: City, voices: Voices, account: Account, dice: Dice) -> None:
    begin = max(city.config.start_ms, account.joined_ms)
    days = max(0.0, (account.until_ms - begin) / DAY_MS)
    active = 1.0 if account.drives or account.rate > 0 else 0.4
    for _ in range(dice.poisson(min(200.0, days * account.logins * active))):
        ts = city.calendar.waking(begin + int(dice.random() * days * DAY_MS), dice)
        if begin + MINUTE_MS < ts < account.until_ms:
            voices.login(ts, account, dice)
