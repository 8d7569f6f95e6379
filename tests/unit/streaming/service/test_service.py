"""The service on a broker in memory: order, recovery, poison and trouble."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from graph.model.errors import BadCall, Fatal, Unavailable
from streaming.service.config import ServiceConfig
from streaming.service.ports import Partition, Polled
from streaming.service.service import Service
from streaming.service.state_folder import StateFolder
from streaming.service.status import Status
from streaming.snapshots.file import write_into
from tests.unit.streaming.records import HOUR, NOON, chargeback, ping
from tests.unit.streaming.service.fakes import Broker, Delivery, Reader, World

END = ServiceConfig(until_end=True)


class Crash(BaseException):
    """The process is gone."""


def world(tmp_path: Path, config: ServiceConfig = END, **more) -> World:
    broker = Broker()
    broker.send("a", *(chargeback(f"a{n}", NOON + n * 1000, f"acc{n % 3}") for n in range(10)))
    broker.send("b", *(ping(f"b{n}", NOON + n * 1000 + 500) for n in range(10)))
    return World(broker, tmp_path / "state", config, **more)


def test_everything_is_applied_once_in_the_order_of_time(tmp_path: Path) -> None:
    here = world(tmp_path)
    service = here.run()
    assert service.core.engine.ids == [f"{topic}{n}" for n in range(10) for topic in "ab"]
    assert here.broker.flags == [f"flag_a{n}" for n in range(10)]
    assert {str(p): offset for p, (offset, _) in here.broker.committed.items()} == {"a-0": 10, "b-0": 10}


def test_a_second_run_goes_on_where_the_first_ended(tmp_path: Path) -> None:
    here = world(tmp_path)
    here.run()
    here.broker.send("a", chargeback("late", NOON + HOUR))
    service = here.run()
    assert service.core.engine.ids[-1] == "late"
    assert len(service.core.engine.ids) == 21
    assert here.broker.flags[-1] == "flag_late"
    assert len(here.broker.flags) == 11
    assert service.status.tally.events == 21


@pytest.mark.parametrize("until", range(1, 8))
def test_a_crash_at_any_delivery_loses_and_doubles_nothing(tmp_path: Path, until: int) -> None:
    here = world(tmp_path, ServiceConfig(until_end=True, batch_most=256, snapshot_every=4), portion=1)

    class Mortal(Delivery):
        left = until

        def deliver(self, outcome, refused, offsets, note):
            self.left -= 1
            if self.left < 0:
                raise Crash
            return super().deliver(outcome, refused, offsets, note)

    with pytest.raises(Crash):
        here.run(Mortal(here.broker))
    service = here.run()
    assert sorted(service.core.engine.ids) == sorted(f"{t}{n}" for t in "ab" for n in range(10))
    assert here.broker.flags == [f"flag_a{n}" for n in range(10)]


def test_what_was_delivered_before_its_offsets_were_committed_is_repeated_the_same(tmp_path: Path) -> None:
    here = world(tmp_path)

    class Rude(Delivery):
        def deliver(self, outcome, refused, offsets, note):
            super().deliver(outcome, refused, offsets, note)
            raise Crash

    with pytest.raises(Crash):
        here.run(Rude(here.broker))
    once = list(here.broker.flags)
    here.run()
    assert here.broker.flags[: 2 * len(once)] == once + once
    assert set(here.broker.flags) == {f"flag_a{n}" for n in range(10)}


def test_what_another_folder_delivered_is_not_taken_for_delivered_by_its_copy(tmp_path: Path) -> None:
    here = world(tmp_path, ServiceConfig(until_end=True, batch_most=256), portion=1)

    class Mortal(Delivery):
        def deliver(self, outcome, refused, offsets, note):
            raise Crash

    with pytest.raises(Crash):
        here.run(Mortal(here.broker))
    # With its identity and its journal, as a careless copy has them.
    shutil.copytree(here.folder, tmp_path / "copy")
    here.run()
    here.broker.send("a", *(chargeback(f"late{n}", NOON + HOUR + n) for n in range(3)))
    copy = replace(here, folder=tmp_path / "copy", portion=100)
    # Its next batches have numbers that the first folder gave to others.
    for _ in range(2):
        with pytest.raises(Crash):
            copy.run(Mortal(here.broker))
    copy.run()
    assert {f"flag_late{n}" for n in range(3)} < set(here.broker.flags)


def test_a_folder_keeps_its_identity_where_it_is_moved_to(tmp_path: Path) -> None:
    def identity_of(name: str) -> str:
        with StateFolder(tmp_path / name, 1, print) as state:
            return state.identity

    first = identity_of("state")
    assert identity_of("state") == first
    (tmp_path / "state").rename(tmp_path / "moved")
    assert identity_of("moved") == first
    shutil.copytree(tmp_path / "moved", tmp_path / "copied")
    assert identity_of("copied") not in ("", first)
    assert identity_of("copied") == identity_of("copied")
    assert identity_of("moved") == first


def test_an_identity_that_names_no_place_is_kept(tmp_path: Path) -> None:
    (tmp_path / "identity").write_text("0123abcd\n")
    for _ in range(2):
        with StateFolder(tmp_path, 1, print) as state:
            assert state.identity == "0123abcd"


def test_records_that_are_no_events_become_dead_letters_with_their_place(tmp_path: Path) -> None:
    here = world(tmp_path)
    here.broker.send("b", b"{", ping("b10", NOON + 11_000))
    service = here.run()
    assert here.broker.letters == [("b-0", 10, "invalid_json")]
    assert service.core.engine.ids[-1] == "b10"


def test_an_event_that_breaks_the_engine_is_found_and_left_out(tmp_path: Path) -> None:
    here = world(tmp_path, poison=frozenset({"b4", "a7"}))
    service = here.run()
    assert sorted(here.broker.letters) == [("a-0", 7, "unprocessable"), ("b-0", 4, "unprocessable")]
    expected = {f"{t}{n}" for t in "ab" for n in range(10)} - {"b4", "a7"}
    assert set(service.core.engine.ids) == expected
    assert sorted(here.broker.flags) == sorted(f"flag_a{n}" for n in range(10) if n != 7)
    again = here.run()
    assert set(again.core.engine.ids) == expected
    assert len(here.broker.letters) == 2


@pytest.mark.parametrize("order_within_ms", [0, 2500])
def test_many_that_break_the_engine_are_found_in_one_way_back(tmp_path: Path, order_within_ms: int) -> None:
    poison = frozenset({"a1", "a2", "b6", "b9", "a9"})
    config = ServiceConfig(until_end=True, order_within_ms=order_within_ms)
    here = world(tmp_path, config, poison=poison, portion=100)
    service = here.run()
    assert sorted(f"{place[0]}{offset}" for place, offset, _ in here.broker.letters) == sorted(poison)
    assert {reason for _, _, reason in here.broker.letters} == {"unprocessable"}
    assert sorted(service.core.engine.ids) == sorted({f"{t}{n}" for t in "ab" for n in range(10)} - poison)
    assert here.broker.flags == [f"flag_a{n}" for n in range(10) if n not in (1, 2, 9)]
    assert service.status.recoveries <= 3


def test_a_mended_record_that_broke_the_engine_is_new_when_it_comes_again(tmp_path: Path) -> None:
    here = world(tmp_path, poison=frozenset({"b4"}))
    here.run()
    here.poison = frozenset()
    here.broker.send("b", here.broker.logs[Partition("b", 0)][4])
    service = here.run()
    assert service.core.engine.ids[-1] == "b4"
    assert service.status.tally.duplicates == 0


def test_a_batch_that_breaks_the_engine_whatever_is_left_out_ends_the_service(tmp_path: Path) -> None:
    here = world(tmp_path, poison=frozenset(f"x{n}" for n in range(150)), portion=1000)
    here.broker.send("c", *(ping(f"x{n}", NOON) for n in range(150)))
    with pytest.raises(Fatal, match="without some records"):
        here.run()


def test_an_end_that_is_met_before_the_records_costs_a_recovery_none_of_them(tmp_path: Path) -> None:
    here = world(tmp_path, ServiceConfig(until_end=True, snapshot_every=10**6))

    class Rude(Delivery):
        def deliver(self, outcome, refused, offsets, note):
            raise Crash

    class Hasty(Reader):
        polls = 0

        def poll(self, limit, timeout_s):
            self.polls += 1
            if self.polls < 4:
                ends = self.ends(sorted(self.at))
                return Polled(ended=ends)
            return super().poll(limit, timeout_s)

    with pytest.raises(Crash):
        here.run(Rude(here.broker))
    with StateFolder(here.folder, 3, print) as state:
        parts = replace(here.parts(state), open_source=lambda offsets: Hasty(here.broker, offsets))
        service = Service(parts, here.config, Status())
        service.run()
    assert sorted(service.core.engine.ids) == sorted(f"{t}{n}" for t in "ab" for n in range(10))


def test_a_damaged_snapshot_is_set_aside_and_the_one_before_used(tmp_path: Path) -> None:
    here = world(tmp_path, ServiceConfig(until_end=True, snapshot_every=5))
    digest = here.run().core.engine.state_digest()
    here.broker.send("a", chargeback("more", NOON + HOUR))
    here.run()
    newest = sorted(here.folder.glob("*.rfsnap"))[-1]
    content = bytearray(newest.read_bytes())
    content[-3] ^= 1
    newest.write_bytes(content)
    service = here.run()
    assert service.core.engine.state_digest() == ",".join(sorted([*digest.split(","), "more"]))
    assert newest.with_suffix(".damaged").exists()
    assert any("set aside" in warning for warning in here.warnings)


def test_a_server_that_is_away_is_waited_for(tmp_path: Path) -> None:
    here = world(tmp_path)
    here.broker.failing += [Unavailable("expected an answer, found none: wait", 0.0)] * 2
    service = here.run()
    assert here.broker.flags == [f"flag_a{n}" for n in range(10)]
    assert service.status.retries == 2


def test_a_full_disk_costs_the_snapshot_and_nothing_else(tmp_path: Path, monkeypatch) -> None:
    here = world(tmp_path, ServiceConfig(until_end=True, snapshot_every=5))

    def full(*_words):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("streaming.snapshots.forked.write_into", full)
        service = here.run()
    assert service.status.snapshot_failures >= 1
    assert any("No space left" in warning for warning in here.warnings)
    assert here.run().core.engine.state_digest() == service.core.engine.state_digest()


def test_a_batch_is_made_again_only_when_no_snapshot_is_being_written(tmp_path: Path, monkeypatch) -> None:
    """One that becomes whole lets go of the journals that a way back from an older one is made of."""
    here = world(
        tmp_path, ServiceConfig(until_end=True, snapshot_every=6), poison=frozenset({"b4"}), portion=1
    )
    newest, is_written_meanwhile = StateFolder.newest, []

    def slow(*words):
        time.sleep(0.3)
        return write_into(*words)

    def looked_for(folder, keep_going):
        is_written_meanwhile.append(any(thread.name == "snapshot" for thread in threading.enumerate()))
        return newest(folder, keep_going)

    monkeypatch.setattr("streaming.snapshots.forked.write_into", slow)
    monkeypatch.setattr(StateFolder, "newest", looked_for)
    service = here.run()
    assert service.status.snapshot_batch
    assert service.status.recoveries > 1
    assert not any(is_written_meanwhile)
    assert set(service.core.engine.ids) == {f"{t}{n}" for t in "ab" for n in range(10)} - {"b4"}


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    with (
        StateFolder(tmp_path / "state", 3, print),
        pytest.raises(BadCall, match="found it in use by another process"),
    ):
        StateFolder(tmp_path / "state", 3, print)


def test_a_snapshot_of_another_model_is_refused(tmp_path: Path, monkeypatch) -> None:
    here = world(tmp_path)
    here.run()
    monkeypatch.setattr("tests.unit.streaming.fakes.ChargebackEngine.model_id", "chargebacks-2")
    with pytest.raises(Fatal, match="with the model chargebacks-2, found chargebacks-1"):
        here.run()


def test_events_are_put_in_order_within_the_time_given(tmp_path: Path) -> None:
    broker = Broker()
    broker.send("a", *(ping(f"a{n}", NOON + t * 1000) for n, t in enumerate((5, 3, 9, 7, 12, 11, 15))))
    broker.send("b", *(ping(f"b{n}", NOON + t * 1000) for n, t in enumerate((1, 4, 2, 8, 6, 14, 13))))
    here = World(broker, tmp_path / "state", ServiceConfig(until_end=True, order_within_ms=4000), portion=2)
    service = here.run()
    assert service.core.engine.ids == [
        *("b0", "b2", "a1", "b1", "a0", "b4", "a3", "b3", "a2", "a5", "a4", "b6", "b5", "a6"),
    ]
    assert service.status.tally.late == 0


@pytest.mark.parametrize(("arrive_within_s", "late"), [(60.0, 0), (0.0, 6)])
def test_a_partition_whose_records_are_still_on_their_way_is_waited_for(
    tmp_path: Path, arrive_within_s: float, late: int
) -> None:
    broker, slow = Broker(), Partition("b", 0)
    broker.send("a", *(ping(f"a{n}", NOON + 1000 * n) for n in range(10)))
    broker.send("b", ping("b0", NOON + 500))
    config = ServiceConfig(until_end=True, order_within_ms=2000, arrive_within_s=arrive_within_s)
    here = World(broker, tmp_path / "state", config, portion=20)
    with StateFolder(here.folder, 3, print) as state:
        parts = here.parts(state)
        ends = parts.group.ends

        def ends_and_then_more(partitions: Sequence[Partition]) -> dict[Partition, int]:
            answer = ends(partitions)
            if len(broker.logs[slow]) == 1:
                broker.send("b", *(ping(f"b{n}", NOON + 1000 * n + 500) for n in range(1, 10)))
            return answer

        parts.group.ends = ends_and_then_more  # type: ignore[method-assign]
        service = Service(parts, config, Status())
        service.run()
    in_order = [f"{topic}{n}" for n in range(10) for topic in "ab"]
    assert (service.core.engine.ids == in_order) is (late == 0)
    assert service.status.tally.late == late


@pytest.mark.parametrize("portion", [1, 3, 100])
def test_a_repeat_three_days_later_counts_however_records_are_cut_into_batches(
    tmp_path: Path, portion: int
) -> None:
    broker = Broker()
    hours = [ping(f"a{n}", NOON - 100 * HOUR + n * HOUR) for n in range(80)]
    broker.send("a", *hours[:75], hours[2], *hours[75:])
    broker.send("b", *(ping(f"b{n}", NOON - 100 * HOUR + n * HOUR) for n in range(80)))
    config = ServiceConfig(until_end=True, order_within_ms=HOUR)
    here = World(broker, tmp_path / "state", config, portion=portion)
    service = here.run()
    ids = service.core.engine.ids
    assert service.status.tally.duplicates == 0
    assert ids.count("a2") == 2
    assert service.status.tally.late == 1
    assert [each for each in ids if each[0] == "a"] == [
        *(f"a{n}" for n in range(74)),
        "a2",
        *(f"a{n}" for n in range(74, 80)),
    ]


def test_held_events_survive_a_stop(tmp_path: Path) -> None:
    broker = Broker()
    broker.send("a", *(ping(f"a{n}", NOON + n * 1000) for n in range(5)))
    config = ServiceConfig(until_end=True, order_within_ms=2000)
    stopping = World(broker, tmp_path / "state", ServiceConfig(order_within_ms=2000))
    with StateFolder(stopping.folder, 3, print) as state:
        parts = stopping.parts(state)
        service = Service(parts, stopping.config, Status())
        rounds = iter(range(20))
        poll = parts.group.poll

        def stop_after_some(limit, timeout_s):
            if next(rounds) > 8:
                service.stop()
            return poll(limit, timeout_s)

        parts.group.poll = stop_after_some  # type: ignore[method-assign]
        service.run()
    assert service.core.engine.ids == ["a0", "a1", "a2"]
    again = World(broker, tmp_path / "state", config).run()
    assert again.core.engine.ids == [f"a{n}" for n in range(5)]


def test_a_partition_that_runs_ahead_waits_for_the_others(tmp_path: Path) -> None:
    broker = Broker()
    day = 24 * HOUR
    broker.send("a", *(ping(f"a{n}", NOON - 60 * day + n * day) for n in range(30)))
    broker.send("b", *(ping(f"b{n}", NOON - 60 * day + n * day) for n in range(30)))
    here = World(broker, tmp_path / "state", ServiceConfig(until_end=True, max_skew_ms=HOUR), portion=7)
    ids = here.run().core.engine.ids
    days = [int(name[1:]) for name in ids]
    assert days == sorted(days)
    assert len(ids) == 60
