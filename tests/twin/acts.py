"""What analysts did by hand, by names: everything that holds is worked out anew from the acts in force."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from graph.model.event_batch import LATEST_MS
from graph.model.events import AnalystAct
from graph.model.vocabulary import ActKind, EntityKind
from tests.twin.entity_graph import EntityGraph, Touched
from tests.twin.verdicts import Verdicts


@dataclass(frozen=True)
class Act:
    """One act in force, by entities."""

    act_id: str
    until_ms: int = LATEST_MS
    cuts: frozenset[tuple[int, int]] = frozenset()
    declared: tuple[int, bool] | None = None
    """An identifier, and whether it is public."""
    household: frozenset[int] = frozenset()


class Acts:
    """The acts in force. Each verb returns what the graph changed, None when nothing was said."""

    def __init__(self, graph: EntityGraph, verdicts: Verdicts) -> None:
        self._graph = graph
        self._verdicts = verdicts
        self._in_force: list[Act] = []
        self._undone: set[str] = set()

    @property
    def end_ms(self) -> int:
        """When the first act that has an end is over."""
        return min((act.until_ms for act in self._in_force), default=LATEST_MS)

    def carry_out(self, event: AnalystAct, members_of: Callable[[str], Collection[int]]) -> Touched | None:
        """Let an act hold, or end the one that it undoes."""
        if event.act is ActKind.UNDO:
            self._undone.add(event.other or "")
            return self._end([act for act in self._in_force if act.act_id == event.other])
        act = self._understood(event, members_of)
        return None if act is None else self.begin(act)

    def begin(self, act: Act) -> Touched | None:
        """Let an act hold from now on."""
        if act.act_id in self._undone or act.until_ms < self._graph.watermark_ms:
            return None
        self._in_force.append(act)
        return self._established([act])

    def expire(self, now_ms: int) -> Touched | None:
        """End every act whose time is over."""
        return self._end([act for act in self._in_force if act.until_ms < now_ms])

    def _end(self, gone: list[Act]) -> Touched | None:
        self._in_force = [act for act in self._in_force if act not in gone]
        return self._established(gone) if gone else None

    def _established(self, changed: Iterable[Act]) -> Touched:
        declared = {act.declared[0]: act.declared[1] for act in self._in_force if act.declared}
        cuts = {pair for act in self._in_force for pair in act.cuts}
        identifiers = {act.declared[0] for act in changed if act.declared}
        identifiers |= {identifier for act in changed for _, identifier in act.cuts}
        self._verdicts.households = {one for act in self._in_force for one in act.household}
        touched = self._graph.establish(cuts, declared, sorted(identifiers))
        touched.regrouped |= {account for act in changed for account in act.household}
        return touched

    def _understood(self, event: AnalystAct, members_of: Callable[[str], Collection[int]]) -> Act | None:
        until_ms = LATEST_MS if event.until_ts is None else event.until_ts
        accounts, identifier = self._named(event.subject, members_of)
        if event.act is ActKind.CUT:
            others, other = self._named(event.other or "", members_of)
            uses = self._graph.identifiers
            if accounts and others:
                cuts = {
                    (one, what)
                    for one in accounts
                    for what in uses.get(one, {})
                    if any(what in uses.get(another, {}) for another in others if another != one)
                }
            else:
                apart = other if identifier is None else identifier
                cuts = {(one, apart) for one in (*accounts, *others) if apart is not None}
            return Act(event.event_id, until_ms, cuts=frozenset(cuts)) if cuts else None
        if event.act is ActKind.HOUSEHOLD:
            return Act(event.event_id, until_ms, household=frozenset(accounts)) if accounts else None
        if identifier is None:
            return None
        return Act(event.event_id, until_ms, declared=(identifier, event.act is ActKind.DECLARE_PUBLIC))

    def _named(
        self, text: str, members_of: Callable[[str], Collection[int]]
    ) -> tuple[Collection[int], int | None]:
        entities = self._graph.entities
        for kind in EntityKind:
            if text.startswith(f"{kind}:") and kind is not EntityKind.ACCOUNT:
                return (), entities.find(kind, text.removeprefix(f"{kind}:"))
        if members := members_of(text):
            return members, None
        account = entities.find(EntityKind.ACCOUNT, text.removeprefix("account:"))
        return ((), None) if account is None else ((account,), None)
