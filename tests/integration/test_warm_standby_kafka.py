"""Leader and warm standby on a real broker: whoever leads is killed again and again, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from graph.model.errors import BadCall
from ringfence.service_wiring import group_of
from streaming.kafka.feeding import Feeder, create_topics
from streaming.kafka.options import KafkaOptions
from tests.integration.chaos import DISORDER_MS, everything_in, reference, the_city
from tests.integration.journals import batches
from tests.integration.service_child import run_here, start
from tests.integration.test_service_kafka import given
from tests.integration.waiting import WAIT_S, until


@pytest.mark.slow
@pytest.mark.parametrize("transactions", [False, True])
def test_a_warm_standby_takes_over_with_the_same_rings(
    transactions: bool, kafka_address: str, tmp_path: Path
) -> None:
    lines = the_city(tmp_path / "city")
    digest, flags, ledger, _ = reference(lines, tmp_path / "reference")
    first = given(
        kafka_address,
        tmp_path / "first",
        identity="first",
        order_within_ms=DISORDER_MS,
        transactions=transactions,
        warm=True,
    )
    members = [first, replace(first, state=tmp_path / "second", identity="second")]
    create_topics(KafkaOptions(bootstrap=kafka_address, prefix=first.prefix), 2)
    parts = [
        lines[start : start + len(lines) // 4 + 1] for start in range(0, len(lines), len(lines) // 4 + 1)
    ]
    processes = [start(member, tmp_path / f"{member.identity}.log") for member in members]
    try:
        for number, part in enumerate(parts):
            # Looked at before anything is sent: both may have applied all of it when the last is on its way.
            before = [batches(member.state) for member in members]
            feeder = Feeder(KafkaOptions(bootstrap=kafka_address, prefix=first.prefix))
            feeder.feed(part)
            feeder.close()
            until(
                lambda before=before: all(
                    batches(member.state) > seen for member, seen in zip(members, before, strict=True)
                ),
                "both to apply events",
            )
            leading = number % 2
            processes[leading].kill()
            processes[leading].join(WAIT_S)
            member = members[leading]
            processes[leading] = start(member, tmp_path / f"{member.identity}.log")
    finally:
        for process in processes:
            process.kill()
            process.join(WAIT_S)
    running, status = run_here(members[0])
    assert status.tally.late == 0
    assert running.core.engine.state_digest() == digest
    assert (status.tally.events, status.tally.duplicates) == (len(lines), 0)
    for topic, expected in (("ring-flags", flags), ("ring-ledger", ledger)):
        found = {message.value() for message in everything_in(kafka_address, first.prefix + topic)}
        assert found == set(expected)


def test_who_takes_over_applies_events_in_the_order_of_who_led(tmp_path: Path) -> None:
    options = given("127.0.0.1:1", tmp_path / "state", warm=True).options(until_end=True)
    with pytest.raises(BadCall, match="expected --order-within with --warm, found none"):
        group_of(options, None)  # type: ignore[arg-type]
