"""What a crew works with: phones through time, networks, cards, payout accounts, and the traces it leaves."""

from __future__ import annotations

import math

from simulation.boroughs.calendar import WEEK_MS
from simulation.boroughs.city import City
from simulation.boroughs.crews.promotions import signs_on
from simulation.boroughs.nets import Net
from simulation.boroughs.people import Account, Crew
from simulation.boroughs.voices import Voices
from simulation.streams import Dice


def phone_plan(
    city: City, crew: Crew, members: list[Account], begin: int, dice: Dice
) -> list[list[tuple[int, str]]]:
    """Return for each member the devices it is used on, as (from when, device), beginning at ``begin``.

    An empty plan means that the member stays on the phone it has.
    """
    habit = crew.recipe.phones
    hands = dice.log_uniform(2.0, max(14.0, len(members)))

    def pool() -> list[str]:
        count = 1 if habit == "one" else max(1, math.ceil(len(members) / hands))
        return [city.mint.device() for _ in range(count)]

    if habit == "fresh":
        return [[] for _ in members]
    if habit == "weekly":
        weeks = range(begin, max(begin + 1, crew.end_ms), WEEK_MS)
        pools = [(week, pool()) for week in weeks]
        return [[(week, dice.choice(phones)) for week, phones in pools] for _ in members]
    phones = pool()
    return [[(begin, dice.choice(phones))] for _ in members]


def hand_out_phones(city: City, crew: Crew, dice: Dice) -> None:
    """Give the members their phones; halves that merge or part change them at the turn."""
    recipe, (first, second) = crew.recipe, crew.halves
    begin = crew.turn_ms if recipe.phones == "gathered" else crew.begin_ms
    plans: dict[int, list[tuple[int, str]]] = {}
    together = [*first, *second]
    if recipe.fate == "merge":
        for half in (first, second):
            plans |= _by_member(half, phone_plan(city, crew, half, begin, dice))
        devices = sorted({device for a in first for _, device in plans[a.number]})
        for account in second if devices else []:
            plans[account.number] = [p for p in plans[account.number] if p[0] < crew.turn_ms]
            plans[account.number].append((crew.turn_ms, dice.choice(devices)))
    else:
        plans |= _by_member(together, phone_plan(city, crew, together, begin, dice))
        if recipe.fate == "split":
            for account, plan in zip(second, phone_plan(city, crew, second, crew.turn_ms, dice), strict=True):
                plans[account.number] = [p for p in plans[account.number] if p[0] < crew.turn_ms] + plan
    for account in together:
        own = account.phones[0][1]
        joined = account.from_ms
        plan = plans[account.number]
        current = [p for p in plan if p[0] <= joined][-1:]
        aged = joined < crew.begin_ms or account.joined_ms is None
        if aged:
            account.phones = [(0, own), *plan]
        else:
            account.phones = [(0, current[0][1] if current else own), *(p for p in plan if p[0] > joined)]
        account.second_phone = None


def _by_member(
    members: list[Account], plans: list[list[tuple[int, str]]]
) -> dict[int, list[tuple[int, str]]]:
    return {account.number: plan for account, plan in zip(members, plans, strict=True)}


def choose_nets(city: City, crew: Crew, dice: Dice) -> None:
    """Choose the networks the crew comes from, and let its members sign up and log in there."""
    habit = crew.recipe.addresses
    if habit in {"one", "few"}:
        count = 1 if habit == "one" else dice.randint(2, 6)
        crew.nets = [city.home_net(dice) for _ in range(count)]
    elif habit == "carrier":
        crew.nets = [city.carrier]
    for account in crew.members:
        if habit == "own" or (account.drives and not signs_on(crew) and dice.chance(0.7)):
            continue
        net = Net([city.mint.ip()]) if habit == "proxies" else dice.choice(crew.nets)
        if account.joined_ms is None or account.joined_ms < crew.begin_ms:
            account.nets.append((dice.uniform(0.1, 1.0), net))
        else:
            account.nets = [(1.0, net)]
            if dice.chance(0.2):
                account.nets.append((0.2, city.carrier))
        if not crew.nets or habit == "proxies":
            crew.nets = [*crew.nets, net]


def issue_cards(city: City, crew: Crew, dice: Dice) -> None:
    """Give the riders their cards: some shared by a few, out of one pool, each its own, or none."""
    riders, habit, voices = crew.riders, crew.recipe.cards, Voices(city)
    if not riders or crew.recipe.kind == "takeover":
        return
    count = 1 if habit == "one" else max(1, math.ceil(len(riders) / dice.log_uniform(2.0, 12.0)))
    crew.cards = [city.mint.card() for _ in range(count)]
    for account in riders:
        aged = account.joined_ms is None or account.joined_ms < crew.begin_ms
        if habit == "own":
            if not aged and not account.cards:
                account.cards, account.cash = [city.mint.card()], 0.0
            continue
        most = 3 if habit == "pool" else 1
        cards = [] if habit == "none" else dice.some(crew.cards, dice.randint(1, most))
        if aged:
            account.cards = [*account.cards, *cards]
            for card in cards:
                voices.card(city.inside(max(account.from_ms, crew.turn_ms)), account, card, dice)
        else:
            account.cards = cards
        account.cash = 0.0 if cards else 1.0


def open_payouts(city: City, crew: Crew, dice: Dice) -> None:
    """Choose the bank accounts that the takings go to: bonuses for new drivers mostly to one."""
    habit, voices = crew.recipe.payouts, Voices(city)
    if signs_on(crew) and dice.chance(0.5):
        habit = "one"
    riders_too = crew.recipe.kind not in {"takeover", "collusion"} and (
        dice.chance(0.5) or crew.recipe.phones == "fresh"
    )
    if habit in {"one", "several"}:
        count = 1 if habit == "one" else max(2, len(crew.members) // dice.randint(4, 12))
        banks = [city.mint.bank_account() for _ in range(count)]
        for account in crew.members:
            if account.drives or riders_too:
                account.bank = dice.choice(banks)
                if account.joined_ms is None or account.joined_ms < crew.begin_ms:
                    voices.payout(city.inside(max(account.from_ms, crew.turn_ms)), account, account.bank)


def leave_traces(city: City, crew: Crew, dice: Dice) -> None:
    """Leave what a careless hour leaves: an early phone for tests, one recovery address, the same corners."""
    trace, voices = crew.recipe.trace, Voices(city)
    if trace == "mail":
        mail = city.mint.email()
        for account in crew.members:
            if account.joined_ms is not None and (dice.chance(0.8) or account.email_hash is None):
                account.email_hash = mail
    elif trace == "test_phone":
        device = city.mint.device()
        for account in crew.members:
            if dice.chance(0.85):
                ts = max(account.from_ms, crew.begin_ms) + int(dice.log_uniform(20_000, 4 * 3_600_000))
                voices.login(
                    city.inside(ts),
                    account,
                    dice,
                    device=device,
                    net=dice.choice(crew.nets or [city.carrier]),
                )
    elif trace == "haunts":
        crew.corners = [city.ground.spot("shop", dice) for _ in range(dice.randint(1, 3))]
