"""When an account is looked at again: when its candidate has done more, and not at every event."""

from graph.model.vocabulary import Role
from tests.unit.graph.fakes import StrongestSign
from tests.unit.graph.scenes import HOUR, Scene, at


def judged(side, scene: Scene, scorer: StrongestSign) -> list[tuple[int, int]]:
    """The time of every judgement, and how many accounts it was about."""
    heard: list[tuple[int, int]] = []
    side.of(
        scene,
        scorer=scorer,
        observer=lambda judgement, _, moment: heard.append((moment.ts, len(judgement.accounts))),
    )
    return heard


NEVER_A_RING = StrongestSign(damping=0.0)
NEAR_A_RING = 0.48
"""What four accounts on one phone are damped by, to score a little less than what opens a ring."""
ALWAYS_A_RING = StrongestSign(damping=1.0)


def four_on_a_phone(logins: int) -> Scene:
    """Four riders made on one phone, who log in by turns, each so often."""
    scene = Scene()
    for rider in "abcd":
        scene.signs_up(rider, 1, "phone")
    for turn in range(4 * logins):
        scene.logs_in("abcd"[turn % 4], 2 + turn * HOUR, "phone")
    return scene


def test_a_candidate_far_from_a_ring_rests_until_its_accounts_have_grown_by_a_quarter(side):
    early = [when for when, _ in judged(side, four_on_a_phone(20), NEVER_A_RING) if when < at(2 + 40 * HOUR)]
    late = [when for when, _ in judged(side, four_on_a_phone(20), NEVER_A_RING) if when >= at(2 + 40 * HOUR)]
    # Forty logins each: from one to eleven events an account, and from eleven to twenty-one.
    assert 8 <= len(early) <= 20
    assert 2 <= len(late) <= 3


def test_a_candidate_near_a_ring_rests_less_long(side):
    far, near = (
        len(judged(side, four_on_a_phone(20), StrongestSign(damping=damping)))
        for damping in (0.0, NEAR_A_RING)
    )
    assert near >= 2 * far


def test_a_ring_rests_less_long(side):
    candidate, ring = (judged(side, four_on_a_phone(20), scorer) for scorer in (NEVER_A_RING, ALWAYS_A_RING))
    assert len(ring) > 2 * len(candidate)


def test_a_busy_driver_does_not_keep_new_riders_from_being_judged(side):
    scene = Scene()
    scene.signs_up("dan", 1, "phone", role=Role.DRIVER)
    for trip in range(300):
        scene.rides(f"stranger {trip}", "dan", 2 + trip * HOUR / 4)
    for rider in "abc":
        scene.signs_up(rider, 6, "phone")
    for trip in range(12):
        scene.rides("abc"[trip % 3], "dan", 7 + trip * HOUR)
    heard = [when for when, accounts in judged(side, scene, NEVER_A_RING) if when >= at(7) and accounts == 4]
    assert len(heard) >= 4


def test_what_came_to_a_foreign_phone_is_judged_at_each_of_its_events(side):
    scene = Scene()
    for victim in "abc":
        scene.signs_up(victim, 1, f"phone of {victim}")
        for day in range(2, 40):
            scene.logs_in(victim, day, f"phone of {victim}")
    for victim in "abc":
        scene.logs_in(victim, 40.5, "thief's phone")
    for trip in range(6):
        scene.rides("bc"[trip % 2], "dan", 41 + trip * HOUR)
    heard = {when for when, _ in judged(side, scene, NEVER_A_RING)}
    assert {at(41 + trip * HOUR) for trip in range(6)} <= heard
