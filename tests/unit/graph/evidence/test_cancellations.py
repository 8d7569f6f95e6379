"""Trips that did not happen, worked out by hand."""

from graph.model.vocabulary import Role
from tests.unit.graph.scenes import HOUR, Scene

CREW = [f"c{n}" for n in range(4)]


def crew(scene: Scene) -> None:
    for n, name in enumerate(CREW):
        scene.signs_up(name, 1 + n * HOUR, device="phone")
    scene.signs_up("dan", 1, role=Role.DRIVER)


def measured(side, scene: Scene):
    return side.of(scene).weighed({*CREW, "dan"}).evidence


def test_without_cancellations_everything_is_nothing(side):
    scene = Scene()
    crew(scene)
    e = measured(side, scene)
    assert (e.cancelled_inside, e.cancelled_share, e.mutual_cancels, e.fee_money) == (0, 0, 0, 0)
    assert e.turned_away == 0


def test_fees_that_members_farm_by_cancelling_on_each_other(side):
    scene = Scene()
    crew(scene)
    scene.cancels("c0", "dan", 2, Role.RIDER, 4.0)
    scene.cancels("c0", "dan", 3, Role.DRIVER, 4.0)
    scene.cancels("c1", "dan", 4, Role.RIDER, 4.0)
    scene.cancels("c1", "stranger", 4.5, Role.RIDER, 50.0)
    scene.rides("c0", "dan", 5)
    e = measured(side, scene)
    assert (e.cancelled_inside, e.fee_money) == (3, 12.0)
    assert e.cancelled_share == 3 / 4
    assert e.mutual_cancels == 1 / 2


def test_a_driver_who_turns_strangers_away_until_the_right_passenger_comes(side):
    scene = Scene()
    crew(scene)
    for n in range(6):
        scene.cancels(f"stranger{n}", "dan", 2 + n * HOUR, Role.DRIVER)
    scene.cancels("stranger9", "dan", 2.5, Role.RIDER)
    scene.cancels("c0", "dan", 2.6, Role.DRIVER)
    scene.rides("c1", "dan", 3)
    scene.rides("stranger8", "dan", 4)
    # Six strangers in eight trips that he agreed on and made: who cancelled herself was not turned away.
    assert measured(side, scene).turned_away == 6 / 8


def test_a_cancelled_trip_is_no_partner_and_no_pair(side):
    scene = Scene()
    crew(scene)
    for n in range(5):
        scene.cancels("c0", f"driver{n}", 2 + n * HOUR, Role.DRIVER, 2.0)
    seen = side.of(scene)
    assert seen.facts("c0").trips == 0
    assert seen.weighed({*CREW}).evidence.pair_density == 0


def test_an_investigator_reads_of_it_beside_the_rules(side):
    scene = Scene()
    for n in range(6):
        scene.signs_up(f"c{n}", 1 + n * HOUR, device="phone")
        scene.signs_up("dan", 1.2, device="phone", role=Role.DRIVER)
        scene.takes(f"c{n}", 1.5 + n * HOUR, "welcome", 10.0)
    scene.cancels("c0", "dan", 2, Role.RIDER, 4.0)
    scene.cancels("c0", "dan", 3, Role.DRIVER, 4.0)
    scene.takes("c0", 3.5, "welcome", 10.0)
    (ring,) = side.of(scene).rings()
    (remark,) = [reason for reason in ring.reasons if reason.rule == "fee_farming"]
    assert remark.detail == (
        "2 trips cancelled between them (100 % of what they agreed on) for 8.00 in fees, 100 % of the pairs "
        "from both sides; the drivers turned away others in 0 % of their trips"
    )
    assert remark.strength == 1.0


def test_who_keeps_losing_to_a_member(side):
    scene = Scene()
    crew(scene)
    for day in (2, 3):
        scene.cancels("c0", "dan", day, Role.RIDER, 4.0)
        scene.cancels("c1", "stranger", day, Role.RIDER, 4.0)
    scene.cancels("c2", "dan", 4, Role.RIDER, 4.0)
    assert measured(side, scene).losing_share == 1 / 5
