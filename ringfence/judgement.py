"""Files of a run and of its truth, read and handed to the evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from gnn.alerts import Alert, Kept, alerts_of, is_false, kept
from gnn.evaluation import (
    Detection,
    History,
    Judged,
    Report,
    Truth,
    course_of,
    decode_truth,
    detection_of,
    evaluate,
    judged_against,
    true_sets,
)
from graph.model.errors import BadCall, Rejected
from queries import open_results
from ringfence.terminal import Advance
from rules.running.runner import of_rings
from streaming.decoding.decode import Decoder
from streaming.files.sources.files import InputFiles
from streaming.files.sources.lines import Block
from streaming.files.summary import ContractTerms, Summary


def judge(out: Path, truth_file: Path, events: Sequence[str], progress: Advance | None = None) -> Report:
    """The report on the results in ``out``; with ``events`` also the figures that need them.

    Raises ``BadCall`` when a file is missing, ``Fatal`` when one is not what it should be.
    """
    detection = read_detection(out)
    truth = read_truth(truth_file)
    history = read_history(truth, events, progress) if events else None
    summary = read_summary(out)
    course = course_of(open_results(out).ledger(), summary.last_ts)
    return evaluate(detection, truth, history, course, read_judged(out, truth, summary))


def judge_alerts(out: Path, truth: Truth) -> Kept:
    """What the run in ``out`` promised of its alerts and what it kept, by what is known about them."""
    summary = read_summary(out)
    terms = summary.contract if isinstance(summary.contract, ContractTerms) else None
    return kept(
        answered_alerts(out, truth),
        summary.last_ts,
        promised=None if terms is None else terms.max_false_alerts,
        promised_a_day=None if terms is None else terms.max_alerts_a_day,
    )


def answered_alerts(out: Path, truth: Truth | None) -> list[tuple[Alert, bool | None]]:
    """The alerts of the run in ``out``, each with whether it was false; None: nobody has answered.

    Without a truth none is answered.
    """
    results = open_results(out)
    alerts = alerts_of(of_rings(results.flags()), results.rings())
    return [(alert, None if truth is None else is_false(alert, truth)) for alert in alerts]


def read_detection(out: Path) -> Detection:
    """What the run in ``out`` said, under the name of the product."""
    results = open_results(out)
    return detection_of("ringfence", results.rings(), results.accounts(), results.flags())


def read_summary(out: Path) -> Summary:
    """The summary of the run in ``out``."""
    try:
        return msgspec.json.decode((out / "summary.json").read_bytes(), type=Summary)
    except (OSError, msgspec.DecodeError) as error:
        raise BadCall(f"expected summary.json of a run in {out}, found {error}; run detect anew") from error


def read_judged(out: Path, truth: Truth, summary: Summary) -> Judged | None:
    """What the run in ``out`` judged, against the truth; None when it did not write it down."""
    candidates = open_results(out).candidates()
    if candidates is None:
        return None
    left_out = 0 if isinstance(summary.candidates, msgspec.UnsetType) else summary.candidates.left_out
    return judged_against(true_sets(truth), (each.accounts for each in candidates), left_out)


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
