"""Admission as detection, the service and histories go through it."""

from __future__ import annotations

import pytest

from graph.model.vocabulary import RejectionReason
from streaming.admission.deduplicate import DAY_MS
from streaming.admission.pipeline import AdmissionPipeline
from streaming.admission.pseudonyms import Pseudonyms
from streaming.decoding.columns import ColumnDecoder
from tests.unit.streaming.records import NOON, ping

KEY = b"a secret of at least 16 bytes"
FUTURE = NOON + DAY_MS + 1


def admit(pipeline: AdmissionPipeline, *records: bytes):
    return pipeline.admit(ColumnDecoder().decode_values(records).batch, records.__getitem__)


def never_asked(row: int) -> bytes:
    pytest.fail(f"expected no question about row {row}")


def test_new_events_pass_whole() -> None:
    batch = ColumnDecoder().decode_values([ping("a", NOON), ping("b", NOON)]).batch
    found = AdmissionPipeline(NOON).admit(batch, never_asked)
    assert found.batch is batch
    assert (found.rows, found.duplicates, found.rejected) == (None, 0, [])


def test_repeats_and_events_from_the_future_are_taken_out_and_accounted_for() -> None:
    pipeline = AdmissionPipeline(NOON)
    found = admit(pipeline, ping("a", NOON), ping("b", FUTURE), ping("a", NOON), ping("c", NOON + 5))
    assert [found.batch.event_id(row) for row in range(len(found.batch))] == ["a", "c"]
    assert found.rows is not None
    assert (found.rows.tolist(), found.duplicates) == ([0, 3], 1)
    ((row, why),) = found.rejected
    assert (row, why.reason) == (1, RejectionReason.TIME_OUT_OF_RANGE)
    assert why.detail == f"expected ts at most {NOON + DAY_MS}, found {FUTURE}"


def test_a_later_event_is_held_against_the_newest_admitted_before_it() -> None:
    found = admit(AdmissionPipeline(NOON), ping("a", NOON + 7), ping("b", FUTURE + 7), ping("c", FUTURE + 6))
    assert [row for row, _ in found.rejected] == [1]
    assert found.rejected[0][1].detail == f"expected ts at most {NOON + 7 + DAY_MS}, found {FUTURE + 7}"


def test_a_time_too_large_for_a_column_is_reported_in_full() -> None:
    far = 10**25
    ((_, why),) = admit(AdmissionPipeline(NOON), ping("a", far)).rejected
    assert why.detail == f"expected ts at most {NOON + DAY_MS}, found {far}"


def test_a_record_that_is_not_json_is_reported_with_the_time_of_the_column() -> None:
    batch = ColumnDecoder().decode_values([ping("a", 10**25), ping("b", FUTURE)]).batch
    found = AdmissionPipeline(NOON).admit(batch, lambda _row: b"\x00\x01 Avro")
    assert [why.detail.rpartition(" ")[2] for _, why in found.rejected] == [str((1 << 63) - 1), str(FUTURE)]


def test_what_is_admitted_stands_under_its_pseudonyms() -> None:
    pseudonyms = Pseudonyms(KEY)
    plain = ColumnDecoder().decode_values([ping("a", NOON), ping("a", NOON), ping("b", NOON)]).batch
    found = AdmissionPipeline(NOON, pseudonyms).admit(plain, never_asked)
    assert list(found.batch.events()) == [pseudonyms.replace(event) for event in plain[[0, 2]].events()]
