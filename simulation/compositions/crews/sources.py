"""Where a crew's accounts come from, and what they are in its hands."""

from __future__ import annotations

from simulation.compositions.crews.layout import OWN
from simulation.compositions.crews.operation import Operation
from simulation.config import DAY_MS
from simulation.kitchens.calendar import HOUR_MS, MINUTE_MS
from simulation.kitchens.people import Account

_DEN_SPREADS_KM = (0.05, 0.7, 4.0)


def muster(op: Operation) -> None:
    """Get every hand at the crew's tempo, then mules and drivers."""
    ring, layout, dice = op.ring, op.layout, op.dice
    at_home = dice.choice((0.0, 0.0, 0.3, 1.0)) if "referrals" in op.design.takes else 0.0
    numbers: dict[int, str | None] = {}
    mails: dict[int, str | None] = {}
    arrivals = op.tempo.arrivals(len(ring.hands))
    for place, account in enumerate(ring.riders):
        ts, inviter = op.city.inside(arrivals[place]), layout.inviters[place]
        referrer = None if inviter == OWN else ring.riders[inviter]
        if referrer is not None:
            ts = op.city.inside(max(ts, op.windows[referrer.number][0], referrer.joined_ms + 9 * MINUTE_MS))
        source = layout.sources[place]
        if source == "recruited":
            _recruit(op, account, invites=place in layout.inviters)
        elif source == "fresh":
            _sign_up(op, account, ts, place, referrer, paid_guest=dice.chance(at_home))
        else:
            _buy(op, account, ts, place, lived=source == "lived")
        op.windows[account.number] = op.tempo.window(ts)
        if source != "recruited":
            number, mail = layout.numbers[place], layout.mails[place]
            if layout.numbers.count(number) > 1:
                account.phone_hash = numbers.setdefault(number, account.phone_hash)
            if layout.mails.count(mail) > 1:
                account.email_hash = mails.setdefault(mail, account.email_hash or op.city.mint.email())
    for hand, account in enumerate(ring.riders):
        card = op.card(hand)
        if card is not None:
            stored = op.soon(op.windows[account.number][0], -9, -1)
            op.voices.card_line(stored, account, card, account.own_phone(stored))
    for account, arrival in zip(ring.victims, arrivals[len(ring.riders) :], strict=True):
        op.windows[account.number] = op.tempo.window(op.city.inside(arrival))
    for mule in ring.mules:
        _hire(op, mule)
    _buy_rides(op)


def _in_hand(op: Operation, account: Account, ts: int) -> None:
    """From then on the account is the crew's, with its addresses, and a life of its own by the design."""
    dice, design = op.dice, op.design
    account.crew, account.turned_ms = op.ring, ts + 5 * MINUTE_MS
    account.common_ips, account.common_ip_share = op.ring.ips, design.network_share
    if design.network == "proxy":
        account.common_ips = [op.city.mint.ip() for _ in range(dice.randint(1, 6))]
    if not account.drives and dice.chance(design.cover):
        account.cover_rate = op.city.config.trips_per_rider_day * dice.uniform(0.1, 1.0)
        account.home = op.city.ground.home(dice)
    op.ring.show(ts, account)


def _sign_up(
    op: Operation, account: Account, ts: int, place: int, referrer: Account | None, *, paid_guest: bool
) -> None:
    """A new account; a paid guest is a real person who signs up at home for a reward."""
    dice, own = op.dice, account.phones[0][1]
    account.join(ts)
    account.referrer = referrer
    if paid_guest:
        account.phones, account.rate = [(0, own)], account.rate * dice.uniform(0.0, 0.5)
        account.crew = op.ring
        account.turned_ms, account.cover_rate = ts, account.rate
        op.ring.show(ts, account)
        return
    account.phones = op.first_handset(op.layout.phones[place], ts)
    account.signup_ip = op.ip()
    account.home = op.city.ground.around(op.ring.den, dice.choice(_DEN_SPREADS_KM), dice)
    account.cards, account.pays_by_card, account.rate = [], False, 0.0
    _in_hand(op, account, ts)
    _leak(op, account, ts)


def _buy(op: Operation, account: Account, ts: int, place: int, *, lived: bool) -> None:
    """An account that was there before; until it is bought it lives, or sleeps."""
    city, dice = op.city, op.dice
    if not lived or account.joined_ms > ts - 5 * DAY_MS:
        account.join(city.config.start_ms - int(dice.uniform(20, 700) * DAY_MS))
        account.told = dice.chance(city.priors.older_told)
    if not lived:
        account.rate *= dice.choice((0.0, 0.0, 0.1))
    account.change_phone(ts, *op.handset(op.layout.phones[place], ts))
    device = account.phones[-1][1] if op.design.rotation_days is None else account.own_phone(ts)
    spot = city.ground.around(op.ring.den, 0.5, dice)
    _in_hand(op, account, ts)
    op.voices.login(op.soon(ts, 1, 50), account, dice, device=device, ip=op.ip(), spot=spot)
    _leak(op, account, ts)


def _recruit(op: Operation, account: Account, *, invites: bool) -> None:
    """A real person, who goes on as before and acts now and then; one who invites is paid for it."""
    if account.joined_ms > op.ring.begin_ms - DAY_MS:
        account.join(op.city.config.start_ms - int(op.dice.uniform(3, 600) * DAY_MS))
    if invites:
        account.crew, account.cover_rate = op.ring, account.rate


def _leak(op: Operation, account: Account, ts: int) -> None:
    """Now and then an account is used once on another phone of the crew."""
    if op.dice.chance(op.design.leak):
        used_ms = op.later(ts, 1, 60)
        other = op.device(max(0, op.dice.choice(op.layout.phones)), used_ms)
        op.voices.login(used_ms, account, op.dice, device=other, ip=op.ip())


def _hire(op: Operation, mule: Account) -> None:
    """An account that collects or pays out: bought, new, or a real person's; its bank may be known."""
    city, dice, place = op.city, op.dice, op.ring.mules.index(mule)
    ts = city.inside(op.ring.begin_ms - dice.randint(1, 60) * HOUR_MS)
    real = dice.chance(0.3)
    if real or dice.chance(0.5):
        if mule.joined_ms > ts - 5 * DAY_MS:
            mule.join(city.config.start_ms - int(dice.uniform(5, 500) * DAY_MS))
    else:
        mule.join(ts)
        mule.rate = 0.0
    if not real:
        device = op.device(0, ts) if dice.chance(0.25) else city.mint.device()
        since = 0 if mule.joined_ms == ts else ts
        mule.change_phone(since, (since, device))
        _in_hand(op, mule, ts)
    if dice.chance(0.6):
        op.voices.payout(op.later(ts, 1, 40), mule, op.bank(_bank_of_mule(op, place)))


def _bank_of_mule(op: Operation, place: int) -> int:
    banks = op.layout.banks
    return banks[0] if op.design.on_drivers and banks else banks[op.layout.roles.drivers + place]


def _buy_rides(op: Operation) -> None:
    """Honest rides for the look of it, before and between the acts."""
    for account in op.ring.riders:
        if account.crew is None or not op.design.camouflage:
            continue
        begin, end = max(account.joined_ms, account.turned_ms), op.ring.end_ms
        for _ in range(op.dice.poisson(op.design.camouflage)):
            ts = op.tempo.moment((begin, max(begin + HOUR_MS, end)))
            order = op.ride(account, ts, op.city.ground.home(op.dice), op.city.ground.anywhere(1.0, op.dice))
            order.offer = None
