"""Whom a completion left out, and for how long that holds: see ``graph.engine.completion``."""

from __future__ import annotations

from dataclasses import replace

from graph.completion.surroundings import MOST_USERS
from graph.engine.completion import COMPLETION_GROWTH
from graph.model.shapes import Shape
from tests.twin.candidates import Candidate
from tests.twin.entity_graph import EntityGraph
from tests.twin.rings import Rings

_Key = tuple[tuple[int, ...], Shape, int, tuple[int, ...]]


class LeftOut:
    """What came of completing the candidates of one graph the last time."""

    def __init__(self, graph: EntityGraph, rings: Rings) -> None:
        self._graph = graph
        self._rings = rings
        self._completed: dict[int, tuple[_Key, int, int]] = {}
        """By leader: what the completion holds for, how many events there were, how many were left out."""
        self._left_out: dict[int, _Key] = {}
        """By account: what the completion that left it out holds for."""

    def remember(self, candidate: Candidate, members: tuple[int, ...]) -> None:
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

    def recalled(self, candidate: Candidate) -> Candidate | None:
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
        return candidate.accounts, candidate.shape, len(self._graph.cuts()), ties

    def _ties_of(self, account: int) -> int:
        """Whether an account is in a ring, who uses its identifiers, its referrals, payments, takings."""
        graph = self._graph
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
        return sum(self._graph.accounts[account].events for account in candidate.accounts)
