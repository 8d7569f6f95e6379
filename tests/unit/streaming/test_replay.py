"""Which dead letters are fed again, where to, and why others are not."""

from __future__ import annotations

import io
import json
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from graph.model.errors import BadCall, Rejected
from graph.model.vocabulary import RejectionReason
from ringfence.main import app
from streaming.contract.dead_letters import dead_letter
from streaming.files.replay import MOST_REPLAYS, Replay, letters_in, replays_in
from tests.unit.streaming.records import NOON, chargeback, ping


def letter(raw: bytes, reason: str = "unprocessable", length: int = 0) -> bytes:
    rejected = Rejected(RejectionReason(reason), "detail")
    written = dead_letter("trips-0", 7, raw, length or len(raw), rejected)
    return msgspec.json.encode(written)


def test_a_valid_record_goes_to_its_topic_with_headers_that_say_where_from_and_why() -> None:
    replay = Replay(1 << 20)
    again = replay.again(letter(chargeback("c1", NOON, "acc7")))
    assert again is not None
    assert (again.topic, again.key, again.value) == ("payments", b"acc7", chargeback("c1", NOON, "acc7"))
    assert dict(again.headers) == {
        "source": b"trips-0",
        "source-offset": b"7",
        "reason": b"unprocessable",
        "replays": b"1",
    }


@pytest.mark.parametrize(
    ("line", "replays", "why"),
    [
        (b"{}", 0, "no_letter"),
        (b"[1]", 0, "no_letter"),
        (letter(b"{", "invalid_json"), 0, "still_refused: invalid_json"),
        (letter(b"\xff", "invalid_utf8"), 0, "still_refused: invalid_utf8"),
        (letter(ping("e", NOON), length=10**6), 0, "cut_short"),
        (letter(ping("e", NOON)), MOST_REPLAYS, "too_often"),
    ],
)
def test_what_cannot_be_fed_is_counted_with_the_reason(line: bytes, replays: int, why: str) -> None:
    replay = Replay(1 << 20)
    assert replay.again(line, replays) is None
    assert replay.done.left == {why: 1}


def test_only_letters_with_the_reasons_asked_for_are_fed() -> None:
    replay = Replay(1 << 20, [RejectionReason.TIME_OUT_OF_RANGE])
    assert replay.again(letter(ping("a", NOON))) is None
    assert replay.again(letter(ping("b", NOON), "time_out_of_range")) is not None
    assert json.loads(replay.done.as_json()) == {
        "letters": 2,
        "fed": 1,
        "by_topic": {"gps": 1},
        "left": {"other_reason": 1},
        "reached_limit": False,
    }


def test_headers_count_how_often_a_record_was_fed() -> None:
    assert replays_in(None) == 0
    assert replays_in([("other", b"5"), ("replays", b"2")]) == 2
    assert replays_in([("replays", b"many")]) == 0


def test_an_endless_line_is_no_letter_and_the_next_one_is_read() -> None:
    source = io.BytesIO(b"x" * (1 << 24) + b"\n" + letter(ping("e", NOON)) + b"\n")
    replay = Replay(1 << 20)
    again = [replay.again(line) for line in letters_in("-", source)]
    assert [each is not None for each in again] == [False, True]


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadCall, match=r"expected a file of dead letters, found .*: No such file"):
        list(letters_in(str(tmp_path / "none"), io.BytesIO()))


def test_the_verb_writes_mended_records_to_a_file_of_events(tmp_path: Path) -> None:
    letters = tmp_path / "dead_letters.ndjson"
    letters.write_bytes(
        b"".join(each + b"\n" for each in (letter(ping("a", NOON)), letter(b"{", "invalid_json")))
    )
    result = CliRunner().invoke(app, ["replay", str(letters), "--out", str(tmp_path / "events.ndjson")])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["left"] == {"still_refused: invalid_json": 1}
    assert (tmp_path / "events.ndjson").read_bytes() == ping("a", NOON) + b"\n"


def test_the_verb_stops_at_its_limit_and_says_so(tmp_path: Path) -> None:
    letters = tmp_path / "dead_letters.ndjson"
    letters.write_bytes(b"".join(letter(ping(f"e{n}", NOON)) + b"\n" for n in range(5)))
    words = ["replay", str(letters), "--out", str(tmp_path / "events.ndjson"), "--limit", "3"]
    facts = json.loads(CliRunner().invoke(app, words).stdout)
    assert (facts["fed"], facts["reached_limit"]) == (3, True)


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["replay", "FILE"], 2, "expected the address of a broker, found none"),
        (["replay", "FILE", "--out", "OUT"], 3, "expected dead letters in"),
        (["replay", "MISSING", "--out", "OUT"], 2, "expected a file of dead letters"),
    ],
)
def test_a_wrong_call_is_one_line(tmp_path: Path, words: list[str], code: int, text: str) -> None:
    (tmp_path / "events.ndjson").write_bytes(ping("a", NOON) + b"\n")
    names = {"FILE": "events.ndjson", "OUT": "out.ndjson", "MISSING": "none"}
    given = [str(tmp_path / names[word]) if word in names else word for word in words]
    result = CliRunner().invoke(app, given)
    assert result.exit_code == code, result.output
    assert text in result.output
