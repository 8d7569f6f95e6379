"""A scorer without weights, so that what the engine does can be read off a scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.engine import Engine, EngineConfig
from graph.model.events import EventBase
from graph.model.results import Outcome
from graph.rings.lifecycle import Policy
from graph.scoring.features import FEATURES

ACCUSING = [n for n, name in enumerate(FEATURES) if name.startswith("rule.") or name == "signal.one_hand"]


@dataclass(frozen=True)
class StrongestSign:
    """The score is the strongest rule, or how far the accounts look like one hand, whichever is more."""

    model_id: str = "strongest-sign"
    prior: float = 0.01
    damping: float = 0.9

    def score(self, features: Sequence[float]) -> float:
        return self.damping * max(features[n] for n in ACCUSING)


EVEN_ODDS = Policy(review=0.5, close=0.4)
"""Scenes are written for rings that open when they are more likely than not."""


def new_engine(**options) -> Engine:
    """An engine that judges by the strongest sign, at even odds."""
    return Engine(EngineConfig(**{"policy": EVEN_ODDS, **options}), StrongestSign())


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """Several outcomes as one."""
    return Outcome(
        flags=[flag for o in outcomes for flag in o.flags],
        ledger=[entry for o in outcomes for entry in o.ledger],
    )


def in_batches(engine: Engine, events: Sequence[EventBase], size: int) -> Outcome:
    """What the engine says when it is fed ``size`` events at a time."""
    return joined([engine.apply(events[n : n + size]) for n in range(0, len(events), size)])
