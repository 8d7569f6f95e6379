"""When a candidate is judged again, and who waits for it: see ``graph.engine.rejudging``."""

from __future__ import annotations

import math

from graph.engine.rejudging import (
    CANDIDATE_GROWTH,
    RING_GROWTH,
    RING_LATEST,
    RING_PACE,
    RING_SOONEST,
    SCORE_LATEST,
    SCORE_PACE,
    SCORE_SOONEST,
)
from graph.model.shapes import LARGE, LARGE_GROWTH
from tests.twin.candidates import Candidate
from tests.twin.entity_graph import EntityGraph
from tests.twin.rings import Rings


class Rejudging:
    """What the accounts of one graph wait for."""

    def __init__(self, graph: EntityGraph, rings: Rings, review: float) -> None:
        self.is_acting = False
        """Whether an analyst is changing the graph: then nobody waits."""
        self._graph = graph
        self._rings = rings
        self._review = review
        self._hosts: dict[int, int] = {}
        """The leader of the large candidate that an identifier joined last."""

    def is_due(self, entity: int, hurries: bool) -> bool:
        """Count an event of an account; returns whether it is to be judged again.

        ``hurries``: the event is a reason to judge at once, but for a large candidate.
        """
        account = self._graph.accounts[entity]
        leader = self._graph.accounts[account.leader]
        leader.rests -= 1 / max(account.events, 1)
        account.events += 1
        return leader.rests <= 0 or (hurries and leader.judged_with <= LARGE)

    def is_ripe(self, candidate: Candidate, at_once: bool = False) -> bool:
        """Whether a candidate is to be judged now; of a large one that is noted."""
        if len(candidate.accounts) <= LARGE:
            return True
        if not (at_once or self.is_acting) and self.missing_growth(candidate) > 0:
            return False
        for entity in candidate.accounts:
            account = self._graph.accounts[entity]
            account.seen[candidate.shape] = account.events
        return True

    def missing_growth(self, candidate: Candidate) -> float:
        """By how much the accounts of a large candidate have to grow before it is judged."""
        growth = 0.0
        for entity in candidate.accounts:
            account = self._graph.accounts[entity]
            seen = account.seen.get(candidate.shape, 0)
            growth += (account.events - seen) / account.events if seen else 1.0
        return len(candidate.accounts) / LARGE_GROWTH - growth

    def rest(self, candidate: Candidate, growth: float | None = None) -> None:
        """Let a candidate rest until its accounts have done more, but for one whose hours count."""
        for entity in candidate.accounts:
            self._graph.accounts[entity].leader = candidate.accounts[0]
        share = RING_GROWTH if any(map(self._rings.ring_of, candidate.accounts)) else CANDIDATE_GROWTH
        leader, size = self._graph.accounts[candidate.accounts[0]], len(candidate.accounts)
        leader.rests = 0.0 if candidate.hurried else size / share
        leader.judged_with = size
        if size > LARGE:
            leader.rests = size / LARGE_GROWTH if growth is None else growth
            for entity in candidate.accounts:
                for identifier in self._graph.joined_by(entity):
                    self._hosts[identifier] = leader.entity

    def rest_by_score(self, candidate: Candidate, score: float) -> None:
        """Let a small candidate rest for as long as its score is far from what opens a ring."""
        size, stands = len(candidate.accounts), any(map(self._rings.ring_of, candidate.accounts))
        if size > LARGE or (candidate.hurried and not stands):
            return
        pace, soonest, latest = SCORE_PACE, SCORE_SOONEST, SCORE_LATEST
        if stands:
            pace, soonest, latest = RING_PACE, RING_SOONEST, RING_LATEST
        share = abs(_log_odds(score) - _log_odds(self._review)) / pace
        self._graph.accounts[candidate.accounts[0]].rests = size * min(max(share, 1 / soonest), 1 / latest)

    def waits(self, entity: int) -> bool:
        """Whether an account that was regrouped, or whose rides faded, waits for its large candidate."""
        if self.is_acting:
            return False
        accounts = self._graph.accounts
        hosts = [self._hosts[each] for each in self._graph.joined_by(entity) if each in self._hosts]
        leaders = [accounts[entity].leader, *(accounts[host].leader for host in hosts)]
        leader = accounts[min(leaders, key=lambda each: (-accounts[each].judged_with, each))]
        if leader.judged_with <= LARGE:
            return False
        accounts[entity].leader = leader.entity
        leader.rests -= 1
        return leader.rests > 0


def _log_odds(score: float) -> float:
    clipped = min(max(score, 1e-6), 1 - 1e-6)
    return math.log(clipped / (1 - clipped))
