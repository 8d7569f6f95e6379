"""A batch of events, one at a time: applied to the graph, then whoever it touched judged again.

When an account is looked at again: see ``graph.engine.rejudging``. The cost of an event does not grow with
the graph.

``run`` goes on until something is for Python to do: a score by a scorer that is not linear, a judgement that
opens, changes or closes a ring, a ring whose cluster fell apart, a verdict. It says what, and goes on from
there when it is called again. Few events do that; all others never leave the kernel.
"""

from __future__ import annotations

from typing import Final

from graph.candidates.circles import circle_around
from graph.candidates.visits import visit_around
from graph.engine.feature_extraction import (
    forget_scores,
    in_a_ring,
    score,
    set_candidate,
    take_score,
    weigh,
)
from graph.engine.proposals import gather_around, hold_together, take_ring, widen
from graph.engine.rejudging import count_event, is_due, rest
from graph.kernels.kernel import kernel
from graph.kernels.rows import sort
from graph.model.event_batch import TRIP_COMPLETED, VERDICT, Batch
from graph.model.shapes import CIRCLE, CLUSTERS, VISIT
from graph.rings.decision import CONFIRM, NOTHING, confirm, decide
from graph.state.interning import Bytes
from graph.state.sizes import EVENTS_AT_ONCE
from graph.state.state import NO_RING, NOBODY, Records, State, account_of
from graph.updates.apply import apply_event
from graph.updates.batched_lookup import recognise

MIN_CIRCLE_TRIPS: Final = 3

DONE: Final = 0
NEEDS_SCORE: Final = 1
JUDGED: Final = 2
FELL_APART: Final = 3
VERDICT_CAME: Final = 4
_CANDIDATE: Final = 5
"""What ``run`` says: the batch is done; the candidate at hand waits for a score in ``state.candidate``; it
was judged; the ring of ``state.cursor[0].subject`` fell apart; a verdict came."""

_APPLY: Final = 0
_REGROUP: Final = 1
_FADE: Final = 2
_HEAR: Final = 3
_LOOK: Final = 4
_CIRCLE: Final = 5
_LEAVE: Final = 6
"""Phases of one event."""

_NEXT: Final = 0
_WEIGH: Final = 1
_CONCLUDE: Final = 2
_FINISH: Final = 3
"""Steps of one candidate."""


@kernel
def run(state: State, batch: Batch) -> int:
    """Go on with a batch until it is done or something is for Python to do; says what."""
    events, text = batch.events, batch.text
    cursor, options = state.cursor[0], state.options[0]
    while True:
        if cursor.step == _NEXT:
            found = _next_candidate(state, events, text)
            if found != _CANDIDATE:
                return found
            cursor.step = _WEIGH
        if cursor.step == _WEIGH:
            if state.candidate[0].size < options.min_accounts and not in_a_ring(state):
                forget_scores(state)
                cursor.step = _FINISH
            else:
                weigh(state)
                cursor.step = _CONCLUDE
                if options.scored_outside:
                    return NEEDS_SCORE
                score(state)
        if cursor.step == _CONCLUDE:
            take_score(state)
            cursor.step = _FINISH
            if _conclude(state):
                return JUDGED
        cursor.step = _NEXT
        if cursor.pending != NOBODY:
            # Behind a visit its cluster is looked at; what rests, and how long, the visit has said.
            entity = cursor.pending
            cursor.pending = NOBODY
            if account_of(state, entity).ring == NO_RING:
                gather_around(state, entity)
                cursor.step = _WEIGH


@kernel
def _conclude(state: State) -> bool:
    """Carry out a judgement that changes no ring; returns whether it is for Python, or for an observer."""
    candidate = state.candidate[0]
    action = decide(state, state.members[: candidate.size], candidate.score, candidate.shape)
    if action == CONFIRM:
        confirm(state, state.decision[0].survivor)
    return bool(state.options[0].observed or action not in (CONFIRM, NOTHING))


@kernel
def begin_batch(state: State) -> None:
    """Start at the first event."""
    state.cursor[0].row = 0
    state.cursor[0].phase = _APPLY
    state.cursor[0].step = _NEXT
    state.cursor[0].pending = NOBODY


@kernel
def follow_analyst(state: State) -> None:
    """Start behind an analyst's act that changed the graph: who it regrouped is judged, as after an event."""
    begin_batch(state)
    state.cursor[0].row = -1
    _begin_following(state)


@kernel
def judge_account(state: State, entity: int) -> None:
    """Judge around an account next, whether or not it is due, and then go on."""
    _judge_around(state, entity)
    state.cursor[0].step = _WEIGH


@kernel
def weigh_accounts(state: State, members: int, shape: int) -> None:
    """Weigh what lies in ``state.members`` at once, whether or not it is due."""
    set_candidate(state, members, shape)
    rest(state)
    weigh(state)


@kernel
def _begin_following(state: State) -> None:
    cursor = state.cursor[0]
    sort(state.regrouped[: cursor.regrouped])
    sort(state.faded[: cursor.faded])
    cursor.phase = _REGROUP
    cursor.index = 0


@kernel
def _next_candidate(state: State, events: Records, text: Bytes) -> int:
    """Go on to the next candidate that the events call for, or to what is for Python to do."""
    cursor = state.cursor[0]
    while True:
        phase = cursor.phase
        if phase == _APPLY:
            if cursor.row >= len(events):
                return DONE
            if cursor.row % EVENTS_AT_ONCE == 0:
                recognise(state, events, text, cursor.row)
            apply_event(state, events[cursor.row], text)
            touched = cursor.touched[0] != NOBODY or cursor.regrouped + cursor.faded > 0
            if not touched and events[cursor.row].kind != VERDICT:
                cursor.row += 1
                continue
            _begin_following(state)
        elif phase == _REGROUP:
            while cursor.index < cursor.regrouped:
                entity = state.regrouped[cursor.index]
                cursor.index += 1
                account = account_of(state, entity)
                if account.judged != state.counters[0].event:
                    if account.ring == NO_RING or state.rings[account.ring].shape != CLUSTERS:
                        _judge_around(state, entity)
                    elif not hold_together(state, account.ring):
                        cursor.subject = entity
                        return FELL_APART
                    return _CANDIDATE
            cursor.phase = _FADE
            cursor.index = 0
        elif phase == _FADE:
            while cursor.index < cursor.faded:
                entity = state.faded[cursor.index]
                cursor.index += 1
                account = account_of(state, entity)
                if account.judged != state.counters[0].event and account.ring != NO_RING:
                    _judge_around(state, entity)
                    return _CANDIDATE
            cursor.phase = _HEAR
            cursor.index = 0
        elif phase == _HEAR:
            cursor.phase = _LOOK
            if cursor.row < 0:
                return DONE
            if events[cursor.row].kind == VERDICT:
                return VERDICT_CAME
        elif phase == _LOOK:
            while cursor.index < 2:
                entity = cursor.touched[cursor.index]
                cursor.index += 1
                if entity != NOBODY:
                    count_event(state, entity)
                    if is_due(state, entity, events[cursor.row].kind):
                        _judge_around(state, entity)
                        return _CANDIDATE
            cursor.phase = _CIRCLE
        elif phase == _LEAVE:
            cursor.phase = _APPLY
            cursor.row += 1
        else:
            cursor.phase = _LEAVE
            if events[cursor.row].kind == TRIP_COMPLETED and _judge_circle(state):
                return _CANDIDATE


@kernel
def _judge_around(state: State, entity: int) -> None:
    """Make the candidate around an account the one at hand."""
    cursor = state.cursor[0]
    cursor.pending = NOBODY
    state.candidate[0].truncated = 0
    ring = account_of(state, entity).ring
    shape = CLUSTERS if ring == NO_RING else state.rings[ring].shape
    if ring == NO_RING or shape != CLUSTERS:
        visit = visit_around(state, entity)
        if visit > 0:
            cursor.pending = entity
            widen(state, visit, VISIT)
            rest(state)
            return
    if shape != CLUSTERS:
        take_ring(state, ring)
    else:
        gather_around(state, entity)
    rest(state)


@kernel
def _judge_circle(state: State) -> bool:
    """Make the circle around the rider of a trip, if it is due and there is one, the candidate at hand.

    A trip inside an open circle leads to no other.
    """
    cursor = state.cursor[0]
    rider = cursor.touched[0]
    account = account_of(state, rider)
    if account.trips < max(account.circle_at, MIN_CIRCLE_TRIPS) or _inside_a_circle(state):
        return False
    account.circle_at = account.trips + max(1, account.trips // 4)
    state.candidate[0].truncated = 0
    found = circle_around(state, rider)
    fresh = False
    for place in range(found):
        fresh = fresh or account_of(state, state.members[place]).judged != state.counters[0].event
    if fresh:
        widen(state, found, CIRCLE)
    return fresh


@kernel
def _inside_a_circle(state: State) -> bool:
    """Whether both accounts of a trip stand in one open circle."""
    cursor = state.cursor[0]
    ring = account_of(state, cursor.touched[0]).ring
    if ring == NO_RING or cursor.touched[1] == NOBODY or state.rings[ring].shape != CIRCLE:
        return False
    return bool(account_of(state, cursor.touched[1]).ring == ring)
