"""Rings of more accounts than ``LARGE`` are judged when they grew by a share, in both engines alike."""

import random

import pytest

from graph.engine import Engine, EngineConfig
from graph.engine.rejudging import LARGE
from graph.model.vocabulary import ActKind, VerdictOutcome
from tests.properties.test_engine_equals_twin import assert_same, pair
from tests.unit.graph.fakes import StrongestSign, in_batches
from tests.unit.graph.scenes import HOUR, Scene, at

MEMBERS = 2 * LARGE


def a_farm(seed: int = 1, members: int = MEMBERS) -> Scene:
    """Riders made on two phones, one an hour, who take a promotion, ride a little, are disowned or leave."""
    draw, scene = random.Random(seed), Scene()
    for number in range(members):
        day, name, phone = 1 + number * HOUR, f"r{number}", f"phone {number % 2}"
        scene.signs_up(name, day, phone, ip="home")
        scene.takes(name, day + HOUR / 4, "welcome", device=phone)
        for trip in range(draw.randrange(3)):
            driver = f"driver {draw.randrange(3)}"
            scene.rides(name, driver, day + (1 + trip) * HOUR / 3, rider_device_id=phone)
        if draw.random() < 0.1:
            scene.disowns(name, day + HOUR)
    # After a window of 20 days all links of the first phone but a few have aged.
    for number in range(0, members, 16):
        scene.logs_in(f"r{number}", 18 + number * HOUR / 8, "phone 1")
    scene.is_acted_on("device:phone 1", 20, ActKind.DECLARE_PUBLIC)
    scene.is_answered("r1", 20.5, VerdictOutcome.LEGIT)
    for number in range(members):
        scene.logs_in(f"r{number}", 26 + number * HOUR, "phone 0")
    return scene


@pytest.mark.parametrize("scorer", ["shipped", "strongest sign"])
def test_the_engine_and_the_plain_one_agree_on_a_large_ring(scorer):
    events = a_farm().events
    engine, plain = pair(scorer)
    for start in range(0, len(events), 50):
        batch = events[start : start + 50]
        assert engine.apply(batch) == plain.apply(batch)
    assert_same(engine, plain)


def test_batches_do_not_matter():
    events = a_farm(2).events
    (one, _), (other, _) = pair("strongest sign"), pair("strongest sign")
    assert in_batches(one, events, 1) == in_batches(other, events, 97)


def test_a_ring_twice_as_large_is_not_judged_twice_as_often():
    heard: list[int] = []
    engine = Engine(
        EngineConfig(), StrongestSign(), lambda judgement, *_: heard.append(len(judgement.accounts))
    )
    growing = [event for event in a_farm(members=4 * LARGE).events if event.ts < at(18)]
    engine.apply(growing)
    first = sum(LARGE < accounts <= 2 * LARGE for accounts in heard)
    second = sum(2 * LARGE < accounts <= 4 * LARGE for accounts in heard)
    assert first > 10
    assert second <= 1.25 * first
