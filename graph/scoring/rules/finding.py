"""A rule, what it finds of a candidate, and the soft thresholds rules are built from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from graph.model.vocabulary import RingKind
from graph.state.evidence_record import Evidence, Record


class Finding(msgspec.Struct, frozen=True):
    """``strength`` in [0, 1]: 0 is no evidence, 1 is as strong as this kind of evidence gets.

    ``kind`` is None for what speaks for innocence. ``detail`` is one sentence for an investigator,
    ``numbers`` those behind it.
    """

    rule: str
    kind: RingKind | None
    strength: float
    detail: str
    numbers: Mapping[str, float] = {}


Description = tuple[str, Mapping[str, float]]
"""One sentence for an investigator, and the numbers behind it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """``strength`` is a kernel that reads the evidence as a record; ``describe`` puts the same into words."""

    name: str
    kind: RingKind | None
    strength: Callable[[Record], float]
    describe: Callable[[Evidence], Description]

    @property
    def feature(self) -> str:
        """The name of the strength among a scorer's features."""
        return f"innocent.{self.name}" if self.kind is None else f"rule.{self.name}"

    def found(self, evidence: Evidence, strength: float) -> Finding:
        """The finding of a strength worked out before."""
        detail, numbers = self.describe(evidence)
        return Finding(self.name, self.kind, strength, detail, numbers)


@dataclass(frozen=True, slots=True)
class Remark:
    """What an investigator should know of a ring and no scorer weighs by itself: in words like a rule's."""

    name: str
    strength: Callable[[Evidence], float]
    describe: Callable[[Evidence], Description]

    def found(self, evidence: Evidence) -> Finding:
        """The finding, of no kind of ring."""
        detail, numbers = self.describe(evidence)
        return Finding(self.name, None, self.strength(evidence), detail, numbers)


def counted(number: int, thing: str) -> str:
    """A number of things for people: ``1 driver``, ``3 drivers``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def percent(share: float) -> str:
    """A share for people: ``0.256`` is ``26 %``."""
    return f"{share * 100:.0f} %"
