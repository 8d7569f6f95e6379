"""A member that stands by and applies events, so that it can take over; and how long repeats are known."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from graph.model.errors import Fatal
from streaming.admission.deduplicate import HOUR_MS
from streaming.service.config import ServiceConfig
from streaming.service.ports import Partition
from streaming.service.service import Service
from tests.unit.streaming.records import NOON, chargeback, ping
from tests.unit.streaming.service.fakes import Broker, World

END = ServiceConfig(until_end=True, order_within_ms=1)


def standing_by(tmp_path: Path, config: ServiceConfig = END) -> World:
    broker = Broker()
    broker.send("a", *(chargeback(f"a{n}", NOON + n * 1000, f"acc{n % 3}") for n in range(10)))
    broker.send("b", *(ping(f"b{n}", NOON + n * 1000 + 500) for n in range(10)))
    return World(broker, tmp_path / "state", config, portion=1, leads=False)


def taking_over(service: Service) -> None:
    service._parts.group.leads = True  # type: ignore[misc]
    service.commits.deliver_rest()


def test_it_applies_everything_and_gives_nothing_away(tmp_path: Path) -> None:
    here = standing_by(tmp_path)
    service = here.run()
    assert len(service.core.engine.ids) == 20
    assert (here.broker.flags, here.broker.letters, here.broker.committed) == ([], [], {})
    assert not service.status.leads
    service.status.phase = "running"
    assert not service.status.is_ready


def test_taking_over_it_delivers_what_nobody_has(tmp_path: Path) -> None:
    here = standing_by(tmp_path)
    service = here.run()
    taking_over(service)
    assert here.broker.flags == [f"flag_a{n}" for n in range(10)]
    assert here.broker.committed.keys() == here.broker.logs.keys()


def test_what_the_one_that_leads_has_committed_is_not_delivered_again(tmp_path: Path) -> None:
    here = standing_by(tmp_path)
    service = here.run()
    committed = {Partition("a", 0): 6, Partition("b", 0): 6}
    service.commits.forget_delivered(committed, time.monotonic())
    taking_over(service)
    delivered = [int(flag.removeprefix("flag_a")) for flag in here.broker.flags]
    assert delivered == list(range(delivered[0], 10))
    assert 3 < delivered[0] <= 6


def test_what_was_made_a_moment_ago_is_kept_whoever_committed_it(tmp_path: Path) -> None:
    here = standing_by(tmp_path)
    service = here.run()
    committed = {Partition("a", 0): 10, Partition("b", 0): 10}
    service.commits.forget_delivered(committed, time.monotonic() - 60)
    taking_over(service)
    assert here.broker.flags == [f"flag_a{n}" for n in range(10)]


def test_no_snapshot_swallows_what_nobody_has_delivered(tmp_path: Path) -> None:
    here = standing_by(tmp_path, replace(END, snapshot_every=1))
    here.run()
    assert not list(here.folder.glob("snapshot-*"))
    here.leads = True
    here.run()
    assert here.broker.flags == [f"flag_a{n}" for n in range(10)]
    assert list(here.folder.glob("snapshot-*"))


def test_a_standby_that_stops_and_comes_again_gives_nothing_away(tmp_path: Path) -> None:
    here = standing_by(tmp_path)
    here.run()
    here.broker.send("a", chargeback("a10", NOON + 60_000))
    service = here.run()
    assert len(service.core.engine.ids) == 21
    assert here.broker.flags == []
    taking_over(service)
    assert here.broker.flags == [f"flag_a{n}" for n in range(11)]


def test_repeats_are_known_for_as_long_as_is_said(tmp_path: Path) -> None:
    for hours, duplicates in ((48, 2), (1, 1)):
        broker = Broker()
        config = ServiceConfig(until_end=True, remember_ms=hours * HOUR_MS)
        broker.send(
            "a", chargeback("one", NOON), chargeback("one", NOON), chargeback("other", NOON + 2 * HOUR_MS)
        )
        broker.send("a", chargeback("one", NOON))
        here = World(broker, tmp_path / str(hours), config)
        assert here.run().status.tally.duplicates == duplicates


def test_batches_are_not_made_again_with_another_memory_of_repeats(tmp_path: Path) -> None:
    broker = Broker()
    broker.send("a", chargeback("one", NOON))
    here = World(broker, tmp_path / "state", replace(END, remember_ms=HOUR_MS), leads=False)
    here.run()
    here.config = replace(END, remember_ms=2 * HOUR_MS)
    with pytest.raises(
        Fatal, match="expected repeats to be known for 2 hours, found batches made with 1: start"
    ):
        here.run()
    # Stopped politely by one that leads, nothing is left to be made again.
    here.config, here.leads = replace(END, remember_ms=HOUR_MS), True
    here.run()
    here.config = replace(END, remember_ms=2 * HOUR_MS)
    assert here.run().core.admission.remember_ms == 2 * HOUR_MS
