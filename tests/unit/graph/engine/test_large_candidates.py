"""Rings of more accounts than ``LARGE`` are judged when they grew by a share, in both engines alike."""

import random
from functools import partial

import pytest

from graph.engine import Engine, EngineConfig
from graph.model.events import EventBase
from graph.model.shapes import LARGE, Shape
from graph.model.vocabulary import ActKind, Role, VerdictOutcome
from tests.properties.test_engine_equals_twin import assert_same, pair
from tests.unit.graph.fakes import StrongestSign, in_batches
from tests.unit.graph.scenes import HOUR, Scene, at

MEMBERS = 2 * LARGE
LEAST_JUDGED = 5
A_DOUBLING = 12
"""Sixteenths by which something grows until it is twice as large."""


def a_farm(seed: int = 1, members: int = MEMBERS, phones: int = 2) -> Scene:
    """Riders made on few phones, one an hour, who take a promotion, ride a little, are disowned or leave."""
    draw, scene = random.Random(seed), Scene()
    for number in range(members):
        day, name, phone = 1 + number * HOUR, f"r{number}", f"phone {number % phones}"
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


def a_closed_circle(seed: int = 3, members: int = MEMBERS) -> Scene:
    """Riders on phones of their own, one more an hour, who ride with the same three drivers day after day."""
    draw, scene = random.Random(seed), Scene()
    for driver in range(3):
        scene.signs_up(f"driver {driver}", 0.5, f"phone of {driver}", role=Role.DRIVER)
    for number in range(members):
        scene.signs_up(f"r{number}", 1 + number * HOUR, f"own {number}")
        for trip in range(6):
            day = 1 + number * HOUR + (trip + draw.random()) / 2
            scene.rides(f"r{number}", f"driver {draw.randrange(3)}", day)
    return scene


def a_gathering(seed: int = 5, members: int = MEMBERS) -> Scene:
    """Settled riders who are brought to six phones within a day, and ride with two drivers from then on."""
    draw, scene = random.Random(seed), Scene()
    for driver in range(2):
        scene.signs_up(f"driver {driver}", 0.5, f"phone of {driver}", role=Role.DRIVER)
    for number in range(members):
        scene.signs_up(f"r{number}", 1, f"own {number}", ip=f"home {number}")
        scene.logs_in(f"r{number}", 10, f"own {number}")
        for phone in draw.sample(range(6), 2):
            scene.logs_in(f"r{number}", 16 + draw.random(), f"phone {phone}")
        for trip in range(3):
            scene.rides(f"r{number}", f"driver {draw.randrange(2)}", 17 + trip + draw.random())
    return scene


def sizes_judged(events: list[EventBase], shape: Shape) -> list[int]:
    """How many accounts each judged candidate of a shape has."""
    heard: list[int] = []
    engine = Engine(
        EngineConfig(),
        StrongestSign(),
        lambda judgement, *_: heard.append(len(judgement.accounts)) if judgement.shape is shape else None,
    )
    engine.apply(events)
    return heard


@pytest.mark.parametrize("scene", [a_farm, a_closed_circle, a_gathering])
@pytest.mark.parametrize("scorer", ["shipped", "strongest sign"])
def test_the_engine_and_the_plain_one_agree_on_a_large_ring(scorer, scene):
    events = scene().events
    engine, plain = pair(scorer)
    for start in range(0, len(events), 50):
        batch = events[start : start + 50]
        assert engine.apply(batch) == plain.apply(batch)
    assert_same(engine, plain)


def test_batches_do_not_matter():
    events = a_farm(2).events
    (one, _), (other, _) = pair("strongest sign"), pair("strongest sign")
    assert in_batches(one, events, 1) == in_batches(other, events, 97)


@pytest.mark.parametrize(
    ("scene", "shape"),
    [
        (partial(a_farm, phones=1), Shape.CLUSTERS),
        (a_closed_circle, Shape.CIRCLE),
        (a_gathering, Shape.VISIT),
    ],
)
def test_a_ring_twice_as_large_is_not_judged_twice_as_often(scene, shape):
    growing = [event for event in scene(members=4 * LARGE).events if event.ts < at(18)]
    heard = sizes_judged(growing, shape)
    first = sum(LARGE < accounts <= 2 * LARGE for accounts in heard)
    second = sum(2 * LARGE < accounts <= 4 * LARGE for accounts in heard)
    assert first > LEAST_JUDGED
    assert second <= 1.25 * max(first, A_DOUBLING)
