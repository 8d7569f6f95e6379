"""One region's history through an engine of its own: the results of ``detect``, and a state to start from.

Knows no Spark: lines come in, in order, a batch at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

import msgspec

from graph.engine import Engine, Observer
from graph.model.errors import BadCall, NoEvents
from streaming.backfill.judgements import JudgementFile
from streaming.contract.dead_letters import dead_letter
from streaming.contract.rejection import MAX_LINE_BYTES
from streaming.decoding.columns import ColumnDecoder
from streaming.files.sinks.results import ResultFolder
from streaming.files.sources.lines import KEPT_BYTES
from streaming.service.core import Core
from streaming.service.state_folder import Header, PartitionPosition, StateFolder

RESULTS: Final = "results"
STATE: Final = "state"
FIRST_BATCH: Final = 1
"""The number that the snapshot of a history has among the batches of the service."""
EVIDENCE: Final = "evidence"


class MakeEngine(Protocol):
    """Makes an empty engine; has to be one that can be pickled where tasks run elsewhere."""

    def __call__(self, *, observer: Observer | None = None) -> Engine:
        """The engine, with who is told of its judgements."""


class RegionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The content of ``summary.json`` of a region."""

    region: str
    events: int
    rejected: dict[str, int]
    duplicates: int
    flags: int
    rings: int
    last_ts: int
    engine: dict[str, int]
    model_id: str
    config_digest: str
    state_digest: str


def replay_region(
    region: str,
    batches: Iterable[Sequence[bytes]],
    out: Path,
    make_engine: MakeEngine,
    clock_ms: int,
    positions: Mapping[str, int],
    max_line_bytes: int = MAX_LINE_BYTES,
    judgements: JudgementFile | None = None,
) -> RegionSummary:
    """Applies the lines of a region, in the order given; ``out/results`` and ``out/state`` are written.

    ``clock_ms`` is the wall clock that event times are held against, ``positions`` the offset by partition
    from which a service that starts from the state reads on. What the engine judges goes to ``judgements``,
    which the caller closes. Both folders are replaced where they hold an earlier backfill. Memory: the engine
    and a batch, and the engine again while its state is written. Raises
    ``BadCall`` when a place cannot be used, ``NoEvents`` and ``Fatal``.
    """
    engine = make_engine(observer=None if judgements is None else judgements.observe)
    core, decoder, read = Core(engine, clock_ms), ColumnDecoder(max_line_bytes), 0
    out.mkdir(parents=True, exist_ok=True)
    with ResultFolder(out / RESULTS) as results:
        for lines in batches:
            decoded = decoder.decode_values(lines)
            places = decoded.places
            outcome, ahead = core.process_history(
                decoded.batch,
                [why for _, why in decoded.refused],
                lambda row: lines[places[row]],  # noqa: B023
            )
            results.write(outcome)
            if judgements is not None:
                judgements.write(engine.entity_index.names)
            late = [(int(places[row]), why) for row, why in ahead]
            for place, why in sorted([*decoded.refused, *late], key=lambda each: each[0]):
                raw = lines[place]
                letter = dead_letter(f"region {region}", read + place, raw[:KEPT_BYTES], len(raw), why)
                results.write_dead_letter(letter)
            read += len(lines)
        if not core.tally.events:
            raise NoEvents(f"expected events of the region {region}, found {read} lines and none of them one")
        rings = core.engine.rings()
        results.write_final(rings, core.engine.accounts())
        summary = _summary(region, core, len(rings))
        if judgements is not None:
            judgements.finish()
        # Results last: where there are some, there is a state that fits them.
        _write_state(out / STATE, core, clock_ms, positions)
        results.finish(summary)
    return summary


def _summary(region: str, core: Core, rings: int) -> RegionSummary:
    tally, engine = core.tally, core.engine
    return RegionSummary(
        region=region,
        events=tally.events,
        rejected=tally.rejected,
        duplicates=tally.duplicates,
        flags=sum(tally.flags.values()),
        rings=rings,
        last_ts=engine.watermark_ms,
        engine=dict(sorted(engine.counts().items())),
        model_id=engine.model_id,
        config_digest=engine.config_digest,
        state_digest=engine.state_digest(),
    )


def _write_state(folder: Path, core: Core, clock_ms: int, positions: Mapping[str, int]) -> None:
    """A state folder whose one snapshot is the end of the history."""
    with StateFolder(folder, 1, lambda _words: None) as state:
        numbers = state.snapshots.numbers()
        if numbers not in ([], [FIRST_BATCH]) or list(state.entries_after(0)):
            raise BadCall(
                f"expected nothing or an earlier backfill in {folder}, found the state of a service: choose "
                "another --out"
            )
        header = Header(
            batch=FIRST_BATCH,
            clock_ms=clock_ms,
            positions={name: PartitionPosition(offset, 0) for name, offset in sorted(positions.items())},
            tally=core.tally,
            model_id=core.engine.model_id,
            config_digest=core.engine.config_digest,
            order_within_ms=0,
        )
        state.snapshots.write(FIRST_BATCH, header, core.save())
