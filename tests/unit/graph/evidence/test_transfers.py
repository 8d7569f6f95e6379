"""What members pay to each other and to one hand, worked out by hand; and who is no hand at all."""

import pytest

from graph.evidence.transfers import CROWD
from tests.unit.graph.scenes import HOUR, Scene

CREW = [f"c{n}" for n in range(6)]


def on_one_phone(scene: Scene, names=CREW) -> None:
    for n, name in enumerate(names):
        scene.signs_up(name, 1 + n * HOUR, device="phone")


def paying(scene: Scene, to: str, names=CREW, amount=20.0, day=3.0) -> None:
    for n, name in enumerate(names):
        scene.pays(name, day + n * HOUR, to, amount)


def measured(side, scene: Scene, members=CREW):
    return side.of(scene).weighed(set(members)).evidence


def test_without_payments_everything_is_nothing(side):
    scene = Scene()
    on_one_phone(scene)
    e = measured(side, scene)
    assert (e.transfers, e.transfer_money, e.transfer_share, e.fan_in) == (0, 0, 0, 0)
    assert (e.cash_out, e.circular_flow, e.tried_transfers) == (0, 0, 0)


def test_takings_that_come_together_in_one_hand(side):
    scene = Scene()
    on_one_phone(scene)
    paying(scene, "purse", CREW[:5], 30.0)
    scene.pays("c5", 4, "friend", 50.0)
    e = measured(side, scene)
    assert (e.transfers, e.transfer_money, e.fan_in) == (6, 200.0, 5)
    assert e.cash_out == 150 / 200
    assert e.transfer_share == 5 / 6
    assert e.circular_flow == 0


def test_the_hand_may_be_a_member(side):
    scene = Scene()
    on_one_phone(scene)
    paying(scene, "c0")
    e = measured(side, scene)
    # An account that pays itself pays nobody.
    assert (e.transfers, e.fan_in, e.cash_out, e.transfer_share) == (5, 5, 1, 5 / 6)


def test_money_that_goes_round_flows_in_a_circle(side):
    scene = Scene()
    on_one_phone(scene)
    for n, name in enumerate(CREW):
        scene.pays(name, 3 + n * HOUR, CREW[(n + 1) % len(CREW)], 20.0)
    assert measured(side, scene).circular_flow == 1
    chain = Scene()
    on_one_phone(chain)
    chain.pays("c0", 3, "c1", 40.0)
    chain.pays("c1", 4, "c2", 10.0)
    assert measured(side, chain).circular_flow == 10 / 50


def test_a_small_amount_before_a_large_one_is_a_test(side):
    scene = Scene()
    on_one_phone(scene)
    scene.pays("c0", 3, "purse", 1.0)
    scene.pays("c0", 4, "purse", 20.0)
    scene.pays("c1", 3, "purse", 1.01)
    scene.pays("c1", 4, "purse", 20.0)
    scene.pays("c2", 4, "purse", 0.5)
    assert measured(side, scene).tried_transfers == 1 / 3


@pytest.mark.parametrize("payers", [CROWD, CROWD + 1])
def test_a_shop_that_many_unrelated_accounts_pay_says_nothing(side, payers):
    scene = Scene()
    paying(scene, "shop", [f"customer{n}" for n in range(payers - len(CREW))], day=0)
    on_one_phone(scene)
    paying(scene, "shop")
    e = measured(side, scene)
    is_shop = payers > CROWD
    assert (e.transfers, e.fan_in) == ((0, 0) if is_shop else (6, 6))


def test_a_crew_of_any_size_that_pays_one_account_makes_no_shop_of_it(side):
    crew = [f"c{n:02}" for n in range(CROWD + 20)]
    scene = Scene()
    on_one_phone(scene, crew)
    paying(scene, "purse", crew)
    assert measured(side, scene, crew).fan_in == CROWD + 20
    # Nor is it one to the half of them that is asked about.
    assert measured(side, scene, crew[:10]).fan_in == 10


def test_a_member_that_is_a_shop_is_no_hand(side):
    scene = Scene()
    paying(scene, "c0", [f"customer{n}" for n in range(CROWD + 10)], day=0)
    on_one_phone(scene)
    paying(scene, "c0")
    assert measured(side, scene).fan_in == 0


def test_an_office_on_pay_day_says_nothing(side):
    scene = Scene()
    on_one_phone(scene)
    for n in range(CROWD + 1):
        scene.pays("c0", 3 + n * HOUR, f"clerk{n}", 900.0)
    scene.pays("c1", 4, "c2", 5.0)
    e = measured(side, scene)
    assert (e.transfers, e.transfer_money) == (1, 5.0)


def test_an_investigator_reads_of_it_beside_the_rules(side):
    scene = Scene()
    on_one_phone(scene)
    for n, name in enumerate(CREW):
        scene.takes(name, 1.5 + n * HOUR, "welcome", 10.0)
    paying(scene, "purse")
    (ring,) = side.of(scene).rings()
    (remark,) = [reason for reason in ring.reasons if reason.rule == "cash_out"]
    assert remark.detail == (
        "6 accounts paid one account, which got 100 % of the 120.00 that they sent from wallet to wallet"
    )
    assert "purse" in ring.accounts
    assert remark.strength == pytest.approx(6 / 7, abs=1e-4)


def test_money_that_is_led_away_from_who_had_been_there(side):
    scene = Scene()
    on_one_phone(scene)
    scene.logs_in("c0", 9, "another phone")
    scene.pays("c0", 9.5, "mule", 20.0)
    scene.pays("c1", 9.5, "mule", 20.0)
    scene.pays("c2", 9.5, "mule", 20.0)
    scene.pays("c2", 9.5 + HOUR / 2, "mate", 20.0)
    assert measured(side, scene).led_away == 3 / 4
