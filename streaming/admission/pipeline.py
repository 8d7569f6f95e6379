"""The one way of decoded events to the engine, for finite inputs, the service and histories alike.

Decoded events go in, in the order in which they are to be applied. Each is judged (repeat, too far ahead, or
new), the new ones get their pseudonyms, and the ones too far ahead come back with the reason that their dead
letter gives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from graph.model.errors import Rejected
from graph.model.event_batch import LATEST_MS, EventBatch
from streaming.admission.deduplicate import WINDOW_MS, Admission, Admitted, Judgements, latest_accepted
from streaming.admission.pseudonyms import Pseudonyms
from streaming.contract.rejection import too_far_ahead

Int64s = npt.NDArray[np.int64]
RecordOf = Callable[[int], bytes]
"""The record, as it came, that holds the event in a row."""


@dataclass(frozen=True, slots=True)
class AdmittedEvents:
    """What became of a batch of decoded events.

    ``batch``: the new ones, under their pseudonyms, in the order given. ``rows``: for each of them its row in
    the batch given; None when all were new. ``duplicates``: how many were repeats. ``rejected``: the rows of
    those too far ahead, ascending, each with the reason.
    """

    batch: EventBatch
    rows: Int64s | None
    duplicates: int
    rejected: list[tuple[int, Rejected]]


class AdmissionPipeline:
    """Admits events batch by batch; how they are cut into batches changes nothing.

    ``clock_ms`` is the wall clock that event times are held against, ``remember_ms`` the event time in which
    a repeat is known. Time: that of ``Admission``, and a
    microsecond an identifier with ``pseudonyms``.
    """

    def __init__(
        self, clock_ms: int, pseudonyms: Pseudonyms | None = None, remember_ms: int = WINDOW_MS
    ) -> None:
        self.admission = Admission(clock_ms, remember_ms)
        self._pseudonyms = pseudonyms

    def admit(self, batch: EventBatch, record_of: RecordOf) -> AdmittedEvents:
        """What became of each event; ``record_of`` is asked only about those too far ahead."""
        latest_accepted_ms = self.admission.latest_accepted_ms
        judged = self.admission.admit(batch)
        if not judged.any():
            return AdmittedEvents(self._pseudonymised(batch), None, 0, [])
        rows = np.flatnonzero(judged == Admitted.NEW)
        return AdmittedEvents(
            self._pseudonymised(batch[rows]),
            rows,
            int(np.count_nonzero(judged == Admitted.DUPLICATE)),
            _too_far_ahead(batch, judged, latest_accepted_ms, record_of),
        )

    def _pseudonymised(self, batch: EventBatch) -> EventBatch:
        return batch if self._pseudonyms is None else self._pseudonyms.replace_all(batch)


class _Time(msgspec.Struct):
    """The one field that is looked at."""

    ts: int


def _too_far_ahead(
    batch: EventBatch, judged: Judgements, latest_accepted_ms: int, record_of: RecordOf
) -> list[tuple[int, Rejected]]:
    rows = np.flatnonzero(judged == Admitted.TOO_FAR_AHEAD).tolist()
    if not rows:
        return []
    times = batch.records["ts"]
    accepted = latest_accepted(judged, times, latest_accepted_ms)
    return [(row, too_far_ahead(_time(int(times[row]), row, record_of), int(accepted[row]))) for row in rows]


def _time(ts: int, row: int, record_of: RecordOf) -> int:
    """The time in a row; one too large for a column stands in full in its record, where that is JSON."""
    if ts < LATEST_MS:
        return ts
    try:
        return msgspec.json.decode(record_of(row), type=_Time).ts
    except msgspec.MsgspecError:
        return ts
