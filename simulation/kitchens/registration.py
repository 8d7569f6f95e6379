"""An account's life outside orders: sign-up, first card, payout account, who invited it, logins."""

from __future__ import annotations

from simulation import lines
from simulation.config import DAY_MS
from simulation.kitchens.calendar import HOUR_MS, MINUTE_MS
from simulation.kitchens.city import City
from simulation.kitchens.networks import address
from simulation.kitchens.people import Account
from simulation.kitchens.voices import Voices
from simulation.streams import Dice

_MOST_LOGINS = 300.0


def register(city: City, voices: Voices) -> None:
    """File everybody's sign-up and logins; call it after every story is cast. Cost: 40 us an account."""
    dice = city.dice("registration")
    _invite(city, city.dice("invitations"))
    for account in city.accounts:
        if account.told and account.joined_ms < city.config.end_ms:
            _sign_up(city, voices, account, dice)
        _log_in_now_and_then(city, voices, account, dice)


def _invite(city: City, dice: Dice) -> None:
    """Let some riders have come by the word of one who was there a day before."""
    riders = [account for account in city.riders() if account.crew is None]
    for account in riders:
        if account.referrer is None and dice.chance(city.priors.referrals):
            friend = dice.choice(riders)
            if friend.joined_ms < account.joined_ms - DAY_MS:
                account.referrer = friend


def _sign_up(city: City, voices: Voices, account: Account, dice: Dice) -> None:
    priors, ts, referrer = city.priors, account.joined_ms, account.referrer
    if referrer is not None and referrer.joined_ms >= ts:
        referrer = account.referrer = None
    ip = account.signup_ip or address(city, account, ts, dice)
    line = lines.account_created(
        city.mint.event(),
        ts,
        account.id,
        "driver" if account.drives else "rider",
        device_id=None if dice.chance(priors.lost_device) else account.phones[0][1],
        ip=None if dice.chance(priors.lost_ip) else ip,
        phone_hash=account.phone_hash,
        email_hash=account.email_hash,
        referrer_id=None if referrer is None else referrer.id,
    )
    city.file(ts, line)
    for since, card in account.cards:
        if since == 0:
            voices.card_line(ts + int(dice.uniform(1, 60) * MINUTE_MS), account, card, account.own_phone(ts))
    if account.bank is not None:
        voices.payout(ts + int(dice.uniform(5, 3_000) * MINUTE_MS), account, account.bank)


def _log_in_now_and_then(city: City, voices: Voices, account: Account, dice: Dice) -> None:
    begin = max(account.joined_ms, city.config.start_ms)
    if account.crew is not None and account.cover_rate == 0.0:
        end = min(account.until_ms, account.turned_ms, city.config.end_ms)
    else:
        end = min(account.until_ms, city.config.end_ms)
    if end - begin < 2 * HOUR_MS:
        return
    mean = min(_MOST_LOGINS, city.priors.logins_per_day * (end - begin) / DAY_MS + 0.25)
    for _ in range(dice.poisson(mean)):
        day = city.calendar.day(begin + int(dice.random() * (end - begin)))
        ts = city.calendar.at(day, dice.betavariate(3, 2) * 17 + 6.5)
        if begin < ts < end:
            voices.login(ts, account, dice)
