"""Candidates judged: found around what an event changed, completed, weighed, and handed to the rings.

When an account is looked at again: ``tests.twin.rejudging``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from graph.candidates.visits import MIN_ARRIVALS
from graph.engine.judging import MIN_CIRCLE_TRIPS
from graph.model.events import Chargeback, EventBase, PromoRedeemed, TripCompleted
from graph.model.results import Outcome
from graph.model.shapes import LARGE, Shape
from graph.rings.lifecycle import Moment, Policy
from graph.scoring.scorer import Completer, Scorer
from graph.state.trees import NO_TREES
from tests.twin.candidates import Assembler, Candidate
from tests.twin.circles import circle_around
from tests.twin.completion import COMPLETED_FROM, Completion, Completions
from tests.twin.entity_graph import EntityGraph, Touched
from tests.twin.evidence import gather_evidence
from tests.twin.hands import loses
from tests.twin.left_out import LeftOut
from tests.twin.moves import moves_around
from tests.twin.rejudging import Rejudging
from tests.twin.rings import Judgement, OpenRing, Rings
from tests.twin.rules import find
from tests.twin.scoring import features_of
from tests.twin.verdicts import Verdicts
from tests.twin.visits import visit_around

Observer = Callable[[Judgement, list[float], Moment], None]


class Judging:
    """Judges the candidates of one graph; its rings follow.

    ``observer`` is called with every judgement, its features and its moment; training reads from it.
    """

    def __init__(
        self,
        graph: EntityGraph,
        rings: Rings,
        verdicts: Verdicts,
        policy: Policy,
        scorer: Scorer,
        observer: Observer | None,
    ) -> None:
        self.rejudging = Rejudging(graph, rings, policy.review)
        self._graph = graph
        self._rings = rings
        self._verdicts = verdicts
        self._policy = policy
        self._scorer = scorer
        self._observer = observer
        self._assembler = Assembler(graph)
        trees = scorer.members if isinstance(scorer, Completer) else NO_TREES
        self._completions = Completions(graph, trees, policy.min_accounts)
        self._left_out = LeftOut(graph, rings)

    def follow(self, touched: Touched, at: Moment, outcome: Outcome) -> set[int]:
        """Judge what changed under the accounts: regrouped clusters, faded rides. Returns who was judged."""
        judged: set[int] = set()
        if touched.regrouped:
            self._part(touched, at, outcome, judged)
        for entity in sorted(touched.faded):
            if entity in judged or self._rings.ring_of(entity) is None:
                continue
            if not self.rejudging.waits(entity):
                self.judge_around(entity, at, outcome, judged, at_once=True)
        return judged

    def look_again(
        self, event: EventBase, accounts: list[int], at: Moment, outcome: Outcome, judged: set[int]
    ) -> None:
        """Judge the accounts that an event names, where they are due."""
        hurries = isinstance(event, PromoRedeemed | Chargeback)
        for entity in dict.fromkeys(accounts):
            is_due = self.rejudging.is_due(entity, hurries)
            if entity not in judged and is_due and self._worth_gathering(entity):
                self.judge_around(entity, at, outcome, judged)
        if isinstance(event, TripCompleted):
            rider = self._graph.accounts[accounts[0]]
            is_due = rider.trips >= max(rider.circle_at, MIN_CIRCLE_TRIPS)
            if is_due and not self._inside_a_circle(*accounts):
                rider.circle_at = rider.trips + max(1, rider.trips // 4)
                self._judge_circle(rider.entity, at, outcome, judged)
            self._judge_moves(accounts[0], accounts[1], at, outcome, judged)

    def judge_around(
        self, entity: int, at: Moment, outcome: Outcome, judged: set[int], at_once: bool = False
    ) -> None:
        """Judge the candidate around an account, where it is ripe or to be judged at once."""
        accounts = self._graph.accounts
        waited = accounts[accounts[entity].leader].judged_with > LARGE
        at_once = at_once or waited
        ring = self._rings.ring_of(entity)
        visit, arrivals = visit_around(self._graph, entity)
        if visit and (ring is None or ring.shape is not Shape.CLUSTERS):
            candidate = replace(self._widened(visit, Shape.VISIT), hurried=arrivals >= MIN_ARRIVALS)
            if not self.rejudging.is_ripe(candidate, at_once):
                self.rejudging.rest(candidate, self.rejudging.missing_growth(candidate))
                return
            self.rejudging.rest(candidate)
            self._judge(candidate, at, outcome, judged)
            if self._rings.ring_of(entity) is None:
                clusters = self._assembler.gather((entity,))
                if self.rejudging.is_ripe(clusters):
                    self._judge(clusters, at, outcome, judged)
            return
        if ring is not None and ring.shape is not Shape.CLUSTERS:
            candidate = _of_ring(ring)
        else:
            candidate = self._assembler.gather((entity,) if ring is None else (entity, *ring.members))
            if not self.rejudging.is_ripe(candidate, at_once):
                self.rejudging.rest(candidate, self.rejudging.missing_growth(candidate))
                return
        self.rejudging.rest(candidate)
        self._judge(candidate, at, outcome, judged)

    def judge_ring(self, ring: OpenRing, at: Moment, outcome: Outcome) -> None:
        """Judge an open ring as it stands."""
        candidate = _of_ring(ring)
        self.rejudging.rest(candidate)
        self._rings.judge(self.weigh(candidate, at), at, outcome)

    def weigh(self, candidate: Candidate, at: Moment) -> Judgement:
        """Evidence, findings and score of a candidate; its accounts take the score."""
        evidence = gather_evidence(self._graph, candidate)
        findings = tuple(find(evidence))
        features = features_of(evidence, findings)
        score = 0.0
        if len(candidate.accounts) >= self._policy.min_accounts:
            score = self._verdicts.adjust(self._scorer.score(features), candidate.accounts)
        judgement = Judgement(candidate.accounts, score, evidence, findings, candidate.truncated)
        if self._observer is not None:
            self._observer(judgement, features, at)
        for entity in candidate.accounts:
            ring = self._rings.ring_of(entity)
            if ring is not None and score < ring.judgement.score and self._rings.stands(ring):
                continue
            if ring is None or ring.shape is candidate.shape or candidate.shape is Shape.CLUSTERS:
                self._graph.accounts[entity].score = score
        return judgement

    # -- inside ------------------------------------------------------------------------------------

    def _inside_a_circle(self, rider: int, driver: int) -> bool:
        ring = self._rings.ring_of(rider)
        if ring is None or ring.shape is not Shape.CIRCLE or rider == driver:
            return False
        return driver in ring.members

    def _worth_gathering(self, entity: int) -> bool:
        graph = self._graph
        lists = (graph.referrers, graph.referrals, graph.payees, graph.payers)
        return (
            graph.accounts[entity].met
            or graph.is_shared(entity)
            or self._rings.ring_of(entity) is not None
            or any(entity in each for each in lists)
            or loses(graph, entity)
        )

    def _judge_circle(self, rider: int, at: Moment, outcome: Outcome, judged: set[int]) -> None:
        circle = circle_around(self._graph, rider)
        if not circle or judged.issuperset(circle):
            return
        self._judge_if_ripe(self._widened(circle, Shape.CIRCLE), at, outcome, judged)

    def _judge_moves(self, rider: int, driver: int, at: Moment, outcome: Outcome, judged: set[int]) -> None:
        moved = () if rider == driver else moves_around(self._graph, rider, driver)
        if moved and not judged.issuperset(moved):
            self._judge_if_ripe(self._widened(moved, Shape.VISIT), at, outcome, judged)

    def _judge_if_ripe(self, candidate: Candidate, at: Moment, outcome: Outcome, judged: set[int]) -> None:
        if self.rejudging.is_ripe(candidate):
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
            if entity in judged or self.rejudging.waits(entity):
                continue
            ring = self._rings.ring_of(entity)
            if ring is None or ring.shape is not Shape.CLUSTERS or self._rings.stands(ring):
                self.judge_around(entity, at, outcome, judged)
                continue
            intact = self._intact(ring)
            if intact is not None:
                self.rejudging.rest(intact)
                self._judge(intact, at, outcome, judged)
                continue
            parts: list[Judgement] = []
            placed: set[int] = set()
            for member in sorted(ring.members):
                if member not in placed:
                    candidate = self._assembler.gather((member,))
                    self.rejudging.rest(candidate)
                    part = self.weigh(candidate, at)
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
        if len(candidate.accounts) < self._policy.min_accounts and not any(
            map(self._rings.ring_of, candidate.accounts)
        ):
            for entity in candidate.accounts:
                self._graph.accounts[entity].score = 0.0
            return
        recalled = self._left_out.recalled(candidate)
        if recalled is not None:
            if recalled != candidate:
                judged.update(recalled.accounts)
                if candidate.shape is not Shape.CIRCLE:
                    self.rejudging.rest(recalled)
            self._weigh_and_judge(recalled, at, outcome)
            return
        completion = self._completion(candidate)
        if completion is None:
            self._weigh_and_judge(candidate, at, outcome)
            return
        completed = replace(candidate, accounts=completion.accounts)
        judged.update(completed.accounts)
        if candidate.shape is not Shape.CIRCLE:
            self.rejudging.rest(completed)
            if len(completed.accounts) > LARGE:
                for entity in candidate.accounts:
                    self._graph.accounts[entity].leader = completed.accounts[0]
        judgement = self.weigh(completed, at)
        self.rejudging.rest_by_score(completed, judgement.score)
        for entity in candidate.accounts:
            if entity not in completed.accounts and self._rings.ring_of(entity) is None:
                self._graph.accounts[entity].score = judgement.score * completion.belonging[entity]
        self._rings.judge(judgement, at, outcome)

    def _weigh_and_judge(self, candidate: Candidate, at: Moment, outcome: Outcome) -> None:
        judgement = self.weigh(candidate, at)
        self.rejudging.rest_by_score(candidate, judgement.score)
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
                enough = self._policy.review
            if self._raw_score(completed) < min(score, enough):
                completion = None
        self._left_out.remember(candidate, candidate.accounts if completion is None else completion.accounts)
        return completion

    def _raw_score(self, candidate: Candidate) -> float:
        evidence = gather_evidence(self._graph, candidate)
        return self._scorer.score(features_of(evidence, tuple(find(evidence))))


def _of_ring(ring: OpenRing) -> Candidate:
    """The accounts of a ring as a candidate."""
    return Candidate(tuple(sorted(ring.members)), ring.shape, hurried=ring.shape is Shape.VISIT)
