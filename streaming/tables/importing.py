"""Tables to a file of events, checked by the contract: ``events.ndjson``, dead letters and a summary."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
import numpy as np

from graph.model.errors import Fatal, NoEvents, Rejected
from graph.model.event_batch import LATEST_MS
from graph.model.events import EVENT_TYPES
from graph.model.vocabulary import RejectionReason
from streaming.contract.dead_letters import DeadLetter, dead_letter
from streaming.contract.fields import TAGS
from streaming.contract.rejection import MAX_LINE_BYTES
from streaming.decoding.columns import ColumnDecoder
from streaming.decoding.decode import Decoder
from streaming.files.detect import nothing_valid
from streaming.files.sinks.folder import OutputFolder
from streaming.files.sinks.lines import LineFile
from streaming.files.sources.merge import Portion, merged
from streaming.files.summary import RejectedCounts
from streaming.tables.inputs import TableInput

EVENTS: Final = "events.ndjson"
DEAD_LETTERS: Final = "dead_letters.ndjson"
SUMMARY: Final = "summary.json"
IMPORT_FILES: Final = (EVENTS, DEAD_LETTERS, SUMMARY)


class ImportSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows. A row holds one event for each ``[[event]]`` of the mapping that fits it.

    ``without_event`` counts rows that no ``[[event]]`` fits; ``first_ts`` and ``last_ts`` are epoch ms.
    """

    tables: list[str]
    rows: int
    without_event: int
    events: int
    by_type: dict[str, int]
    rejected: RejectedCounts
    first_ts: int
    last_ts: int
    seconds: float


@dataclass(slots=True)
class _Tally:
    by_kind: Counter[int] = field(default_factory=Counter)
    rejected: Counter[RejectionReason] = field(default_factory=Counter)
    first_ts: int = LATEST_MS
    last_ts: int = 0


def first_events(tables: Sequence[TableInput], rows: int = 10) -> list[tuple[bytes, Rejected | None]]:
    """The events of the first rows of each table, in the order of the rows, and why they are none."""
    decode = Decoder().decode_lines
    shown: list[tuple[bytes, Rejected | None]] = []
    for table in tables:
        some = next(table.mapped(), [])
        lines = [line.line for line in some if line.row < rows]
        shown += [
            (line, record if isinstance(record, Rejected) else None)
            for line, record in zip(lines, decode(lines), strict=True)
        ]
    return shown


def import_tables(
    tables: Sequence[TableInput],
    out: Path | None,
    progress: Callable[[int, int | None], None] | None = None,
    *,
    max_line_bytes: int = MAX_LINE_BYTES,
) -> ImportSummary:
    """Writes the events of all tables into ``out`` in the order of event time; nowhere when it is None.

    ``out`` appears complete or not at all. Repeated ids are not looked for: ``detect`` and ``run`` do.
    Memory: 400 MB a table at most. Raises ``NoEvents`` when nothing became an event, and ``Fatal``.
    """
    started = time.perf_counter()
    tally = _Tally()
    with ExitStack() as stack:
        folder = stack.enter_context(OutputFolder(out, IMPORT_FILES)) if out is not None else None
        events, letters = _opened(folder, stack)
        portions = merged(tables, ColumnDecoder(max_line_bytes), time.time_ns() // 1_000_000)
        for portion in portions:
            _count(portion, tally)
            if events is not None and letters is not None:
                _write(portion, events)
                letters.write(_letters(portion))
            if progress is not None:
                progress(sum(table.bytes_read for table in tables), _size(tables))
        if not tally.by_kind.total():
            raise NoEvents(nothing_valid([table.name for table in tables], tally.rejected))
        summary = _summary(tables, tally, time.perf_counter() - started)
        if folder is not None and events is not None and letters is not None:
            _finish(folder, events, letters, summary)
    return summary


def _opened(folder: OutputFolder | None, stack: ExitStack) -> tuple[BinaryIO | None, LineFile | None]:
    if folder is None:
        return None, None
    letters = stack.enter_context(LineFile(folder.path / DEAD_LETTERS))
    return stack.enter_context((folder.path / EVENTS).open("wb", buffering=1 << 18)), letters


def _write(portion: Portion, events: BinaryIO) -> None:
    try:
        events.writelines(portion.record(row) + b"\n" for row in range(len(portion.batch)))
    except OSError as error:
        raise _full(error) from error


def _letters(portion: Portion) -> Iterator[DeadLetter]:
    for place, why in portion.refused:
        block, line = portion.origin(place)
        yield dead_letter(block.file.name, block.offset(line), block.raw(line), block.length(line), why)


def _finish(folder: OutputFolder, events: BinaryIO, letters: LineFile, summary: ImportSummary) -> None:
    letters.close()
    try:
        events.close()
        (folder.path / SUMMARY).write_bytes(
            msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n"
        )
    except OSError as error:
        raise _full(error) from error
    folder.commit()


def _full(error: OSError) -> Fatal:
    return Fatal(
        f"expected to write {EVENTS}, found: {error.strerror}: free some space or choose another --out"
    )


def _count(portion: Portion, tally: _Tally) -> None:
    records = portion.batch.records
    tally.by_kind.update(dict(enumerate(np.bincount(records["kind"]).tolist())))
    tally.rejected.update(why.reason for _, why in portion.refused)
    times = records["ts"]
    tally.first_ts = min(tally.first_ts, int(times.min(initial=LATEST_MS)))
    tally.last_ts = max(tally.last_ts, int(times.max(initial=0)))


def _size(tables: Sequence[TableInput]) -> int | None:
    sizes = [table.size_bytes for table in tables]
    return None if None in sizes else sum(size or 0 for size in sizes)


def _summary(tables: Sequence[TableInput], tally: _Tally, seconds: float) -> ImportSummary:
    reasons = {reason.value: count for reason, count in sorted(tally.rejected.items())}
    return ImportSummary(
        tables=[table.name for table in tables],
        rows=sum(table.rows for table in tables),
        without_event=sum(table.without_event for table in tables),
        events=tally.by_kind.total(),
        by_type={
            tag: count for tag, kind in TAGS.items() if (count := tally.by_kind[EVENT_TYPES.index(kind)])
        },
        rejected=RejectedCounts(total=tally.rejected.total(), by_reason=reasons),
        first_ts=tally.first_ts,
        last_ts=tally.last_ts,
        seconds=round(seconds, 3),
    )


def shown(events: Sequence[tuple[bytes, Rejected | None]]) -> Iterator[str]:
    """A line of text for each of the first events."""
    for line, why in islice(events, None):
        text = line.decode(errors="replace")
        yield text if why is None else f"rejected, {why}: {text}"
