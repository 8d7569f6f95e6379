"""A follower ends with the digest of what it follows, however often it is killed, and writes nothing."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest

from graph.engine import Engine
from graph.model.errors import BadCall, Fatal, Unavailable
from streaming.decisions.follower import Follower, StreamFeed
from streaming.decisions.newest_state import LoadedState, newest_state
from streaming.decoding.columns import ColumnDecoder
from streaming.service.config import ServiceConfig
from streaming.service.core import Core, EngineBroke
from streaming.service.ports import LostRecords, Offsets
from streaming.service.state_folder import Header
from streaming.snapshots.file import read_snapshot, write_snapshot
from tests.unit.graph.fakes import new_engine
from tests.unit.graph.scenes import Scene
from tests.unit.streaming.service.fakes import Broker, Member, World

TOPICS = ("accounts", "trips")


class Followed(World):
    """Its services have the real engine."""

    def new_engine(self) -> Engine:
        return new_engine()


class Following(Member):
    """Reads from given offsets, outside the group."""

    def __init__(self, broker: Broker, offsets: Offsets) -> None:
        super().__init__(broker)
        self.at = dict(offsets)

    def leave(self) -> None:
        self.has_left = True


def world(folder: Path, **config) -> Followed:
    options = {"until_end": True, "batch_most": 16, "snapshot_every": 5, **config}
    return Followed(Broker({}), folder / "state", ServiceConfig(**options))


def load(here: Followed) -> LoadedState:
    return newest_state(here.folder, lambda clock, order: Core(new_engine(), clock, order))


def follower_of(here: Followed) -> Follower:
    feed = StreamFeed(
        lambda: load(here),
        lambda offsets: Following(here.broker, offsets),
        ColumnDecoder().decode_values,
        here.config.max_skew_ms,
    )
    return Follower(feed)


def crew(people: int) -> list[bytes]:
    scene = Scene()
    for n in range(people):
        scene.signs_up(f"c{n}", 1 + n / 10, f"phone {n // 4}")
        scene.logs_in(f"c{n}", 1.05 + n / 10, f"phone {n // 3}")
    return [msgspec.json.encode(event) for event in scene.events]


def to_the_end(follower: Follower) -> None:
    """Step until nothing comes any more, twice in a row."""
    quiet = 0
    while quiet < 2:
        quiet = 0 if follower.step() else quiet + 1


def files_in(folder: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.iterdir()}


def send(here: Followed, records: list[bytes]) -> None:
    for number, record in enumerate(records):
        here.broker.send(TOPICS[number % 2], record)


@pytest.mark.slow
@pytest.mark.parametrize("order_within_ms", [0, 60_000])
def test_killed_and_restarted_thirty_times_it_ends_with_the_writers_digest(tmp_path, order_within_ms):
    here = world(tmp_path, order_within_ms=order_within_ms)
    records = crew(64)
    chance = random.Random(7)
    send(here, records[:8])
    here.run()
    follower = follower_of(here)
    written = 8
    for _ in range(30):
        send(here, records[written : written + 4])
        written += 4
        # The service is ahead of the follower, or behind it.
        if chance.random() < 0.6:
            writer = here.run()
        for _ in range(chance.randrange(4)):
            follower.step()
        before = files_in(here.folder)
        committed = dict(here.broker.committed)
        follower = follower_of(here)
        for _ in range(chance.randrange(4)):
            follower.step()
        assert files_in(here.folder) == before
        assert here.broker.committed == committed
    writer = here.run()
    to_the_end(follower)
    assert written == len(records)
    # Ordered events leave the buffer when everything before them has come; a follower is no later for it.
    if order_within_ms == 0:
        assert follower.engine.state_digest() == writer.core.engine.state_digest()
    assert follower_of(here).engine.counts()["accounts"] > 0
    fresh = follower_of(here)
    to_the_end(fresh)
    assert fresh.engine.state_digest() == follower.engine.state_digest()


def test_it_says_how_far_it_has_come(tmp_path):
    here = world(tmp_path)
    records = crew(12)
    send(here, records[:8])
    here.run()
    follower = follower_of(here)
    send(here, records[8:])
    to_the_end(follower)
    newest = max(msgspec.json.decode(record)["ts"] for record in records)
    assert follower.as_of_ms == newest
    follower._lag_s = 0.0
    follower.step()
    assert follower.lag == 0
    assert follower.trouble == ""


def test_what_others_wait_for_is_read_however_much_of_them_was_read(tmp_path):
    """A broker may answer with all of one partition before the first record of the next."""
    here = world(tmp_path, max_skew_ms=1)
    records = crew(24)
    send(here, records[:8])
    here.run()

    class OneAfterAnother(Following):
        def poll(self, limit, timeout_s):
            polled = super().poll(limit, timeout_s)
            first = polled.chunks[0].partition if polled.chunks else None
            for chunk in polled.chunks[1:]:
                self.at[chunk.partition] = chunk.messages[0].offset()
            del polled.chunks[1:]
            if first is not None:
                for partition in polled.ended:
                    self.reported_ends.pop(partition, None)
                polled.ended.clear()
            return polled

    feed = StreamFeed(
        lambda: load(here),
        lambda offsets: OneAfterAnother(here.broker, offsets),
        ColumnDecoder().decode_values,
        here.config.max_skew_ms,
    )
    send(here, records[8:])
    writer = here.run()
    for _ in range(10 * len(records)):
        feed.step(4)
    assert feed.engine.state_digest() == writer.core.engine.state_digest()


def test_nobody_knows_how_far_behind_it_is_before_every_partition_has_told_its_end(tmp_path):
    here = world(tmp_path)
    send(here, crew(12)[:8])
    here.run()

    class Silent(Following):
        told = 0

        def lags(self, taken):
            return dict(list(super().lags(taken).items())[: self.told])

    feed = StreamFeed(
        lambda: load(here), lambda offsets: Silent(here.broker, offsets), ColumnDecoder().decode_values, 1
    )
    assert feed.lag() is None
    Silent.told = 1
    assert feed.lag() is None
    Silent.told = 9
    assert feed.lag() == 0


def test_slices_are_as_large_as_what_they_spend_allows_whatever_the_clock_says():
    class Counted:
        engine, rules, is_complete, is_usable = None, None, True, True

        def __init__(self, each_s):
            self.each_s, self.sizes = each_s, []

        def step(self, most):
            self.sizes.append(most)
            self.clock_s += 1.0
            self.spent_s += self.each_s * most
            return most

        def lag(self):
            return None

        clock_s = spent_s = 0.0

    def sizes(each_s):
        feed = Counted(each_s)
        follower = Follower(feed, lambda: feed.clock_s, lambda: feed.spent_s)
        for _ in range(12):
            follower.step()
        return feed.sizes

    assert sizes(1e-6)[-1] in (512, 1024)
    assert set(sizes(1e-3)) == {4}


def test_when_the_topics_have_moved_past_it_it_goes_on_from_a_newer_snapshot(tmp_path):
    here = world(tmp_path)
    records = crew(24)
    send(here, records[:8])
    here.run()

    class Gone(Following):
        is_gone = True

        def poll(self, limit, timeout_s):
            if Gone.is_gone:
                raise LostRecords("expected the next record, found it gone")
            return super().poll(limit, timeout_s)

    now = [0.0]
    feed = StreamFeed(
        lambda: load(here), lambda offsets: Gone(here.broker, offsets), ColumnDecoder().decode_values, 1
    )
    follower = Follower(feed, lambda: now[0])
    assert not follower.step()
    assert "gone" in follower.trouble
    assert follower.is_usable
    now[0] += 60
    follower.step()
    assert "gone" in follower.trouble, "there is no newer snapshot yet"
    send(here, records[8:])
    writer = here.run()
    Gone.is_gone = False
    now[0] += 60
    follower.step()
    to_the_end(follower)
    assert follower.engine.state_digest() == writer.core.engine.state_digest()
    assert follower.trouble == ""


def test_an_engine_that_broke_is_not_asked_until_there_is_a_newer_snapshot(tmp_path):
    here = world(tmp_path)
    send(here, crew(6))
    here.run()
    follower = follower_of(here)
    feed = follower.feed
    assert isinstance(feed, StreamFeed)

    def broken(*_given):
        raise EngineBroke("no such luck")

    feed.core.process = broken
    send(here, crew(12)[12:])
    assert not follower.step()
    assert not follower.is_usable
    assert "no such luck" in follower.trouble


def test_without_a_snapshot_there_is_nothing_to_follow(tmp_path):
    here = world(tmp_path)
    with pytest.raises(BadCall, match="expected a state folder"):
        load(here)
    here.folder.mkdir()
    with pytest.raises(BadCall, match="expected a snapshot"):
        load(here)


def test_another_model_or_configuration_is_refused_in_one_line(tmp_path):
    here = world(tmp_path)
    send(here, crew(6))
    here.run()
    with pytest.raises(Fatal, match="configuration") as refused:
        newest_state(here.folder, lambda clock, order: Core(new_engine(window_days=30), clock, order))
    assert "\n" not in str(refused.value)


def test_a_snapshot_of_a_newer_format_is_refused_and_left_where_it_is(tmp_path):
    here = world(tmp_path)
    send(here, crew(6))
    here.run()
    newest = max(here.folder.glob("snapshot-*.rfsnap"))
    content = newest.read_bytes()
    newest.write_bytes(content.replace(b"RFSNAP01", b"RFSNAP02", 1))
    with pytest.raises(Fatal, match="RFSNAP02") as refused:
        load(here)
    assert "\n" not in str(refused.value)
    assert newest.exists()


def test_a_damaged_snapshot_is_passed_over_and_left_where_it_is(tmp_path):
    here = world(tmp_path)
    records = crew(12)
    send(here, records[:8])
    here.run()
    send(here, records[8:])
    here.run()
    newest = max(here.folder.glob("snapshot-*.rfsnap"))
    header, arrays = read_snapshot(newest, Header)
    later = newest.with_name("snapshot-00000000000000009999.rfsnap")
    write_snapshot(later, header, arrays)
    later.write_bytes(later.read_bytes()[:-64])
    assert load(here).core.engine.state_digest() == load(here).core.engine.state_digest()
    assert load(here).batch < 9999
    assert later.exists()
    for path in here.folder.glob("snapshot-*.rfsnap"):
        path.write_bytes(b"RFSNAP01 and no more")
    with pytest.raises(Unavailable, match="wait for the next snapshot"):
        load(here)
