"""A small engine that remembers what it was given and raises one flag per chargeback."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from graph.model.event_batch import EventBatch
from graph.model.events import Chargeback, Event
from graph.model.results import AccountsChanged, AccountScore, Flag, LedgerEntry, Outcome, Ring
from graph.model.vocabulary import Decision, LedgerChange, RingKind


class ChargebackEngine:
    model_id = "chargebacks-1"
    config_digest = "c0ffee"

    def __init__(self) -> None:
        self.applied: list[Event] = []
        self.batch_sizes: list[int] = []
        self.watermark_ms = 0
        self._suspects: dict[str, Chargeback] = {}

    def apply(self, batch: EventBatch) -> Outcome:
        self.batch_sizes.append(len(batch))
        outcome = Outcome(flags=[], ledger=[])
        for event in batch.events():
            self.applied.append(event)
            self.watermark_ms = max(self.watermark_ms, event.ts)
            if isinstance(event, Chargeback):
                self._suspects.setdefault(event.account_id, event)
                outcome.flags.append(self._flag(event))
                outcome.ledger.append(self._entry(event))
        return outcome

    def rings(self) -> list[Ring]:
        return [self._ring(event) for _, event in sorted(self._suspects.items())]

    def accounts(self) -> Iterator[AccountScore]:
        for account in sorted({account for event in self.applied if (account := _account(event))}):
            ring = f"ring_{account}" if account in self._suspects else None
            yield AccountScore(account_id=account, score=0.9 if ring else 0.1, ring_id=ring)

    def counts(self) -> dict[str, int]:
        return {"live_links": len(self.applied), "accounts": sum(1 for _ in self.accounts())}

    def state_digest(self) -> str:
        seen = sorted(event.event_id for event in self.applied)
        return hashlib.sha256("\n".join(seen).encode()).hexdigest()

    def _flag(self, event: Chargeback) -> Flag:
        return Flag(
            flag_id=f"flag_{event.event_id}",
            ts=event.ts,
            event_id=event.event_id,
            accounts=[event.account_id],
            ring_id=f"ring_{event.account_id}",
            score=0.9,
            decision=Decision.REVIEW,
            reasons=[],
            kind=RingKind.STOLEN_CARDS,
        )

    def _entry(self, event: Chargeback) -> LedgerEntry:
        return LedgerEntry(
            ts=event.ts,
            ring_id=f"ring_{event.account_id}",
            change=LedgerChange.BORN,
            from_=[],
            accounts=AccountsChanged(added=[event.account_id], removed=[]),
        )

    def _ring(self, event: Chargeback) -> Ring:
        return Ring(
            ring_id=f"ring_{event.account_id}",
            kind=RingKind.STOLEN_CARDS,
            score=0.9,
            accounts=[event.account_id],
            drivers=[],
            riders=[event.account_id],
            entities=[],
            first_ts=event.ts,
            flagged_ts=event.ts,
            exposure=event.amount,
            reasons=[],
            innocent_reasons=[],
        )


def _account(event: Event) -> str | None:
    return getattr(event, "account_id", None)
