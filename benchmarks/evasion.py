"""The price of evasion: what a crew that has read how rings are found must spend to take money unflagged.

The method is public, so a crew may know it. In a fixed quiet city one crew of ``--size`` accounts of each
trade (``benchmarks.groups.crews``) tries every way of spending of a grid: how many of its accounts share a
phone, a card, an address, a payout account; how slowly it makes them; how many honest rides each buys as
camouflage; how many drivers it has. The engine reads the whole with the scorer that ships, or with
``--weights``. Money is taken *unflagged* when no flag ever names the account that took it; money taken before
the first flag of its account is told beside it.

What things cost is assumed, in the unit of the money (``PRICES``, ``--price NAME=VALUE`` changes one), and
the answer is as good as these assumptions:

* a ``phone`` 25 (a used handset, or a well-made clone); a ``card`` 3 (a virtual card in another name); an
  ``address`` 2 (a month of a residential line); a ``payout`` account 20 (a straw man);
* a ``stolen card`` 10; an ``honest ride`` 10 (its fare); a ``driven ride`` 4 (half an hour's work, less the
  fare); an ``inside ride`` 3 (the platform's commission); a ``day waited`` 0.05 for each account.

For each trade one line of JSON: everything tried, with what it cost an account, the share taken unflagged
and the cost of a hundred units of it. A table follows: the cheapest way to spend at all (``naive``), the
cheapest hundred units unflagged, and how that crew spends. Above 100 evasion costs more than it brings. Run
it from the repository's root: ``python -m benchmarks.evasion``.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any, Final

from benchmarks.groups.city import City, quiet_city
from benchmarks.groups.crews import TRADES, Crew, Spending, Trade
from benchmarks.groups.stream import Stream, in_order
from benchmarks.surroundings import surroundings
from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from graph.scoring.scorer import Scorer

PRICES: Final = {
    "phone": 25.0,
    "card": 3.0,
    "address": 2.0,
    "payout": 20.0,
    "stolen card": 10.0,
    "honest ride": 10.0,
    "driven ride": 4.0,
    "inside ride": 3.0,
    "day waited": 0.05,
}
RIDERS: Final = 400
DRIVERS: Final = 40
DAYS: Final = 28.0
ALL: Final = 1_000
"""To a thing: every account of a crew of any size here."""
TO_A_PHONE: Final = (ALL, 5, 2, 1)
GAPS_HOURS: Final = (0.5, 12.0)
HONEST_RIDES: Final = (0, 3)
GRIDS: Final[Mapping[str, Mapping[str, Sequence[int]]]] = {
    "promo_farm": {"to_a_card": (0, ALL, 2, 1)},
    "referral_chain": {"to_a_card": (0, ALL, 2, 1)},
    "sign_on": {"to_a_payout": (ALL, 2, 1)},
    "fake_rides": {"to_a_card": (ALL, 1), "to_a_payout": (ALL, 1), "drivers": (2, 6)},
    "stolen_cards": {"to_a_card": (ALL, 1), "to_a_payout": (ALL, 1), "drivers": (2, 6)},
}
"""What each trade varies beside phones, addresses, pace and honest rides."""


def spendings(trade: str) -> Iterator[Spending]:
    """Every way of spending that a crew of this trade tries."""
    names, values = zip(*GRIDS[trade].items(), strict=True)
    for phone, address, gap, honest, *rest in product(
        TO_A_PHONE, (0, ALL), GAPS_HOURS, HONEST_RIDES, *values
    ):
        yield Spending(
            to_a_phone=phone,
            to_an_address=address,
            gap_hours=gap,
            honest_rides=honest,
            **dict(zip(names, rest, strict=True)),
        )


def measure(
    trade: Trade,
    spend: Spending,
    size: int,
    city: City,
    prices: Mapping[str, float],
    scorer: Scorer,
    seed: int,
) -> dict[str, Any]:
    """One crew in the city: what it spent, what it took, and how much of that unflagged."""
    stream = Stream("crew ")
    crew = Crew(stream, random.Random(f"{trade.__name__} {seed}"), city, spend)
    trade(crew, size)
    flagged_ms: dict[str, int] = {}
    for flag in Engine(EngineConfig(), scorer).apply(in_order(city.stream, stream)).flags:
        for account in flag.accounts:
            flagged_ms.setdefault(account, flag.ts)
    cost = sum(prices[name] * count for name, count in crew.bought.items())
    taken = sum(money for _, _, money in crew.takings)
    unflagged = sum(money for account, _, money in crew.takings if account not in flagged_ms)
    ahead = sum(money for account, ms, money in crew.takings if ms <= flagged_ms.get(account, ms))
    return {
        "spending": asdict(spend),
        "cost_per_account": round(cost / size, 2),
        "taken_per_account": round(taken / size, 2),
        "flagged": sum(account in flagged_ms for account in crew.accounts),
        "unflagged_share": round(unflagged / taken, 3),
        "before_a_flag_share": round(ahead / taken, 3),
        "cost_of_100": round(100 * cost / unflagged, 1) if unflagged else None,
    }


def naive(tried: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """What costs least, whatever comes of it."""
    return min(tried, key=lambda each: each["cost_per_account"])


def cheapest(tried: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """What takes a hundred units unflagged for least; None when nothing takes any."""
    able = [each for each in tried if each["cost_of_100"] is not None]
    return min(able, key=lambda each: (each["cost_of_100"], each["cost_per_account"]), default=None)


def in_words(spending: Mapping[str, Any]) -> str:
    """How a crew spends, in one line; a thing that all share is ``one``, one that nobody has is left out."""
    names = {"to_a_phone": "phone", "to_a_card": "card", "to_an_address": "address", "to_a_payout": "payout"}
    parts = [
        f"one {thing}" if spending[name] == ALL else f"{thing} for {spending[name]}"
        for name, thing in names.items()
        if spending[name]
    ]
    parts.append(f"an account in {spending['gap_hours']:g} h")
    if spending["drivers"]:
        parts.append(f"{spending['drivers']} drivers")
    if spending["honest_rides"]:
        parts.append(f"{spending['honest_rides']} honest rides")
    return ", ".join(parts)


def table(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Two lines for each trade: the naive crew, and the one that evades for least."""
    lines = [
        f"{'trade':15}{'crew':10}{'an account':>11}{'unflagged':>10}{'before':>8}{'cost of 100':>12}"
        "  spending"
    ]
    for trade, tried in found.items():
        for crew, each in (("naive", naive(tried)), ("cheapest", cheapest(tried))):
            if each is None:
                lines.append(f"{trade:15}{crew:10}  takes nothing unflagged, however it spends")
                continue
            price = "never" if each["cost_of_100"] is None else f"{each['cost_of_100']:.0f}"
            shares = f"{each['unflagged_share']:10.0%}{each['before_a_flag_share']:8.0%}"
            cost = f"{each['cost_per_account']:11.1f}"
            lines.append(f"{trade:15}{crew:10}{cost}{shares}{price:>12}  {in_words(each['spending'])}")
    return "\n".join(lines)


def priced(given: Sequence[str]) -> dict[str, float]:
    """The prices, with those of the call in place of the assumed. Raises ``ValueError`` for another form."""
    prices = dict(PRICES)
    for each in given:
        name, _, value = each.partition("=")
        if name not in prices:
            raise ValueError(f"expected one of {', '.join(prices)} before =, found {each!r}")
        prices[name] = float(value)
    return prices


def main() -> None:
    """Print one line of JSON for each trade, then the table."""
    parser = argparse.ArgumentParser(description="What a crew must spend to take money unflagged.")
    trades = {trade.__name__: trade for trade in TRADES}
    parser.add_argument("--trades", nargs="+", choices=sorted(trades), default=list(trades))
    parser.add_argument("--size", type=int, default=24, help="accounts of a crew")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weights", type=Path, help="a file of the logistic score [default: what ships]")
    parser.add_argument("--price", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    try:
        prices = priced(options.price)
    except ValueError as error:
        parser.error(str(error))
    print(json.dumps({"bench": "evasion"} | surroundings(["ringfence", "numpy", "numba"])), flush=True)
    city, scorer = quiet_city(RIDERS, DRIVERS, DAYS, options.seed), load_scorer(options.weights)
    found: dict[str, list[dict[str, Any]]] = {}
    for name in options.trades:
        found[name] = [
            measure(trades[name], spend, options.size, city, prices, scorer, options.seed)
            for spend in spendings(name)
        ]
        line = {"bench": "evasion", "trade": name, "model": scorer.model_id, "size": options.size}
        print(json.dumps(line | {"prices": prices, "tried": found[name]}), flush=True)
    print(table(found))


if __name__ == "__main__":
    main()
