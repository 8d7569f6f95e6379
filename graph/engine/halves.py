"""The kernel ``run`` in two halves, so that two processes compile it in little more than half the time.

What it calls is compiled for it anyway, one after another, and kept; a kernel that another process has kept
by then is only loaded. Both halves are about as long; what either calls beside its own is compiled twice.
"""

from __future__ import annotations

from typing import Final

from numba import types

from graph.engine.candidate_generation import take_intact_ring
from graph.engine.completion import is_to_be_completed
from graph.engine.feature_extraction import extract_features
from graph.engine.judging import judge_around, judge_circle, judge_moves
from graph.kernels.arrays import type_of
from graph.kernels.kernel import compile_for
from graph.model.event_batch import KernelBatch
from graph.state.state import State
from graph.updates.apply import age, apply_event, rode

_STATE: Final = type_of(State)
_BATCH: Final = type_of(KernelBatch)
_ENTITY: Final = types.int64


def compile_judging() -> None:
    """What ages links, gathers candidates and measures them; the first is what the other half waits for."""
    compile_for(age, _STATE)
    compile_for(judge_around, _STATE, _ENTITY, types.boolean)
    compile_for(take_intact_ring, _STATE, _ENTITY)
    compile_for(extract_features, _STATE)
    compile_for(is_to_be_completed, _STATE)


def compile_applying() -> None:
    """What applies an event; circles and moves."""
    event, text = _BATCH.field("events").dtype, _BATCH.field("text")
    compile_for(rode, _STATE, event, text)
    compile_for(judge_circle, _STATE)
    compile_for(judge_moves, _STATE)
    compile_for(apply_event, _STATE, event, text)
