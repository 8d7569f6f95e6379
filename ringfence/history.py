"""Event files as the engine would take them, and what is known about them: a truth file, or verdicts."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from gnn.evaluation import Truth
from gnn.training.verdict_labels import truth_of_verdicts
from graph.model.errors import BadCall, Fatal
from graph.model.event_batch import GPS_PING, SLOTS, VERDICT, EventBatch
from graph.model.events import EventBase, Verdict
from queries import open_results
from ringfence.judgement import read_truth
from ringfence.terminal import Advance
from streaming.admission.pipeline import AdmissionPipeline
from streaming.contract.rejection import MAX_LINE_BYTES
from streaming.decoding.columns import ColumnDecoder
from streaming.files.sources.files import InputFiles
from streaming.files.sources.merge import merged


def in_order(events: Sequence[str], reading: Advance | None) -> Iterator[EventBatch]:
    """Every event of the files that detection would admit, in the order in which it would take them."""
    decoder = ColumnDecoder(MAX_LINE_BYTES)
    clock_ms = time.time_ns() // 1_000_000
    pipeline = AdmissionPipeline(clock_ms)
    with InputFiles(events) as inputs:
        for portion in merged(inputs.files, decoder, clock_ms):
            yield pipeline.admit(portion.batch, portion.record).batch
            if reading is not None:
                reading(inputs.bytes_read, inputs.size_bytes)


def events_about(batches: Iterable[EventBatch], accounts: Collection[str]) -> Iterator[EventBase]:
    """The events as their types, without the positions of drivers other than ``accounts``."""
    slot = SLOTS[GPS_PING].texts.index("driver_id")
    for batch in batches:
        wanted = batch.records["kind"] != GPS_PING
        pings = np.flatnonzero(~wanted)
        drivers = batch[pings].texts(slot)
        wanted[pings] = [driver in accounts for driver in drivers]
        yield from batch[wanted].events()


def known_about(events: Sequence[str], truth: Path | None, results: Path | None) -> Truth:
    """What is known: from a truth file, or from the verdicts among the events about the rings in ``results``.

    Raises BadCall unless exactly one is given, Fatal when nobody has answered anything.
    """
    if (truth is None) == (results is None):
        found = "neither" if truth is None else "both"
        raise BadCall(f"expected --truth FILE or --verdicts DIR, found {found}; give one of them")
    if truth is not None:
        return read_truth(truth)
    assert results is not None
    run = open_results(results)
    verdicts = [
        event
        for batch in in_order(events, None)
        for event in batch[batch.records["kind"] == VERDICT].events()
        if isinstance(event, Verdict)
    ]
    if not verdicts:
        raise Fatal(
            "expected verdicts among the events, found none; give the events that hold them, or --truth FILE"
        )
    return truth_of_verdicts(verdicts, run.ledger(), {flag.ring_id: flag.kind for flag in run.flags()})
