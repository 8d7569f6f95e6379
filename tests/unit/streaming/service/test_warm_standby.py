"""A member that stands by and applies events, so that it can take over; and how long repeats are known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from graph.model.errors import Fatal
from streaming.admission.deduplicate import HOUR_MS
from streaming.service.config import ServiceConfig
from streaming.service.ports import Committed, DeliveryNote, Partition
from streaming.service.service import Service
from streaming.service.state_folder import StateFolder
from streaming.service.status import Status
from tests.integration.at_work import at_work
from tests.integration.waiting import until
from tests.unit.streaming.records import NOON, chargeback, ping
from tests.unit.streaming.service.fakes import Broker, World

END = ServiceConfig(until_end=True, order_within_ms=1)
LAST = NOON + 9_500
"""The time of the last event."""


def standing_by(tmp_path: Path, config: ServiceConfig = END) -> World:
    broker = Broker()
    broker.send("a", *(chargeback(f"a{n}", NOON + n * 1000, f"acc{n % 3}") for n in range(10)))
    broker.send("b", *(ping(f"b{n}", NOON + n * 1000 + 500) for n in range(10)))
    return World(broker, tmp_path / "state", config, portion=1, leads=False)


@contextmanager
def member(here: World) -> Iterator[Service]:
    """A member of the group at work, until it ends or is stopped in the end."""
    with StateFolder(here.folder, here.config.snapshots_kept, here.warnings.append) as state:
        service = Service(here.parts(state), here.config, Status())
        with at_work(service):
            yield service


def until_all_is_applied(service: Service, last_ms: int = LAST) -> None:
    """Returns when the service has released everything there is."""
    until(lambda: service.status.phase == "running", "the service to run")
    until(lambda: service.core.reorder_buffer.released_ms >= last_ms, "all events to be applied")


def read_to_the_end(here: World, last_ms: int = LAST) -> Service:
    """A member that stands by, stopped when it has applied everything there is."""
    with member(here) as service:
        until_all_is_applied(service, last_ms)
    return service


def committed_up_to(offset: int, released_ms: int) -> dict[Partition, Committed]:
    """What whoever leads committed with a batch of its own."""
    note = DeliveryNote("another", 5, released_ms)
    return {Partition(topic, 0): Committed(offset, note) for topic in ("a", "b")}


def taking_over(service: Service) -> None:
    service._parts.group.leads = True  # type: ignore[misc]
    service.commits.deliver_rest()


def test_it_applies_everything_and_gives_nothing_away(tmp_path: Path) -> None:
    here = standing_by(tmp_path)
    service = read_to_the_end(here)
    assert len(service.core.engine.ids) == 20
    assert (here.broker.flags, here.broker.letters, here.broker.committed) == ([], [], {})
    assert not service.status.leads
    service.status.phase = "running"
    assert not service.status.is_ready


def test_taking_over_it_delivers_what_nobody_has(tmp_path: Path) -> None:
    here = standing_by(tmp_path)
    service = read_to_the_end(here)
    taking_over(service)
    assert here.broker.flags == [f"flag_a{n}" for n in range(10)]
    assert here.broker.committed.keys() == here.broker.logs.keys()


def test_what_the_one_that_leads_has_committed_is_not_delivered_again(tmp_path: Path) -> None:
    here = standing_by(tmp_path)
    service = read_to_the_end(here)
    service.commits.forget_delivered(committed_up_to(6, LAST))
    taking_over(service)
    delivered = [int(flag.removeprefix("flag_a")) for flag in here.broker.flags]
    assert delivered == list(range(delivered[0], 10))
    assert 3 < delivered[0] <= 6


def test_what_the_one_that_leads_took_and_holds_back_is_delivered(tmp_path: Path) -> None:
    here = standing_by(tmp_path)
    service = read_to_the_end(here)
    service.commits.forget_delivered(committed_up_to(10, NOON + 6_000))
    taking_over(service)
    delivered = [int(flag.removeprefix("flag_a")) for flag in here.broker.flags]
    assert delivered == list(range(delivered[0], 10))
    assert 3 < delivered[0] <= 7


@pytest.mark.parametrize(
    "note", [None, "", "some words", "folder:7", "folder:7:x", "folder:7:-1", "folder:7:1:1"]
)
def test_what_does_not_say_how_far_events_were_released_leaves_all_to_be_delivered(
    tmp_path: Path, note: str | None
) -> None:
    here = standing_by(tmp_path)
    service = read_to_the_end(here)
    parsed = Committed(10, DeliveryNote.parsed(note))
    service.commits.forget_delivered(committed_up_to(10, LAST) | {Partition("b", 0): parsed})
    taking_over(service)
    assert here.broker.flags == [f"flag_a{n}" for n in range(10)]


def test_a_note_is_read_as_it_was_written() -> None:
    note = DeliveryNote("folder", 7, NOON)
    assert DeliveryNote.parsed(str(note)) == note
    # As an earlier version wrote it.
    assert DeliveryNote.parsed("folder:7") == DeliveryNote("folder", 7, 0)


def test_no_snapshot_swallows_what_nobody_has_delivered(tmp_path: Path) -> None:
    here = standing_by(tmp_path, replace(END, snapshot_every=15))
    read_to_the_end(here)
    assert not list(here.folder.glob("snapshot-*"))
    here.leads = True
    here.run()
    assert here.broker.flags == [f"flag_a{n}" for n in range(10)]
    assert list(here.folder.glob("snapshot-*"))


def test_a_snapshot_that_waited_is_taken_once_its_results_are_delivered(tmp_path: Path) -> None:
    here = standing_by(tmp_path, replace(END, snapshot_every=15))
    with member(here) as service:
        until_all_is_applied(service)
        here.broker.committed |= committed_up_to(10, NOON + 6_000)
        until(lambda: 0 < service.commits.waiting < 7, "the first results to be forgotten")
        assert not list(here.folder.glob("snapshot-*"))
        here.broker.committed |= committed_up_to(10, LAST)
        until(lambda: list(here.folder.glob("snapshot-*")), "the snapshot")


def test_with_a_snapshot_overdue_it_waits_for_the_one_that_leads(tmp_path: Path) -> None:
    here = standing_by(tmp_path, replace(END, snapshot_every=4))
    with member(here) as service:
        until(lambda: service.status.phase == "running", "the service to run")
        until(lambda: service.commits.must_wait, "the standby to wait")
        assert 8 <= len(service.core.engine.ids) < 20
        # Whoever leads goes on.
        here.broker.committed |= committed_up_to(10, service.core.reorder_buffer.released_ms)
        until(lambda: list(here.folder.glob("snapshot-*")), "the snapshot")
        here.broker.committed |= committed_up_to(10, LAST)
        until(lambda: service.status.phase == "stopped", "the end")
    assert len(service.core.engine.ids) == 20
    assert here.broker.flags == []


@pytest.mark.parametrize("leads", [False, True])
def test_the_end_is_when_what_it_made_is_delivered(tmp_path: Path, leads: bool) -> None:
    here = standing_by(tmp_path)
    with member(here) as service:
        until_all_is_applied(service)
        again_s = service.status.beat_s + 1
        until(lambda: service.status.beat_s > again_s, "more rounds")
        assert service.status.phase == "running"
        if leads:
            service._parts.group.leads = True  # type: ignore[misc]
        else:
            here.broker.committed |= committed_up_to(10, LAST)
        until(lambda: service.status.phase == "stopped", "the end")
    assert here.broker.flags == ([f"flag_a{n}" for n in range(10)] if leads else [])


def test_a_standby_that_stops_and_comes_again_gives_nothing_away(tmp_path: Path) -> None:
    here = standing_by(tmp_path)
    read_to_the_end(here)
    here.broker.send("a", chargeback("a10", NOON + 60_000))
    service = read_to_the_end(here, NOON + 60_000)
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
    with member(here) as service:
        until(lambda: service.commits.batch, "a batch")
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
