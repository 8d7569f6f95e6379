"""Which clusters are looked at together: what corroborates that two of them are one ring."""

import random

import pytest

from graph.candidates.gathering import MAX_ACCOUNTS
from tests.unit.graph.scenes import HOUR, Scene


def pair(scene: Scene, name: str, day: float = 1.0, ip: str | None = None, referrer=None) -> set[str]:
    """Two accounts made on one phone."""
    for n in (0, 1):
        scene.signs_up(f"{name}{n}", day + n * HOUR, f"{name} phone", ip=ip, referrer=referrer)
    return {f"{name}0", f"{name}1"}


def assert_together(side, scene: Scene, accounts: set[str]) -> None:
    """The candidate is the same from whichever account it is assembled."""
    graph = side.of(scene)
    assert {graph.gathered(account) for account in accounts} == {(frozenset(accounts), False)}


def test_a_cluster_by_itself_is_a_candidate(side):
    scene = Scene()
    assert_together(side, scene, pair(scene, "a"))


def test_an_account_that_shares_nothing_is_a_candidate_by_itself(side):
    scene = Scene()
    scene.signs_up("ann", 1, "phone", ip="home")
    scene.signs_up("bob", 1, "another", ip="home")
    assert_together(side, scene, {"ann"})


def test_an_address_of_clusters_ties_them(side):
    scene = Scene()
    accounts = pair(scene, "a", ip="home") | pair(scene, "b", ip="home")
    assert_together(side, scene, accounts)


def test_an_address_half_of_whose_users_stand_in_clusters_ties_the_other_half_too(side):
    scene = Scene()
    accounts = pair(scene, "a", ip="home")
    for n in range(2):
        scene.signs_up(f"lodger{n}", 2, f"phone{n}", ip="home")
    assert_together(side, scene, accounts | {"lodger0", "lodger1"})


def test_an_address_whose_users_come_with_means_of_their_own_ties_nobody(side):
    scene = Scene()
    accounts = pair(scene, "a", ip="campus")
    for n in range(3):
        scene.signs_up(f"student{n}", 2, f"phone{n}", ip="campus")
    assert_together(side, scene, accounts)


def test_an_address_that_many_use_ties_nobody(side):
    scene = Scene()
    for n in range(33):
        pair(scene, f"p{n}-", ip="carrier")
    assert_together(side, scene, {"p0-0", "p0-1"})


def test_a_referral_between_clusters_ties_them(side):
    scene = Scene()
    accounts = pair(scene, "a") | pair(scene, "b", day=2, referrer="a0")
    assert_together(side, scene, accounts)


def test_a_friend_who_was_referred_is_not_tied(side):
    scene = Scene()
    accounts = pair(scene, "a")
    scene.signs_up("friend", 2, "friends phone", referrer="a0")
    assert_together(side, scene, accounts)


def test_a_referral_ties_two_who_share_nothing_but_an_address(side):
    scene = Scene()
    scene.signs_up("ann", 1, "anns phone", ip="home")
    scene.signs_up("bob", 2, "bobs phone", ip="home", referrer="ann")
    assert_together(side, scene, {"ann", "bob"})


def ridden(trips_inside: int, elsewhere: int, riders: int = 2) -> Scene:
    scene = Scene()
    pair(scene, "a")
    for n in range(trips_inside):
        scene.rides(f"a{n % riders}", "dan", 2 + n / 10)
    for n in range(elsewhere):
        scene.rides(f"a{n % 2}", f"driver{n}", 3 + n / 10)
    return scene


def test_a_driver_of_a_sixth_of_a_clusters_trips_belongs_to_it(side):
    assert_together(side, ridden(4, 20), {"a0", "a1", "dan"})


@pytest.mark.parametrize("scene", [ridden(4, 21), ridden(2, 0), ridden(6, 0, riders=1)])
def test_a_driver_of_few_trips_or_of_one_account_does_not(side, scene):
    assert_together(side, scene, {"a0", "a1"})


def test_a_driver_whom_everybody_rides_with_does_not(side):
    scene = ridden(8, 0)
    for n in range(40):
        scene.rides(f"stranger{n}", "dan", 4 + n / 10)
    for n in range(20):
        scene.rides(f"stranger{n}", f"driver{n}", 9 + n / 10)
    assert_together(side, scene, {"a0", "a1"})


def test_trips_from_before_the_accounts_began_to_share_do_not_count(side):
    scene = Scene()
    for n in range(6):
        scene.rides(f"a{n % 2}", "dan", 1 + n / 10)
    for n in (0, 1):
        scene.logs_in(f"a{n}", 2.5, "phone")
    assert_together(side, scene, {"a0", "a1"})


def test_a_candidate_cut_short_says_so(side):
    scene = Scene()
    # Not in the order of the chain, which would be judged at every length.
    for place, n in enumerate(random.Random(1).sample(range(MAX_ACCOUNTS), MAX_ACCOUNTS)):
        pair(scene, f"p{n}-", day=1 + place / 10, referrer=f"p{n - 1}-0" if n else None)
    found = side.of(scene).gathered("p0-0")
    assert found.truncated
    assert MAX_ACCOUNTS <= len(found.accounts) <= MAX_ACCOUNTS + 2
