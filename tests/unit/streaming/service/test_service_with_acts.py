"""The service follows what analysts do, as the engine does with the same events, whenever it is killed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from graph.engine import Engine
from graph.model.vocabulary import ActKind
from streaming.service.config import ServiceConfig
from tests.unit.graph.fakes import new_engine
from tests.unit.graph.scenes import Scene
from tests.unit.streaming.service.fakes import Broker, Delivery, World


class Crash(BaseException):
    """The process is gone."""


class ActsWorld(World):
    """Its services have the real engine."""

    def new_engine(self) -> Engine:
        return new_engine()


def a_crew_and_what_was_done_about_it() -> Scene:
    scene = Scene()
    for n in range(6):
        scene.signs_up(f"c{n}", 1 + n / 10, "phone")
    scene.is_acted_on("c0", 2, ActKind.CUT, "device:phone")
    scene.is_acted_on("c1", 2.1, ActKind.CUT, "device:phone", act_id="wrong")
    scene.is_acted_on("device:phone", 3, ActKind.DECLARE_PUBLIC, until=4)
    scene.is_acted_on("c1", 3.5, ActKind.UNDO, "wrong")
    for n in range(4):
        scene.logs_in(f"stranger{n}", 3.6 + n / 4, f"phone of {n}")
    scene.is_acted_on("c2", 5, ActKind.HOUSEHOLD, until=6)
    scene.logs_in("stranger0", 7, "phone of 0")
    return scene


@pytest.mark.parametrize("until", [1, 3, 5])
def test_what_analysts_did_survives_a_crash_at_any_delivery(tmp_path: Path, until: int) -> None:
    scene = a_crew_and_what_was_done_about_it()
    expected = new_engine()
    said = expected.apply(scene.events)
    broker = Broker()
    broker.send("verdicts", *map(msgspec.json.encode, scene.events))
    config = ServiceConfig(until_end=True, batch_most=256, snapshot_every=4)
    here = ActsWorld(broker, tmp_path / "state", config, portion=1)

    class Mortal(Delivery):
        left = until

        def deliver(self, outcome, refused, offsets, note):
            self.left -= 1
            if self.left < 0:
                raise Crash
            return super().deliver(outcome, refused, offsets, note)

    with pytest.raises(Crash):
        here.run(Mortal(here.broker))
    service = here.run()
    assert service.core.engine.state_digest() == expected.state_digest()
    assert service.core.engine.rings() == expected.rings()
    assert set(here.broker.flags) == {flag.flag_id for flag in said.flags}
    (ring,) = expected.rings()
    assert "c0" not in ring.accounts
    assert "c1" in ring.accounts
