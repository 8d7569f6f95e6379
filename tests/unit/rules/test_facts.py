"""The facts of an event are those of the events before it, in exact windows."""

from __future__ import annotations

from math import isnan

from hypothesis import given
from hypothesis import strategies as st

from graph.model.events import PromoRedeemed
from graph.model.vocabulary import FactName
from rules.facts.gathering import FactGatherer, area_of
from rules.facts.names import NUMBERS, WORDS
from rules.facts.windows import MOST_DISTINCT, RecentAmounts, RecentThings
from tests.unit.rules.attacks import DAY, HOUR, START, account, card, declined, quiet_city, trip


def test_a_card_on_a_phone_of_two_accounts_is_seen_with_both():
    facts = FactGatherer()
    for event in (
        account("ann", START, "phone", "7.1"),
        account("bob", START + HOUR, "phone"),
        declined("ann", START + 2 * HOUR, "c1", "phone", "issuer"),
        card("ann", START + 3 * HOUR, "c2", "phone", "other"),
    ):
        told = facts.observe(event)
    assert told is not None
    assert {name.value: told.number(name) for name in NUMBERS if name is not FactName.AMOUNT} == {
        "account_age_h": 3.0,
        "trips_before": 0.0,
        "spent_24h": 0.0,
        "cards_7d": 2.0,
        "declines_24h": 1.0,
        "declines_7d": 1.0,
        "device_accounts_7d": 2.0,
        "device_cards_7d": 2.0,
        "card_accounts_7d": 1.0,
        "card_age_h": 0.0,
        "promos_7d": 0.0,
    }
    assert isnan(told.number(FactName.AMOUNT))
    assert [told.word(name) for name in WORDS] == ["card_added", "", "", "other", "7.1"]


def test_a_trip_counts_its_own_fare_and_not_itself_among_the_trips_before():
    facts = FactGatherer()
    facts.observe(account("ann", START, "phone"))
    facts.observe(trip("ann", START + HOUR, 10.0))
    told = facts.observe(trip("ann", START + 2 * HOUR, 5.0))
    assert told is not None
    assert told.number(FactName.TRIPS_BEFORE) == 1.0
    assert told.number(FactName.SPENT_24H) == 15.0
    assert told.money == 5.0
    assert told.word(FactName.AREA) == "52.50,13.40"


def test_an_account_whose_making_was_not_seen_has_no_age():
    told = FactGatherer().observe(trip("ann", START))
    assert told is not None
    assert isnan(told.number(FactName.ACCOUNT_AGE_H))
    assert isnan(told.number(FactName.TRIPS_BEFORE))


def test_a_window_ends_exactly_where_it_ends():
    facts = FactGatherer()
    facts.observe(account("ann", START, "phone"))
    facts.observe(declined("ann", START, "c1", "phone"))
    on_the_edge = facts.observe(declined("ann", START + DAY - 1, "c2", "phone"))
    beyond = facts.observe(declined("ann", START + DAY, "c3", "phone"))
    assert on_the_edge is not None
    assert beyond is not None
    assert on_the_edge.number(FactName.DECLINES_24H) == 2.0
    assert beyond.number(FactName.DECLINES_24H) == 2.0
    assert beyond.number(FactName.DECLINES_7D) == 3.0


@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from("abcdef")), max_size=40), st.integers(1, 30))
def test_windows_equal_a_plain_count(happened, window):
    things, amounts = RecentThings(), RecentAmounts()
    last: dict[str, int] = {}
    for ts, thing in happened:
        things.add(thing, ts)
        amounts.add(ts, float(ts))
        last[thing] = max(ts, last.get(thing, ts))
    inside = [ts for ts, _ in happened if 50 - window < ts <= 50]
    assert things.count(50, window) == sum(50 - window < ts <= 50 for ts in last.values())
    assert amounts.count(50, window) == len(inside)
    assert amounts.total(50, window) == sum(inside)


def test_a_window_is_bounded_and_drops_the_oldest():
    things = RecentThings()
    for n in range(MOST_DISTINCT + 5):
        things.add(f"card{n}", n)
    assert things.count(10**6, 10**6 + 1) == MOST_DISTINCT
    assert "card4" not in things.seen
    assert "card5" in things.seen


def test_a_preview_says_what_would_be_and_remembers_nothing():
    one, other = FactGatherer(), FactGatherer()
    for event in quiet_city(3):
        one.observe(event)
        other.observe(event)
    wanted = PromoRedeemed(
        event_id="p", ts=START + 3 * DAY, account_id="honest1-0001", promo_id="P", amount=5.0
    )
    foretold = one.preview(wanted)
    assert one.save() == other.save()
    assert foretold == other.observe(wanted)


def test_what_is_saved_goes_on_as_if_nothing_had_been():
    events = quiet_city(4)
    whole, saved = FactGatherer(), FactGatherer()
    told = [whole.observe(event) for event in events]
    half = len(events) // 2
    for event in events[:half]:
        saved.observe(event)
    again = FactGatherer()
    again.load(saved.save())
    assert repr([again.observe(event) for event in events[half:]]) == repr(told[half:])


def test_who_is_not_heard_of_for_five_weeks_is_forgotten():
    facts = FactGatherer()
    facts.observe(account("ann", START, "phone"))
    for day in range(40):
        facts.observe(trip("bob", START + day * DAY))
    assert len(facts) == 1


def test_areas_are_named_by_their_south_western_corner():
    assert [area_of(52.51, 13.449), area_of(-0.01, -0.06)] == ["52.50,13.40", "-0.05,-0.10"]
