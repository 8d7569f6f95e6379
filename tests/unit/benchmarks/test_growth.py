"""The groups of the growth benchmark are what they say, and its verdicts on them are right."""

import random

import pytest

from benchmarks.groups.city import quiet_city
from benchmarks.groups.frauds import FRAUDS
from benchmarks.groups.honest import HONEST
from benchmarks.groups.standing import accused, best_overlap, found_from, jaccard
from benchmarks.groups.stream import DAY_MS, START_MS, Stream, in_order
from benchmarks.growth import MONTHS_DAYS, TAKES_MONTHS, measure, table
from graph.model.events import AccountCreated, AccountLogin, CardAdded, PromoRedeemed, TripCompleted

SCHEMES = pytest.mark.parametrize("scheme", [*FRAUDS, *HONEST], ids=lambda scheme: scheme.__name__)
DAYS = 28.0


def told(scheme, size, days=DAYS):
    """The group's accounts and what is told of it in a small city."""
    stream = Stream("group ")
    city = quiet_city(20, 10, days, 3)
    return scheme(stream, random.Random(7), city, size), stream, city


@SCHEMES
@pytest.mark.parametrize("size", [6, 50])
def test_a_group_has_as_many_accounts_as_asked_for_and_all_are_created_once(scheme, size):
    group, stream, _ = told(scheme, size)
    created = [event.account_id for event in stream.events if isinstance(event, AccountCreated)]
    assert len(group) == size
    assert group <= set(created)
    assert len(created) == len(set(created))


@SCHEMES
def test_a_group_told_twice_is_the_same_and_its_events_have_ids_of_their_own(scheme):
    (group, stream, city), (again, streamed_again, _) = told(scheme, 12), told(scheme, 12)
    assert (group, stream.events) == (again, streamed_again.events)
    ids = [event.event_id for event in in_order(city.stream, stream)]
    assert len(ids) == len(set(ids))


@SCHEMES
def test_nobody_acts_before_being_created_or_after_the_city_ends(scheme):
    days = MONTHS_DAYS if scheme in TAKES_MONTHS else DAYS
    _, stream, city = told(scheme, 100, days)
    created = set()
    for event in in_order(city.stream, stream):
        assert START_MS <= event.ts <= START_MS + days * DAY_MS + DAY_MS
        if isinstance(event, AccountCreated):
            created.add(event.account_id)
        elif isinstance(event, TripCompleted):
            assert {event.rider_id, event.driver_id} <= created
        else:
            assert event.account_id in created


@pytest.mark.parametrize("scheme", FRAUDS, ids=lambda scheme: scheme.__name__)
def test_every_account_of_a_fraud_takes_one_promotion_and_then_hardly_rides(scheme):
    group, stream, _ = told(scheme, 40)
    taken = {event.account_id: event.ts for event in stream.events if isinstance(event, PromoRedeemed)}
    assert set(taken) == group
    assert sum(isinstance(event, PromoRedeemed) for event in stream.events) == len(group)
    since = dict.fromkeys(group, 0)
    for event in stream.events:
        if isinstance(event, TripCompleted):
            account = event.rider_id if event.rider_id in group else event.driver_id
            since[account] += event.ts > taken[account]
    assert max(since.values()) <= 2


def test_gathered_accounts_lived_a_week_elsewhere_before_they_came_to_one_phone():
    gathered = next(scheme for scheme in FRAUDS if scheme.__name__ == "gathered")
    group, stream, _ = told(gathered, 40)
    created = {event.account_id: event for event in stream.events if isinstance(event, AccountCreated)}
    came = {event.account_id: event for event in stream.events if isinstance(event, AccountLogin)}
    assert {event.device_id for event in came.values()} == {"gathering phone"}
    assert len({event.device_id for event in created.values()}) == len(group)
    assert all(came[name].ts - created[name].ts >= 7 * DAY_MS for name in group)


def test_a_card_shared_by_fraud_is_the_only_thing_shared():
    one_card = next(scheme for scheme in FRAUDS if scheme.__name__ == "one_card")
    group, stream, _ = told(one_card, 40)
    phones = [event.device_id for event in stream.events if isinstance(event, AccountCreated)]
    cards = {event.card_id for event in stream.events if isinstance(event, CardAdded)}
    assert len(set(phones)) == len(group)
    assert len(cards) == 1


def test_overlap_counts_common_members_over_all():
    group = frozenset("abcd")
    assert jaccard(frozenset("abcx"), group) == 0.6
    assert best_overlap([frozenset("ax"), frozenset("abc")], group) == 0.75
    assert best_overlap([], group) == 0.0


def test_a_pair_accuses_nobody_and_three_in_one_ring_do():
    group = frozenset("abcdef")
    assert accused([frozenset("abx"), frozenset("cdy")], group) == 0
    assert accused([frozenset("abx"), frozenset("cdey")], group) == 3


def test_found_from_forgets_what_was_found_below_a_size_that_was_missed():
    assert found_from({6: True, 8: True, 10: False, 12: True, 16: True}) == 12
    assert found_from({6: True, 8: True}) == 6
    assert found_from({6: True, 8: False}) is None


def test_the_table_says_from_which_size_frauds_are_found_and_where_honest_people_are_accused():
    def line(size, right, overlap=0.0, members=0):
        return {"size": size, "right": right, "overlap": overlap, "accused": members}

    shown = table(
        {
            "one_phone": [line(6, False), line(8, True, 0.9)],
            "kiosk": [line(6, True), line(8, False, members=7)],
        }
    ).splitlines()
    assert [shown[n].split() for n in (1, 3)] == [["one_phone", ".", "0.90", "8"], ["kiosk", ".", "7", "8"]]


def test_an_obvious_farm_beside_a_city_is_measured_as_found():
    one_phone = next(scheme for scheme in FRAUDS if scheme.__name__ == "one_phone")
    measured = measure(one_phone, 12, quiet_city(60, 20, DAYS, 1), 1)
    assert measured["right"]
    assert measured["flagged"] == 12
    assert measured["elsewhere"] == 0
