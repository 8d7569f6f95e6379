"""Finite inputs in, result files out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np

from graph.model.errors import BadCall, NoEvents, Rejected
from graph.model.event_batch import LATEST_MS, EventBatch
from graph.model.events import EVENT_TYPES
from graph.model.vocabulary import RejectionReason
from streaming.admission.pipeline import AdmissionPipeline, AdmittedEvents
from streaming.admission.pseudonyms import Pseudonyms
from streaming.contract.dead_letters import dead_letter
from streaming.contract.fields import TAGS
from streaming.contract.ports import DetectionEngine, JudgedCandidates, RunningRules
from streaming.contract.rejection import MAX_LINE_BYTES
from streaming.decoding.columns import ColumnDecoder
from streaming.files.interruption import orderly_termination
from streaming.files.sinks.results import ResultFolder
from streaming.files.sources.files import Input, InputFiles
from streaming.files.sources.merge import Portion, merged
from streaming.files.sources.read_ahead import read_ahead
from streaming.files.summary import CandidateCounts, ContractTerms, RejectedCounts, Summary, peak_memory_mb

Progress = Callable[[int, int | None], None]
"""Told the bytes read and the bytes there are, as stored on disk; None when nobody knows (a pipe)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectConfig:
    """How a run reads; no file but the summary depends on more of it than ``max_line_bytes`` and
    ``pseudonym_key``.

    ``batch_size``: the most events applied to the engine at once. ``max_line_bytes``: a longer record is
    rejected.
    ``pseudonym_key``: 16 to 64 secret bytes; identifiers are replaced by keyed hashes before the
    engine sees them (dead letters keep the raw record).
    ``contract``: what the engine's policy was made to keep, for the summary.
    """

    batch_size: int = 4096
    max_line_bytes: int = MAX_LINE_BYTES
    pseudonym_key: bytes | None = None
    contract: ContractTerms | None = None

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise BadCall(f"expected a batch size of at least 1, found {self.batch_size}: give a larger one")
        if self.max_line_bytes < 1:
            raise BadCall(
                f"expected lines of at least 1 byte, found {self.max_line_bytes}: give a larger limit"
            )


@dataclass(slots=True)
class _Tally:
    """What has been counted so far."""

    events: int = 0
    duplicates: int = 0
    flags: int = 0
    by_kind: Counter[int] = field(default_factory=Counter)
    rejected: Counter[RejectionReason] = field(default_factory=Counter)
    first_ts: int | None = None
    last_ts: int = 0


def detect(
    inputs: Sequence[str | Path | Input],
    out: Path,
    engine: DetectionEngine,
    config: DetectConfig | None = None,
    progress: Progress | None = None,
    *,
    candidates: JudgedCandidates | None = None,
    rules: RunningRules | None = None,
    now_ms: int | None = None,
    stdin: BinaryIO | None = None,
    finishing: Callable[[Path], object] | None = None,
) -> Summary:
    """Feeds every event of ``inputs`` to ``engine`` and writes what it finds to ``out``.

    ``inputs`` are paths, ``-`` for standard input (``stdin`` when given), or inputs that are opened already;
    several are merged by event time. ``finishing`` is given the folder of results before it appears, to add
    to it. What ``candidates`` gives of the engine's judgements and what ``rules`` did are written too.
    ``now_ms`` is the wall clock that event times are held against, by default read once.
    The bytes written do not depend on ``batch_size``. Files are read, decoded and held against what was seen
    before one block ahead, in a second thread; the digest is taken in one too. Memory: the engine, two blocks
    of each input, the ids of 48 hours of events (below 40 bytes each) and one batch.

    Raises ``BadCall`` (an input or ``out`` cannot be used), ``NoEvents`` (nothing valid was read) and
    ``Fatal`` (an input is corrupt, the disk is full). Then, and on Ctrl-C and SIGTERM, ``out`` is left
    as it was.
    """
    started = time.perf_counter()
    clock_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    with (
        orderly_termination(),
        InputFiles([str(each) if isinstance(each, Path) else each for each in inputs], stdin) as files,
        ResultFolder(Path(out), with_candidates=candidates is not None) as results,
    ):
        run = _Run(engine, results, config or DetectConfig(), clock_ms, candidates)
        examined = run.examine(merged(files.files, run.decoder, clock_ms))
        # Reading a file ends; reading from a pipe may not, and a Ctrl-C would wait for it.
        for portion in read_ahead(examined) if files.size_bytes is not None else examined:
            run.take(portion)
            if progress is not None:
                progress(files.bytes_read, files.size_bytes)
        if run.tally.first_ts is None:
            raise NoEvents(nothing_valid([file.name for file in files.files], run.tally.rejected))
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="digest") as worker:
            digest = worker.submit(engine.state_digest)
            rings = engine.rings()
            results.write_final(rings, engine.accounts())
        summary = _summary(
            files, engine, digest.result(), run.tally, len(rings), time.perf_counter() - started
        )
        if candidates is not None:
            counts = CandidateCounts(written=candidates.written, left_out=candidates.left_out)
            summary = msgspec.structs.replace(summary, candidates=counts)
        if config is not None and config.contract is not None:
            summary = msgspec.structs.replace(summary, contract=config.contract)
        if rules is not None:
            results.write_rules(rules.rule_reports())
            summary = msgspec.structs.replace(summary, rules=rules.rules_digest)
        results.finish(summary, finishing)
    return summary


@dataclass(frozen=True, slots=True)
class _Examined:
    """A portion, its admitted events, and what else there is to say of it.

    ``by_kind``: how many of each kind were admitted, between ``first_ts`` and ``last_ts``; ``refused``: the
    lines that were rejected, by their place in the portion.
    """

    portion: Portion
    admitted: AdmittedEvents
    by_kind: list[int]
    first_ts: int
    last_ts: int
    refused: list[tuple[int, Rejected]]


class _Run:
    """One pass over the inputs: admits, counts, cuts into batches and writes what comes of them."""

    def __init__(
        self,
        engine: DetectionEngine,
        results: ResultFolder,
        config: DetectConfig,
        clock_ms: int,
        candidates: JudgedCandidates | None,
    ) -> None:
        self.tally = _Tally()
        self._candidates = candidates
        self._engine = engine
        self._results = results
        self._batch_size = config.batch_size
        self.decoder = ColumnDecoder(config.max_line_bytes)
        pseudonyms = Pseudonyms(config.pseudonym_key) if config.pseudonym_key is not None else None
        self._pipeline = AdmissionPipeline(clock_ms, pseudonyms)

    def examine(self, portions: Iterable[Portion]) -> Iterator[_Examined]:
        """Lets admission judge the events of each portion, in their order."""
        for portion in portions:
            admitted = self._pipeline.admit(portion.batch, portion.record)
            refused = list(portion.refused)
            if admitted.rejected:
                refused += [(int(portion.places[row]), why) for row, why in admitted.rejected]
                refused.sort(key=_place)
            records = admitted.batch.records
            times = records["ts"]
            yield _Examined(
                portion,
                admitted,
                np.bincount(records["kind"]).tolist(),
                int(times.min(initial=LATEST_MS)),
                int(times.max(initial=0)),
                refused,
            )

    def take(self, examined: _Examined) -> None:
        """Applies the admitted events of a portion; rejected lines are written down in order."""
        self._count(examined)
        for place, rejected in examined.refused:
            self._reject(examined.portion, place, rejected)
        batch = examined.admitted.batch
        for start in range(0, len(batch), self._batch_size):
            self._apply(batch[start : start + self._batch_size])

    def _apply(self, batch: EventBatch) -> None:
        outcome = self._engine.apply(batch)
        self.tally.flags += len(outcome.flags)
        self._results.write(outcome)
        if self._candidates is not None:
            self._results.write_candidates(self._candidates.drain())

    def _reject(self, portion: Portion, index: int, rejected: Rejected) -> None:
        block, line = portion.origin(index)
        if block.file.is_repeat:
            # The same line of the same file: its dead letter is written already.
            self.tally.duplicates += 1
            return
        self.tally.rejected[rejected.reason] += 1
        self._results.write_dead_letter(
            dead_letter(block.file.name, block.offset(line), block.raw(line), block.length(line), rejected)
        )

    def _count(self, examined: _Examined) -> None:
        tally = self.tally
        tally.duplicates += examined.admitted.duplicates
        if examined.by_kind:
            tally.events += len(examined.admitted.batch)
            tally.by_kind.update(dict(enumerate(examined.by_kind)))
            first_ts = examined.first_ts
            tally.first_ts = first_ts if tally.first_ts is None else min(first_ts, tally.first_ts)
            tally.last_ts = max(examined.last_ts, tally.last_ts)


def _place(refused: tuple[int, Rejected]) -> int:
    return refused[0]


def _summary(
    files: InputFiles, engine: DetectionEngine, digest: str, tally: _Tally, rings: int, seconds: float
) -> Summary:
    reasons = {reason.value: count for reason, count in tally.rejected.items()}
    return Summary(
        version=_version(),
        inputs=list(dict.fromkeys(file.name for file in files.files)),
        events=tally.events,
        by_type={tag: tally.by_kind[EVENT_TYPES.index(kind)] for tag, kind in TAGS.items()},
        rejected=RejectedCounts(total=tally.rejected.total(), by_reason=dict(sorted(reasons.items()))),
        duplicates=tally.duplicates,
        flags=tally.flags,
        rings=rings,
        first_ts=tally.first_ts or 0,
        last_ts=tally.last_ts,
        engine=dict(sorted(engine.counts().items())),
        model_id=engine.model_id,
        config_digest=engine.config_digest,
        state_digest=digest,
        seconds=round(seconds, 3),
        events_per_second=round(tally.events / seconds, 1),
        peak_memory_mb=peak_memory_mb(),
    )


def nothing_valid(names: Sequence[str], rejected: Counter[RejectionReason]) -> str:
    """What to say where nothing that was read is an event."""
    named = ", ".join(names)
    if not rejected:
        return f"expected events in {named}, found nothing: give a file with one JSON object per line"
    reason, count = max(rejected.items(), key=lambda item: (item[1], item[0]))
    return (
        f"expected events in {named}, found {rejected.total()} records and every one rejected, "
        f"{count} of them for {reason.value}: check that the file holds one event per line"
    )


def _version() -> str:
    try:
        return metadata.version("ringfence")
    except metadata.PackageNotFoundError:
        return "not installed"
