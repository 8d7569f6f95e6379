"""What a simulation has written, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class Tally:
    """What became of the wishes to ride so far."""

    trips: int = 0
    pings: int = 0
    unserved: int = 0


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
