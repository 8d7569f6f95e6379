"""Event files played into a real broker by the verb."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from servers import KafkaServer
from tests.integration.chaos import everything_in, reference, the_city
from tests.integration.service_child import run_here
from tests.integration.test_service_kafka import given
from tests.integration.waiting import WAIT_S, until

TOPICS = ("accounts", "payments", "promos", "trips", "gps", "verdicts")


def feeding(address: str, prefix: str, *words: object) -> subprocess.Popen[str]:
    """The verb as a process of its own."""
    environment = {**os.environ, "RINGFENCE_KAFKA": address, "RINGFENCE_KAFKA_PREFIX": prefix}
    command = [sys.executable, "-m", "ringfence", "feed", *map(str, words)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def sent(address: str, prefix: str) -> list[bytes]:
    return [each.value() for topic in TOPICS for each in everything_in(address, f"{prefix}{topic}")]


@pytest.mark.slow
def test_what_is_fed_is_what_the_service_takes(kafka_address: str, tmp_path: Path) -> None:
    lines = the_city(tmp_path / "city")
    digest = reference(lines, tmp_path / "reference")[0]
    (tmp_path / "fed.ndjson").write_bytes(b"".join(line + b"\n" for line in [*lines, b"{"]))
    run = given(kafka_address, tmp_path / "state")
    process = feeding(kafka_address, run.prefix, tmp_path / "fed.ndjson", "--speed", "max")
    out, errors = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0, errors
    counted = json.loads(out)
    assert (counted["records"], counted["malformed"], counted["stopped"]) == (len(lines) + 1, 1, False)
    assert sorted(sent(kafka_address, run.prefix)) == sorted([*lines, b"{"])
    running, status = run_here(run)
    assert running.core.engine.state_digest() == digest
    assert status.tally.rejected == {"invalid_json": 1}


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stop_leaves_what_was_counted_in_the_topics(
    number: signal.Signals, code: int, kafka_address: str, tmp_path: Path
) -> None:
    lines = the_city(tmp_path / "city")
    (tmp_path / "fed.ndjson").write_bytes(b"".join(line + b"\n" for line in lines))
    run = given(kafka_address, tmp_path / "state")
    process = feeding(kafka_address, run.prefix, tmp_path / "fed.ndjson", "--speed", "3600")
    until(lambda: len(everything_in(kafka_address, f"{run.prefix}accounts")) > 0, "a record in the topic")
    process.send_signal(number)
    out, errors = process.communicate(timeout=WAIT_S)
    assert process.returncode == code, errors
    counted = json.loads(out)
    assert counted["stopped"]
    assert sorted(sent(kafka_address, run.prefix)) == sorted(lines[: counted["records"]])
    assert 0 < counted["records"] < len(lines)


@pytest.mark.slow
def test_a_broker_that_goes_away_ends_it_in_one_line(own_kafka: KafkaServer, tmp_path: Path) -> None:
    lines = the_city(tmp_path / "city")
    (tmp_path / "fed.ndjson").write_bytes(b"".join(line + b"\n" for line in lines))
    passed = ["--kafka-option", "message.timeout.ms=2000"]
    process = feeding(own_kafka.address, "", tmp_path / "fed.ndjson", "--speed", "3600", *passed)
    until(lambda: len(everything_in(own_kafka.address, "accounts")) > 0, "a record in the topic")
    own_kafka.kill()
    out, errors = process.communicate(timeout=WAIT_S)
    assert (process.returncode, out, errors.count("\n")) == (4, "", 1), errors
    assert "expected Kafka to answer while feeding records" in errors
