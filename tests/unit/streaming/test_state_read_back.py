"""A state that was read from a snapshot goes on where it was read to, and as if nothing had been."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graph.engine import Engine
from graph.model.errors import Fatal
from ringfence.engines import new_engine
from streaming.decoding.columns import ColumnDecoder
from streaming.service.core import Core, Tally
from streaming.service.state_folder import Header
from streaming.snapshots import read_snapshot, write_snapshot

NOON = 1_767_268_800_000
MINUTE = 60_000
DAYS = 3
BATCH = 200


def lines(first: int, last: int) -> list[bytes]:
    """Accounts that come, ride and log in, now and then on a phone of another, until links have left."""
    found = []
    for n in range(first, last):
        ts, phone = NOON + 2 * n * MINUTE, n - 1 if n % 7 == 6 else n
        found += [
            b'{"event_id":"c%d","type":"account_created","ts":%d,"account_id":"a%d","role":"rider",'
            b'"device_id":"d%d","phone_hash":"p%d"}' % (n, ts, n, phone, n),
            b'{"event_id":"t%d","type":"trip_completed","ts":%d,"trip_id":"t%d","rider_id":"a%d",'
            b'"driver_id":"x%d","fare":12.5}' % (n, ts + 1, n, n, n % 40),
            b'{"event_id":"l%d","type":"account_login","ts":%d,"account_id":"a%d","device_id":"d%d","ip":"i%d"}'
            % (n, ts + 2, n // 2, n // 2, n % 300),
        ]
    return found


def fed(core: Core, first: int, last: int) -> Core:
    decoder, records = ColumnDecoder(), lines(first, last)
    for at in range(0, len(records), BATCH):
        batch = decoder.decode_values(records[at : at + BATCH]).batch
        core.admission.admit(batch)
        core.engine.apply(batch)
    return core


def a_core() -> Core:
    return Core(new_engine(DAYS), NOON)


def header_of(core: Core) -> Header:
    return Header(
        batch=1,
        clock_ms=NOON,
        positions={},
        tally=Tally(),
        model_id=core.engine.model_id,
        config_digest=core.engine.config_digest,
        order_within_ms=0,
    )


def read_back(core: Core, path: Path) -> Core:
    write_snapshot(path, header_of(core), core.arrays())
    _, arrays = read_snapshot(path, Header)
    again = a_core()
    again.load(arrays, Tally())
    return again


def test_a_state_that_is_read_back_again_and_again_stays_the_same(tmp_path: Path) -> None:
    """Every array outgrows what it had when it was read, in its room and beyond."""
    whole, parts = fed(a_core(), 0, 6000), a_core()
    for first, last in ((0, 1200), (1200, 1250), (1250, 4500), (4500, 6000)):
        parts = read_back(fed(parts, first, last), tmp_path / "snapshot")
    assert isinstance(whole.engine, Engine)
    assert isinstance(parts.engine, Engine)
    assert whole.engine.counts() == parts.engine.counts()
    assert whole.engine.state_digest() == parts.engine.state_digest()
    wanted, found = whole.engine.save(), parts.engine.save()
    # Where expired links wait depends on how many buckets there are, which depends on the room.
    apart = {"links.hooks", "links.expiry_buckets", "links.queues"}
    for name in sorted(wanted.keys() - apart):
        assert wanted[name].tobytes() == found[name].tobytes(), name


def test_what_is_read_is_taken_over_without_a_copy(tmp_path: Path) -> None:
    core = fed(a_core(), 0, 3000)
    write_snapshot(tmp_path / "snapshot", header_of(core), core.arrays())
    _, arrays = read_snapshot(tmp_path / "snapshot", Header)
    again = a_core()
    again.load(arrays, Tally())
    taken = again.arrays()
    large = [name for name, array in arrays.items() if array.nbytes > 1 << 17 and name.startswith("engine/")]
    assert {"engine/accounts", "engine/entities", "engine/links.links", "engine/links.ends"} < set(large)
    lies = {name: arrays[name].ctypes.data for name in large}
    assert {name: taken[name].ctypes.data for name in large} == lies
    fed(again, 3000, 3050)
    # Links get as much room as their index has slots for, which is full here.
    grow = [name for name in large if name not in ("engine/links.links", "engine/links.hooks")]
    assert {name: again.arrays()[name].ctypes.data for name in grow} == {name: lies[name] for name in grow}


def test_a_state_laid_out_otherwise_is_refused(tmp_path: Path) -> None:
    core = fed(a_core(), 0, 10)
    arrays = core.save() | {"engine/layout": np.frombuffer(b"another", np.uint8)}
    write_snapshot(tmp_path / "snapshot", header_of(core), arrays)
    _, found = read_snapshot(tmp_path / "snapshot", Header)
    with pytest.raises(Fatal, match=r"found another, of another version: go on with"):
        a_core().load(found, Tally())
