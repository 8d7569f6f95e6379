"""The engine: events in, flags and ledger out, one event at a time, nothing from the future.

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
from graph.engine.change_feed import Draining
from graph.engine.feature_extraction import answered, take_score
from graph.engine.judging import (
    DONE,
    FELL_APART,
    JUDGED,
    NEEDS_SCORE,
    VERDICT_CAME,
    begin_batch,
    follow_analyst,
    judge_account,
    run,
    weigh_accounts,
)
from graph.model.changes import Changes, Happenings
from graph.model.errors import BadCall
from graph.model.event_batch import EventBatch
from graph.model.events import EventBase, Verdict
from graph.model.results import AccountScore, Outcome, Ring
from graph.model.shapes import CLUSTERS, SHAPES
from graph.model.view import GraphView
from graph.model.vocabulary import EntityKind, VerdictOutcome
from graph.rings.judgement import Judgement
from graph.rings.lifecycle import Moment, OpenRing, Policy, Rings
from graph.rings.table import RingTable
from graph.scoring.member_scorer import MemberScorer
from graph.scoring.scorer import FEATURES, LinearScorer, Scorer
from graph.state.columns import view_of
from graph.state.digest import content_id, state_digest
from graph.state.entity_index import EntityIndex
from graph.state.memory import Memory
from graph.state.sizes import Sizes
from graph.state.state import DRIVER, State
from graph.updates.analysts import cut_link, declare_public
from graph.updates.sharing import DAY_MS, MAX_JOINED

DEFAULT_WINDOW_DAYS: Final = 90
LATENESS_MS: Final = 2 * DAY_MS
"""How late an event may come and still lead to the same graph: as long as repeats are remembered."""
LARGEST_BATCH: Final = 4096
"""Events for which room is made at once; a longer batch is applied in such parts."""

_SIZES: Final = Sizes(features=len(FEATURES), sharers=MAX_JOINED)

Observer = Callable[[Judgement, list[float], Moment], None]


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """Everything that changes what the engine says, but for the scorer.

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

    ``observer`` is called with every judgement, its features and its moment; training reads from it.
    """

    def __init__(
        self, config: EngineConfig, scorer: Scorer | MemberScorer, observer: Observer | None = None
    ) -> None:
        self.model_id = scorer.model_id
        self.config_digest = config.digest
        self._config = config
        self._scorer = scorer
        self._observer = observer
        self._take_up(Memory(config.window_ms, LATENESS_MS, _SIZES), ())

    def _take_up(self, memory: Memory, rings: Sequence[OpenRing]) -> None:
        """Work on these arrays, with these rings open in them."""
        self._memory = memory
        self.entities = EntityIndex(memory)
        self._reader = None
        if isinstance(self._scorer, MemberScorer):
            memory.links.follow()
            memory.reserve(0, 0)
            self._reader = self._scorer.reader()
        state, policy = memory.state, self._config.policy
        options = state.options[0]
        options["review"], options["block"], options["close"] = policy.review, policy.block, policy.close
        options["min_accounts"] = policy.min_accounts
        options["observed"] = self._observer is not None
        options["scored_outside"] = not isinstance(self._scorer, LinearScorer)
        if isinstance(self._scorer, LinearScorer):
            state.weights[:] = (*self._scorer.weights, self._scorer.intercept, self._scorer.doubt)
        table = RingTable(memory, [ring.slot for ring in rings])
        # Bound to the memory and not to the engine: one that nobody holds goes at once, with all its arrays.
        self._rings = Rings(policy, table, self.entities.names, partial(_began_ms, memory))
        self._rings.restore(rings)
        self._draining = Draining(memory)

    # -- events ------------------------------------------------------------------------------------

    @property
    def watermark_ms(self) -> int:
        """The newest event time applied; 0 before the first."""
        return int(self._memory.state.counters["watermark_ms"][0])

    def apply(self, events: EventBatch | Sequence[EventBase]) -> Outcome:
        """Apply events in the given order; returns the flags and ledger entries they raised, in order."""
        batch = events if isinstance(events, EventBatch) else EventBatch.of(events)
        outcome = Outcome(flags=[], ledger=[])
        for start in range(0, len(batch), LARGEST_BATCH):
            self._apply(batch[start : start + LARGEST_BATCH], outcome)
        return outcome

    def cut(self, account_id: str, kind: EntityKind, identifier: str, at: Moment) -> Outcome:
        """An analyst unlinks an account from an identifier, now and for what comes."""
        account = self._known(EntityKind.ACCOUNT, account_id)
        cut_link(self._memory, account, self._known(kind, identifier))
        return self._after(at)

    def declare_public(self, kind: EntityKind, identifier: str, at: Moment) -> Outcome:
        """An analyst declares an identifier public: it connects nobody, also backwards."""
        declare_public(self._memory.state, self._known(kind, identifier))
        return self._after(at)

    # -- views -------------------------------------------------------------------------------------

    def rings(self) -> list[Ring]:
        """The open rings, by id."""
        return [self._view(ring) for ring in self._rings.open_rings()]

    def accounts(self) -> Iterator[AccountScore]:
        """Every account seen, by account id, with the score of the last judgement it was part of."""
        state = self._memory.state
        count = int(state.counters["accounts"][0])
        entities = state.accounts["entity"][:count].tolist()
        scores = state.accounts["score"][:count]
        judged: list[float] = np.where(scores <= 0, self._scorer.prior, scores).tolist()
        answers = state.accounts["answer"][:count].tolist()
        slots = state.accounts["ring"][:count].tolist()
        ring_ids = {ring.slot: ring.ring_id for ring in self._rings.open_rings()}
        names = self.entities.names(entities)
        if any(answers):
            judged = [answered(score, answer) for score, answer in zip(judged, answers, strict=True)]
        # Most accounts have one of few scores.
        shown = {score: round(score, 6) for score in set(judged)}
        lines = zip(names, map(shown.__getitem__, judged), map(ring_ids.get, slots), strict=True)
        return starmap(AccountScore, sorted(lines))

    def counts(self) -> dict[str, int]:
        """Sizes of what the engine holds."""
        return {
            "accounts": int(self._memory.state.counters["accounts"][0]),
            "entities": len(self.entities),
            "live_links": self._memory.links.live_count,
            "clusters": len(self._memory.forest),
            "open_rings": len(self._rings),
        }

    @property
    def state(self) -> State:
        """The arrays themselves, to be read and not changed; valid until the next batch."""
        return self._memory.state

    def view(self) -> GraphView:
        """The graph as columns. O(entities + links log links)."""
        return view_of(self._memory)

    def drain(self, happened: Happenings | None = None) -> Changes:
        """What changed since the last call, as it stands now; the first call tells everything there is.

        ``happened`` goes with it. Cost: O(what changed). From the first call on the kernels note what they
        change; before it a note costs nothing.
        """
        return self._draining.drain(self._rings, self._view, self._config.window_ms, happened)

    def drain_anew(self, happened: Happenings | None = None) -> Changes:
        """Everything there is, whatever was drained before."""
        self._memory.links.stop_logging()
        self._draining = Draining(self._memory)
        return self.drain(happened)

    def state_digest(self) -> str:
        """A digest of the graph that does not depend on the order of events. O(links)."""
        return state_digest(self._memory.state)

    # -- snapshots ---------------------------------------------------------------------------------

    def save(self) -> dict[str, npt.NDArray[Any]]:
        """Everything the engine knows, as arrays; copies, so that the engine may go on meanwhile."""
        rings = msgspec.json.encode(self._rings.open_rings())
        return self._memory.save() | self._draining.save() | {"open_rings": np.frombuffer(rings, np.uint8)}

    def load(self, saved: Mapping[str, npt.NDArray[Any]]) -> None:
        """Forget everything and know what was saved, by an engine with the same configuration."""
        rings = msgspec.json.decode(saved["open_rings"].tobytes(), type=list[OpenRing])
        self._take_up(Memory.load(self._config.window_ms, LATENESS_MS, _SIZES, saved), rings)
        self._draining.load(saved)

    # -- judging -----------------------------------------------------------------------------------

    def _apply(self, batch: EventBatch, outcome: Outcome) -> None:
        self._memory.reserve(len(batch), batch.text_bytes)
        begin_batch(self._memory.state)
        self._run(batch, None, outcome)

    def _run(self, batch: EventBatch, at: Moment | None, outcome: Outcome) -> None:
        """Let the kernels go through a batch, and do what is for Python to do in between.

        ``at`` is the moment of what is said; None takes that of the event at hand.
        """
        events = batch.for_kernels()
        while True:
            state = self._memory.state
            said = run(state, events)
            if said == DONE:
                return
            moment = at or self._moment(batch)
            if said == NEEDS_SCORE:
                self._score()
            elif said == JUDGED:
                self._rings.judge(self._judgement(moment), moment, outcome)
            elif said == FELL_APART:
                self._part(int(state.cursor["subject"][0]), moment, outcome)
            elif said == VERDICT_CAME:
                verdict = batch.event(int(state.cursor["row"][0]))
                assert isinstance(verdict, Verdict)
                self._hear(verdict, moment, outcome)

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

    def _weigh(
        self, accounts: npt.NDArray[np.int32] | None, members: int, shape: int, at: Moment
    ) -> Judgement:
        """Judge accounts, or the first of the members at hand when none are given."""
        state = self._memory.state
        if accounts is not None:
            members = len(accounts)
            state.members[:members] = accounts
            state.candidate["truncated"][0] = 0
        weigh_accounts(state, members, shape)
        self._score()
        take_score(state)
        return self._judgement(at)

    def _score(self) -> None:
        """The score of what was weighed, by a scorer that is not for kernels to work out."""
        state = self._memory.state
        if self._reader is not None:
            state.candidate["score"][0] = self._reader.score(
                state, state.members[: state.candidate["size"][0]]
            )
        else:
            assert not isinstance(self._scorer, MemberScorer)
            state.candidate["score"][0] = self._scorer.score(state.features.tolist())

    def _part(self, entity: int, at: Moment, outcome: Outcome) -> None:
        """Judge the parts of a ring that fell apart, and split it."""
        ring = self._rings.ring_of(entity)
        assert ring is not None
        parts: list[Judgement] = []
        placed: dict[int, None] = {}
        for member in self._rings.members(ring):
            if member not in placed:
                found = gather(self._memory.state, np.array([member], np.int32))
                parts.append(self._weigh(None, found, CLUSTERS, at))
                placed.update(dict.fromkeys(parts[-1].accounts))
        self._rings.split(ring, parts, at, outcome)

    # -- inside ------------------------------------------------------------------------------------

    def _hear(self, verdict: Verdict, at: Moment, outcome: Outcome) -> None:
        ring = self._rings.get(verdict.subject)
        if ring is not None:
            members = self._rings.members(ring)
            self._answer(verdict.outcome, members)
            shape = SHAPES.index(self._rings.shape(ring))
            self._rings.judge(self._weigh(np.array(members, np.int32), 0, shape, at), at, outcome)
            return
        account = self.entities.find(EntityKind.ACCOUNT, verdict.subject)
        if account is not None:
            self._answer(verdict.outcome, [account])
            judge_account(self._memory.state, account)

    def _answer(self, outcome: VerdictOutcome, accounts: Sequence[int]) -> None:
        """Remember an answer about accounts; ``unsure`` takes an earlier one back."""
        state = self._memory.state
        answer = {VerdictOutcome.FRAUD: 1, VerdictOutcome.LEGIT: -1, VerdictOutcome.UNSURE: 0}[outcome]
        for account in accounts:
            facts = state.accounts[state.entities["account"][account]]
            state.counters["answers"][0] += (answer != 0) - int(facts["answer"] != 0)
            facts["answer"] = answer

    def _after(self, at: Moment) -> Outcome:
        outcome = Outcome(flags=[], ledger=[])
        follow_analyst(self._memory.state)
        self._run(EventBatch.of(()), at, outcome)
        return outcome

    def _known(self, kind: EntityKind, name: str) -> int:
        entity = self.entities.find(kind, name)
        if entity is None:
            raise BadCall(
                f"expected an identifier of kind {kind.value} that occurs in the events, found {name!r}; "
                "check the spelling"
            )
        return entity

    def _view(self, ring: OpenRing) -> Ring:
        state, judgement = self._memory.state, self._rings.judgement(ring)
        accounts = np.array(judgement.accounts, np.int32)
        roles = state.accounts["role"][state.entities["account"][accounts]].tolist()
        members = sorted(zip(self.entities.names(accounts), roles, strict=True))
        identifiers = state.tying.identifiers[: ties(state, accounts)]
        tying = zip(self.entities.kinds(identifiers), self.entities.names(identifiers), strict=True)
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


def _began_ms(memory: Memory, members: Collection[int]) -> int:
    """When the first of the accounts began to act with another."""
    return int(began_ms(memory.state, np.array(sorted(members), np.int32)))
