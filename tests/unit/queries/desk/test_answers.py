"""Verdicts and acts on their way: their time, the outbox, the file."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from graph.model.errors import Unavailable
from graph.model.events import AnalystAct, Verdict
from graph.model.vocabulary import ActKind, VerdictOutcome
from queries.desk.answers import DAY_MS, event_id_of, event_time, outgoing
from queries.desk.event_file import EventFile
from queries.desk.outbox import BATCH, OutgoingEvent
from streaming.decoding.columns import ColumnDecoder
from tests.desk_places import NOW_MS, Clock, new_desk

LONG_AGO_MS = NOW_MS - 400 * DAY_MS


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path, clock):
    opened = new_desk(tmp_path, clock)
    yield opened
    opened.close()


def event(number: int) -> OutgoingEvent:
    return OutgoingEvent(f"e{number}", f"s{number}", b'{"n": %d}' % number)


class Carrier:
    """Takes events, unless it is away."""

    def __init__(self) -> None:
        self.taken: list[OutgoingEvent] = []
        self.is_away = False

    def carry(self, events: Sequence[OutgoingEvent]) -> None:
        if self.is_away:
            raise Unavailable("away", 1.0)
        self.taken += events


@pytest.mark.parametrize(
    ("watermark_ms", "expected"),
    [(0, NOW_MS), (NOW_MS - DAY_MS + 1, NOW_MS), (NOW_MS + 5, NOW_MS), (LONG_AGO_MS, LONG_AGO_MS)],
)
def test_an_answer_is_given_now_or_at_the_time_of_a_store_of_long_ago(desk, watermark_ms, expected):
    assert event_time(desk.database, watermark_ms) == expected
    assert event_time(desk.database, watermark_ms) == expected + 1, "each later than the one before it"


def test_another_store_has_another_time(desk):
    assert event_time(desk.database, 0) == NOW_MS
    assert event_time(desk.database, LONG_AGO_MS) == LONG_AGO_MS
    assert event_time(desk.database, LONG_AGO_MS) == LONG_AGO_MS + 1


def test_a_repetition_under_the_same_key_is_the_same_event(desk):
    assert event_id_of("verdict", 1, "k") == event_id_of("verdict", 1, "k")
    others = {event_id_of("verdict", 2, "k"), event_id_of("act", 1, "k"), event_id_of("verdict", 1, "l")}
    assert len(others | {event_id_of("verdict", 1, "k")}) == 4
    assert event_id_of("verdict", 1, None) != event_id_of("verdict", 1, None)
    desk.outbox.put(event(1))
    desk.outbox.put(event(1)._replace(payload=b"other"))
    carrier = Carrier()
    desk.outbox.deliver(carrier)
    assert carrier.taken == [event(1)]


def test_events_wait_while_the_carrier_is_away_and_go_in_their_order(desk):
    carrier = Carrier()
    carrier.is_away = True
    for number in range(BATCH + 2):
        desk.outbox.put(event(number))
    with pytest.raises(Unavailable):
        desk.outbox.deliver(carrier)
    assert desk.outbox.waiting() == BATCH + 2
    carrier.is_away = False
    assert [desk.outbox.deliver(carrier) for _ in range(3)] == [BATCH, 2, 0]
    assert carrier.taken == [event(number) for number in range(BATCH + 2)]
    assert desk.outbox.waiting() == 0


def test_what_was_delivered_is_no_longer_in_the_file(desk, tmp_path):
    desk.outbox.put(OutgoingEvent("e", "s", b"an identifier that is delivered"))
    desk.outbox.deliver(Carrier())
    desk.close()
    assert b"an identifier that is delivered" not in (tmp_path / "test.desk").read_bytes()


def test_a_file_takes_events_and_ends_a_line_that_was_cut_short(tmp_path):
    file = EventFile(tmp_path / "events.ndjson")
    file.carry([event(1), event(2)])
    with file.path.open("ab") as torn:
        torn.write(b'{"n": 3')
    file.carry([event(3)])
    assert file.path.read_bytes() == b'{"n": 1}\n{"n": 2}\n{"n": 3\n{"n": 3}\n'


def test_a_file_that_cannot_be_written_is_tried_again(tmp_path):
    with pytest.raises(Unavailable, match="expected to append"):
        EventFile(tmp_path / "nowhere" / "events.ndjson").carry([event(1)])


def test_a_verdict_is_an_event_that_the_engine_reads():
    made = Verdict(event_id="e", ts=NOW_MS, subject='a "b"', outcome=VerdictOutcome.FRAUD, analyst="ann")
    decoded = ColumnDecoder(1 << 16).decode_values([outgoing(made).payload])
    assert decoded.refused == ()
    assert [(each.subject, each.outcome, each.note) for each in decoded.batch.events()] == [
        ('a "b"', VerdictOutcome.FRAUD, None)
    ]


def test_an_act_says_what_the_contract_says_and_nothing_empty():
    made = AnalystAct(
        event_id="e",
        ts=1,
        act=ActKind.CUT,
        subject="ann",
        other="device:d",
        analyst="lee",
    )
    assert json.loads(outgoing(made).payload) == {
        "type": "analyst_act",
        "event_id": "e",
        "ts": 1,
        "act": "cut",
        "subject": "ann",
        "other": "device:d",
        "analyst": "lee",
    }
    assert outgoing(made).key == "ann"
