"""A batch of events, one at a time: applied to the graph, then the accounts that it touched are judged again.

Which accounts are due is decided in ``graph.engine.rejudging``. The cost of an event does not grow with the
graph.

``run`` stops when Python has to act: to score with a scorer that kernels cannot work out, to open, change or
close a ring, to split a ring whose cluster fell apart, to apply a verdict or an act of an analyst. It returns
the reason, and goes on from there when it is called again. Few events do that; all others never leave the
kernel.
"""

from __future__ import annotations

from typing import Final

from graph.candidates.circles import circle_around
from graph.candidates.moves import moves_around
from graph.candidates.visits import MIN_ARRIVALS, visit_around
from graph.engine.candidate_generation import (
    add_overlapping_rings,
    gather_around,
    take_intact_ring,
    take_ring,
)
from graph.engine.completion import is_to_be_completed, recall, remember, score_left_out, settle
from graph.engine.feature_extraction import (
    assign_score,
    clear_scores,
    extract_features,
    in_a_ring,
    score_in_kernel,
    set_candidate,
)
from graph.engine.rejudging import (
    count_event,
    is_due,
    is_led_by_many,
    is_ripe,
    postpone,
    wait_by_score,
    wait_with,
    waits,
)
from graph.kernels.kernel import kernel
from graph.kernels.rows import sort
from graph.model.event_batch import ANALYST_ACT, TRIP_COMPLETED, VERDICT, KernelBatch
from graph.model.shapes import CIRCLE, CLUSTERS, VISIT
from graph.rings.decision import CONFIRM, NOTHING, confirm, decide, stands
from graph.state.interning import Bytes
from graph.state.sizes import EVENTS_AT_ONCE
from graph.state.state import NO_RING, NOBODY, Records, State, account_of
from graph.updates.apply import apply_event
from graph.updates.batched_lookup import look_up

MIN_CIRCLE_TRIPS: Final = 3

DONE: Final = 0
NEEDS_SCORE: Final = 1
JUDGED: Final = 2
FELL_APART: Final = 3
VERDICT_RECEIVED: Final = 4
ACT_RECEIVED: Final = 5
ACTS_END: Final = 6
_CANDIDATE: Final = 7
"""Why ``run`` returned: the batch is done; the candidate at hand waits for a score in ``state.candidate``; it
was judged; the ring of the account ``state.cursor[0].subject`` fell apart; a verdict was received,
or an act; acts of analysts are over before the event at hand."""

_APPLY: Final = 0
_REGROUP: Final = 1
_FADE: Final = 2
_VERDICT: Final = 3
_REJUDGE: Final = 4
_CIRCLE: Final = 5
_MOVES: Final = 6
_NEXT_EVENT: Final = 7
"""Phases of one event."""

_NEXT: Final = 0
_EXTRACT: Final = 1
_DECIDE: Final = 2
_FINISH: Final = 3
"""Steps of one candidate."""


@kernel
def run(state: State, batch: KernelBatch) -> int:
    """Go on with a batch until it is done or Python has to act; returns the reason."""
    events, text = batch.events, batch.text
    cursor, options = state.cursor[0], state.options[0]
    while True:
        if cursor.step == _NEXT:
            found = _next_candidate(state, events, text)
            if found != _CANDIDATE:
                return found
            cursor.step = _EXTRACT
        if cursor.step == _EXTRACT:
            if state.candidate[0].size < options.min_accounts and not in_a_ring(state):
                clear_scores(state)
                cursor.step = _FINISH
            else:
                recall(state)
                extract_features(state)
                cursor.step = _DECIDE
                if options.scored_outside:
                    return NEEDS_SCORE
                score_in_kernel(state)
        if cursor.step == _DECIDE:
            if is_to_be_completed(state):
                cursor.step = _EXTRACT
                continue
            settle(state)
            remember(state)
            assign_score(state)
            wait_by_score(state)
            score_left_out(state)
            cursor.step = _FINISH
            if _decide(state):
                return JUDGED
        cursor.step = _NEXT
        if cursor.pending != NOBODY:
            # After a visit its cluster is judged too; for how long both are postponed, the visit decided.
            entity = cursor.pending
            cursor.pending = NOBODY
            if account_of(state, entity).ring == NO_RING:
                found = gather_around(state, entity)
                if is_ripe(state, found, CLUSTERS, at_once=False):
                    set_candidate(state, found, CLUSTERS)
                    cursor.step = _EXTRACT


@kernel
def _decide(state: State) -> bool:
    """Carry out a judgement that changes no ring; returns whether Python, or an observer, has to see it."""
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
    state.cursor[0].acting = 0


@kernel
def follow_analyst(state: State) -> None:
    """Start after an analyst changed the graph: the accounts it regrouped are judged, as after an event."""
    begin_batch(state)
    state.cursor[0].row = -1
    _begin_following(state)
    state.cursor[0].acting = 1


@kernel
def follow_act(state: State, is_event: bool) -> None:
    """Judge the accounts that an act regrouped, then go on behind its event, or before the one at its end."""
    _begin_following(state)
    state.cursor[0].acting = 1
    state.cursor[0].after = _REJUDGE if is_event else _APPLY


@kernel
def judge_account(state: State, entity: int) -> None:
    """Judge the candidate around an account next, whether or not it is due."""
    judge_around(state, entity, at_once=True)
    state.cursor[0].step = _EXTRACT


@kernel
def extract_features_of(state: State, members: int, shape: int) -> None:
    """Extract the features of the first ``members`` accounts in ``state.members``, due or not."""
    set_candidate(state, members, shape)
    postpone(state)
    extract_features(state)


@kernel
def _begin_following(state: State) -> None:
    cursor = state.cursor[0]
    sort(state.regrouped[: cursor.regrouped])
    sort(state.faded[: cursor.faded])
    cursor.phase = _REGROUP
    cursor.after = _FADE
    cursor.index = 0


@kernel
def _next_candidate(state: State, events: Records, text: Bytes) -> int:
    """Go on to the next candidate, or until Python has to act; returns the reason, or ``_CANDIDATE``."""
    cursor = state.cursor[0]
    while True:
        phase = cursor.phase
        if phase == _APPLY:
            if cursor.row >= len(events):
                return DONE
            if events[cursor.row].ts > state.counters[0].acts_end_ms:
                return ACTS_END
            if cursor.row % EVENTS_AT_ONCE == 0:
                look_up(state, events, text, cursor.row)
            apply_event(state, events[cursor.row], text)
            touched = cursor.touched[0] != NOBODY or cursor.regrouped + cursor.faded > 0
            said = events[cursor.row].kind == VERDICT or events[cursor.row].kind == ANALYST_ACT
            if not touched and not said:
                cursor.row += 1
                continue
            _begin_following(state)
        elif phase == _REGROUP:
            while cursor.index < cursor.regrouped:
                entity = state.regrouped[cursor.index]
                cursor.index += 1
                account = account_of(state, entity)
                if account.judged == state.counters[0].event or waits(state, entity):
                    continue
                if (
                    account.ring == NO_RING
                    or state.rings[account.ring].shape != CLUSTERS
                    or stands(state, account.ring)
                ):
                    if judge_around(state, entity, at_once=False):
                        return _CANDIDATE
                elif take_intact_ring(state, account.ring):
                    return _CANDIDATE
                else:
                    cursor.subject = entity
                    return FELL_APART
            cursor.phase = cursor.after
            cursor.index = 0
            if cursor.after != _FADE:
                cursor.acting = 0
        elif phase == _FADE:
            while cursor.index < cursor.faded:
                entity = state.faded[cursor.index]
                cursor.index += 1
                account = account_of(state, entity)
                if account.judged == state.counters[0].event or account.ring == NO_RING:
                    continue
                if not waits(state, entity):
                    judge_around(state, entity, at_once=True)
                    return _CANDIDATE
            cursor.phase = _VERDICT
            cursor.index = 0
        elif phase == _VERDICT:
            cursor.phase = _REJUDGE
            if cursor.row < 0:
                return DONE
            if events[cursor.row].kind == VERDICT:
                return VERDICT_RECEIVED
            if events[cursor.row].kind == ANALYST_ACT:
                return ACT_RECEIVED
        elif phase == _REJUDGE:
            while cursor.index < 2:
                entity = cursor.touched[cursor.index]
                cursor.index += 1
                if entity != NOBODY:
                    count_event(state, entity)
                    is_now = is_due(state, entity, events[cursor.row].kind)
                    if is_now and judge_around(state, entity, at_once=False):
                        return _CANDIDATE
            cursor.phase = _CIRCLE
        elif phase == _NEXT_EVENT:
            cursor.phase = _APPLY
            cursor.row += 1
        elif phase == _CIRCLE:
            cursor.phase = _MOVES
            if events[cursor.row].kind == TRIP_COMPLETED and judge_circle(state):
                return _CANDIDATE
        else:
            cursor.phase = _NEXT_EVENT
            if events[cursor.row].kind == TRIP_COMPLETED and judge_moves(state):
                return _CANDIDATE


@kernel
def judge_around(state: State, entity: int, at_once: bool) -> bool:
    """Make the candidate around an account the one at hand, unless it is large and has to grow before.

    Not if it is to be judged ``at_once``, as one is whose growth the account waited for.
    """
    cursor = state.cursor[0]
    at_once = at_once or is_led_by_many(state, entity)
    cursor.pending = NOBODY
    state.candidate[0].truncated = 0
    ring = account_of(state, entity).ring
    shape = CLUSTERS if ring == NO_RING else state.rings[ring].shape
    if ring == NO_RING or shape != CLUSTERS:
        visit = visit_around(state, entity)
        if visit > 0:
            visit = add_overlapping_rings(state, visit, VISIT)
            if not is_ripe(state, visit, VISIT, at_once):
                wait_with(state, visit, VISIT)
                return False
            set_candidate(state, visit, VISIT)
            state.candidate[0].hurried = state.candidate[0].arrivals >= MIN_ARRIVALS
            cursor.pending = entity
            postpone(state)
            return True
    if shape != CLUSTERS:
        take_ring(state, ring)
    else:
        found = gather_around(state, entity)
        if not is_ripe(state, found, CLUSTERS, at_once):
            wait_with(state, found, CLUSTERS)
            return False
        set_candidate(state, found, CLUSTERS)
    postpone(state)
    return True


@kernel
def judge_circle(state: State) -> bool:
    """Make the circle around the rider of a trip, if it is due and there is one, the candidate at hand.

    A trip inside an open circle leads to no other.
    """
    cursor = state.cursor[0]
    rider = cursor.touched[0]
    account = account_of(state, rider)
    if account.trips < max(account.circle_at, MIN_CIRCLE_TRIPS) or _inside_a_circle(state):
        return False
    account.circle_at = account.trips + max(1, account.trips // 4)
    found = circle_around(state, rider)
    return _is_fresh(state, found) and _take_if_ripe(state, found, CIRCLE)


@kernel
def judge_moves(state: State) -> bool:
    """Make the moved accounts around a trip, if there are enough, the candidate at hand: a visit's kin."""
    cursor = state.cursor[0]
    if cursor.touched[1] == NOBODY:
        return False
    found = moves_around(state, cursor.touched[0], cursor.touched[1])
    return _is_fresh(state, found) and _take_if_ripe(state, found, VISIT)


@kernel
def _take_if_ripe(state: State, found: int, shape: int) -> bool:
    """Make what a search found, with the rings it overlaps with, the candidate at hand if it is ripe."""
    found = add_overlapping_rings(state, found, shape)
    if not is_ripe(state, found, shape, at_once=False):
        return False
    state.candidate[0].truncated = 0
    set_candidate(state, found, shape)
    return True


@kernel
def _is_fresh(state: State, found: int) -> bool:
    """Whether one of the ``found`` accounts in ``state.members`` was not judged at this event yet."""
    for place in range(found):
        if account_of(state, state.members[place]).judged != state.counters[0].event:
            return True
    return False


@kernel
def _inside_a_circle(state: State) -> bool:
    """Whether both accounts of a trip stand in one open circle."""
    cursor = state.cursor[0]
    ring = account_of(state, cursor.touched[0]).ring
    if ring == NO_RING or cursor.touched[1] == NOBODY or state.rings[ring].shape != CIRCLE:
        return False
    return bool(account_of(state, cursor.touched[1]).ring == ring)
