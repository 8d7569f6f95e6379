from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulation.assembly import Lived, assembled
from simulation.config import CityConfig
from simulation.outbox import Outbox
from simulation.summary import Tally
from simulation.truth import DecoyRecord, RingRecord

CONFIG = CityConfig(days=2)
NOON = CONFIG.start_ms + 43_200_000


def live(outbox: Outbox) -> Lived:
    """Two lines out of order and one after the end, none of them released."""
    for ts, line in ((NOON, b"noon"), (NOON - 1, b"before"), (CONFIG.end_ms, b"too late")):
        outbox.put(ts, line)
    ring = RingRecord("r1", "collusion", ["bob", "ann"], ["bob"], [], NOON, 0.3)
    return Lived(Tally(trips=1, pings=2, unserved=3), 4, [ring], [DecoyRecord("home", ["cat"])])


def test_a_folder_holds_what_was_lived_in_order_and_the_summary_its_numbers(tmp_path: Path) -> None:
    summary = assembled(CONFIG, tmp_path / "out", live)
    assert summary.events_path.read_bytes() == b"before\nnoon\n"
    truth = json.loads(summary.truth_path.read_bytes())
    assert [ring["accounts"] for ring in truth["rings"]] == [["ann", "bob"]]
    assert truth["decoys"] == [{"kind": "home", "accounts": ["cat"]}]
    assert (summary.events, summary.trips, summary.pings, summary.unserved_wishes) == (2, 1, 2, 3)
    assert (summary.accounts, summary.rings, summary.ring_accounts, summary.decoys) == (4, 1, 2, 1)
    assert (summary.first_ts, summary.last_ts) == (NOON - 1, NOON)


def test_a_city_that_fails_leaves_no_folder(tmp_path: Path) -> None:
    def fail(outbox: Outbox) -> Lived:
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        assembled(CONFIG, tmp_path / "out", fail)
    assert list(tmp_path.iterdir()) == []
