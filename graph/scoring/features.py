"""The features a scorer reads of a candidate: one registry of all rules, signals and measures.

The registry is made of ``RULES`` and ``INNOCENT_RULES`` (``graph.scoring.rules``), of ``SIGNALS``
(``graph.scoring.signals``) and of ``MEASURES`` (``graph.scoring.measures``). What is added to one of these is
extracted and has a name, a sign and a place without another line. A stored model carries the names; one that
was fitted before the change is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.kernel import kernel
from graph.scoring.measures import MEASURES
from graph.scoring.rules import INNOCENT_RULES, RULES
from graph.scoring.signals import SIGNALS
from graph.state.evidence_record import Record


@dataclass(frozen=True, slots=True)
class Feature:
    """One number in [0, 1] of an evidence record: by a kernel, or by an expression over the record ``e``."""

    name: str
    sign: int
    kernel: Callable[[Record], float] | None
    expression: str


REGISTRY: Final[tuple[Feature, ...]] = (
    *(Feature(rule.feature, 1, rule.strength, "") for rule in RULES),
    *(Feature(rule.feature, -1, rule.strength, "") for rule in INNOCENT_RULES),
    *(Feature(f"signal.{signal.name}", signal.sign, signal.value, "") for signal in SIGNALS),
    *(Feature(f"measure.{each.name}", each.sign, None, each.expression) for each in MEASURES),
)

FEATURES: Final[dict[str, int]] = {feature.name: feature.sign for feature in REGISTRY}
"""The features, in order, with the direction in which each may move a score: +1 towards a ring, -1 away
from it, 0 either way. A fit that wanted the other direction would have learnt a habit of its training
cities, not what the evidence means."""

PLACES: Final[dict[str, int]] = {name: place for place, name in enumerate(FEATURES)}
"""Where the feature of a name stands in a row of features."""


def _extractor() -> Callable[[Record, npt.NDArray[np.float64]], None]:
    """A function with one assignment for each feature of the registry.

    Written by name, since numba calls functions from a list through pointers, which it does not cache. It
    stands in this file as far as numba can see, whose cached code depends on everything imported here.
    """
    lines = [
        f"    out[{place}] = {each.expression or f'extract_{place}(e)'}"
        for place, each in enumerate(REGISTRY)
    ]
    source = "\n".join(["def extract(e, out):", *lines])
    names: dict[str, Any] = {f"extract_{place}": each.kernel for place, each in enumerate(REGISTRY)}
    names["__name__"] = __name__
    exec(compile(source, __file__, "exec"), names)  # noqa: S102  (nothing but names and places made above)
    written: Callable[[Record, npt.NDArray[np.float64]], None] = names["extract"]
    written.__doc__ = "Write every feature of the evidence into ``out``, float64 (len(FEATURES),), in order."
    return written


extract: Final = kernel(_extractor())
