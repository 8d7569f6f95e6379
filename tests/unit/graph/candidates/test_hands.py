"""Hands: who brought several accounts without lives of their own, or whom these pay."""

from tests.unit.graph.scenes import HOUR, Scene

NEWCOMERS = [f"n{n}" for n in range(5)]


def gathered(graph, account: str) -> set[str]:
    """The accounts of the candidate around one."""
    return set(graph.gathered(account)[0])


def brought_by_ann(drivers_each: int) -> Scene:
    """Five newcomers on phones of their own whom Ann brought, each of whom rides with so many drivers."""
    scene = Scene()
    scene.signs_up("ann", 1, "anns phone")
    for place, newcomer in enumerate(NEWCOMERS):
        scene.signs_up(newcomer, 2 + place * HOUR, f"phone of {newcomer}", referrer="ann")
    for place, newcomer in enumerate(NEWCOMERS):
        for driver in range(drivers_each):
            scene.rides(newcomer, f"d{place} {driver}", 3 + driver)
    return scene


def paying_to(payers: list[str], hand: str) -> Scene:
    """Accounts on phones of their own that pay one account."""
    scene = Scene()
    for each in (*payers, hand):
        scene.signs_up(each, 1, f"phone of {each}")
    for place, payer in enumerate(payers):
        scene.pays(payer, 2 + place * HOUR, hand)
    return scene


def test_whoever_brought_several_without_lives_is_tied_to_them(side):
    candidate = gathered(side.of(brought_by_ann(drivers_each=1)), "n0")
    assert candidate == {"ann", *NEWCOMERS}


def test_newcomers_with_lives_are_tied_to_nobody(side):
    assert gathered(side.of(brought_by_ann(drivers_each=3)), "n0") == {"n0"}


def test_two_newcomers_are_a_friends_friends(side):
    scene = Scene()
    scene.signs_up("ann", 1, "anns phone")
    for newcomer in NEWCOMERS[:2]:
        scene.signs_up(newcomer, 2, f"phone of {newcomer}", referrer="ann")
    assert gathered(side.of(scene), "ann") == {"ann"}


def test_one_wallet_ties_who_pay_it_and_have_no_lives(side):
    candidate = gathered(side.of(paying_to(NEWCOMERS, "mule")), "n3")
    assert candidate == {"mule", *NEWCOMERS}


def test_who_lives_is_left_out_while_most_do_not(side):
    scene = paying_to(NEWCOMERS, "mule")
    for driver in range(3):
        scene.rides("n4", f"driver {driver}", 3 + driver)
    found = side.of(scene)
    assert gathered(found, "n0") == {"mule", *NEWCOMERS[:4]}
    assert gathered(found, "n4") == {"n4"}


def test_a_treasurer_whom_most_pay_who_live_is_no_hand(side):
    scene = paying_to(NEWCOMERS, "treasurer")
    for newcomer in NEWCOMERS[:3]:
        for driver in range(3):
            scene.rides(newcomer, f"driver {newcomer} {driver}", 3 + driver)
    assert gathered(side.of(scene), "n4") == {"n4"}


def test_from_the_hand_and_from_whom_it_brought_the_candidate_is_the_same(side):
    found = side.of(brought_by_ann(drivers_each=0))
    assert {frozenset(gathered(found, each)) for each in ("ann", *NEWCOMERS)} == {
        frozenset({"ann", *NEWCOMERS})
    }


def living(scene: Scene, *names: str) -> None:
    """Let accounts on phones of their own ride with strangers for a week."""
    for name in names:
        scene.signs_up(name, 1, f"phone of {name}")
        for driver in range(4):
            scene.rides(name, f"driver {name} {driver}", 2 + driver)


def test_payments_from_a_phone_that_owners_came_to_that_day_are_led_away(side):
    scene, owners = Scene(), [f"o{n}" for n in range(4)]
    living(scene, *owners)
    scene.signs_up("mule", 1, "phone of mule")
    for place, owner in enumerate(owners):
        scene.logs_in(owner, 9 + place, f"new phone of {owner}")
        scene.pays(owner, 9.5 + place, "mule")
    found = side.of(scene)
    assert gathered(found, "o2") == gathered(found, "mule") == {"mule", *owners}


def test_payments_from_the_phone_of_old_are_nobodys_but_the_owners(side):
    scene, owners = Scene(), [f"o{n}" for n in range(4)]
    living(scene, *owners)
    scene.signs_up("treasurer", 1, "phone of treasurer")
    for place, owner in enumerate(owners):
        scene.logs_in(owner, 9 + place, f"new phone of {owner}")
        scene.pays(owner, 11.5 + place, "treasurer")
    found = side.of(scene)
    assert gathered(found, "o2") == {"o2"}
    assert gathered(found, "treasurer") == {"treasurer"}


def test_wallets_that_are_emptied_into_several_hands_at_once_are_led_away(side):
    scene, owners = Scene(), [f"o{n}" for n in range(4)]
    living(scene, *owners)
    for mule in ("m1", "m2"):
        scene.signs_up(mule, 1, f"phone of {mule}")
    for place, owner in enumerate(owners):
        scene.pays(owner, 9 + place, "m1")
        scene.pays(owner, 9 + place + HOUR / 2, "m2")
    assert gathered(side.of(scene), "o1") == {"m1", "m2", *owners}


def test_two_whose_money_was_led_away_make_no_hand(side):
    scene, owners = Scene(), ["o0", "o1"]
    living(scene, *owners)
    scene.signs_up("mule", 1, "phone of mule")
    for owner in owners:
        scene.logs_in(owner, 9, f"new phone of {owner}")
        scene.pays(owner, 9.1, "mule")
    assert gathered(side.of(scene), "o0") == {"o0"}
