"""The life of each account outside its trips: signing up, cards, payouts, referrals, a new phone."""

from __future__ import annotations

from simulation import lines
from simulation.accounts import Account
from simulation.agenda import NewPhone
from simulation.clock import HOUR_MS, MINUTE_MS
from simulation.config import DAY_MS
from simulation.streams import Dice
from simulation.town import Town

_BORROWED = 0.012
"""The share of ordinary people who once log in on a friend's phone."""


def write_biographies(town: Town) -> None:
    """Plan the events of every account's life; call it after all stories are cast. Cost: 30 us an account."""
    dice = town.streams.dice("biography")
    borrowing = town.streams.dice("borrowing")
    _refer_friends(town, town.streams.dice("friends"))
    for account in town.accounts:
        if account.created_ms is None:
            if dice.chance(0.3):
                town.say_login(town.moment(dice), account, dice)
        else:
            _sign_up(town, account, account.created_ms, dice)
        if account.ordinary and borrowing.chance(_BORROWED):
            _borrow_phone(town, account, borrowing)
        if not account.keeps_phone:
            _replace_phone(town, account, dice)
            if not account.is_driver and dice.chance(0.04):
                _new_card(town, account, dice)


def _sign_up(town: Town, account: Account, ts: int, dice: Dice) -> None:
    ip = account.signup_ip or town.ip_of(account, dice)
    line = lines.account_created(
        town.mint.event(),
        ts,
        account.id,
        "driver" if account.is_driver else "rider",
        device_id=None if dice.chance(town.habits.missing_trip_device) else account.device,
        ip=ip,
        phone_hash=account.phone,
        email_hash=account.email,
        referrer_id=None if account.referrer is None else account.referrer.id,
    )
    town.agenda.say(ts, line)
    if dice.chance(0.9):
        town.say_login(ts + int(dice.log_uniform(2_000, 300_000)), account, dice, ip=account.signup_ip)
    for card in account.cards:
        later = dice.log_uniform(MINUTE_MS, 2 * DAY_MS)
        if not dice.chance(town.habits.missing_card):
            town.say_card(ts + int(later), account, card, dice)
    if account.bank_account is not None:
        when = ts + int(dice.log_uniform(5 * MINUTE_MS, 2 * DAY_MS))
        line = lines.payout_added(town.mint.event(), when, account.id, account.bank_account)
        town.agenda.say(when, line)
    if account.ordinary and ts >= town.config.start_ms:
        if account.is_driver:
            offer_sign_on(town, account, dice, town.habits.sign_on_uptake)
        else:
            offer_welcome(town, account, dice, town.habits.welcome_uptake)


def offer_welcome(town: Town, account: Account, dice: Dice, uptake: float) -> None:
    """Let a new rider take the welcome promo, at once or with its first trip, with that probability."""
    if account.created_ms is None or not dice.chance(uptake):
        return
    if dice.chance(town.habits.redeem_without_trip):
        later = dice.log_uniform(2 * MINUTE_MS, 3 * DAY_MS)
        town.say_promo(account.created_ms + int(later), account, town.welcome, dice)
    else:
        account.voucher = town.welcome


def offer_sign_on(town: Town, driver: Account, dice: Dice, uptake: float) -> None:
    """Let a new driver take the bonus for new drivers within a week or so, with that probability."""
    if driver.created_ms is not None and dice.chance(uptake):
        later = dice.log_uniform(2 * MINUTE_MS, 8 * DAY_MS)
        town.say_promo(driver.created_ms + int(later), driver, town.sign_on, dice)


def pay_referral(town: Town, referrer: Account, friend: Account, dice: Dice) -> None:
    """Grant an honest referrer the bonus some time after the friend joined."""
    if friend.created_ms is not None:
        later = int(dice.log_uniform(HOUR_MS, 6 * DAY_MS))
        town.say_promo(friend.created_ms + later, referrer, town.referral, dice)


def _refer_friends(town: Town, dice: Dice) -> None:
    older: list[Account] = []
    pool = [a for a in town.accounts if a.ordinary and not a.is_driver]
    pool.sort(key=lambda a: (a.seen_from_ms(0), a.number))
    for account in pool:
        if (
            older
            and account.referrer is None
            and account.created_ms is not None
            and account.created_ms > town.config.start_ms
            and dice.chance(town.habits.referral_share)
        ):
            account.referrer = max(dice.some(older, 4), key=lambda a: a.rate)
            if dice.chance(0.7):
                pay_referral(town, account.referrer, account, dice)
        older.append(account)


def _borrow_phone(town: Town, account: Account, dice: Dice) -> None:
    joined = account.seen_from_ms(town.config.start_ms)
    for friend in town.anyone(1, dice):
        ts = town.waking(joined + int(dice.random() * (town.config.end_ms - joined)), dice)
        if ts > joined:
            town.say_login(ts, account, dice, device=friend.device, ip=town.ip_of(friend, dice))


def _replace_phone(town: Town, account: Account, dice: Dice) -> None:
    if dice.chance(min(0.5, town.habits.new_phone_rate * town.config.days)):
        ts = town.waking(town.moment(dice, 0.05, 0.98), dice)
        if ts > account.seen_from_ms(town.config.start_ms) + HOUR_MS:
            town.agenda.plan(NewPhone(ts=ts, account=account.number, device=town.mint.device()))


def _new_card(town: Town, account: Account, dice: Dice) -> None:
    ts = town.moment(dice, 0.05, 0.98)
    if ts > account.seen_from_ms(town.config.start_ms) + HOUR_MS:
        card = town.mint.card()
        account.cards.append(card)
        town.say_card(ts, account, card, dice)
