"""Links in arrays: what they show, when they fall, and what room they take."""

import numpy as np
import pytest

from graph.kernels.kernel import kernel
from graph.links.interactions import interaction_of
from graph.links.records import DRIVERS, RIDERS
from graph.links.store import LinkStore, add_entity, advance, find, horizon, length, locate, touch
from tests.unit.graph.joined_links import CARD, DEVICE, REDEEMED, RODE_WITH, JoinedLinks


def test_a_second_event_adds_to_the_link_and_does_not_revive_it():
    ours = JoinedLinks(window_ms=20)
    ours.age(5)
    link, revived = ours.touch(0, 10, 5, money=7, kind=REDEEMED)
    assert revived
    ours.age(9)
    assert ours.touch(0, 10, 9, money=4, kind=REDEEMED) == (link, False)
    assert ours.live() == {(REDEEMED, 0, 10): (5, 9, 2, 11)}


def test_only_interaction_links_sum_money():
    ours = JoinedLinks()
    ours.age(5)
    ours.touch(0, 10, 5, money=7)
    ours.touch(0, 10, 5, money=7)
    assert ours.live() == {(0, 0, 10): (5, 5, 2, 0)}
    assert ours.store.arrays()["interactions"].shape == (0, 40)


def test_rows_of_forgotten_interactions_are_used_again():
    ours = JoinedLinks(window_ms=20, lateness_ms=10)
    for n in range(100):
        ours.age(1000 * n)
        ours.touch(n % 10, 10, 1000 * n, money=n, kind=REDEEMED)
        ours.touch(n % 10, 11, 1000 * n)
        assert ours.live()[REDEEMED, n % 10, 10] == (1000 * n, 1000 * n, 1, n)
    assert ours.store.arrays()["interactions"].shape == (2, 40)


def test_the_same_ends_under_another_kind_are_another_link():
    ours = JoinedLinks()
    ours.age(5)
    ours.touch(0, 10, 5)
    ours.touch(0, 10, 5, kind=CARD)
    assert sorted(ours.live()) == [(0, 0, 10), (1, 0, 10)]


def test_a_link_is_live_to_the_last_millisecond_of_the_window():
    ours = JoinedLinks(window_ms=20)
    ours.age(5)
    link, _ = ours.touch(0, 10, 5)
    assert ours.age(25) == []
    assert ours.age(26) == [link]
    assert ours.find(0, 10) == -1


def test_links_fall_oldest_first_and_ties_go_by_number():
    ours = JoinedLinks(window_ms=1000)
    links = {}
    for n, ts in enumerate((3, 1, 2, 1, 3)):
        ours.age(5)
        links[n], _ = ours.touch(n, 10 + n, ts)
    assert ours.age(5000) == [links[1], links[3], links[2], links[0], links[4]]


def test_a_refreshed_link_falls_by_its_newest_event():
    ours = JoinedLinks(window_ms=20)
    ours.age(0)
    first, _ = ours.touch(0, 10, 0)
    second, _ = ours.touch(1, 11, 0)
    ours.age(15)
    ours.touch(0, 10, 15)
    assert ours.age(30) == [second]
    assert ours.age(36) == [first]


def test_events_late_by_nearly_the_window_still_fall_in_order():
    """They land in the bucket that is being emptied."""
    ours = JoinedLinks(window_ms=1 << 20, lateness_ms=1 << 20)
    newest = 1 << 22
    ours.age(newest)
    start = newest - (1 << 20)
    links = [ours.touch(n, 10 + n, start + ts)[0] for n, ts in enumerate((5, 2, 4, 2))]
    ours.touch(1, 11, start + 9)
    assert ours.age(newest + 4) == [links[3]]
    assert ours.age(newest + 10) == [links[2], links[0], links[1]]


def test_a_jump_of_years_lets_everything_fall_at_once():
    ours = JoinedLinks(window_ms=86_400_000, lateness_ms=3_600_000)
    ours.age(1_000)
    link, _ = ours.touch(0, 10, 1_000)
    assert ours.age(1_000 + 20 * 365 * 86_400_000) == [link]
    assert ours.store.live_count == 0


def test_the_window_never_moves_back():
    ours = JoinedLinks(window_ms=20)
    ours.age(100)
    assert not advance(ours.store.state, 90)
    assert ours.store.horizon_ms == horizon(ours.store.state) == 80


def test_an_event_before_the_window_is_remembered_and_a_late_one_revives_the_link():
    ours = JoinedLinks(window_ms=20, lateness_ms=10)
    ours.age(100)
    link, revived = ours.touch(0, 10, 75, money=1, kind=REDEEMED)
    assert not revived
    assert ours.live() == {}
    assert locate(ours.store.state, REDEEMED, 0, 10) == link
    assert ours.touch(0, 10, 90, money=2, kind=REDEEMED) == (link, True)
    assert ours.live() == {(REDEEMED, 0, 10): (75, 90, 2, 3)}


@pytest.mark.parametrize(("kind", "counted"), [(DEVICE, 0), (REDEEMED, 1)])
def test_a_late_event_joins_two_sessions_into_one(kind, counted):
    ours = JoinedLinks(window_ms=20, lateness_ms=30)
    ours.age(100)
    ours.touch(0, 10, 100, money=1, kind=kind)
    ours.age(125)
    ours.touch(0, 10, 125, money=2, kind=kind)
    assert ours.live() == {(kind, 0, 10): (125, 125, 1, 2 * counted)}
    ours.touch(0, 10, 110, money=4, kind=kind)
    assert ours.live() == {(kind, 0, 10): (100, 125, 3, 7 * counted)}


def test_what_is_later_than_allowed_finds_its_link_forgotten():
    ours = JoinedLinks(window_ms=20, lateness_ms=10)
    ours.age(100)
    ours.touch(0, 10, 100)
    ours.age(140)
    ours.touch(0, 10, 119)
    ours.touch(0, 10, 121)
    assert ours.live() == {(0, 0, 10): (119, 121, 2, 0)}


def test_numbers_of_forgotten_links_are_used_again():
    ours = JoinedLinks(window_ms=20, lateness_ms=10)
    for n in range(100):
        ours.age(1000 * n)
        ours.touch(n % 10, 10, 1000 * n)
    assert ours.store.arrays()["links"].shape == (2, 32)


def test_lists_keep_the_order_in_which_links_became_live():
    ours = JoinedLinks(window_ms=20)
    ours.age(0)
    links = [ours.touch(n, 10, 0)[0] for n in range(4)]
    ours.age(15)
    ours.touch(1, 10, 15)
    assert ours.around(10) == links
    assert ours.age(30) == [links[0], links[2], links[3]]
    assert ours.around(10) == [links[1]]
    again, _ = ours.touch(0, 10, 30)
    assert ours.around(10) == [links[1], again]
    assert length(ours.store.state, 10, 0) == 2


def test_an_account_stands_on_both_sides_of_rides():
    ours = JoinedLinks()
    ours.age(1)
    first, _ = ours.touch(0, 1, 1, kind=RODE_WITH)
    second, _ = ours.touch(1, 2, 1, kind=RODE_WITH)
    assert ours.around(0, DRIVERS) == [first]
    assert ours.around(1, RIDERS) == [first]
    assert ours.around(1, DRIVERS) == [second]
    assert ours.around(2, RIDERS) == [second]
    ours.age(100)
    assert ours.around(1, RIDERS) == ours.around(1, DRIVERS) == []


def test_ride_facts_begin_anew_when_a_link_becomes_live_again():
    ours = JoinedLinks(window_ms=20, lateness_ms=1000)
    ours.age(1)
    link, _ = ours.touch(0, 1, 1, kind=RODE_WITH)
    interaction_of(ours.store.state, link)["odd"] = 3
    ours.age(100)
    assert ours.touch(0, 1, 100, kind=RODE_WITH) == (link, True)
    assert interaction_of(ours.store.state, link)["odd"] == 0


def test_live_links_leave_out_what_fell_and_say_what_interactions_carry():
    ours = JoinedLinks(window_ms=20, lateness_ms=1000)
    ours.age(1)
    ours.touch(0, 10, 1)
    ours.age(30)
    kept = [ours.touch(1, 11, 30)[0], ours.touch(2, 11, 30, money=5, kind=REDEEMED)[0]]
    live = ours.store.live_links()
    assert live.tolist() == kept
    assert ours.store.interactions_of(live)["money"].tolist() == [0, 5]


def test_growth_keeps_every_link_and_its_turn():
    ours = JoinedLinks(window_ms=100_000, lateness_ms=1_000, accounts=3_000, identifiers=3_000)
    for n in range(9_000):
        ours.age(n)
        ours.touch(n % 3_000, 3_000 + (n * 7 + n // 3_000) % 3_000, n)
    expected = {(0, n % 3_000, 3_000 + (n * 7 + n // 3_000) % 3_000): (n, n, 1, 0) for n in range(9_000)}
    assert ours.live() == expected
    assert all(ours.find(source, target) >= 0 for _, source, target in expected)
    assert [ours.links[link]["last_ms"] for link in ours.age(104_500)] == list(range(4_500))
    assert ours.store.live_count == 4_500


def test_the_index_finds_what_is_there_after_much_coming_and_going():
    ours = JoinedLinks(window_ms=50, lateness_ms=0, accounts=40, identifiers=40)
    last = {}
    for n in range(4_000):
        ours.age(n)
        pair = (n * n % 40, 40 + n * 31 % 37)
        ours.touch(*pair, n)
        last[pair] = n
    expected = {pair for pair, ts in last.items() if ts >= 3_999 - 50}
    assert {(s, t) for s in range(40) for t in range(40, 80) if ours.find(s, t) >= 0} == expected


@kernel
def touch_pairs(s, pairs, accounts):
    """One event at time 0 on each of that many pairs of an account with an identifier."""
    for n in range(pairs):
        touch(s, 0, n % accounts, accounts + n // accounts, 0, 0)


@pytest.mark.parametrize(("links", "most"), [(98_304, 62), (50_000, 67)])
def test_a_link_takes_about_sixty_bytes_with_its_share_of_the_index(links, most):
    ours = JoinedLinks(accounts=1_000, identifiers=99)
    empty = ours.store.memory_bytes
    ours.store.reserve(links=links)
    ours.age(0)
    touch_pairs(ours.store.state, links, 1_000)
    assert ours.store.live_count == links
    assert (ours.store.memory_bytes - empty) / links < most


def test_a_snapshot_goes_on_as_the_store_does():
    ours, other = JoinedLinks(window_ms=50, lateness_ms=20), JoinedLinks(window_ms=50, lateness_ms=20)
    for n in range(300):
        now = n * 3
        assert ours.age(now) == other.age(now)
        assert ours.touch(n % 7, 10 + n % 9, now - n % 20) == other.touch(n % 7, 10 + n % 9, now - n % 20)
        if n % 50 == 0:
            other.restart()
    assert ours.live() == other.live()


def test_the_same_events_give_the_same_snapshot_whatever_room_was_made():
    ours, other = JoinedLinks(window_ms=50, lateness_ms=20), JoinedLinks(window_ms=50, lateness_ms=20)
    other.store.reserve(links=100_000)
    for n in range(300):
        for each in (ours, other):
            each.age(n * 3)
            each.touch(n % 7, 10 + n % 9, n * 3 - n % 20)
    mine, theirs = ours.store.arrays(), other.store.arrays()
    for name in ("links", "hooks", "ends", "entities", "sessions"):
        np.testing.assert_array_equal(mine[name], theirs[name])


def test_a_snapshot_of_another_window_is_refused():
    arrays = LinkStore(20, 10).arrays()
    with pytest.raises(
        ValueError, match=r"expected links of window and lateness \(30, 10\) ms, found \(20, 10\)"
    ):
        LinkStore.from_arrays(30, 10, arrays)


def test_a_negative_window_is_refused():
    with pytest.raises(ValueError, match="at least 0 ms, found -1 and 0"):
        LinkStore(-1, 0)


def test_a_touch_without_room_says_so():
    store = LinkStore(20, 10)
    store.reserve(entities=2, accounts=1)
    add_entity(store.state, 0, True)
    add_entity(store.state, 1, False)
    advance(store.state, 0)
    assert find(store.state, 0, 0, 1) == -1
    with pytest.raises(IndexError, match="expected room for a link, found none; reserve before a batch"):
        touch(store.state, 0, 0, 1, 0, 0)
