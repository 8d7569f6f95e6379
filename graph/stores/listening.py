"""What is said and heard besides the graph, collected for a store between one draining and the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Self

import msgspec
import numpy as np
import numpy.typing as npt

from graph.engine.kept_trips import TripKeeper
from graph.engine.trips import without_places
from graph.model.changes import Happenings, JudgedTrip
from graph.model.event_batch import CHARGEBACK, PROMO_REDEEMED, TRIP_COMPLETED, VERDICT, EventBatch
from graph.model.events import Chargeback, PromoRedeemed, TripCompleted, Verdict
from graph.model.renaming import Renaming
from graph.model.results import Flag, LedgerEntry, Outcome
from graph.model.vocabulary import LedgerChange
from graph.stores.erasing import ENDS

_HEARD: Final = (TRIP_COMPLETED, PROMO_REDEEMED, CHARGEBACK, VERDICT)
_NAME: Final = "heard"
"""Under what a snapshot keeps it."""


class _Heard(msgspec.Struct):
    """Everything a listener knows, as a snapshot keeps it."""

    ledger_from: int
    ledger: list[LedgerEntry]
    flags: list[Flag]
    verdicts: list[Verdict]
    promos: list[PromoRedeemed]
    chargebacks: list[Chargeback]
    fresh: list[JudgedTrip]
    members: dict[str, list[str]]
    waiting: list[JudgedTrip]
    known: list[str]


def without(saved: Mapping[str, npt.NDArray[Any]], renaming: Renaming) -> dict[str, npt.NDArray[Any]]:
    """Saved arrays in which what waits for the store names nobody who is forgotten, nor where they rode."""
    if _NAME not in saved:
        return dict(saved)
    heard = msgspec.msgpack.decode(saved[_NAME].tobytes())
    for judged in (*heard["fresh"], *heard["waiting"]):
        trip = judged["trip"]
        if any(renaming.account(trip[end]) != trip[end] for end in ("rider_id", "driver_id")):
            trip.update(dict.fromkeys(ENDS))
            judged["told"] = without_places(judged["told"])
    renamed = msgspec.msgpack.encode(renaming.everywhere(heard))
    return {**saved, _NAME: np.frombuffer(renamed, np.uint8)}


class Listener:
    """Collects flags, ledger, verdicts, takings and trips. About five microseconds for an event it keeps."""

    def __init__(self) -> None:
        self._happened = Happenings()
        self._fresh: list[JudgedTrip] = []
        """Trips that the keeper has not seen."""
        self._keeper = TripKeeper()
        self._members: dict[str, set[str]] = {}
        """Of each open ring."""

    def __len__(self) -> int:
        return len(self._happened) + len(self._fresh)

    def hear(self, events: EventBatch, outcome: Outcome) -> None:
        """A batch that was applied, and what the engine said to it."""
        happened = self._happened
        happened.flags += outcome.flags
        happened.ledger += outcome.ledger
        for entry in outcome.ledger:
            self._follow(entry)
        told = iter(outcome.trips)
        for event in events[np.isin(events.records["kind"], _HEARD)].events():
            if isinstance(event, TripCompleted):
                self._fresh.append(JudgedTrip(event, next(told, b"")))
            elif isinstance(event, PromoRedeemed | Chargeback):
                happened.takings.append(event)
            elif isinstance(event, Verdict):
                happened.verdicts.append(event)

    def take(self) -> Happenings:
        """What was heard since the last call, of the trips those that are evidence."""
        members = frozenset(account for accounts in self._members.values() for account in accounts)
        happened = self._happened
        happened.trips = self._keeper.keep(self._fresh, members)
        self._happened, self._fresh = happened.next(), []
        return happened

    def _follow(self, entry: LedgerEntry) -> None:
        """Who stands in an open ring, by the ledger."""
        if entry.change is LedgerChange.MERGED:
            for swallowed in entry.from_:
                self._members.pop(swallowed, None)
        members = self._members.setdefault(entry.ring_id, set())
        members -= set(entry.accounts.removed)
        members |= set(entry.accounts.added)
        if entry.change is LedgerChange.CLOSED:
            del self._members[entry.ring_id]

    def save(self) -> dict[str, npt.NDArray[Any]]:
        """Everything, for a snapshot. Up to ``WAITING_TRIPS`` trips of about 400 bytes."""
        happened = self._happened
        waiting, known = self._keeper.state()
        heard = _Heard(
            ledger_from=happened.ledger_from,
            ledger=happened.ledger,
            flags=happened.flags,
            verdicts=happened.verdicts,
            promos=[each for each in happened.takings if isinstance(each, PromoRedeemed)],
            chargebacks=[each for each in happened.takings if isinstance(each, Chargeback)],
            fresh=self._fresh,
            members={ring_id: sorted(members) for ring_id, members in sorted(self._members.items())},
            waiting=waiting,
            known=known,
        )
        return {_NAME: np.frombuffer(msgspec.msgpack.encode(heard), np.uint8)}

    @classmethod
    def of(cls, saved: Mapping[str, npt.NDArray[Any]]) -> Self:
        """The listener that was saved; one that heard nothing yet when no store was told until then."""
        listener = cls()
        if _NAME not in saved:
            return listener
        heard = msgspec.msgpack.decode(saved[_NAME].tobytes(), type=_Heard)
        listener._happened = Happenings(
            ledger=heard.ledger,
            ledger_from=heard.ledger_from,
            flags=heard.flags,
            verdicts=heard.verdicts,
            takings=[*heard.promos, *heard.chargebacks],
        )
        listener._fresh = heard.fresh
        listener._members = {ring_id: set(members) for ring_id, members in heard.members.items()}
        listener._keeper.restore(heard.waiting, heard.known)
        return listener
