"""The engine: events in, flags and ledger entries out, one event at a time, nothing from the future.

For each event: (1) the graph applies it; (2) the accounts whose candidate may have changed are judged
again: candidate, evidence, findings, score; (3) the rings follow the score. The first two are kernels over
arrays (``graph.engine.judging``); rings and their ledger are few and are kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import starmap
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from graph.candidates.gathering import gather
from graph.candidates.ties import began_ms, ties
from graph.completion.features import GROUP, MEMBER_FEATURES, OWN
from graph.completion.member_probabilities import member_probabilities
from graph.engine.act_resolution import act_of
from graph.engine.acts import Act, Acts
from graph.engine.change_feed import ChangeFeed
from graph.engine.feature_extraction import assign_score, with_verdicts
from graph.engine.judging import (
    ACT_RECEIVED,
    ACTS_END,
    DONE,
    FELL_APART,
    JUDGED,
    NEEDS_SCORE,
    VERDICT_RECEIVED,
    begin_batch,
    extract_features_of,
    follow_act,
    follow_analyst,
    judge_account,
    run,
)
from graph.engine.trips import last_trip, told_trips
from graph.kernels.raw import copied
from graph.model.changes import Changes, Happenings, Membership
from graph.model.errors import BadCall
from graph.model.event_batch import TRIP_COMPLETED, EventBatch, KernelBatch
from graph.model.events import AnalystAct, EventBase, Verdict
from graph.model.results import AccountScore, Outcome, Ring, TripIntegrity
from graph.model.shapes import CLUSTERS, SHAPES
from graph.model.view import GraphView
from graph.model.vocabulary import ActKind, EntityKind, VerdictOutcome
from graph.rings.judgement import Judgement
from graph.rings.lifecycle import Moment, OpenRing, Policy, Rings
from graph.rings.table import RingTable
from graph.scoring.features import FEATURES
from graph.scoring.member_scorer import MemberScorer
from graph.scoring.scorer import Completer, KernelScorer, Scorer
from graph.state.columns import view_of
from graph.state.digest import content_id, state_digest
from graph.state.entity_index import EntityIndex
from graph.state.memory import Memory
from graph.state.sizes import Sizes
from graph.state.state import DRIVER, State
from graph.state.trees import NO_TREES
from graph.updates.sharing import DAY_MS

DEFAULT_WINDOW_DAYS: Final = 90
LATENESS_MS: Final = 2 * DAY_MS
"""How late an event may come and still lead to the same graph: as long as repeats are remembered."""
LARGEST_BATCH: Final = 4096
"""Events for which room is made at once; a longer batch is applied in such parts."""

_SIZES: Final = Sizes(
    features=len(FEATURES), traits=len(OWN) + len(GROUP), member_features=len(MEMBER_FEATURES)
)

Observer = Callable[[Judgement, list[float], Moment], None]


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """Everything but the scorer that changes the results.

    Raises BadCall when the window is not longer than the lateness.
    """

    window_days: float = DEFAULT_WINDOW_DAYS
    policy: Policy = field(default_factory=Policy)

    def __post_init__(self) -> None:
        if not LATENESS_MS < self.window_days * DAY_MS <= 36_500 * DAY_MS:
            raise BadCall(
                f"expected a window of more than {LATENESS_MS // DAY_MS} and at most 36500 days, "
                f"found {self.window_days}; give another --window-days"
            )

    @property
    def digest(self) -> str:
        """An id of what is configured; 90 days are 90.0 days."""
        plain = msgspec.convert(asdict(self), EngineConfig)
        return content_id("config", msgspec.json.encode(plain).decode())

    @property
    def window_ms(self) -> int:
        """The window in milliseconds."""
        return round(self.window_days * DAY_MS)


class Engine:
    """Finds rings in a stream of accepted events.

    ``observer`` is called with every judgement, its features and its moment; training reads from it. Not for
    several threads. The examples of its methods go on from this one:

    >>> from gnn.boosted.scorer import load_scorer
    >>> from graph.model.events import AccountCreated, PromoRedeemed
    >>> from graph.model.vocabulary import Role
    >>> start, minute = 1_760_000_000_000, 60_000
    >>> farm = []
    >>> for n in range(12):
    ...     who, ts = f"farmer{n:02}", start + n * minute
    ...     farm += [
    ...         AccountCreated(event_id=f"c{n}", ts=ts, account_id=who, role=Role.RIDER, device_id="phone"),
    ...         PromoRedeemed(event_id=f"p{n}", ts=ts, account_id=who, promo_id="WELCOME", amount=10.0),
    ...     ]
    >>> engine = Engine(EngineConfig(policy=Policy(review=0.6)), load_scorer())
    """

    _begin: Callable[[State], None] = staticmethod(begin_batch)
    _go_on: Callable[[State, KernelBatch], int] = staticmethod(run)
    """The two kernels behind every batch; who calls them for single events puts machine code here."""

    def __init__(
        self, config: EngineConfig, scorer: Scorer | MemberScorer, observer: Observer | None = None
    ) -> None:
        self.model_id = scorer.model_id
        self.config_digest = config.digest
        self._config = config
        self._scorer = scorer
        self._observer = observer
        self._tells_trips = False
        self._take_up(Memory(config.window_ms, LATENESS_MS, _SIZES), ())

    def _take_up(self, memory: Memory, rings: Sequence[OpenRing]) -> None:
        """Work on these arrays, with these rings open in them."""
        self._memory = memory
        self.entity_index = EntityIndex(memory)
        self._acts = Acts(memory)
        self._reader = None
        if isinstance(self._scorer, MemberScorer):
            memory.links.follow()
            memory.reserve(0, 0)
            self._reader = self._scorer.reader()
        if isinstance(self._scorer, KernelScorer):
            memory.set_scorer(
                (*self._scorer.weights, self._scorer.intercept, self._scorer.doubt), self._scorer.trees
            )
        memory.set_members(self._scorer.members if isinstance(self._scorer, Completer) else NO_TREES)
        state, policy = memory.state, self._config.policy
        options = state.options[0]
        options["review"], options["block"], options["close"] = policy.review, policy.block, policy.close
        options["min_accounts"] = policy.min_accounts
        options["window_ms"] = self._config.window_ms
        options["observed"] = self._observer is not None
        options["scored_outside"] = not isinstance(self._scorer, KernelScorer)
        table = RingTable(memory, [ring.slot for ring in rings])
        # Bound to the memory and not to the engine: one that nobody holds goes at once, with all its arrays.
        self._rings = Rings(policy, table, self.entity_index.names, partial(_began_ms, memory))
        self._rings.restore(rings)
        self._change_feed = ChangeFeed(memory)

    # -- events ------------------------------------------------------------------------------------

    @property
    def watermark_ms(self) -> int:
        """The newest event time applied; 0 before the first."""
        return int(self._memory.state.counters["watermark_ms"][0])

    def apply(self, events: EventBatch | Sequence[EventBase]) -> Outcome:
        """Apply events in the given order; returns the flags and ledger entries they raised, in that order.

        The result does not depend on how a stream is cut into batches. Cost: about five microseconds an
        event in batches of thousands, and room for ``LARGEST_BATCH`` events at once.

        >>> outcome = engine.apply(farm)
        >>> [(entry.change.value, len(entry.accounts.added)) for entry in outcome.ledger][:1]
        [('born', 3)]
        """
        batch = events if isinstance(events, EventBatch) else EventBatch.of(events)
        outcome = Outcome(flags=[], ledger=[])
        if 0 < len(batch) <= LARGEST_BATCH:
            self._apply(batch, outcome)
            return outcome
        for start in range(0, len(batch), LARGEST_BATCH):
            self._apply(batch[start : start + LARGEST_BATCH], outcome)
        return outcome

    def cut(self, account_id: str, kind: EntityKind, identifier: str, at: Moment) -> Outcome:
        """An analyst unlinks an account from an identifier, now and for what comes."""
        account = self._known(EntityKind.ACCOUNT, account_id)
        self._acts.begin(Act(at.event_id, cuts=((account, self._known(kind, identifier)),)))
        return self._after(at)

    def declare_public(self, kind: EntityKind, identifier: str, at: Moment) -> Outcome:
        """An analyst declares an identifier public: it connects nobody, also backwards."""
        self._acts.begin(Act(at.event_id, public=self._known(kind, identifier)))
        return self._after(at)

    # -- views -------------------------------------------------------------------------------------

    def rings(self) -> list[Ring]:
        """The open rings, by id. Cost: O(links of their accounts).

        >>> [(ring.kind.value, len(ring.accounts), ring.entities) for ring in engine.rings()]
        [('promo_farm', 12, ['device:phone'])]
        """
        return [self._describe(ring) for ring in self._rings.open_rings()]

    def accounts(self) -> Iterator[AccountScore]:
        """Every account seen, by account id, with the score of the last judgement it was part of, in [0, 1].

        Cost: O(accounts log accounts).

        >>> first = next(engine.accounts())
        >>> (first.account_id, first.score > 0.5, first.ring_id == engine.rings()[0].ring_id)
        ('farmer00', True, True)
        """
        state = self._memory.state
        count = int(state.counters["accounts"][0])
        entities = state.accounts["entity"][:count].tolist()
        scores = state.accounts["score"][:count]
        judged: list[float] = np.where(scores <= 0, self._scorer.prior, scores).tolist()
        verdicts = state.accounts["verdict"][:count].tolist()
        slots = state.accounts["ring"][:count].tolist()
        ring_ids = {ring.slot: ring.ring_id for ring in self._rings.open_rings()}
        names = self.entity_index.names(entities)
        if any(verdicts):
            judged = [with_verdicts(score, verdict) for score, verdict in zip(judged, verdicts, strict=True)]
        # Most accounts have one of few scores.
        shown = {score: round(score, 6) for score in set(judged)}
        lines = zip(names, map(shown.__getitem__, judged), map(ring_ids.get, slots), strict=True)
        return starmap(AccountScore, sorted(lines))

    def counts(self) -> dict[str, int]:
        """Sizes of what the engine holds."""
        return {
            "accounts": int(self._memory.state.counters["accounts"][0]),
            "entities": len(self.entity_index),
            "live_links": self._memory.links.live_count,
            "clusters": len(self._memory.forest),
            "open_rings": len(self._rings),
        }

    def tell_trips(self) -> None:
        """From now on the outcome of a batch holds its trips as they were judged. A microsecond a trip."""
        self._tells_trips = True

    def last_trip(self) -> TripIntegrity | None:
        """How far the newest completed trip is what it says, and why not; None before the first.

        >>> from graph.model.events import TripCompleted
        >>> ride = {"rider_id": "farmer00", "driver_id": "d", "fare": 9.0, "distance_km": 5.0}
        >>> trips = [
        ...     TripCompleted(event_id=f"t{n}", ts=start + n, trip_id=f"t{n}", duration_s=seconds, **ride)
        ...     for n, seconds in enumerate((900.0, 20.0))
        ... ]
        >>> for trip in trips:
        ...     _ = engine.apply([trip])
        ...     print(round(engine.last_trip().integrity, 2), engine.last_trip().reasons)
        0.99 []
        0.69 [<TripReason.TOO_FAST: 'too_fast'>]
        """
        return last_trip(self._memory.state)

    @property
    def policy(self) -> Policy:
        """What becomes of a score."""
        return self._config.policy

    @property
    def state(self) -> State:
        """The arrays themselves, to be read and not changed; valid until the next batch."""
        return self._memory.state

    def view(self) -> GraphView:
        """The graph as columns, one row for each account or live link. O(entities + links log links).

        >>> view = engine.view()
        >>> (len(view.names), len(view.accounts.entity), len(view.links.kind))
        (14, 12, 24)
        """
        return view_of(self._memory)

    def changes(self, happened: Happenings | None = None) -> Changes:
        """What changed since the last call, as present values; the first call gives everything there is.

        ``happened`` is passed on in the result. Cost: O(what changed). From the first call on the kernels
        record what they change; before it recording costs nothing.

        >>> changes = engine.changes()
        >>> (len(changes.accounts.entity), len(changes.links.kind), len(changes.rings))
        (12, 24, 1)
        >>> len(engine.changes().accounts.entity)
        0
        """
        return self._change_feed.read(
            self._rings, self._describe, self._memberships_of, self._config.window_ms, happened
        )

    def memberships(self) -> list[Membership]:
        """How likely every account of every open ring belongs there; none where nobody says who belongs."""
        return [each for ring in self._rings.open_rings() for each in self._memberships_of(ring)]

    def all_changes(self, happened: Happenings | None = None) -> Changes:
        """Everything there is, whatever was read of the change feed before."""
        self._memory.links.stop_logging()
        self._change_feed = ChangeFeed(self._memory)
        return self.changes(happened)

    def forget_changes(self) -> None:
        """Record no changes from now on: for an engine whose change feed nobody reads."""
        self._memory.links.stop_logging()
        self._change_feed = ChangeFeed(self._memory)
        self._memory.reserve(0, 0)

    def state_digest(self) -> str:
        """A digest of the graph that does not depend on the order of events. O(links)."""
        return state_digest(self._memory.state)

    # -- snapshots ---------------------------------------------------------------------------------

    def save(self) -> dict[str, npt.NDArray[Any]]:
        """Everything the engine knows, as arrays; copies, so that the engine may go on meanwhile."""
        return {name: copied(array) for name, array in self.arrays().items()}

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The same, mostly the engine's own arrays: to be read, and valid until the next batch."""
        rings = msgspec.json.encode(self._rings.open_rings())
        said = {
            "open_rings": np.frombuffer(rings, np.uint8),
            "acts": np.frombuffer(self._acts.save(), np.uint8),
        }
        return self._memory.arrays() | self._change_feed.save() | said

    def load(self, saved: Mapping[str, npt.NDArray[Any]]) -> None:
        """Forget everything and know what was saved, by an engine with the same configuration.

        The arrays are its own from now on: who loads the same again, loads a copy.
        """
        rings = msgspec.json.decode(saved["open_rings"].tobytes(), type=list[OpenRing])
        self._take_up(Memory.load(self._config.window_ms, LATENESS_MS, _SIZES, saved), rings)
        self._acts.load(saved["acts"].tobytes())
        self._change_feed.load(saved)

    # -- judging -----------------------------------------------------------------------------------

    def _apply(self, batch: EventBatch, outcome: Outcome) -> None:
        self._memory.reserve(len(batch), batch.text_bytes)
        if self._tells_trips:
            self._memory.reserve_told(int((batch.records["kind"] == TRIP_COMPLETED).sum()))
        self._begin(self._memory.state)
        self._run(batch, None, outcome)
        if self._tells_trips:
            outcome.trips += told_trips(self._memory.state)

    def _run(self, batch: EventBatch, at: Moment | None, outcome: Outcome) -> None:
        """Let the kernels go through a batch, and act where they stop.

        ``at`` is the moment of the results; None takes that of the event at hand.
        """
        events = self._for_kernels(batch)
        while True:
            state = self._memory.state
            reason = self._go_on(state, events)
            if reason == DONE:
                return
            moment = at or self._moment(batch)
            if reason == NEEDS_SCORE:
                self._score()
            elif reason == JUDGED:
                self._rings.judge(self._judgement(moment), moment, outcome)
            elif reason == FELL_APART:
                self._split_ring(int(state.cursor["subject"][0]), moment, outcome)
            elif reason == VERDICT_RECEIVED:
                verdict = batch.event(int(state.cursor["row"][0]))
                assert isinstance(verdict, Verdict)
                self._apply_verdict(verdict, moment, outcome)
            elif reason == ACT_RECEIVED:
                act = batch.event(int(state.cursor["row"][0]))
                assert isinstance(act, AnalystAct)
                if self._carry_out(act):
                    follow_act(self._memory.state, True)
            elif reason == ACTS_END:
                self._acts.expire(moment.ts)
                follow_act(self._memory.state, False)

    def _for_kernels(self, batch: EventBatch) -> KernelBatch:
        return batch.for_kernels()

    def _moment(self, batch: EventBatch) -> Moment:
        row = int(self._memory.state.cursor["row"][0])
        return Moment(int(batch.records["ts"][row]), batch.event_id(row))

    def _judgement(self, at: Moment) -> Judgement:
        """The candidate at hand as judged, shown to the observer."""
        state = self._memory.state
        judgement = Judgement(
            accounts=tuple(state.members[: state.candidate["size"][0]].tolist()),
            score=float(state.candidate["score"][0]),
            shape=SHAPES[state.candidate["shape"][0]],
            record=state.evidence.tobytes(),
            features=tuple(state.features.tolist()),
            truncated=bool(state.candidate["truncated"][0]),
        )
        if self._observer is not None:
            self._observer(judgement, list(judgement.features), at)
        return judgement

    def _judge_accounts(
        self, accounts: npt.NDArray[np.int32] | None, members: int, shape: int, at: Moment
    ) -> Judgement:
        """Judge accounts, or the first of the members at hand when none are given."""
        state = self._memory.state
        if accounts is not None:
            members = len(accounts)
            state.members[:members] = accounts
            state.candidate["truncated"][0] = 0
        extract_features_of(state, members, shape)
        self._score()
        assign_score(state)
        return self._judgement(at)

    def _score(self) -> None:
        """Score the extracted features by a scorer that kernels cannot work out."""
        state = self._memory.state
        if self._reader is not None:
            state.candidate["score"][0] = self._reader.score(
                state, state.members[: state.candidate["size"][0]]
            )
        else:
            assert not isinstance(self._scorer, MemberScorer)
            state.candidate["score"][0] = self._scorer.score(state.features.tolist())

    def _split_ring(self, entity: int, at: Moment, outcome: Outcome) -> None:
        """Judge the parts of a ring that fell apart, and split it."""
        ring = self._rings.ring_of(entity)
        assert ring is not None
        parts: list[Judgement] = []
        placed: dict[int, None] = {}
        for member in self._rings.members(ring):
            if member not in placed:
                found = gather(self._memory.state, np.array([member], np.int32))
                parts.append(self._judge_accounts(None, found, CLUSTERS, at))
                placed.update(dict.fromkeys(parts[-1].accounts))
        self._rings.split(ring, parts, at, outcome)

    # -- inside ------------------------------------------------------------------------------------

    def _apply_verdict(self, verdict: Verdict, at: Moment, outcome: Outcome) -> None:
        """Store a verdict about a ring or an account, and judge its accounts again."""
        ring = self._rings.get(verdict.subject)
        if ring is not None:
            members = self._rings.members(ring)
            self._record_verdict(verdict.outcome, members)
            shape = SHAPES.index(self._rings.shape(ring))
            self._rings.judge(self._judge_accounts(np.array(members, np.int32), 0, shape, at), at, outcome)
            return
        account = self.entity_index.find(EntityKind.ACCOUNT, verdict.subject)
        if account is not None:
            self._record_verdict(verdict.outcome, [account])
            judge_account(self._memory.state, account)

    def _record_verdict(self, outcome: VerdictOutcome, accounts: Sequence[int]) -> None:
        """Store a verdict about accounts; ``unsure`` takes an earlier one back."""
        verdict = {VerdictOutcome.FRAUD: 1, VerdictOutcome.LEGIT: -1, VerdictOutcome.UNSURE: 0}[outcome]
        for account in accounts:
            self._acts.answer(account, verdict)

    def _carry_out(self, event: AnalystAct) -> bool:
        """Let an act hold, or end the one that it undoes; whether the graph was touched."""
        if event.act is ActKind.UNDO:
            return self._acts.undo(event.other or "")
        act = act_of(event, self._memory.state, self.entity_index, self._members_of)
        return act is not None and self._acts.begin(act)

    def _members_of(self, ring_id: str) -> Sequence[int]:
        """The accounts of an open ring; none when no ring is called so."""
        ring = self._rings.get(ring_id)
        return () if ring is None else self._rings.members(ring)

    def _after(self, at: Moment) -> Outcome:
        outcome = Outcome(flags=[], ledger=[])
        follow_analyst(self._memory.state)
        self._run(EventBatch.of(()), at, outcome)
        return outcome

    def _known(self, kind: EntityKind, name: str) -> int:
        entity = self.entity_index.find(kind, name)
        if entity is None:
            raise BadCall(
                f"expected an identifier of kind {kind.value} that occurs in the events, found {name!r}; "
                "check the spelling"
            )
        return entity

    def _describe(self, ring: OpenRing) -> Ring:
        state, judgement = self._memory.state, self._rings.judgement(ring)
        accounts = np.array(judgement.accounts, np.int32)
        roles = state.accounts["role"][state.entities["account"][accounts]].tolist()
        members = sorted(zip(self.entity_index.names(accounts), roles, strict=True))
        identifiers = state.tying.identifiers[: ties(state, accounts)]
        tying = zip(self.entity_index.kinds(identifiers), self.entity_index.names(identifiers), strict=True)
        return Ring(
            ring_id=ring.ring_id,
            kind=judgement.kind,
            score=round(judgement.score, 6),
            accounts=[name for name, _ in members],
            drivers=[name for name, role in members if role == DRIVER],
            riders=[name for name, role in members if role != DRIVER],
            entities=sorted(f"{kind}:{name}" for kind, name in tying),
            first_ts=ring.began_ms,
            flagged_ts=ring.flagged_ms,
            exposure=round(judgement.exposure, 2),
            reasons=judgement.reasons(),
            innocent_reasons=judgement.reasons(innocent=True),
        )

    def _memberships_of(self, ring: OpenRing) -> tuple[Membership, ...]:
        state, members = self._memory.state, np.array(self._rings.members(ring), np.int32)
        if not member_probabilities(state, members, SHAPES.index(self._rings.shape(ring))):
            return ()
        likely = state.completing.belonging[: len(members)].tolist()
        names = self.entity_index.names(members.tolist())
        told = (
            Membership(ring.ring_id, *each) for each in zip(names, (round(p, 4) for p in likely), strict=True)
        )
        return tuple(sorted(told, key=lambda each: each.account_id))


def _began_ms(memory: Memory, members: Collection[int]) -> int:
    """When the first of the accounts began to act with another."""
    return int(began_ms(memory.state, np.array(sorted(members), np.int32)))
