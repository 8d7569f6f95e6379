"""An engine as it is run: with the configuration given, and the score that ships or a stored model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ringfence.model_choice import scorer_at

if TYPE_CHECKING:
    from graph.engine import CandidateLog, Engine
    from graph.scoring.member_scorer import MemberScorer
    from graph.scoring.scorer import Scorer


def new_engine(window_days: float, model: Path | None = None) -> Engine:
    """An empty engine scored by the model that lies there; None is the score that ships."""
    return engine_with(window_days, scorer_at(model))


def engine_with(window_days: float, scorer: Scorer | MemberScorer) -> Engine:
    """An empty engine with a scorer that is at hand."""
    from graph.engine import Engine, EngineConfig

    return Engine(EngineConfig(window_days=window_days), scorer)


def logged(window_days: float, model: Path | None = None) -> tuple[Engine, CandidateLog]:
    """As ``new_engine``, with a log of everything that the engine judges."""
    from graph.engine import EngineConfig, logged_engine

    return logged_engine(EngineConfig(window_days=window_days), scorer_at(model))
