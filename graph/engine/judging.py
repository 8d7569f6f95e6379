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
    BLOCK,
    CLOSE,
    MIN_ACCOUNTS,
    REVIEW,
    forget_scores,
    in_a_ring,
    score,
    set_candidate,
    take_score,
    weigh,
)
from graph.engine.proposals import gather_around, hold_together, rings_among, take_ring, widen
from graph.engine.rejudging import is_due, rest
from graph.kernels.kernel import kernel
from graph.kernels.rows import copy, sort
from graph.model.event_batch import TRIP_COMPLETED, VERDICT, Batch
from graph.model.shapes import CIRCLE, CLUSTERS, VISIT
from graph.state.interning import Bytes
from graph.state.sizes import EVENTS_AT_ONCE
from graph.state.state import (
    EVENT,
    FADED,
    INDEX,
    MEMBERS,
    NO_RING,
    OBSERVED,
    OUTSIDE,
    PENDING,
    PHASE,
    REGROUPED,
    ROW,
    SHAPE,
    STEP,
    SUBJECT,
    TOUCHED_A,
    TOUCHED_B,
    TRUNCATED,
    Records,
    State,
    account_of,
)
from graph.updates.apply import NOBODY, apply_event
from graph.updates.batched_lookup import recognise

MIN_CIRCLE_TRIPS: Final = 3

DONE: Final = 0
SCORE: Final = 1
JUDGED: Final = 2
FELL_APART: Final = 3
HEARD: Final = 4
_CANDIDATE: Final = 5
"""What ``run`` says: the batch is done; the candidate at hand waits for a score in ``state.score``; it was
judged; the ring of ``state.numbers[SUBJECT]`` fell apart; a verdict came."""

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
    numbers = state.numbers
    while True:
        if numbers[STEP] == _NEXT:
            found = _next_candidate(state, events, text)
            if found != _CANDIDATE:
                return found
            numbers[STEP] = _WEIGH
        if numbers[STEP] == _WEIGH:
            if numbers[MEMBERS] < state.policy[MIN_ACCOUNTS] and not in_a_ring(state):
                forget_scores(state)
                numbers[STEP] = _FINISH
            else:
                weigh(state)
                numbers[STEP] = _CONCLUDE
                if numbers[OUTSIDE]:
                    return SCORE
                score(state)
        if numbers[STEP] == _CONCLUDE:
            take_score(state)
            numbers[STEP] = _FINISH
            if _matters(state) or numbers[OBSERVED]:
                return JUDGED
        numbers[STEP] = _NEXT
        if numbers[PENDING] != NOBODY:
            # Behind a visit its cluster is looked at; what rests, and how long, the visit has said.
            entity = numbers[PENDING]
            numbers[PENDING] = NOBODY
            if account_of(state, entity).ring == NO_RING:
                gather_around(state, entity)
                numbers[STEP] = _WEIGH


@kernel
def begin_batch(state: State) -> None:
    """Start at the first event."""
    state.numbers[ROW] = 0
    state.numbers[PHASE] = _APPLY
    state.numbers[STEP] = _NEXT
    state.numbers[PENDING] = NOBODY


@kernel
def follow_analyst(state: State) -> None:
    """Start behind an analyst's act that changed the graph: who it regrouped is judged, as after an event."""
    begin_batch(state)
    state.numbers[ROW] = -1
    _begin_following(state)


@kernel
def judge_account(state: State, entity: int) -> None:
    """Judge around an account next, whether or not it is due, and then go on."""
    _judge_around(state, entity)
    state.numbers[STEP] = _WEIGH


@kernel
def weigh_accounts(state: State, members: int, shape: int) -> None:
    """Weigh what lies in ``state.members`` at once, whether or not it is due."""
    set_candidate(state, members, shape)
    rest(state)
    weigh(state)


@kernel
def _begin_following(state: State) -> None:
    numbers = state.numbers
    sort(state.regrouped[: numbers[REGROUPED]])
    sort(state.faded[: numbers[FADED]])
    numbers[PHASE] = _REGROUP
    numbers[INDEX] = 0


@kernel
def _next_candidate(state: State, events: Records, text: Bytes) -> int:
    """Go on to the next candidate that the events call for, or to what is for Python to do."""
    numbers = state.numbers
    while True:
        phase = numbers[PHASE]
        if phase == _APPLY:
            if numbers[ROW] >= len(events):
                return DONE
            if numbers[ROW] % EVENTS_AT_ONCE == 0:
                recognise(state, events, text, numbers[ROW])
            apply_event(state, events[numbers[ROW]], text)
            touched = numbers[TOUCHED_A] != NOBODY or numbers[REGROUPED] + numbers[FADED] > 0
            if not touched and events[numbers[ROW]].kind != VERDICT:
                numbers[ROW] += 1
                continue
            _begin_following(state)
        elif phase == _REGROUP:
            while numbers[INDEX] < numbers[REGROUPED]:
                entity = state.regrouped[numbers[INDEX]]
                numbers[INDEX] += 1
                account = account_of(state, entity)
                if account.judged != numbers[EVENT]:
                    if account.ring == NO_RING or state.rings[account.ring].shape != CLUSTERS:
                        _judge_around(state, entity)
                    elif not hold_together(state, account.ring):
                        numbers[SUBJECT] = entity
                        return FELL_APART
                    return _CANDIDATE
            numbers[PHASE] = _FADE
            numbers[INDEX] = 0
        elif phase == _FADE:
            while numbers[INDEX] < numbers[FADED]:
                entity = state.faded[numbers[INDEX]]
                numbers[INDEX] += 1
                account = account_of(state, entity)
                if account.judged != numbers[EVENT] and account.ring != NO_RING:
                    _judge_around(state, entity)
                    return _CANDIDATE
            numbers[PHASE] = _HEAR
            numbers[INDEX] = 0
        elif phase == _HEAR:
            numbers[PHASE] = _LOOK
            if numbers[ROW] < 0:
                return DONE
            if events[numbers[ROW]].kind == VERDICT:
                return HEARD
        elif phase == _LOOK:
            while numbers[INDEX] < 2:
                entity = numbers[TOUCHED_A + numbers[INDEX]]
                numbers[INDEX] += 1
                if entity != NOBODY and is_due(state, entity, events[numbers[ROW]].kind):
                    _judge_around(state, entity)
                    return _CANDIDATE
            numbers[PHASE] = _CIRCLE
        elif phase == _LEAVE:
            numbers[PHASE] = _APPLY
            numbers[ROW] += 1
        else:
            numbers[PHASE] = _LEAVE
            if events[numbers[ROW]].kind == TRIP_COMPLETED and _judge_circle(state):
                return _CANDIDATE


@kernel
def _judge_around(state: State, entity: int) -> None:
    """Make the candidate around an account the one at hand."""
    numbers = state.numbers
    numbers[PENDING] = NOBODY
    numbers[TRUNCATED] = 0
    ring = account_of(state, entity).ring
    shape = CLUSTERS if ring == NO_RING else state.rings[ring].shape
    if ring == NO_RING or shape != CLUSTERS:
        visit = visit_around(state, entity)
        if visit > 0:
            numbers[PENDING] = entity
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
    numbers = state.numbers
    rider = numbers[TOUCHED_A]
    account = account_of(state, rider)
    if account.trips < max(account.circle_at, MIN_CIRCLE_TRIPS) or _inside_a_circle(state):
        return False
    account.circle_at = account.trips + max(1, account.trips // 4)
    numbers[TRUNCATED] = 0
    found = circle_around(state, rider)
    fresh = False
    for place in range(found):
        fresh = fresh or account_of(state, state.members[place]).judged != numbers[EVENT]
    if fresh:
        widen(state, found, CIRCLE)
    return fresh


@kernel
def _inside_a_circle(state: State) -> bool:
    """Whether both accounts of a trip stand in one open circle."""
    numbers = state.numbers
    ring = account_of(state, numbers[TOUCHED_A]).ring
    if ring == NO_RING or numbers[TOUCHED_B] == NOBODY or state.rings[ring].shape != CIRCLE:
        return False
    return bool(account_of(state, numbers[TOUCHED_B]).ring == ring)


@kernel
def _matters(state: State) -> bool:
    """Whether the judgement at hand opens, changes or closes a ring: as ``graph.rings.lifecycle`` would find.

    What only confirms a ring as it stands is written down here, for when its grounds are asked for.
    """
    numbers, policy = state.numbers, state.policy
    reached, common = state.scratch[0], state.scratch[1]
    met, inside, several, free = NO_RING, 0, 0, numbers[MEMBERS]
    for number in range(rings_among(state, numbers[MEMBERS])):
        ring = state.rings[reached[number]]
        free -= common[number]
        if 2 * common[number] >= ring.size or (
            2 * common[number] >= numbers[MEMBERS] and ring.shape == numbers[SHAPE]
        ):
            met, inside = reached[number], common[number]
            several += 1
    if several == 0:
        return bool(state.score[0] >= policy[REVIEW] and free >= policy[MIN_ACCOUNTS])
    if several > 1 or free > 0 or inside != state.rings[met].size or inside < policy[MIN_ACCOUNTS]:
        return True
    if state.score[0] < policy[CLOSE] or (state.score[0] >= policy[BLOCK] and not state.rings[met].blocked):
        return True
    confirm(state, met)
    return False


@kernel
def confirm(state: State, ring: int) -> None:
    """Write down the grounds and the score of the judgement at hand as those of a ring."""
    state.rings[ring].shape = state.numbers[SHAPE]
    state.rings[ring].truncated = state.numbers[TRUNCATED]
    state.rings[ring].score = state.score[0]
    state.ring_evidence[ring] = state.evidence[0]
    copy(state.features, state.ring_features[ring], len(state.features))
