"""From messages to the records of regions, without Flink: both halves as the job puts them together."""

import json
from collections.abc import Sequence

import pytest

from flink.frames import packed, unpacked
from flink.front import Front
from flink.keys import partition_of
from flink.options import places_of
from flink.regions import Regions, regions_of
from flink.shards import _PIECE_BYTES, SEPARATOR, Places, Shard
from graph.model.errors import BadCall
from tests.unit.streaming.records import NOON, chargeback, ping

PARTITIONS = {
    "gps": 2, "payments": 2, "verdicts": 1, "events.north": 5, "events.south": 3, "dead-letters": 1,
    "north.gps": 2, "north.payments": 2, "south.gps": 2, "south.payments": 2,
}  # fmt: skip
REGIONS = regions_of(
    {"elsewhere": "south", "field": "city", "regions": {"north": {"words": ["n"]}, "south": {"words": ["s"]}}}
)
TOPICS = ("gps", "payments", "verdicts")


def places(form: str = "events.{region}", topics: Sequence[str] = TOPICS) -> Places:
    return places_of(form, "", topics, REGIONS, PARTITIONS)


def shard(regions: Regions = REGIONS, at: Places | None = None) -> Shard:
    return Shard(regions, at or places(), NOON, 48.0, {}, {})


def frames(topic: str, partition: int, *values: bytes | None):
    count = len(values)
    found = Front(REGIONS).frames(
        [topic] * count, [partition] * count, range(100, 100 + count), [0] * count, values
    )
    return [unpacked(packed(frame)) for _, frame in found]


def sent(to: Shard, topic: str, partition: int, *values: bytes | None) -> list[tuple[str, bytes]]:
    """(topic, record) of all that goes out."""
    return [
        (records.topic, text.encode())
        for frame in frames(topic, partition, *values)
        for records in to.take(frame)
        for text in records.text.split(SEPARATOR)
    ]


def in_city(record: bytes, city: str) -> bytes:
    return json.dumps(json.loads(record) | {"city": city}).encode()


def test_a_frame_stands_at_the_last_message_of_its_lane() -> None:
    values = [ping(f"e{number}", NOON + number) for number in range(5)]
    topics, partitions = ["gps", "gps", "trips", "gps", "trips"], [0, 1, 0, 0, 0]
    found = Front(REGIONS).frames(topics, partitions, range(5), [5, 4, 3, 2, 1], values)
    assert [(place, frame.topic, frame.partition, frame.stamp_ms) for place, frame in found] == [
        (3, "gps", 0, 5),
        (1, "gps", 1, 4),
        (4, "trips", 0, 3),
    ]
    assert [frame.values for _, frame in found] == [
        [values[0], values[3]],
        [values[1]],
        [values[2], values[4]],
    ]


def test_each_event_goes_to_its_region_in_order_and_once() -> None:
    north = [in_city(ping(f"n{number}", NOON + number), "n") for number in range(3)]
    south = [in_city(ping(f"s{number}", NOON + number), "s") for number in range(2)]
    found = sent(shard(), "gps", 0, north[0], south[0], north[1], north[0], south[1], south[0], north[2])
    assert found == [("events.north", value) for value in north] + [
        ("events.south", value) for value in south
    ]


def test_an_account_that_says_nothing_follows_what_it_said() -> None:
    here = shard()
    first = in_city(chargeback("c1", NOON), "n")
    assert sent(here, "payments", 1, first, chargeback("c2", NOON)) == [
        ("events.north", first),
        ("events.north", chargeback("c2", NOON)),
    ]
    assert sent(here, "payments", 1, chargeback("c3", NOON, "other"))[0][0] == "events.south"


def test_a_verdict_is_told_to_all_regions() -> None:
    verdict = json.dumps(
        {"event_id": "v", "type": "verdict", "ts": NOON, "subject": "r", "outcome": "fraud", "analyst": "x"}
    ).encode()
    assert sent(shard(), "verdicts", 0, verdict) == [("events.north", verdict), ("events.south", verdict)]


def test_what_is_refused_becomes_a_letter_with_reason_place_and_bytes() -> None:
    found = sent(shard(), "gps", 1, b"{", ping("e", NOON), b"\xff\xfe", None)
    assert [topic for topic, _ in found] == ["events.south", *["dead-letters"] * 3]
    letters = [json.loads(text) for _, text in found[1:]]
    assert [(each["source"], each["offset"], each["reason"], each["raw"]) for each in letters] == [
        ("gps-1", 100, "invalid_json", "{"),
        ("gps-1", 102, "invalid_utf8", "//4="),
        ("gps-1", 103, "empty_line", ""),
    ]
    assert letters[1]["encoding"] == "base64"


def test_a_record_with_line_ends_leaves_as_it_came() -> None:
    value = ping("e", NOON).replace(b", ", b",\r\n\t ")
    assert sent(shard(), "gps", 0, value) == [("events.south", value)]


def test_no_event_holds_the_sign_that_parts_records() -> None:
    with_sign = ping("e", NOON).replace(b'"t1"', b'"t\x1e1"')
    found = sent(shard(), "gps", 0, with_sign, ping("f", NOON))
    assert found[0] == ("events.south", ping("f", NOON))
    assert json.loads(found[1][1])["raw"] == with_sign.decode()


def test_lanes_have_partitions_of_their_own_where_there_are_enough() -> None:
    at = places()
    lanes = [("gps", 0), ("gps", 1), ("payments", 0), ("payments", 1), ("verdicts", 0)]
    north = [partition_of(at.key("events.north", *lane), 5) for lane in lanes]
    south = [partition_of(at.key("events.south", *lane), 3) for lane in lanes]
    assert (north, south) == ([0, 1, 2, 3, 4], [0, 1, 2, 0, 1])


def test_a_lane_keeps_its_number_where_every_topic_has_one_of_its_own() -> None:
    at = places("{region}.{topic}", ("gps", "payments"))
    assert at.topic("north", "gps") == "north.gps"
    assert [partition_of(at.key("north.payments", "payments", number), 2) for number in (0, 1)] == [0, 1]


def test_many_records_go_in_pieces() -> None:
    values = [ping(f"e{number}", NOON).replace(b"}", b" " * 9_900 + b"}") for number in range(300)]
    (frame,) = frames("gps", 0, *values)
    pieces = shard().take(frame)
    assert len(pieces) == 3
    assert max(len(piece.text) for piece in pieces) < _PIECE_BYTES + 300
    assert [text.encode() for piece in pieces for text in piece.text.split(SEPARATOR)] == values


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ("events.{city}", "mend it"),
        ("events.{}", "mend it"),
        ("events", "put {region} in"),
        ("events-{topic}", "put {region} in"),
        ("other.{region}", "the topic other.north, found none: create it"),
    ],
)
def test_a_form_that_does_not_fit_is_refused(form: str, found: str) -> None:
    with pytest.raises(BadCall, match=found):
        places(form)


def test_topics_in_and_out_are_different_ones() -> None:
    with pytest.raises(BadCall, match="other topics out than in"):
        places_of("{region}", "", ["north"], REGIONS, {"north": 1, "south": 1, "dead-letters": 1})
