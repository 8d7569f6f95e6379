"""A city's events, ready to be judged again: all of them, or those that bear on a few accounts.

What bears on accounts: all events of theirs and of whoever shares an identifier with them (identifiers of
more than ``CROWD`` accounts aside), positions on the trips among these, every sign-up of the city (how many
fell on a day is evidence) and every act of an analyst, and up to ``BACKGROUND`` other trips, evenly spread,
from which the fares and habits of the city can be learnt. A judgement on these events is close to one on all,
not equal: what is found on them has to be checked on the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from gnn.explaining.counterfactual import Tie, ties_of, without
from graph.model.event_batch import EventBatch
from graph.model.events import (
    AccountCreated,
    AnalystAct,
    EventBase,
    GpsPing,
    TripCancelled,
    TripCompleted,
    Verdict,
    WalletTransfer,
)
from graph.model.vocabulary import IDENTITY_LINKS, LinkKind

CROWD: Final = 30
BACKGROUND: Final = 3_000
_IDENTITY: Final = frozenset(IDENTITY_LINKS.values())

Rows = npt.NDArray[np.int64]


class City:
    """Events in order, with whose they are. Memory: the events, twice."""

    def __init__(self, events: Iterable[EventBase]) -> None:
        self.events = list(events)
        self.batch = EventBatch.of(self.events)
        self._rows_of: dict[str, list[int]] = defaultdict(list)
        self._pings_of: dict[str, list[int]] = defaultdict(list)
        self._users: dict[tuple[LinkKind, str], set[str]] = defaultdict(set)
        self._shares: dict[str, list[tuple[LinkKind, str]]] = defaultdict(list)
        self._always: list[int] = []
        self._trips: list[int] = []
        for row, event in enumerate(self.events):
            self._take(row, event)

    def __len__(self) -> int:
        return len(self.events)

    def near(self, accounts: Collection[str]) -> Rows:
        """The rows that bear on ``accounts``, ascending. O(rows found + sign-ups + acts)."""
        asked = frozenset(accounts)
        shared = {thing for account in asked for thing in self._shares.get(account, ())}
        core = asked.union(*(users for thing in shared if len(users := self._users[thing]) <= CROWD))
        rows = set(self._always) | set(self._trips[:: max(1, len(self._trips) // BACKGROUND)])
        for account in core:
            own = self._rows_of.get(account, ())
            rows.update(own)
            for row in own:
                event = self.events[row]
                if isinstance(event, TripCompleted) and event.rider_id in core and event.driver_id in core:
                    rows.update(self._pings_of.get(event.trip_id, ()))
        return np.array(sorted(rows), np.int64)

    def whole(self) -> Rows:
        """Every row."""
        return np.arange(len(self.events))

    def without(self, rows: Rows, accounts: Collection[str], gone: Callable[[Tie], bool]) -> EventBatch:
        """The events of ``rows`` as they would have been without ties of ``accounts`` that are ``gone``.

        O(rows) copied, and a few microseconds for each event of the accounts.
        """
        own = self._of(accounts)
        own = own[np.isin(own, rows, assume_unique=True)]
        left = list(without([self.events[row] for row in own], gone))
        place = {self.events[row].event_id: row for row in own.tolist()}
        rest = np.setdiff1d(rows, own, assume_unique=True)
        kept = np.array([place[event.event_id] for event in left], np.int64)
        mixed = EventBatch.joined([self.batch[rest], EventBatch.of(left)])
        return mixed[np.argsort(np.concatenate([rest, kept]), kind="stable")]

    def _of(self, accounts: Collection[str]) -> Rows:
        """Rows of the accounts' own events and of the positions on their trips, ascending."""
        rows = {row for account in accounts for row in self._rows_of.get(account, ())}
        for row in list(rows):
            event = self.events[row]
            if isinstance(event, TripCompleted):
                rows.update(self._pings_of.get(event.trip_id, ()))
        return np.array(sorted(rows), np.int64)

    def _take(self, row: int, event: EventBase) -> None:
        if isinstance(event, GpsPing):
            self._pings_of[event.trip_id].append(row)
            return
        if isinstance(event, TripCompleted):
            self._trips.append(row)
        if isinstance(event, AccountCreated | AnalystAct):
            self._always.append(row)
        for account in dict.fromkeys(_accounts_in(event)):
            self._rows_of[account].append(row)
        for tie in ties_of(event):
            if tie.kind not in _IDENTITY:
                continue
            users = self._users[tie.kind, tie.target]
            if tie.source not in users:
                users.add(tie.source)
                self._shares[tie.source].append((tie.kind, tie.target))


def _accounts_in(event: EventBase) -> Sequence[str]:
    if isinstance(event, TripCompleted | TripCancelled):
        return (event.rider_id, event.driver_id)
    if isinstance(event, Verdict):
        return (event.subject,)
    if isinstance(event, WalletTransfer):
        return (event.account_id, event.to_account_id)
    if isinstance(event, AccountCreated) and event.referrer_id is not None:
        return (event.account_id, event.referrer_id)
    named: str | None = getattr(event, "account_id", None)
    return () if named is None else (named,)
