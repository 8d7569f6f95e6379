"""Files of a run and of its truth, read and handed to the evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gnn.evaluation import Detection, History, Report, Truth, decode_truth, detection_of, evaluate
from graph.model.errors import BadCall, Rejected
from queries import open_results
from ringfence.terminal import Advance
from streaming.decoding.decode import Decoder
from streaming.files.sources.files import InputFiles
from streaming.files.sources.lines import Block


def judge(out: Path, truth_file: Path, events: Sequence[str], progress: Advance | None = None) -> Report:
    """The report on the results in ``out``; with ``events`` also the figures that need them.

    Raises ``BadCall`` when a file is missing, ``Fatal`` when one is not what it should be.
    """
    detection = read_detection(out)
    truth = read_truth(truth_file)
    history = read_history(truth, events, progress) if events else None
    return evaluate(detection, truth, history)


def read_detection(out: Path) -> Detection:
    """What the run in ``out`` said, under the name of the product."""
    results = open_results(out)
    return detection_of("ringfence", results.rings(), results.accounts(), results.flags())


def read_truth(path: Path) -> Truth:
    """The truth in ``path``."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadCall(
            f"expected a readable truth file, found {path}: {error.strerror}; check the path"
        ) from error
    return decode_truth(data, str(path))


def read_history(truth: Truth, events: Sequence[str], progress: Advance | None = None) -> History:
    """What the events in the files tell about times and sharers; rejected records are passed over.

    Memory: O(accounts, devices, cards and fraud events), whatever the size of the files.
    """
    history = History(truth.fraud_event_ids())
    decoder = Decoder()
    with InputFiles(events) as inputs:
        for file in inputs.files:
            for part in file.blocks(decoder.max_line_bytes):
                records = decoder.decode_lines(part.lines()) if isinstance(part, Block) else ()
                history.read(record for record in records if not isinstance(record, Rejected))
                if progress is not None:
                    progress(inputs.bytes_read, inputs.size_bytes)
    return history
