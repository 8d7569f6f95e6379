"""Which clusters are looked at together: what corroborates that two of them are one ring."""

import pytest

from graph.candidates.gathering import MAX_ACCOUNTS
from graph.model.vocabulary import EntityKind
from tests.twin.candidates import Assembler
from tests.twin.entity_graph import EntityGraph
from tests.unit.graph.scenes import HOUR, Scene, entity, graph_of


def pair(scene: Scene, name: str, day: float = 1.0, ip: str | None = None, referrer=None) -> set[str]:
    """Two accounts made on one phone."""
    for n in (0, 1):
        scene.signs_up(f"{name}{n}", day + n * HOUR, f"{name} phone", ip=ip, referrer=referrer)
    return {f"{name}0", f"{name}1"}


def gathered(graph: EntityGraph, *seeds: str) -> set[str]:
    candidate = Assembler(graph).gather(tuple(entity(graph, EntityKind.ACCOUNT, s) for s in seeds))
    assert list(candidate.accounts) == sorted(candidate.accounts)
    return {graph.entities.name(account) for account in candidate.accounts}


def assert_together(scene: Scene, accounts: set[str]) -> None:
    """The candidate is the same from whichever account it is assembled."""
    graph = graph_of(scene)
    assert {frozenset(gathered(graph, account)) for account in accounts} == {frozenset(accounts)}


def test_a_cluster_by_itself_is_a_candidate():
    scene = Scene()
    assert_together(scene, pair(scene, "a"))


def test_an_address_of_clusters_ties_them():
    scene = Scene()
    accounts = pair(scene, "a", ip="home") | pair(scene, "b", ip="home")
    assert_together(scene, accounts)


def test_an_address_whose_users_come_with_means_of_their_own_ties_nobody():
    scene = Scene()
    accounts = pair(scene, "a", ip="campus")
    for n in range(3):
        scene.signs_up(f"student{n}", 2, f"phone{n}", ip="campus")
    assert_together(scene, accounts)


def test_an_address_that_many_use_ties_nobody():
    scene = Scene()
    for n in range(33):
        pair(scene, f"p{n}-", ip="carrier")
    assert_together(scene, {"p0-0", "p0-1"})


def test_a_referral_between_clusters_ties_them():
    scene = Scene()
    accounts = pair(scene, "a") | pair(scene, "b", day=2, referrer="a0")
    assert_together(scene, accounts)


def test_a_friend_who_was_referred_is_not_tied():
    scene = Scene()
    accounts = pair(scene, "a")
    scene.signs_up("friend", 2, "friends phone", referrer="a0")
    assert_together(scene, accounts)


def ridden(trips_inside: int, elsewhere: int, riders: int = 2) -> Scene:
    scene = Scene()
    pair(scene, "a")
    for n in range(trips_inside):
        scene.rides(f"a{n % riders}", "dan", 2 + n / 10)
    for n in range(elsewhere):
        scene.rides(f"a{n % 2}", f"driver{n}", 3 + n / 10)
    return scene


def test_a_driver_of_a_sixth_of_a_clusters_trips_belongs_to_it():
    assert_together(ridden(4, 20), {"a0", "a1", "dan"})


@pytest.mark.parametrize("scene", [ridden(4, 21), ridden(2, 0), ridden(6, 0, riders=1)])
def test_a_driver_of_few_trips_or_of_one_account_does_not(scene):
    assert_together(scene, {"a0", "a1"})


def test_trips_from_before_the_accounts_began_to_share_do_not_count():
    scene = Scene()
    for n in range(6):
        scene.rides(f"a{n % 2}", "dan", 1 + n / 10)
    for n in (0, 1):
        scene.logs_in(f"a{n}", 2.5, "phone")
    assert_together(scene, {"a0", "a1"})


def test_a_candidate_cut_short_says_so():
    scene = Scene()
    for n in range(MAX_ACCOUNTS):
        pair(scene, f"p{n}-", referrer=f"p{n - 1}-0" if n else None)
    graph = graph_of(scene)
    candidate = Assembler(graph).gather((entity(graph, EntityKind.ACCOUNT, "p0-0"),))
    assert candidate.truncated
    assert MAX_ACCOUNTS <= len(candidate.accounts) <= MAX_ACCOUNTS + 2
