"""An account's life outside its rides: sign-up, cards, payouts, promos, new phones, logins, friends."""

from __future__ import annotations

from simulation import lines
from simulation.boroughs.calendar import HOUR_MS, MINUTE_MS
from simulation.boroughs.city import City
from simulation.boroughs.people import Account
from simulation.boroughs.voices import Voices
from simulation.config import DAY_MS
from simulation.streams import Dice


def write_biographies(city: City) -> None:
    """File the events of everybody's life; call it after every story is cast. Cost: 50 us an account."""
    dice, voices = city.dice("biographies"), Voices(city)
    _refer_friends(city, voices, city.dice("friends"))
    for account in city.accounts:
        _renew_phone(city, account, dice)
        if account.joined_ms is not None:
            _sign_up(city, voices, account, account.joined_ms, dice)
        _log_in_now_and_then(city, voices, account, dice)
        if account.lives_openly:
            _take_campaigns(city, voices, account, dice)


def _sign_up(city: City, voices: Voices, account: Account, ts: int, dice: Dice) -> None:
    priors, net = city.priors, account.signup_net or account.net(dice)
    line = lines.account_created(
        city.mint.event(),
        ts,
        account.id,
        "driver" if account.drives else "rider",
        device_id=None if dice.chance(priors.lost_device) else account.phone(ts),
        ip=None if dice.chance(priors.lost_ip) else net.address(ts, dice),
        phone_hash=account.phone_hash,
        email_hash=account.email_hash,
        referrer_id=None if account.referrer is None else account.referrer.id,
    )
    city.file(ts, line)
    if dice.chance(0.8):
        voices.login(ts + int(dice.log_uniform(1_000, 600_000)), account, dice, net=net)
    for card in account.cards:
        if not dice.chance(priors.lost_card):
            voices.card(ts + int(dice.log_uniform(30_000, 3 * DAY_MS)), account, card, dice)
    if account.bank is not None:
        voices.payout(ts + int(dice.log_uniform(10 * MINUTE_MS, 5 * DAY_MS)), account, account.bank)
    welcomed = account.lives_openly and not account.drives and ts >= city.config.start_ms
    if welcomed and dice.chance(priors.welcome_uptake):
        if dice.chance(priors.promo_without_trip):
            voices.promo(ts + int(dice.log_uniform(MINUTE_MS, 4 * DAY_MS)), account, city.welcome, dice)
        else:
            account.voucher = city.welcome
    starts = account.crew is None and account.drives and ts >= city.config.start_ms
    if starts and dice.chance(priors.sign_on_uptake):
        voices.promo(ts + int(dice.log_uniform(MINUTE_MS, 8 * DAY_MS)), account, city.sign_on, dice)


def _log_in_now_and_then(city: City, voices: Voices, account: Account, dice: Dice) -> None:
    days = max(0.0, (account.until_ms - account.from_ms) / DAY_MS)
    for _ in range(dice.poisson(min(200.0, 0.35 * city.priors.logins * days))):
        ts = account.from_ms + int(dice.random() * days * DAY_MS)
        device = account.second_phone if dice.chance(0.4) else None
        voices.login(city.calendar.waking(ts, dice), account, dice, device=device)
    for since, device in account.phones[1:]:
        if since >= account.from_ms and dice.chance(0.85):
            voices.login(since + int(dice.log_uniform(5_000, HOUR_MS)), account, dice, device=device)


def _renew_phone(city: City, account: Account, dice: Dice) -> None:
    if not account.spare or account.crew is not None:
        return
    if dice.chance(min(0.6, city.priors.new_phones_per_day * city.config.days)):
        ts = city.calendar.waking(city.moment(dice, 0.03, 0.99), dice)
        if ts > account.from_ms + HOUR_MS:
            account.phones.append((ts, city.mint.device()))


def _take_campaigns(city: City, voices: Voices, account: Account, dice: Dice) -> None:
    if account.drives:
        return
    for promo, amount, opens, closes in city.campaigns:
        begin, end = max(opens, account.from_ms), min(closes, account.until_ms)
        if begin < end and dice.chance(min(0.95, city.priors.campaign_uptake * account.eagerness)):
            ts = begin + int(dice.random() ** 1.7 * (end - begin))
            voices.promo(city.calendar.waking(ts, dice), account, (promo, amount), dice)


def _refer_friends(city: City, voices: Voices, dice: Dice) -> None:
    riders = [a for a in city.riders() if a.crew is None]
    riders.sort(key=lambda a: (a.from_ms, a.number))
    for place, account in enumerate(riders):
        joined = account.joined_ms
        if place < 5 or account.referrer is not None or joined is None or joined < city.config.start_ms:
            continue
        if dice.chance(city.priors.referral_chance):
            friend = max(dice.sample(riders[:place], min(place, 4)), key=lambda a: (a.eagerness, a.number))
            refer(city, voices, friend, account, dice)


def refer(city: City, voices: Voices, friend: Account, newcomer: Account, dice: Dice) -> None:
    """Let an honest newcomer come by a friend's word; both may be paid for it."""
    if newcomer.joined_ms is None or newcomer.joined_ms < (friend.joined_ms or 0):
        return
    newcomer.referrer = friend
    ts = newcomer.joined_ms + int(dice.log_uniform(HOUR_MS, 8 * DAY_MS))
    if dice.chance(0.75) and ts >= friend.from_ms:
        voices.promo(ts, friend, city.bounty, dice)
    if city.friend_bounty[1] > 0 and dice.chance(0.6):
        voices.promo(ts + int(dice.log_uniform(MINUTE_MS, DAY_MS)), newcomer, city.friend_bounty, dice)
