"""Orchestration: a batch of events through updates, candidates, evidence, score and rings.

``Engine`` is the way in. Whoever stores what changed asks it for its change feed; it never asks a store.
"""

from graph.engine.candidate_log import CandidateLog, logged_engine
from graph.engine.engine import (
    DEFAULT_WINDOW_DAYS,
    LARGEST_BATCH,
    LATENESS_MS,
    Engine,
    EngineConfig,
    Observer,
)
from graph.engine.halves import compile_applying, compile_judging
from graph.engine.what_if import Asking, WhatIf

__all__ = [
    "DEFAULT_WINDOW_DAYS",
    "LARGEST_BATCH",
    "LATENESS_MS",
    "Asking",
    "CandidateLog",
    "Engine",
    "EngineConfig",
    "Observer",
    "WhatIf",
    "compile_applying",
    "compile_judging",
    "logged_engine",
]
