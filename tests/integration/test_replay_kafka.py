"""Dead letters on a real broker, fed again by the verb."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ringfence.main import app
from streaming.kafka.feeding import Feeder, create_topics
from streaming.kafka.options import KafkaOptions
from tests.integration.chaos import everything_in
from tests.integration.service_child import Given, run_here
from tests.integration.test_service_kafka import given

IN_THE_YEAR_2100_MS = 4_102_444_800_000


def ping(event_id: str, ts: int) -> bytes:
    record = {"event_id": event_id, "type": "gps_ping", "ts": ts, "trip_id": "t1", "driver_id": "d1"}
    return json.dumps({**record, "lat": 1.5, "lon": 2.0}).encode()


def replay(run: Given, *words: str) -> dict:
    environment = {
        "RINGFENCE_KAFKA": run.address,
        "RINGFENCE_KAFKA_GROUP": run.group,
        "RINGFENCE_KAFKA_PREFIX": run.prefix,
    }
    result = CliRunner().invoke(app, ["replay", *words], env=environment)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def feed(run: Given, *records: bytes) -> None:
    options = KafkaOptions(bootstrap=run.address, prefix=run.prefix)
    create_topics(options, 2)
    feeder = Feeder(options)
    for record in records:
        feeder.put("gps", b"t1", record)
    feeder.close()


@pytest.mark.slow
@pytest.mark.parametrize("transactions", [False, True])
def test_what_comes_back_again_and_again_is_left_in_the_end(
    transactions: bool, kafka_address: str, tmp_path: Path
) -> None:
    run = given(kafka_address, tmp_path / "state", transactions=transactions)
    feed(run, ping("good", 1_767_268_800_000), ping("future", IN_THE_YEAR_2100_MS), b"{")
    run_here(run)
    first = replay(run)
    assert (first["letters"], first["by_topic"]) == (2, {"gps": 1})
    assert first["left"] == {"still_refused: invalid_json": 1}
    assert replay(run)["letters"] == 0, "what was read is remembered"
    (again,) = [each for each in everything_in(kafka_address, f"{run.prefix}gps") if each.headers()]
    headers = dict(again.headers())
    assert (headers["reason"], headers["replays"]) == (b"time_out_of_range", b"1")
    assert headers["source"].startswith(f"{run.prefix}gps-".encode())
    for fed in (1, 1, 0):
        run_here(run)
        answer = replay(run)
        assert (answer["letters"], answer["fed"]) == (1, fed)
    assert answer["left"] == {"too_often": 1}
    assert replay(run, "--from-the-beginning", "--reason", "invalid_json")["left"] == {
        "other_reason": 4,
        "still_refused: invalid_json": 1,
    }


@pytest.mark.slow
def test_a_mended_letter_of_a_file_is_accepted(kafka_address: str, tmp_path: Path) -> None:
    run = given(kafka_address, tmp_path / "state")
    feed(run, b"{")
    (tmp_path / "letters").write_text(
        json.dumps(
            {
                "source": "old.ndjson",
                "offset": 12,
                "reason": "invalid_json",
                "raw": ping("mended", 1_767_268_800_000).decode(),
            }
        )
    )
    assert replay(run, str(tmp_path / "letters"))["by_topic"] == {"gps": 1}
    _, status = run_here(run)
    assert status.tally.events == 1
