"""The engine: events in, flags and ledger out, one event at a time, nothing from the future.

For each event: (1) the graph applies it; (2) the accounts whose candidate may have changed are judged
again: candidate, evidence, findings, score; (3) the rings follow the score. When an account is looked at
again: see ``graph.engine.rejudging``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial

from graph.candidates.visits import MIN_ARRIVALS
from graph.completion.surroundings import MOST_USERS
from graph.engine import LATENESS_MS, EngineConfig
from graph.engine.completion import COMPLETION_GROWTH
from graph.engine.judging import MIN_CIRCLE_TRIPS
from graph.engine.rejudging import CANDIDATE_GROWTH, RING_GROWTH
from graph.model.errors import BadCall
from graph.model.events import (
    AnalystAct,
    Chargeback,
    EventBase,
    GpsPing,
    PromoRedeemed,
    TripCompleted,
    Verdict,
)
from graph.model.results import AccountScore, Outcome, Ring
from graph.model.shapes import LARGE, LARGE_GROWTH, Shape
from graph.model.view import GraphView
from graph.model.vocabulary import EntityKind
from graph.rings.lifecycle import Moment
from graph.scoring.scorer import Completer, Scorer
from graph.state.trees import NO_TREES
from tests.twin.acts import Act, Acts
from tests.twin.candidates import Assembler, Candidate
from tests.twin.circles import circle_around
from tests.twin.completion import COMPLETED_FROM, Completion, Completions
from tests.twin.entity_graph import EntityGraph, Touched
from tests.twin.evidence import gather_evidence
from tests.twin.moves import moves_around
from tests.twin.rings import Judgement, OpenRing, Rings, exposure, reasons
from tests.twin.rules import find
from tests.twin.scoring import features_of
from tests.twin.ties import began_ms, ties
from tests.twin.verdicts import Verdicts
from tests.twin.view import view_of
from tests.twin.visits import visit_around

Observer = Callable[[Judgement, list[float], Moment], None]
_Key = tuple[tuple[int, ...], Shape, int, tuple[int, ...]]


class PlainEngine:
    """Finds rings in a stream of accepted events.

    ``observer`` is called with every judgement, its features and its moment; training reads from it.
    """

    def __init__(self, config: EngineConfig, scorer: Scorer, observer: Observer | None = None) -> None:
        self.graph = EntityGraph(config.window_ms, LATENESS_MS)
        self.touched = Touched()
        """What the newest event or act changed."""
        self.model_id = scorer.model_id
        self.config_digest = config.digest
        self._config = config
        self._scorer = scorer
        self._observer = observer
        self._rings = Rings(
            config.policy,
            self.graph.entities.name,
            partial(began_ms, self.graph),
            self._is_recent,
            self._is_answered,
            lambda: self.watermark_ms,
        )
        self._is_acting = False
        self._verdicts = Verdicts()
        self._acts = Acts(self.graph, self._verdicts)
        self._assembler = Assembler(self.graph)
        trees = scorer.members if isinstance(scorer, Completer) else NO_TREES
        self._completions = Completions(self.graph, trees, config.policy.min_accounts)
        self._hosts: dict[int, int] = {}
        self._completed: dict[int, tuple[_Key, int, int]] = {}
        self._left_out: dict[int, _Key] = {}

    # -- events ------------------------------------------------------------------------------------

    @property
    def watermark_ms(self) -> int:
        """The newest event time applied; 0 before the first."""
        return self.graph.watermark_ms

    def apply(self, events: Sequence[EventBase]) -> Outcome:
        """Apply events in the given order; returns the flags and ledger entries they raised, in order."""
        outcome = Outcome(flags=[], ledger=[])
        graph = self.graph
        for event in events:
            at = Moment(event.ts, event.event_id)
            if event.ts > self._acts.end_ms:
                self._follow_act(self._acts.expire(event.ts), at, outcome)
            if isinstance(event, GpsPing) and graph.ping(event):
                continue
            self.touched = touched = graph.apply(event)
            judged = self._follow(touched, at, outcome)
            if isinstance(event, Verdict):
                self._hear(event, at, outcome)
            elif isinstance(event, AnalystAct):
                self._follow_act(self._acts.carry_out(event, self._members_of), at, outcome)
            else:
                self._look_again(event, touched.accounts, at, outcome, judged)
        return outcome

    def cut(self, account_id: str, kind: EntityKind, identifier: str, at: Moment) -> Outcome:
        """An analyst unlinks an account from an identifier, now and for what comes."""
        account = self._known(EntityKind.ACCOUNT, account_id)
        cuts = frozenset({(account, self._known(kind, identifier))})
        return self._after(self._acts.begin(Act(at.event_id, cuts=cuts)), at)

    def declare_public(self, kind: EntityKind, identifier: str, at: Moment) -> Outcome:
        """An analyst declares an identifier public: it connects nobody, also backwards."""
        declared = (self._known(kind, identifier), True)
        return self._after(self._acts.begin(Act(at.event_id, declared=declared)), at)

    # -- views -------------------------------------------------------------------------------------

    def rings(self) -> list[Ring]:
        """The open rings, by id."""
        return [self._view(ring) for ring in self._rings.open_rings()]

    def accounts(self) -> Iterator[AccountScore]:
        """Every account seen, by account id, with the score of the last judgement it was part of."""
        for name, entity in sorted(self.graph.entities.of_kind(EntityKind.ACCOUNT).items()):
            if entity not in self.graph.accounts:
                continue
            ring = self._rings.ring_of(entity)
            yield AccountScore(
                account_id=name,
                score=round(self._account_score(entity), 6),
                ring_id=None if ring is None else ring.ring_id,
            )

    def counts(self) -> dict[str, int]:
        """Sizes of what the engine holds."""
        return {
            "accounts": len(self.graph.accounts),
            "entities": len(self.graph.entities),
            "live_links": self.graph.links.live_count,
            "clusters": len(self.graph.clusters),
            "open_rings": len(self._rings),
        }

    def view(self) -> GraphView:
        """The graph as columns. O(entities + links log links)."""
        return view_of(self.graph)

    # -- judging -----------------------------------------------------------------------------------

    def _follow(self, touched: Touched, at: Moment, outcome: Outcome) -> set[int]:
        """Judge what changed under the accounts: regrouped clusters, faded rides. Returns who was judged."""
        judged: set[int] = set()
        if touched.regrouped:
            self._part(touched, at, outcome, judged)
        for entity in sorted(touched.faded):
            if entity in judged or self._rings.ring_of(entity) is None:
                continue
            if not self._waits(entity):
                self._judge_around(entity, at, outcome, judged, at_once=True)
        return judged

    def _look_again(
        self, event: EventBase, accounts: list[int], at: Moment, outcome: Outcome, judged: set[int]
    ) -> None:
        """Judge the accounts that an event names, where they are due."""
        always = isinstance(event, PromoRedeemed | Chargeback)
        for entity in dict.fromkeys(accounts):
            account = self.graph.accounts[entity]
            leader = self.graph.accounts[account.leader]
            leader.rests -= 1 / max(account.events, 1)
            account.events += 1
            is_due = leader.rests <= 0 or (always and leader.judged_with <= LARGE)
            if entity not in judged and is_due and self._worth_gathering(entity):
                self._judge_around(entity, at, outcome, judged)
        if isinstance(event, TripCompleted):
            rider = self.graph.accounts[accounts[0]]
            is_due = rider.trips >= max(rider.circle_at, MIN_CIRCLE_TRIPS)
            if is_due and not self._inside_a_circle(*accounts):
                rider.circle_at = rider.trips + max(1, rider.trips // 4)
                self._judge_circle(rider.entity, at, outcome, judged)
            self._judge_moves(accounts[0], accounts[1], at, outcome, judged)

    def _inside_a_circle(self, rider: int, driver: int) -> bool:
        ring = self._rings.ring_of(rider)
        if ring is None or ring.shape is not Shape.CIRCLE or rider == driver:
            return False
        return driver in ring.members

    def _worth_gathering(self, entity: int) -> bool:
        graph = self.graph
        return (
            graph.accounts[entity].met
            or graph.is_shared(entity)
            or self._rings.ring_of(entity) is not None
            or entity in graph.referrers
            or entity in graph.referrals
        )

    def _judge_around(
        self, entity: int, at: Moment, outcome: Outcome, judged: set[int], at_once: bool = False
    ) -> None:
        accounts = self.graph.accounts
        waited = accounts[accounts[entity].leader].judged_with > LARGE
        at_once = at_once or waited
        ring = self._rings.ring_of(entity)
        visit, arrivals = visit_around(self.graph, entity)
        if visit and (ring is None or ring.shape is not Shape.CLUSTERS):
            candidate = replace(self._widened(visit, Shape.VISIT), hurried=arrivals >= MIN_ARRIVALS)
            if not self._is_ripe(candidate, at_once):
                self._rest(candidate, self._missing_growth(candidate))
                return
            self._rest(candidate)
            self._judge(candidate, at, outcome, judged)
            if self._rings.ring_of(entity) is None:
                clusters = self._assembler.gather((entity,))
                if self._is_ripe(clusters):
                    self._judge(clusters, at, outcome, judged)
            return
        if ring is not None and ring.shape is not Shape.CLUSTERS:
            candidate = _of_ring(ring)
        else:
            candidate = self._assembler.gather((entity,) if ring is None else (entity, *ring.members))
            if not self._is_ripe(candidate, at_once):
                self._rest(candidate, self._missing_growth(candidate))
                return
        self._rest(candidate)
        self._judge(candidate, at, outcome, judged)

    def _is_ripe(self, candidate: Candidate, at_once: bool = False) -> bool:
        """Whether a candidate is to be judged now; of a large one that is noted."""
        if len(candidate.accounts) <= LARGE:
            return True
        if not (at_once or self._is_acting) and self._missing_growth(candidate) > 0:
            return False
        for entity in candidate.accounts:
            account = self.graph.accounts[entity]
            account.seen[candidate.shape] = account.events
        return True

    def _missing_growth(self, candidate: Candidate) -> float:
        """By how much the accounts of a large candidate have to grow before it is judged."""
        growth = 0.0
        for entity in candidate.accounts:
            account = self.graph.accounts[entity]
            seen = account.seen.get(candidate.shape, 0)
            growth += (account.events - seen) / account.events if seen else 1.0
        return len(candidate.accounts) / LARGE_GROWTH - growth

    def _rest(self, candidate: Candidate, growth: float | None = None) -> None:
        """Let a candidate rest until its accounts have done more, but for one whose hours count."""
        for entity in candidate.accounts:
            self.graph.accounts[entity].leader = candidate.accounts[0]
        share = RING_GROWTH if any(map(self._rings.ring_of, candidate.accounts)) else CANDIDATE_GROWTH
        leader, size = self.graph.accounts[candidate.accounts[0]], len(candidate.accounts)
        leader.rests = 0.0 if candidate.hurried else size / share
        leader.judged_with = size
        if size > LARGE:
            leader.rests = size / LARGE_GROWTH if growth is None else growth
            for entity in candidate.accounts:
                for identifier in self.graph.joined_by(entity):
                    self._hosts[identifier] = leader.entity

    def _waits(self, entity: int) -> bool:
        """Whether an account that was regrouped, or whose rides faded, waits for its large candidate."""
        if self._is_acting:
            return False
        accounts = self.graph.accounts
        hosts = [self._hosts[each] for each in self.graph.joined_by(entity) if each in self._hosts]
        leaders = [accounts[entity].leader, *(accounts[host].leader for host in hosts)]
        leader = accounts[min(leaders, key=lambda each: (-accounts[each].judged_with, each))]
        if leader.judged_with <= LARGE:
            return False
        accounts[entity].leader = leader.entity
        leader.rests -= 1
        return leader.rests > 0

    def _judge_circle(self, rider: int, at: Moment, outcome: Outcome, judged: set[int]) -> None:
        circle = circle_around(self.graph, rider)
        if not circle or judged.issuperset(circle):
            return
        self._judge_if_ripe(self._widened(circle, Shape.CIRCLE), at, outcome, judged)

    def _judge_moves(self, rider: int, driver: int, at: Moment, outcome: Outcome, judged: set[int]) -> None:
        moved = () if rider == driver else moves_around(self.graph, rider, driver)
        if moved and not judged.issuperset(moved):
            self._judge_if_ripe(self._widened(moved, Shape.VISIT), at, outcome, judged)

    def _judge_if_ripe(self, candidate: Candidate, at: Moment, outcome: Outcome, judged: set[int]) -> None:
        if self._is_ripe(candidate):
            self._judge(candidate, at, outcome, judged)

    def _widened(self, accounts: tuple[int, ...], shape: Shape) -> Candidate:
        """What a search found, with the open rings of the same shape that it reaches into.

        The searches are local, and a ring is found from several sides: half of what was found, or half of the
        ring, has to be common. Two gangs that ride with one driver stay two.
        """
        reached: dict[str, list[int]] = {}
        for account in accounts:
            ring = self._rings.ring_of(account)
            if ring is not None and ring.shape is shape:
                reached.setdefault(ring.ring_id, []).append(account)
        members = dict.fromkeys(accounts)
        for ring_id, common in reached.items():
            ring = self._rings.get(ring_id)
            if ring is not None and 2 * len(common) >= min(len(accounts), len(ring.members)):
                members.update(ring.members)
        return Candidate(tuple(sorted(members)), shape, hurried=shape is Shape.VISIT)

    def _part(self, touched: Touched, at: Moment, outcome: Outcome, judged: set[int]) -> None:
        """Judge what an identifier's change joined or parted; rings that fell apart are split."""
        for entity in sorted(touched.regrouped):
            if entity in judged or self._waits(entity):
                continue
            ring = self._rings.ring_of(entity)
            if ring is None or ring.shape is not Shape.CLUSTERS or self._rings.stands(ring):
                self._judge_around(entity, at, outcome, judged)
                continue
            intact = self._intact(ring)
            if intact is not None:
                self._rest(intact)
                self._judge(intact, at, outcome, judged)
                continue
            parts: list[Judgement] = []
            placed: set[int] = set()
            for member in sorted(ring.members):
                if member not in placed:
                    candidate = self._assembler.gather((member,))
                    self._rest(candidate)
                    part = self._weigh(candidate, at)
                    placed.update(part.accounts)
                    judged.update(part.accounts)
                    parts.append(part)
            self._rings.split(ring, parts, at, outcome)

    def _intact(self, ring: OpenRing) -> Candidate | None:
        """The clusters around a ring that still hangs together, by ties or because all belong."""
        members = sorted(ring.members)
        candidate = self._assembler.gather((members[0],))
        missing = ring.members.keys() - candidate.accounts
        if not missing:
            return candidate
        if not self._completions.belong(members, missing, Shape.CLUSTERS):
            return None
        return self._assembler.gather(tuple(members))

    def _judge(self, candidate: Candidate, at: Moment, outcome: Outcome, judged: set[int]) -> None:
        judged.update(candidate.accounts)
        if len(candidate.accounts) < self._config.policy.min_accounts and not any(
            map(self._rings.ring_of, candidate.accounts)
        ):
            for entity in candidate.accounts:
                self.graph.accounts[entity].score = 0.0
            return
        recalled = self._recalled(candidate)
        if recalled is not None:
            if recalled != candidate:
                judged.update(recalled.accounts)
                if candidate.shape is not Shape.CIRCLE:
                    self._rest(recalled)
            self._rings.judge(self._weigh(recalled, at), at, outcome)
            return
        completion = self._completion(candidate)
        if completion is None:
            self._rings.judge(self._weigh(candidate, at), at, outcome)
            return
        completed = replace(candidate, accounts=completion.accounts)
        judged.update(completed.accounts)
        if candidate.shape is not Shape.CIRCLE:
            self._rest(completed)
            if len(completed.accounts) > LARGE:
                for entity in candidate.accounts:
                    self.graph.accounts[entity].leader = completed.accounts[0]
        judgement = self._weigh(completed, at)
        for entity in candidate.accounts:
            if entity not in completed.accounts and self._rings.ring_of(entity) is None:
                self.graph.accounts[entity].score = judgement.score * completion.belonging[entity]
        self._rings.judge(judgement, at, outcome)

    def _completion(self, candidate: Candidate) -> Completion | None:
        """The completion that takes the place of a candidate, if any."""
        score = self._raw_score(candidate)
        held = self._rings.held(candidate.accounts, candidate.shape)
        if not self._completions.can_complete(candidate) or (score < COMPLETED_FROM and not held):
            return None
        enough = self._rings.enough(held)
        completion = self._completions.complete(candidate, held, self._rings.met)
        if completion is not None:
            completed = replace(candidate, accounts=completion.accounts)
            if completion.is_apart:
                enough = self._config.policy.review
            if self._raw_score(completed) < min(score, enough):
                completion = None
        self._remember(candidate, candidate.accounts if completion is None else completion.accounts)
        return completion

    def _remember(self, candidate: Candidate, members: tuple[int, ...]) -> None:
        """Remember whom the completion left out, unless somebody came in."""
        key, left = self._key(candidate), 0
        for account in candidate.accounts:
            if account not in members:
                self._left_out[account] = key
                left += 1
            elif self._left_out.get(account) == key:
                del self._left_out[account]
        leader = candidate.accounts[0]
        self._completed.pop(leader, None)
        if len(members) + left == len(candidate.accounts):
            self._completed[leader] = (key, self._events_of(candidate), left)

    def _recalled(self, candidate: Candidate) -> Candidate | None:
        """The candidate without whom its completion left out the last time, if that still holds."""
        key = self._key(candidate)
        remembered, events, left = self._completed.get(candidate.accounts[0], (None, 0, 0))
        if remembered != key or COMPLETION_GROWTH * (self._events_of(candidate) - events) > events:
            return None
        kept = tuple(account for account in candidate.accounts if self._left_out.get(account) != key)
        if len(kept) + left != len(candidate.accounts):
            return None
        return replace(candidate, accounts=kept)

    def _key(self, candidate: Candidate) -> _Key:
        """What a completion holds for: the accounts, their shape, how many cuts there are, their ties."""
        ties = tuple(map(self._ties_of, candidate.accounts))
        return candidate.accounts, candidate.shape, len(self.graph.cuts()), ties

    def _ties_of(self, account: int) -> int:
        """Whether an account is in a ring, who uses its identifiers, its referrals, payments, takings."""
        graph = self.graph
        lists = (graph.referrals, graph.referrers, graph.payees, graph.payers)
        users = (len(graph.users.get(each, ())) for each in graph.identifiers.get(account, ()))
        facts = graph.accounts[account]
        taken = facts.promos + facts.chargebacks
        ties = (
            taken
            + sum(len(each.get(account, ())) for each in lists)
            + sum(n for n in users if n <= MOST_USERS)
        )
        return 2 * ties + (self._rings.ring_of(account) is not None)

    def _events_of(self, candidate: Candidate) -> int:
        return sum(self.graph.accounts[account].events for account in candidate.accounts)

    def _raw_score(self, candidate: Candidate) -> float:
        evidence = gather_evidence(self.graph, candidate)
        return self._scorer.score(features_of(evidence, tuple(find(evidence))))

    def _weigh(self, candidate: Candidate, at: Moment) -> Judgement:
        """Evidence, findings and score of a candidate; its accounts take the score."""
        evidence = gather_evidence(self.graph, candidate)
        findings = tuple(find(evidence))
        features = features_of(evidence, findings)
        score = 0.0
        if len(candidate.accounts) >= self._config.policy.min_accounts:
            score = self._verdicts.adjust(self._scorer.score(features), candidate.accounts)
        judgement = Judgement(candidate.accounts, score, evidence, findings, candidate.truncated)
        if self._observer is not None:
            self._observer(judgement, features, at)
        for entity in candidate.accounts:
            ring = self._rings.ring_of(entity)
            if ring is not None and score < ring.judgement.score and self._rings.stands(ring):
                continue
            if ring is None or ring.shape is candidate.shape or candidate.shape is Shape.CLUSTERS:
                self.graph.accounts[entity].score = score
        return judgement

    # -- inside ------------------------------------------------------------------------------------

    def _hear(self, event: Verdict, at: Moment, outcome: Outcome) -> None:
        ring = self._rings.get(event.subject)
        if ring is not None:
            self._verdicts.hear(event.outcome, tuple(ring.members))
            candidate = _of_ring(ring)
            self._rest(candidate)
            self._rings.judge(self._weigh(candidate, at), at, outcome)
            return
        account = self.graph.entities.find(EntityKind.ACCOUNT, event.subject)
        if account is not None and account in self.graph.accounts:
            self._verdicts.hear(event.outcome, (account,))
            self._judge_around(account, at, outcome, set(), at_once=True)

    def _after(self, touched: Touched | None, at: Moment) -> Outcome:
        outcome = Outcome(flags=[], ledger=[])
        self._follow_act(touched, at, outcome)
        return outcome

    def _follow_act(self, touched: Touched | None, at: Moment, outcome: Outcome) -> None:
        if touched is None:
            return
        self.touched = touched
        self._is_acting = True
        self._follow(touched, at, outcome)
        self._is_acting = False

    def _members_of(self, ring_id: str) -> Collection[int]:
        ring = self._rings.get(ring_id)
        return () if ring is None else ring.members

    def _is_recent(self, moment_ms: int) -> bool:
        return self.watermark_ms - moment_ms <= self._config.window_ms

    def _is_answered(self, ring: OpenRing) -> bool:
        """Whether an analyst changes the graph, or verdicts call a ring's accounts honest on the whole."""
        return self._is_acting or self._verdicts.total(ring.members) < 0

    def _known(self, kind: EntityKind, name: str) -> int:
        entity = self.graph.entities.find(kind, name)
        if entity is None:
            raise BadCall(
                f"expected an identifier of kind {kind.value} that occurs in the events, found {name!r}; "
                "check the spelling"
            )
        return entity

    def _account_score(self, entity: int) -> float:
        score = self.graph.accounts[entity].score
        return self._verdicts.adjust(self._scorer.prior if score <= 0 else score, (entity,))

    def _view(self, ring: OpenRing) -> Ring:
        graph, judgement = self.graph, ring.judgement
        members = sorted(ring.members, key=graph.entities.name)
        return Ring(
            ring_id=ring.ring_id,
            kind=judgement.kind,
            score=round(judgement.score, 6),
            accounts=[graph.entities.name(m) for m in members],
            drivers=[graph.entities.name(m) for m in members if graph.accounts[m].is_driver],
            riders=[graph.entities.name(m) for m in members if not graph.accounts[m].is_driver],
            entities=sorted(
                f"{graph.entities.kind(identifier)}:{graph.entities.name(identifier)}"
                for identifier in ties(graph, ring.members)
            ),
            first_ts=ring.began_ms,
            flagged_ts=ring.flagged_ms,
            exposure=round(exposure(judgement), 2),
            reasons=reasons(judgement),
            innocent_reasons=reasons(judgement, innocent=True),
        )


def _of_ring(ring: OpenRing) -> Candidate:
    """The accounts of a ring as a candidate."""
    return Candidate(tuple(sorted(ring.members)), ring.shape, hurried=ring.shape is Shape.VISIT)
