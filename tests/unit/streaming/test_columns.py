"""What the parsing kernel takes by itself, and what it leaves to the decoder of single records."""

import json

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graph.model.event_batch import EVENT
from graph.model.events import GpsPing, Verdict
from graph.model.vocabulary import RejectionReason as Reason
from streaming.decoding.columns import ColumnDecoder
from streaming.decoding.decimals import NOT_UNDERSTOOD, read_number
from streaming.decoding.json_texts import NO_TEXT, characters, text_end
from streaming.decoding.parse import parse_lines
from tests.unit.streaming.records import PING

VERDICT = '{"event_id":"e1","type":"verdict","ts":1767268800000,"subject":"a","outcome":"%s","analyst":"x"%s}'


def is_plain(line: bytes, longest: int = 1000) -> bool:
    """Whether the kernel takes the line by itself."""
    text = np.frombuffer(line, np.uint8)
    bounds = np.array([0]), np.array([len(line)])
    return parse_lines(text, *bounds, longest, np.zeros(1, EVENT), np.zeros(1, np.int64)) == 0


@pytest.mark.parametrize(
    "line",
    [
        PING,
        b" \t" + PING.replace(b":", b" : ").replace(b",", b" ,\n ") + b" \r\n",
        PING.replace(b"-2}", b'-2,"app":"4.1","beta":true,"build":17,"note2":null,"x":-0.5}'),
        PING.replace(b'"t1"', '"\u00e9\u20ac\U0001f697"'.encode()),
        PING.replace(b'"t1"', b'"' + b"t" * 128 + b'"'),
        PING.replace(b"1.5", b"19.123456789012345"),
        (VERDICT % ("unsure", ',"note":""')).encode(),
        (VERDICT % ("fraud", ',"note":null')).encode(),
        (VERDICT % ("legit", ',"lat":1.5')).encode(),
    ],
)
def test_what_is_plainly_an_event_is_parsed_by_the_kernel(line):
    assert is_plain(line)
    decoded = ColumnDecoder().decode_values([line])
    assert decoded.refused == ()
    assert len(decoded.batch) == 1


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        PING[:-1],
        PING + b"x",
        PING.replace(b'"t1"', b'"t\\u0031"'),
        PING.replace(b'"t1"', b'"t\xff"'),
        PING.replace(b'"t1"', b'"t\x1f"'),
        PING.replace(b'"t1"', b'""'),
        PING.replace(b'"t1"', b'"' + b"t" * 129 + b'"'),
        PING.replace(b'"t1"', b"null"),
        PING.replace(b'"t1"', b"7"),
        PING.replace(b"1.5", b"15e-1"),
        PING.replace(b"1.5", b"90.5"),
        PING.replace(b"1.5", b"-0"),
        PING.replace(b"1.5", b"01.5"),
        PING.replace(b"1.5", b'"1.5"'),
        PING.replace(b"1767268800000", b"1767268800000.0"),
        PING.replace(b"1767268800000", b"946684799999"),
        PING.replace(b"-2}", b'-2,"lat":1}'),
        PING.replace(b"-2}", b'-2,"x":1,"x":2}'),
        PING.replace(b"-2}", b'-2,"x":{}}'),
        PING.replace(b"-2}", b"-2,}"),
        PING.replace(b"gps_ping", b"gps_pong"),
    ],
)
def test_what_is_not_plain_is_left_alone(line):
    assert not is_plain(line)


def test_a_line_longer_than_allowed_is_left_alone():
    assert is_plain(PING, longest=len(PING))
    assert not is_plain(PING, longest=len(PING) - 1)


def test_events_and_refusals_keep_their_places():
    escaped = PING.replace(b'"t1"', b'"t\\u0031"').replace(b'"e1"', b'"e3"')
    decoded = ColumnDecoder().decode_values([b"oops", PING, b"", escaped, (VERDICT % ("no", "")).encode()])
    assert decoded.count == 5
    assert decoded.places.tolist() == [1, 3]
    first, second = decoded.batch.events()
    assert isinstance(first, GpsPing)
    assert isinstance(second, GpsPing)
    assert (first.event_id, second.event_id) == ("e1", "e3")
    assert first.trip_id == second.trip_id == "t1"
    assert [(place, why.reason) for place, why in decoded.refused] == [
        (0, Reason.INVALID_JSON),
        (2, Reason.EMPTY_LINE),
        (4, Reason.WRONG_TYPE),
    ]


def test_a_value_may_hold_line_ends_and_neighbours_do_not_leak_into_it():
    values = [PING.replace(b",", b",\n"), PING[:-1], b'"}', PING]
    decoded = ColumnDecoder().decode_values(values)
    assert decoded.places.tolist() == [0, 3]
    assert [place for place, _ in decoded.refused] == [1, 2]
    assert len(ColumnDecoder().decode_values([]).batch) == 0


def test_a_note_may_be_longer_than_an_identifier():
    note = "n" * 100_000
    (event,) = (
        ColumnDecoder().decode_values([(VERDICT % ("fraud", f',"note":"{note}"')).encode()]).batch.events()
    )
    assert isinstance(event, Verdict)
    assert event.note == note


@given(st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.decimals(-(10**19), 10**19).map(str)
    | st.from_regex(r"-?[0-9]{0,20}\.?[0-9]{0,20}", fullmatch=True))  # fmt: skip
@example("9007199254740993")
@example("9007199254740993.0")
@example("4503599627370496.5")
@example("4503599627370497.5")
@example("0.1000000000000000055")
@example("9999999999999999999")
@example("00.5")
@example("-0.0")
@example("1.")
@example("")
@example("-")
def test_a_number_is_read_to_the_last_bit_or_not_at_all(spelt):
    text = np.frombuffer(spelt.encode() + b",", np.uint8)
    place, _, value, whole = read_number(text, 0, len(spelt))
    if place == len(spelt):
        assert float(value).hex() == float(json.loads(spelt)).hex()
        assert whole == isinstance(json.loads(spelt), int)


@given(st.integers(-(10**9), 10**9), st.integers(0, 9))
def test_numbers_as_platforms_write_them_are_read(digits, decimals):
    spelt = f"{digits / 10**decimals:.{decimals}f}"
    place, _, value, _ = read_number(np.frombuffer(spelt.encode(), np.uint8), 0, len(spelt))
    if spelt.strip("-0.") or not spelt.startswith("-"):
        assert (place, value) == (len(spelt), float(spelt))
    else:
        assert place == NOT_UNDERSTOOD


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), st.binary(max_size=3))
def test_the_end_of_a_text_is_its_first_quote(text, behind):
    spelt = text.encode()
    line = np.frombuffer(spelt + b'"' + behind, np.uint8)
    place, is_ascii = text_end(line, 0, len(line))
    stops = [at for at, byte in enumerate(spelt) if byte < 32 or byte in b'"\\']
    if stops:
        assert place == (stops[0] if spelt[stops[0]] == 34 else NO_TEXT)
    else:
        assert (place, is_ascii) == (len(spelt), text.isascii())
        assert characters(line, 0, len(spelt)) == len(text)


@given(st.binary(max_size=12))
@example(b"\xed\xa0\x80")
@example(b"\xc0\x80")
@example(b"\xf4\x90\x80\x80")
@example(b"\xe2\x82")
def test_characters_are_counted_in_utf8_only(spelt):
    try:
        expected = len(spelt.decode())
    except UnicodeDecodeError:
        expected = NO_TEXT
    assert characters(np.frombuffer(spelt, np.uint8), 0, len(spelt)) == expected
