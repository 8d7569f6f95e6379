"""The service with a stored network: it recovers to the same flags, and tells of drift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import pytest

from gnn.models.stored_model import shipped_model
from gnn.serving.network_scorer import NetworkScorer
from graph.engine import Engine, EngineConfig
from graph.model.errors import Fatal
from ringfence.model_choice import scorer_at
from streaming.service.config import ServiceConfig
from streaming.service.metrics import exposition
from streaming.service.status import Status
from tests.unit.graph.city import live_in
from tests.unit.graph.scenes import Scene
from tests.unit.graph.schemes import promo_farm
from tests.unit.streaming.service.fakes import Broker, Delivery, World

END = ServiceConfig(until_end=True, batch_most=256, snapshot_every=300)


class Crash(BaseException):
    """The process is gone."""


@dataclass
class ModelWorld(World):
    """Its services score with a stored network, or with the score that ships."""

    is_network: bool = True
    drift: Mapping[str, float] = field(default_factory=dict)

    def new_engine(self):
        scorer = NetworkScorer(shipped_model()) if self.is_network else scorer_at(None)
        return Engine(EngineConfig(), scorer)

    def parts(self, state, sink=None):
        return replace(super().parts(state, sink), drift=lambda: self.drift)


@pytest.fixture(scope="module")
def records() -> list[bytes]:
    scene = Scene()
    live_in(scene, riders=40, drivers=20, days=30)
    promo_farm(scene)
    return [msgspec.json.encode(event) for event in scene.events]


def world(folder: Path, records: list[bytes], **more) -> ModelWorld:
    broker = Broker()
    broker.send("a", *records)
    return ModelWorld(broker, folder, END, portion=100, **more)


def test_a_crash_with_a_model_at_work_ends_in_the_same_flags(tmp_path: Path, records) -> None:
    calm = world(tmp_path / "calm", records)
    expected = calm.run()
    assert calm.broker.flags
    here = world(tmp_path / "state", records)

    class Mortal(Delivery):
        def deliver(self, outcome, refused, offsets, note):
            if outcome.flags:
                raise Crash
            return super().deliver(outcome, refused, offsets, note)

    with pytest.raises(Crash):
        here.run(Mortal(here.broker))
    recovered = here.run()
    assert here.broker.flags == calm.broker.flags
    assert recovered.core.engine.rings() == expected.core.engine.rings()
    assert recovered.core.engine.state_digest() == expected.core.engine.state_digest()


def test_a_state_made_with_a_model_is_refused_without_it(tmp_path: Path, records) -> None:
    here = world(tmp_path / "state", records)
    here.run()
    here.is_network = False
    with pytest.raises(Fatal, match=r"with the model boosted_\w+, found model_\w+: use that one"):
        here.run()


def test_drift_is_a_gauge_and_a_warning_that_is_given_once(tmp_path: Path, records) -> None:
    here = world(tmp_path / "state", records[:50], drift={"score": 0.3, "rule.takeover": 0.1})
    service = here.run()
    metrics = exposition(service.status, 0.0).decode()
    assert 'ringfence_drift{quantity="score"} 0.3' in metrics
    assert 'ringfence_drift{quantity="rule.takeover"} 0.1' in metrics
    (warning,) = [text for text in here.warnings if "drift" in text]
    assert "in score: look at ringfence_drift" in warning
    service._watch_drift()
    here.drift = {"score": 0.4, "rule.takeover": 0.3}
    service._watch_drift()
    assert [text for text in here.warnings if "drift" in text][1:] == [
        warning.replace("in score:", "in rule.takeover, score:")
    ]


def test_without_a_model_there_is_no_gauge_of_drift() -> None:
    assert "ringfence_drift{" not in exposition(Status(), 0.0).decode()
