import pytest

from graph.model.errors import Rejected
from graph.model.events import Chargeback, GpsPing, Verdict
from graph.model.vocabulary import RejectionReason as Reason
from streaming.decoding.decode import Decoder
from tests.unit.streaming.records import PING

CHARGEBACK = b'{"event_id":"e1","type":"chargeback","ts":1767268800000,"account_id":"a1","amount":9.5%s}'
VERDICT = (
    b'{"event_id":"e1","type":"verdict","ts":1767268800000,'
    b'"subject":"a1","outcome":"%s","analyst":"x","note":"%s"}'
)


ACT = b'{"event_id":"e1","type":"analyst_act","ts":1767268800000,"analyst":"x",%s}'


def rejection(line: bytes, max_line_bytes: int = 1 << 20) -> Rejected:
    with pytest.raises(Rejected) as caught:
        Decoder(max_line_bytes).decode(line)
    return caught.value


def test_a_complete_record_becomes_its_event():
    assert Decoder().decode(PING) == GpsPing(
        event_id="e1", ts=1_767_268_800_000, trip_id="t1", driver_id="d1", lat=1.5, lon=-2.0
    )


@pytest.mark.parametrize(
    "line",
    [
        PING + b"\r",
        b"  " + PING.replace(b":", b" : ").replace(b",", b" ,\t") + b" ",
        PING.replace(b'"lat"', b'"l\\u0061t"'),
        PING.replace(b"{", b'{"city":"x\xc3\xa9","tags":[{"a":1,"a":2}],"none":null,"big":1e999,', 1),
        PING.replace(b"{", b'{":":":",":a":":b",', 1),
        PING.replace(b"{", b'{"long":' + b"9" * 5000 + b",", 1),
        PING.replace(b"{", b'{"deep":' + b"[" * 200 + b"]" * 200 + b",", 1),
    ],
)
def test_spelling_and_unknown_fields_do_not_change_the_event(line):
    assert Decoder().decode(line) == Decoder().decode(PING)


def test_null_in_an_optional_field_counts_as_absent():
    event = Decoder().decode(CHARGEBACK % b',"card_id":null,"trip_id":"t1"')
    assert event == Chargeback(
        event_id="e1", ts=1_767_268_800_000, account_id="a1", amount=9.5, card_id=None, trip_id="t1"
    )


def test_a_note_may_hold_any_text():
    event = Decoder().decode(VERDICT % (b"fraud", b'\\u0000 {\\"}: \xf0\x9f\x98\x80'))
    assert isinstance(event, Verdict)
    assert event.note == '\0 {"}: \U0001f600'


@pytest.mark.parametrize(
    ("line", "reason", "detail"),
    [
        (b"", Reason.EMPTY_LINE, "expected a JSON object, found nothing"),
        (b" \t\r", Reason.EMPTY_LINE, "expected a JSON object, found nothing"),
        (PING.replace(b"t1", b"t\xff"), Reason.INVALID_UTF8, "byte 66 is not UTF-8"),
        (PING.replace(b"{", b'{"x":"\xff",', 1), Reason.INVALID_UTF8, "byte 6 is not UTF-8"),
        (PING.replace(b"t1", b"t\0"), Reason.NUL_BYTE, "character 66 is NUL"),
        (b"\0\0\0", Reason.NUL_BYTE, "character 0 is NUL"),
        (PING.replace(b"t1", b"\\u0000"), Reason.NUL_BYTE, "trip_id holds the character NUL"),
        (PING[:-1], Reason.INVALID_JSON, None),
        (PING + b"{}", Reason.INVALID_JSON, None),
        (PING.replace(b"1.5", b"1."), Reason.INVALID_JSON, None),
        (PING.replace(b"1.5", b"01"), Reason.INVALID_JSON, None),
        (PING.replace(b"t1", b"\t"), Reason.INVALID_JSON, None),
        (PING.replace(b"t1", b"\\ud800"), Reason.INVALID_JSON, None),
        (b"\xef\xbb\xbf" + PING, Reason.INVALID_JSON, None),
        (
            PING.replace(b"{", b'{"x":' + b"[" * 300 + b"]" * 300 + b",", 1),
            Reason.INVALID_JSON,
            "nested deeper than 256 levels",
        ),
        (b"[" * 100_000, Reason.INVALID_JSON, "nested deeper than 256 levels"),
        (b"[1]", Reason.NOT_AN_OBJECT, "expected an object, found an array"),
        (b"null", Reason.NOT_AN_OBJECT, "expected an object, found null"),
        (b"NaN", Reason.NOT_AN_OBJECT, None),
        (PING.replace(b"{", b'{"lat":1,', 1), Reason.DUPLICATE_KEY, 'the key "lat" stands more than once'),
        (PING.replace(b"{", b'{"l\\u0061t":1,', 1), Reason.DUPLICATE_KEY, None),
        (PING.replace(b"{", b'{"x":1,"x":1,', 1), Reason.DUPLICATE_KEY, None),
        (PING.replace(b"{", b'{"x":null , "x"  :null,', 1), Reason.DUPLICATE_KEY, None),
        (PING.replace(b"{", b'{"type":"gps_ping",', 1), Reason.DUPLICATE_KEY, None),
        (CHARGEBACK % b',"card_id":null,"card_id":"c1"', Reason.DUPLICATE_KEY, None),
        (PING.replace(b"gps_ping", b"gps"), Reason.UNKNOWN_TYPE, 'no event has the type "gps"'),
        (PING.replace(b'"gps_ping"', b"7"), Reason.WRONG_TYPE, "type: expected text, found a whole number"),
        (b"{}", Reason.MISSING_FIELD, "expected the field type"),
        (PING.replace(b'"type"', b'"kind"'), Reason.MISSING_FIELD, "expected the field type"),
        (PING.replace(b'"lon"', b'"lng"'), Reason.MISSING_FIELD, "expected the field lon"),
        (PING.replace(b'"t1"', b"null"), Reason.WRONG_TYPE, "trip_id: expected text, found null"),
        (PING.replace(b'"t1"', b"1"), Reason.WRONG_TYPE, None),
        (PING.replace(b"1.5", b"true"), Reason.WRONG_TYPE, "lat: expected a number, found true or false"),
        (PING.replace(b"1.5", b'"1.5"'), Reason.WRONG_TYPE, None),
        (PING.replace(b"1767268800000", b"true"), Reason.WRONG_TYPE, None),
        (PING.replace(b"1767268800000", b"1.5"), Reason.WRONG_TYPE, None),
        (PING.replace(b"1767268800000", b"1767268800000.0"), Reason.WRONG_TYPE, None),
        (PING.replace(b"1767268800000", b"1e30"), Reason.WRONG_TYPE, None),
        (
            VERDICT % (b"guilty", b""),
            Reason.WRONG_TYPE,
            'outcome: expected one of fraud, legit, unsure, found "guilty"',
        ),
        (
            PING.replace(b'"t1"', b'""'),
            Reason.BAD_IDENTIFIER,
            "trip_id: expected 1 to 128 characters, found 0",
        ),
        (PING.replace(b"t1", b"t" * 129), Reason.BAD_IDENTIFIER, None),
        (PING.replace(b"1.5", b"1e999"), Reason.NUMBER_NOT_FINITE, "lat: expected a finite number"),
        (PING.replace(b"1.5", b"9" * 400), Reason.NUMBER_NOT_FINITE, None),
        (PING.replace(b"1.5", b"9" * 5000), Reason.NUMBER_NOT_FINITE, None),
        (PING.replace(b"1.5", b"NaN"), Reason.NUMBER_NOT_FINITE, None),
        (PING.replace(b"1767268800000", b"-Infinity"), Reason.NUMBER_NOT_FINITE, None),
        (PING.replace(b"{", b'{"x":Infinity,', 1), Reason.NUMBER_NOT_FINITE, "Infinity is no number in JSON"),
        (PING.replace(b"1.5", b"91"), Reason.NUMBER_OUT_OF_RANGE, "lat: expected -90 to 90, found 91"),
        (
            CHARGEBACK.replace(b"9.5", b"-0.01") % b"",
            Reason.NUMBER_OUT_OF_RANGE,
            "amount: expected at least 0, found -0.01",
        ),
        (PING.replace(b"1767268800000", b"946684799999"), Reason.TIME_OUT_OF_RANGE, None),
        (PING.replace(b"1767268800000", b"-" + b"9" * 5000), Reason.TIME_OUT_OF_RANGE, None),
    ],
)
def test_a_broken_rule_is_named(line, reason, detail):
    rejected = rejection(line)
    assert rejected.reason is reason
    if detail is not None:
        assert rejected.detail == detail


def test_identifiers_are_measured_in_characters():
    wide = "\U0001f600".encode() * 128
    event = Decoder().decode(PING.replace(b"t1", wide))
    assert isinstance(event, GpsPing)
    assert len(event.trip_id) == 128


def test_a_long_line_is_told_so_before_anything_else():
    assert Decoder(len(PING)).decode(PING).event_id == "e1"
    rejected = rejection(PING, max_line_bytes=len(PING) - 1)
    assert rejected.reason is Reason.LINE_TOO_LONG
    assert rejected.detail == "expected at most 104 bytes, found 105"
    assert rejection(b" " * 200, max_line_bytes=100).reason is Reason.LINE_TOO_LONG


def test_rules_come_in_a_fixed_order():
    broken = b'{"type":"gps_ping","event_id":"","ts":1,"lat":91,"lon":1e999,"driver_id":5}'
    for repair, reason in [
        ((b"", b""), Reason.MISSING_FIELD),
        ((b"{", b'{"trip_id":"t1",'), Reason.WRONG_TYPE),
        ((b":5}", b':"d1"}'), Reason.BAD_IDENTIFIER),
        ((b'"event_id":""', b'"event_id":"e1"'), Reason.NUMBER_NOT_FINITE),
        ((b"1e999", b"1"), Reason.NUMBER_OUT_OF_RANGE),
        ((b"91", b"9"), Reason.TIME_OUT_OF_RANGE),
    ]:
        broken = broken.replace(*repair)
        assert rejection(broken).reason is reason


def test_a_broken_line_does_not_touch_its_neighbours():
    decoder = Decoder()
    good = decoder.decode(PING)
    for _ in range(3):
        records = decoder.decode_lines([PING, b"{", PING.replace(b"{", b'{"x":1,', 1), b"", PING])
        assert [isinstance(record, Rejected) for record in records] == [False, True, False, True, False]
        assert records[0] == records[2] == records[4] == good
        assert decoder.decode_lines([PING, PING]) == [good, good]


@pytest.mark.parametrize(
    ("fields", "reason", "detail"),
    [
        (
            b'"act":"cut","subject":"a"',
            Reason.MISSING_FIELD,
            "expected the field other in an act of the kind cut",
        ),
        (b'"act":"undo","subject":"a","other":null', Reason.MISSING_FIELD, "expected the field other"),
        (b'"act":"declare_public","subject":"a"', Reason.BAD_IDENTIFIER, "subject: expected kind:identifier"),
        (b'"act":"declare_private","subject":"account:a"', Reason.BAD_IDENTIFIER, "expected kind:identifier"),
        (b'"act":"household","subject":"device:d"', Reason.BAD_IDENTIFIER, "expected an account or a ring"),
        (b'"act":"forgive","subject":"a"', Reason.WRONG_TYPE, "expected one of cut, declare_public"),
        (b'"act":"household","subject":"a","until_ts":1', Reason.TIME_OUT_OF_RANGE, "until_ts"),
    ],
)
def test_what_makes_no_act_says_what_was_expected(fields, reason, detail):
    rejected = rejection(ACT % fields)
    assert rejected.reason is reason
    assert detail in (rejected.detail or "")


def test_an_act_is_read_with_its_end():
    act = Decoder().decode(ACT % b'"act":"cut","subject":"a","other":"device:d","until_ts":1767355200000')
    assert (act.other, act.until_ts) == ("device:d", 1_767_355_200_000)
