"""The fixtures by which one test body judges the engine and its twin: ``side`` and ``parts``."""

from __future__ import annotations

import pytest

from tests.unit.graph.sides.engine_side import EngineSide
from tests.unit.graph.sides.parts import ENGINE_PARTS, TWIN_PARTS, Parts
from tests.unit.graph.sides.side import Side
from tests.unit.graph.sides.twin_side import TwinSide


@pytest.fixture(scope="session", params=[EngineSide, TwinSide], ids=["engine", "twin"])
def side(request: pytest.FixtureRequest) -> type[Side]:
    """What a scene is told to: ``side()`` before any event, ``side.of(scene)`` after a whole scene."""
    chosen: type[Side] = request.param
    return chosen


@pytest.fixture(scope="session", params=[ENGINE_PARTS, TWIN_PARTS], ids=["engine", "twin"])
def parts(request: pytest.FixtureRequest) -> Parts:
    """Parts that stand by themselves."""
    chosen: Parts = request.param
    return chosen
