"""The halves are compiled for what ``run`` calls them with, so that compiling it finds them."""

from __future__ import annotations

from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig, compile_applying, compile_judging, halves
from graph.engine.judging import run
from graph.model.event_batch import EventBatch
from tests.unit.graph.scenes import Scene


def test_a_half_compiles_for_no_other_types_than_the_whole():
    scene = Scene()
    scene.signs_up("a", 1, "phone")
    Engine(EngineConfig(), load_scorer()).apply(EventBatch.of(scene.events))
    kernels = [each for each in vars(halves).values() if hasattr(each, "overloads")]
    assert len(kernels) == 9
    assert run.overloads
    compile_judging()
    compile_applying()
    assert {each.__name__: len(each.overloads) for each in kernels} == {each.__name__: 1 for each in kernels}
