"""One test body for the engine and for its twin."""

from tests.unit.graph.sides.fixtures import parts, side

__all__ = ["parts", "side"]
