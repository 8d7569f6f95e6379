"""From what an analyst wrote to what it is about: an account, a ring, or an identifier by its kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from graph.candidates.ties import shared_with
from graph.engine.acts import Act
from graph.model.event_batch import LATEST_MS
from graph.model.events import AnalystAct
from graph.model.vocabulary import ActKind, EntityKind
from graph.state.entity_index import EntityIndex
from graph.state.state import State

MembersOf = Callable[[str], Sequence[int]]
"""The accounts of an open ring, by its id; empty when there is none."""


def act_of(event: AnalystAct, state: State, index: EntityIndex, members_of: MembersOf) -> Act | None:
    """What an event does, by entity numbers; None when it is about nothing that was ever seen.

    ``kind:identifier`` names an identifier of a known kind; whatever is not spelt so is a ring or an account.
    """
    until_ms = LATEST_MS if event.until_ts is None else event.until_ts
    accounts, identifier = _named(event.subject, index, members_of)
    match event.act:
        case ActKind.CUT:
            others, other = _named(event.other or "", index, members_of)
            if accounts and others:
                cuts = [(one, what) for one in accounts for what in _shared(state, one, others)]
            else:
                apart = other if identifier is None else identifier
                cuts = [(one, apart) for one in (*accounts, *others) if apart is not None]
            return Act(event.event_id, until_ms, cuts=tuple(cuts)) if cuts else None
        case ActKind.DECLARE_PUBLIC if identifier is not None:
            return Act(event.event_id, until_ms, public=identifier)
        case ActKind.DECLARE_PRIVATE if identifier is not None:
            return Act(event.event_id, until_ms, private=identifier)
        case ActKind.HOUSEHOLD if accounts:
            return Act(event.event_id, until_ms, household=tuple(accounts))
    return None


def _named(text: str, index: EntityIndex, members_of: MembersOf) -> tuple[Sequence[int], int | None]:
    """(accounts, None) or ((), identifier) that a text names; ((), None) when it names nothing known."""
    kind, colon, name = text.partition(":")
    if colon and kind in list(EntityKind) and kind != EntityKind.ACCOUNT:
        return (), index.find(EntityKind(kind), name)
    members = members_of(text)
    if members:
        return members, None
    account = index.find(EntityKind.ACCOUNT, name if colon and kind == EntityKind.ACCOUNT else text)
    return () if account is None else (account,), None


def _shared(state: State, account: int, others: Sequence[int]) -> list[int]:
    """The identifiers that an account uses and one of the others too."""
    apart = np.array([other for other in others if other != account], np.int32)
    found: list[int] = state.tying.identifiers[: shared_with(state, account, apart)].tolist()
    return sorted(found)
