"""What a simulation has written, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written, in numbers."""

    events: int
    trips: int
    pings: int
    accounts: int
    rings: int
    ring_accounts: int
    decoys: int
    unserved_wishes: int
    first_ts: int
    last_ts: int
    events_path: Path
    truth_path: Path
