"""Crews spend what they say, take what their trade takes, and are priced by what no flag names."""

import random

import pytest

from benchmarks.evasion import (
    ALL,
    GRIDS,
    PRICES,
    cheapest,
    in_words,
    measure,
    naive,
    priced,
    spendings,
    table,
)
from benchmarks.groups.city import quiet_city
from benchmarks.groups.crews import OPENS, TRADES, Crew, Spending
from benchmarks.groups.stream import DAY_MS, START_MS, Stream, in_order
from gnn.logistic.scorer import load_scorer
from graph.model.events import (
    AccountCreated,
    CardAdded,
    Chargeback,
    PayoutAdded,
    PromoRedeemed,
    TripCompleted,
)

SHARED = Spending(to_a_phone=5, to_a_card=2, to_an_address=ALL, to_a_payout=1, honest_rides=2, drivers=3)
EVERY_TRADE = pytest.mark.parametrize("trade", TRADES, ids=lambda trade: trade.__name__)


def told(trade, spend=SHARED, size=13):
    """A crew in a small city."""
    city = quiet_city(20, 10, 28.0, 3)
    crew = Crew(Stream("crew "), random.Random(7), city, spend)
    trade(crew, size)
    return crew


@EVERY_TRADE
def test_a_crew_has_its_size_and_shares_as_it_says(trade):
    crew = told(trade)
    created = [event for event in crew.stream.events if isinstance(event, AccountCreated)]
    assert [event.account_id for event in created] == crew.accounts
    assert len(created) == 13
    phones = [event.device_id for event in created]
    assert [phones.count(phone) for phone in dict.fromkeys(phones)] == [5, 5, 3]
    assert crew.bought["phone"] == 3
    assert {event.ip for event in created} == {"crew address 0"}
    assert crew.bought["address"] == 1
    cards = [event for event in crew.stream.events if isinstance(event, CardAdded)]
    assert len(cards) == 13
    assert len({event.card_id for event in cards}) == crew.bought["card"] + crew.bought["stolen card"]
    payouts = [event for event in crew.stream.events if isinstance(event, PayoutAdded)]
    assert len(payouts) == crew.bought["payout"] == sum(event.role == "driver" for event in created)


@EVERY_TRADE
def test_what_a_crew_takes_and_the_rides_it_buys_are_what_is_told(trade):
    crew = told(trade)
    taken = sum(money for _, _, money in crew.takings)
    ours = set(crew.accounts)
    trips = [event for event in crew.stream.events if isinstance(event, TripCompleted)]
    inside = [trip for trip in trips if {trip.rider_id, trip.driver_id} <= ours]
    granted = sum(event.amount for event in crew.stream.events if isinstance(event, PromoRedeemed))
    disowned = sum(event.amount for event in crew.stream.events if isinstance(event, Chargeback))
    fake = sum(trip.incentive for trip in inside) if trade.__name__ == "fake_rides" else 0
    assert taken == pytest.approx(granted + disowned + fake)
    assert len(inside) == crew.bought["inside ride"]
    assert len(trips) - len(inside) == crew.bought["honest ride"] + crew.bought["driven ride"]
    assert len(trips) - len(inside) == 2 * 13 + (13 if trade.__name__ == "sign_on" else 0)


@EVERY_TRADE
def test_a_crew_acts_in_the_city_and_after_it_was_made(trade):
    crew = told(trade, Spending(to_a_phone=1, to_a_card=1, to_a_payout=1, gap_hours=12.0, drivers=2))
    created = set()
    for event in in_order(crew.city.stream, crew.stream):
        assert event.ts <= START_MS + 28 * DAY_MS + DAY_MS
        if isinstance(event, AccountCreated):
            created.add(event.account_id)
        elif isinstance(event, TripCompleted):
            assert {event.rider_id, event.driver_id} <= created
        else:
            assert event.account_id in created
    last = max(event.ts for event in crew.stream.events if isinstance(event, AccountCreated))
    assert last > START_MS + (OPENS + 3) * DAY_MS


@EVERY_TRADE
def test_a_crew_told_twice_is_the_same(trade):
    one, other = told(trade), told(trade)
    assert (one.stream.events, one.takings, one.bought) == (other.stream.events, other.takings, other.bought)


@EVERY_TRADE
def test_the_grid_of_a_trade_begins_with_one_phone_for_all_and_repeats_nothing(trade):
    ways = list(spendings(trade.__name__))
    assert ways[0].to_a_phone == ALL
    assert len(set(ways)) == len(ways) > 50
    assert set(GRIDS) == {each.__name__ for each in TRADES}


def test_one_phone_is_flagged_and_phones_for_all_are_not_which_is_what_they_cost():
    city, scorer = quiet_city(60, 12, 28.0, 1), load_scorer()
    farm = next(trade for trade in TRADES if trade.__name__ == "promo_farm")
    caught = measure(farm, Spending(to_a_phone=ALL), 12, city, PRICES, scorer, 1)
    assert (caught["flagged"], caught["unflagged_share"], caught["cost_of_100"]) == (12, 0.0, None)
    assert 0 < caught["before_a_flag_share"] < 1
    free = measure(farm, Spending(to_a_phone=1), 12, city, PRICES | {"day waited": 0.0}, scorer, 1)
    assert (free["flagged"], free["unflagged_share"], free["before_a_flag_share"]) == (0, 1.0, 1.0)
    assert (free["cost_per_account"], free["cost_of_100"]) == (25.0, 250.0)


def tried(cost, price, **spending):
    whole = {"to_a_card": 0, "to_an_address": 0, "to_a_payout": 0, "gap_hours": 0.5} | spending
    return {
        "spending": {"to_a_phone": ALL, "honest_rides": 0, "drivers": 0} | whole,
        "cost_per_account": cost,
        "unflagged_share": 0.0 if price is None else 1.0,
        "before_a_flag_share": 0.5,
        "cost_of_100": price,
    }


def test_the_table_sets_the_naive_crew_beside_the_one_that_evades_for_least():
    ways = [tried(1.0, None), tried(30.0, 300.0, to_a_phone=1), tried(20.0, 200.0, to_a_phone=2, drivers=4)]
    assert naive(ways) == ways[0]
    assert cheapest(ways) == ways[2]
    assert cheapest(ways[:1]) is None
    rows = table({"promo_farm": ways, "sign_on": ways[:1]}).splitlines()
    assert rows[1].split()[:6] == ["promo_farm", "naive", "1.0", "0%", "50%", "never"]
    assert rows[2].endswith("phone for 2, an account in 0.5 h, 4 drivers")
    assert rows[4].endswith("takes nothing unflagged, however it spends")


def test_spending_is_told_in_words():
    spending = tried(1.0, 1.0, to_a_card=3, gap_hours=12.0, honest_rides=2)["spending"]
    assert in_words(spending) == "one phone, card for 3, an account in 12 h, 2 honest rides"


def test_prices_of_the_call_replace_the_assumed():
    assert priced(["phone=60", "card=0"]) == PRICES | {"phone": 60.0, "card": 0.0}
    with pytest.raises(ValueError, match="expected one of phone"):
        priced(["sim=3"])
