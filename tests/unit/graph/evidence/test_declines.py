"""Cards that are tried one after another, worked out by hand; and declines that say nothing."""

from tests.unit.graph.scenes import HOUR, MINUTE, Scene

CREW = [f"c{n}" for n in range(4)]


def on_one_phone(scene: Scene) -> None:
    for n, name in enumerate(CREW):
        scene.signs_up(name, 1 + n * HOUR, device="phone")


def measured(side, scene: Scene):
    return side.of(scene).weighed(set(CREW)).evidence


def test_small_declines_on_one_phone_then_a_charge(side):
    scene = Scene()
    on_one_phone(scene)
    for n in range(6):
        scene.is_declined(CREW[n % 2], 2 + n * MINUTE, f"stolen{n}", 1.0, device="phone")
    scene.is_declined("c0", 2 + 10 * MINUTE, "stolen0", 2.0)
    scene.is_declined("c1", 2 + 11 * MINUTE, "stolen5", 90.0)
    scene.rides("c0", "driver", 2.5, fare=30.0, card_id="stolen9")
    e = measured(side, scene)
    assert (e.declines, e.declined_cards, e.declined_money) == (8, 6, 98.0)
    assert e.declined_per_device == 6
    # Of six cards the one that was asked for 91 in all is not small beside a fare of 30.
    assert e.small_declines == 5 / 6
    assert e.charged_after == 1 / 2


def test_a_card_of_ones_own_that_is_declined_says_nothing(side):
    scene = Scene()
    on_one_phone(scene)
    for name in CREW:
        scene.adds_card(name, 2, f"card of {name}")
        scene.is_declined(name, 3, f"card of {name}", 9.0)
    e = measured(side, scene)
    assert (e.declines, e.declined_cards, e.declined_money, e.charged_after) == (0, 0, 0, 0)


def test_a_declined_card_ties_nobody_and_belongs_to_nobody(side):
    scene = Scene()
    scene.is_declined("ann", 1, "card", 5.0, device="anns phone")
    scene.is_declined("bob", 1, "card", 5.0, device="bobs phone")
    graph = side.of(scene)
    assert graph.clusters() == set()
    assert graph.weighed({"ann", "bob"}).evidence.cards == 0


def test_who_is_declined_on_one_phone_is_tied_by_the_phone(side):
    scene = Scene()
    scene.is_declined("ann", 1, "card", 5.0, device="phone")
    scene.is_declined("bob", 1, "other card", 5.0, device="phone")
    assert side.of(scene).clusters() == {frozenset({"ann", "bob"})}


def test_an_investigator_reads_of_it_beside_the_rules(side):
    scene = Scene()
    for n in range(6):
        scene.signs_up(f"c{n}", 1 + n * HOUR, device="phone")
        scene.takes(f"c{n}", 1.5 + n * HOUR, "welcome", 10.0)
    for n in range(3):
        scene.is_declined("c0", 2 + n * MINUTE, f"stolen{n}", 1.0)
    scene.takes("c0", 2.5, "welcome", 10.0)
    (ring,) = side.of(scene).rings()
    (remark,) = [reason for reason in ring.reasons if reason.rule == "card_testing"]
    assert remark.detail == (
        "3 strange cards declined, 3.0 a phone, 0 % for small amounts; "
        "0 % of the accounts that tried paid with a card of theirs afterwards"
    )
    assert remark.strength == 0.5
