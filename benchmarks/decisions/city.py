"""A graph of as many live links as asked for, a stream that goes on, and questions about both."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from graph.model.event_batch import EventBatch
from streaming.decoding.columns import ColumnDecoder
from streaming.snapshots.file import read_snapshot, write_snapshot

START = 1_760_000_000_000
BATCH = 4096


def events(accounts: int, number: int, seed: int, first: int, ts: int) -> Iterator[bytes]:
    """So many events of so many accounts: logins, cards, promotions and rides; few share a phone."""
    chance = random.Random(seed)
    for n in range(first, first + number):
        who = chance.randrange(accounts)
        what = chance.random()
        phone = who if chance.random() < 0.97 else chance.randrange(accounts)
        record: dict[str, Any] = {"event_id": f"e{n}", "ts": ts + n, "account_id": f"a{who}"}
        if what < 0.45:
            record |= {"type": "account_login", "device_id": f"p{phone}", "ip": f"i{who // 3}"}
        elif what < 0.6:
            record |= {"type": "card_added", "card_id": f"c{who}-{chance.randrange(3)}"}
        elif what < 0.7:
            record |= {"type": "promo_redeemed", "promo_id": f"P{n % 40}", "amount": 5.0}
        else:
            del record["account_id"]
            driver = accounts + chance.randrange(max(1, accounts // 20))
            record |= {"type": "trip_completed", "trip_id": f"t{n}", "rider_id": f"a{who}"}
            record |= {"driver_id": f"a{driver}", "fare": 9.0, "distance_km": 4.0, "duration_s": 700.0}
        yield json.dumps(record).encode()


def accounts_for(links: int) -> int:
    """How many accounts a graph of so many links has."""
    return max(1_000, links // 6)


def filled(links: int, seed: int) -> tuple[Engine, int]:
    """An engine with so many live links, and how many events it took."""
    engine = Engine(EngineConfig(), load_scorer())
    decoder = ColumnDecoder()
    accounts, taken = accounts_for(links), 0
    while engine.counts()["live_links"] < links:
        lines = list(events(accounts, BATCH * 8, seed + taken, taken, START))
        for first in range(0, len(lines), BATCH):
            engine.apply(decoder.decode_values(lines[first : first + BATCH]).batch)
        taken += len(lines)
    return engine, taken


class Kept(msgspec.Struct):
    """What a kept graph holds beside its arrays."""

    taken: int


def keep(path: Path, engine: Engine, taken: int) -> None:
    """Write a filled engine to a file."""
    write_snapshot(path, Kept(taken), engine.arrays())


def kept(path: Path) -> tuple[Engine, int]:
    """The engine of such a file, and how many events it took."""
    engine = Engine(EngineConfig(), load_scorer())
    header, arrays = read_snapshot(path, Kept)
    engine.load(arrays)
    engine.forget_changes()
    return engine, header.taken


def question(accounts: int, chance: random.Random, ts: int) -> bytes:
    """A new or an old account on a known phone, or a promotion."""
    who, phone = chance.randrange(accounts), chance.randrange(accounts)
    record: dict[str, Any] = {"event_id": f"q{chance.random()}", "ts": ts, "account_id": f"a{who}"}
    what = chance.random()
    if what < 0.4:
        record |= {"type": "promo_redeemed", "promo_id": "P1", "amount": 5.0, "device_id": f"p{who}"}
    elif what < 0.7:
        record |= {"type": "account_login", "device_id": f"p{phone}"}
    else:
        record |= {"type": "account_created", "account_id": f"n{chance.random()}", "role": "rider"}
        record |= {"device_id": f"p{phone}"}
    return json.dumps(record).encode()


class Paced:
    """Batches of events at a rate, for a follower that is asked for them again and again, without an end.

    After ``seconds`` they come again, later; on a busy machine windows take longer than they should.
    """

    def __init__(self, rate: int, accounts: int, first: int, seconds: float) -> None:
        self.rate, self.sent = rate, 0
        self._begun: float | None = None
        self._lines = list(events(accounts, int(rate * seconds), 7, first, START))
        self._decoder = ColumnDecoder()

    def __iter__(self) -> Paced:
        return self

    def __next__(self) -> EventBatch:
        self._begun = self._begun or time.perf_counter()
        due = int((time.perf_counter() - self._begun) * self.rate) - self.sent
        if due <= 0:
            raise StopIteration
        number = len(self._lines)
        times, at = divmod(self.sent, number)
        batch = self._decoder.decode_values(self._lines[at : at + min(due, BATCH)]).batch
        batch.records["ts"] += times * number
        self.sent += len(batch)
        return batch
