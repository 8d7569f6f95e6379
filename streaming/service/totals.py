"""What a run of the service came to, as one JSON object."""

from __future__ import annotations

import msgspec

from streaming.contract.ports import DetectionEngine
from streaming.service.status import Status


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Counts since the beginning of the state, each record once, and the digest of the graph."""

    events: int
    duplicates: int
    late: int
    rejected: dict[str, int]
    flags: dict[str, int]
    ledger: int
    batches: int
    recoveries: int
    engine: dict[str, int]
    model_id: str
    config_digest: str
    state_digest: str


def totals_of(engine: DetectionEngine, status: Status) -> bytes:
    """The totals as one line. O(links), for the digest."""
    tally = status.tally
    return msgspec.json.encode(
        Totals(
            events=tally.events,
            duplicates=tally.duplicates,
            late=tally.late,
            rejected=tally.rejected,
            flags=tally.flags,
            ledger=tally.ledger,
            batches=status.batch,
            recoveries=status.recoveries,
            engine=dict(sorted(engine.counts().items())),
            model_id=engine.model_id,
            config_digest=engine.config_digest,
            state_digest=engine.state_digest(),
        )
    )
