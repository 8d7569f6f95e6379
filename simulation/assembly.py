"""The assembly of a city's folder: its lines while it lives, then its truth and its numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from simulation.config import CityConfig
from simulation.outbox import Outbox
from simulation.summary import Summary, Tally
from simulation.truth import DecoyRecord, RingRecord, truth_json
from simulation.writer import event_file, finished_folder


@dataclass(frozen=True, slots=True)
class Lived:
    """What is to be said of a city after its last day."""

    tally: Tally
    accounts: int
    rings: list[RingRecord]
    decoys: list[DecoyRecord]


def assembled(config: CityConfig, out: Path, live: Callable[[Outbox], Lived]) -> Summary:
    """Write ``events.ndjson`` (suffix by compression) in order of time and ``truth.json`` into ``out``.

    ``live`` puts all lines of the city into the outbox and releases those that nothing can overtake any
    more. ``out`` is complete or absent. Raises ``BadConfig`` where it holds anything else than an earlier
    simulation.
    """
    with finished_folder(out) as draft:
        with event_file(draft / config.events_name, config.compression) as stream:
            outbox = Outbox(stream, config.end_ms)
            lived = live(outbox)
            outbox.release_all()
        (draft / "truth.json").write_bytes(truth_json(lived.rings, lived.decoys, config))
    return Summary(
        events=outbox.written,
        trips=lived.tally.trips,
        pings=lived.tally.pings,
        accounts=lived.accounts,
        rings=len(lived.rings),
        ring_accounts=sum(len(ring.accounts) for ring in lived.rings),
        decoys=len(lived.decoys),
        unserved_wishes=lived.tally.unserved,
        first_ts=outbox.first_ts or config.start_ms,
        last_ts=outbox.last_ts or config.start_ms,
        events_path=out / config.events_name,
        truth_path=out / "truth.json",
    )
