"""A client whose close never comes back costs a bounded wait and a warning, and nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from streaming.kafka.closing import CLOSE_S, Departure, close_within
from streaming.kafka.options import KafkaOptions
from streaming.kafka.source import KafkaGroup
from streaming.service.ports import Partition
from tests.integration.chaos import everything_in
from tests.integration.waiting import until

ROOT = Path(__file__).resolve().parents[4]
SLACK_S = 5.0
"""What a busy machine may add to a bound."""


class Consumer:
    """Remembers what was asked of it; its close does what it is told to."""

    def __init__(self, close: Callable[[], object], assigned: int = 0) -> None:
        self.asked: list[str] = []
        self.assigned = assigned
        self._close = close

    def unsubscribe(self) -> None:
        self.asked.append("unsubscribe")

    def assignment(self) -> list[int]:
        return list(range(self.assigned))

    def poll(self, timeout_s: float) -> None:
        self.asked.append("poll")
        self.assigned -= 1

    def close(self) -> None:
        self.asked.append("close")
        self._close()


def for_ever() -> None:
    threading.Event().wait()


def test_a_close_that_comes_back_is_waited_for_and_says_nothing() -> None:
    said: list[str] = []
    consumer = Consumer(lambda: time.sleep(0.05))
    assert close_within(60.0, said.append, reader=consumer.close)
    assert (consumer.asked, said) == (["close"], [])


def test_a_close_that_never_comes_back_is_left_behind_with_a_warning() -> None:
    said: list[str] = []
    began = time.monotonic()
    assert not close_within(0.2, said.append, reader=Consumer(for_ever).close, stranger=lambda: None)
    assert time.monotonic() - began < 0.2 + SLACK_S
    assert len(said) == 1
    assert said[0].startswith("expected to close reader within 0.2 s, found it blocked: ending without")


def test_an_error_of_a_close_reaches_the_caller() -> None:
    def refuse() -> None:
        raise RuntimeError("closed twice")

    with pytest.raises(RuntimeError, match="closed twice"):
        close_within(60.0, print, reader=refuse)


def test_a_member_gives_its_partitions_back_before_it_closes() -> None:
    member = Consumer(lambda: None, assigned=2)
    Departure().leave(member)
    assert member.asked == ["unsubscribe", "poll", "poll", "close"]


class AssignedWhileClosing(Consumer):
    """Is given a partition in the middle of its close, and answers once the callback is back."""

    def __init__(self) -> None:
        super().__init__(self._take, assigned=1)

    def subscribe(self, _topics: list[str], *, on_assign: Callable[..., None], **_others: object) -> None:
        self._on_assign = on_assign

    def incremental_assign(self, partitions: list[object]) -> None:
        self.asked.append("assign")

    def poll(self, timeout_s: float) -> None:
        super().poll(timeout_s)
        self._take()

    def _take(self) -> None:
        self._on_assign(self, [])
        self.asked.append("answered")


@pytest.mark.parametrize("identity", [None, "city-1"])
def test_an_assignment_that_arrives_during_the_close_is_never_answered(identity: str | None) -> None:
    said: list[str] = []
    group = KafkaGroup(KafkaOptions(bootstrap="127.0.0.1:9", identity=identity), said.append)
    group._member.close()
    group._member = member = AssignedWhileClosing()
    group.join(AssignmentListener())
    group.leave()
    given_back = ["unsubscribe", "poll", "answered"] if identity is None else []
    assert member.asked == [*given_back, "close"]
    assert [text for text in said if "expected to close member" in text]


class AssignmentListener:
    def __init__(self) -> None:
        self.lost: list[Partition] = []

    def assigned(self, partitions: list[Partition]) -> dict[Partition, int]:
        return dict.fromkeys(partitions, 0)

    def revoked(self, partitions: list[Partition]) -> None:
        self.lost += partitions


@pytest.mark.slow
@pytest.mark.parametrize("identity", [None, "city-1"])
def test_the_service_leaves_its_group_within_the_bound_though_both_clients_block(
    identity: str | None,
) -> None:
    said: list[str] = []
    group = KafkaGroup(KafkaOptions(bootstrap="127.0.0.1:9", identity=identity), said.append)
    group._reader.close()
    group._member.close()
    reader, member = Consumer(for_ever), Consumer(for_ever, assigned=1)
    group._reader, group._member = reader, member
    group._listener, group._known = AssignmentListener(), {Partition("trips", 0)}
    began = time.monotonic()
    group.leave()
    assert time.monotonic() - began < CLOSE_S + SLACK_S
    assert [text for text in said if "reader and member" in text]
    assert group._listener.lost == [Partition("trips", 0)]
    assert reader.asked == ["close"]
    # One with an identity keeps its place for the process that follows it.
    assert member.asked == (["unsubscribe", "poll", "close"] if identity is None else ["close"])
    group.leave()
    assert reader.asked == ["close"]


class OneTopic(Consumer):
    """A topic with one partition and nothing in it, read by a client that never closes."""

    def __init__(self, _settings: dict[str, object]) -> None:
        super().__init__(for_ever)

    def list_topics(self, topic: str, timeout: float) -> SimpleNamespace:
        return SimpleNamespace(topics={topic: SimpleNamespace(partitions=[0])})

    def assign(self, partitions: list[object]) -> None:
        assert len(partitions) == 1

    def poll(self, timeout_s: float) -> SimpleNamespace:
        return SimpleNamespace(error=lambda: "the end of the partition", partition=lambda: 0)


@pytest.mark.slow
def test_the_chaos_harness_goes_on_though_its_close_blocks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tests.integration.chaos.Consumer", OneTopic)
    began = time.monotonic()
    assert everything_in("nowhere", "trips") == []
    assert time.monotonic() - began < CLOSE_S + SLACK_S
    assert "expected to close reader within" in capsys.readouterr().out


SERVICE = """
import ctypes, sys
from pathlib import Path
import confluent_kafka
from ringfence.demo_service import _make_topics, broker

class Blocking(confluent_kafka.Consumer):
    def close(self):
        print("closing", file=sys.stderr, flush=True)
        ctypes.{library}(None).sleep(10_000)

confluent_kafka.Consumer = Blocking
from ringfence.main import main
from streaming.kafka.feeding import Feeder
from streaming.kafka.options import KafkaOptions
from tests.unit.streaming.records import NOON, chargeback

with broker() as address:
    options = KafkaOptions(bootstrap=address)
    _make_topics(options)
    feeder = Feeder(options)
    feeder.feed([chargeback("c1", NOON), chargeback("c2", NOON)])
    feeder.close()
    options = ["--kafka", address, "--state", sys.argv[1], "--http-port", "0"]
    sys.argv = ["ringfence", "run", *options]
    main()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("library", "code", "words"),
    [
        pytest.param("CDLL", 0, "found it blocked: ending without", id="others run meanwhile"),
        pytest.param("PyDLL", 1, "Timeout (0:00:10)!", id="nothing of Python runs meanwhile"),
    ],
)
def test_sigterm_ends_the_service_within_ten_seconds_though_its_close_blocks(
    library: str, code: int, words: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVICE.format(library=library), str(tmp_path / "state")],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=stream,
        )
    try:
        until(lambda: '"assigned"' in log.read_text() or process.poll() is not None, "the service to lead")
        time.sleep(1.0)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
        seconds = time.monotonic() - began
    finally:
        process.kill()
    text = log.read_text()
    assert process.returncode == code, text[-3000:]
    assert seconds < 10.0 + SLACK_S
    assert words in text
    assert "closing" in text
    if code == 0:
        assert json.loads(out)["events"] == 2
