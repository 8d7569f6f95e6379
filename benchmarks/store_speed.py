"""Links per second into the stores, and how long every question takes on a graph of a million links.

One line of JSON for each case:

* ``write SQLite`` and ``write Neo4j``: links per second by our writer, new links and then the same again,
  in batches of ``--batch`` with the offset in the same transaction; ``while reading``: once more, with a
  reader that asks all the time;
* ``rival Neo4j``: links per second by one MERGE an event, each its own transaction, by one thread and four;
* ``ask SQLite`` and ``ask Neo4j``: milliseconds of every question on a graph of ``--links`` links with hubs
  of 100,000 users (one address, one promotion): p50, p99 and most rows, over ``--asks`` asks with different
  parameters, hubs among them.

A Neo4j is started for the run (see ``servers``) where ``--neo4j`` names none; a named one is emptied.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np
from neo4j import GraphDatabase
from neo4j.exceptions import TransientError
from surroundings import rate, surroundings

from graph.changes import Changes, LinkKeys, nothing
from graph.entities import KIND_CODE
from graph.events import PromoRedeemed, TripCompleted
from graph.links import LINK_CODE, LINK_KINDS
from graph.results import AccountsChanged, Flag, LedgerEntry, Reason, Ring
from graph.stores.opening import StoreAddress, open_writer
from graph.stores.port import StoreWriter
from graph.view import AccountColumns, LinkColumns
from graph.vocabulary import Decision, EntityKind, LedgerChange, LinkKind, RingKind
from queries import Store, open_store

# The servers belong to the repository and not to the installed product.
sys.path.append(str(Path(__file__).resolve().parents[1]))
from servers import Neo4jServer

START_MS: Final = 1_700_000_000_000
DAY_MS: Final = 86_400_000
HUB_USERS: Final = 100_000
RING_SIZE: Final = 12
RINGS: Final = 500
RIVAL_EVENTS: Final = 400
RIVAL_THREADS: Final = 4


class Synthetic:
    """A graph of so many links: phones and cards, rides with drivers, and two hubs; rings share a phone."""

    def __init__(self, links: int, seed: int) -> None:
        draw = np.random.default_rng(seed)
        self.accounts = max(2_000, links // 4)
        hub = min(HUB_USERS, self.accounts // 2)
        self.drivers = self.accounts // 25
        n, rides = self.accounts, max(0, links - 2 * self.accounts - 2 * hub)
        device = np.arange(n)
        for ring in range(self.rings):
            device[self.member_numbers(ring)] = device[-1 - ring] = ring * RING_SIZE
        card = np.where(draw.random(n) < 0.1, np.arange(n) - 1, np.arange(n)).clip(0)
        parts = [
            (LinkKind.USES_DEVICE, np.arange(n), EntityKind.DEVICE, device),
            (LinkKind.USES_CARD, np.arange(n), EntityKind.CARD, card),
            (LinkKind.USES_IP, np.arange(hub), EntityKind.IP, np.zeros(hub, np.int64)),
            (LinkKind.REDEEMED, np.arange(hub), EntityKind.PROMO, np.zeros(hub, np.int64)),
            (
                LinkKind.RODE_WITH,
                draw.integers(0, n, rides),
                EntityKind.ACCOUNT,
                n + (draw.random(rides) ** 2 * self.drivers).astype(np.int64),
            ),
        ]
        rows = []
        for kind, source, target_kind, target in parts:
            pairs = np.unique(np.stack([source, target], axis=1), axis=0)
            codes = np.full((len(pairs), 2), (LINK_CODE[kind], KIND_CODE[target_kind]))
            rows.append(np.concatenate([codes, pairs], axis=1))
        self.rows = np.concatenate(rows)
        draw.shuffle(self.rows)
        self.last_ms = START_MS + draw.integers(0, 30 * DAY_MS, len(self.rows))

    @property
    def rings(self) -> int:
        """How many rings there are."""
        return min(RINGS, self.accounts // RING_SIZE // 4)

    def member_numbers(self, ring: int) -> np.ndarray:
        """The accounts of a ring."""
        return np.arange(ring * RING_SIZE, (ring + 1) * RING_SIZE)

    def batches(self, size: int) -> Iterator[Changes]:
        """The links as changes, ``size`` at a time."""
        for start in range(0, len(self.rows), size):
            yield self._changes(slice(start, start + size))

    def _changes(self, part: slice) -> Changes:
        rows, last_ms = self.rows[part], self.last_ms[part]
        account = KIND_CODE[EntityKind.ACCOUNT]
        ends = np.concatenate([np.stack([np.full(len(rows), account), rows[:, 2]], 1), rows[:, [1, 3]]])
        named, place = np.unique(ends, axis=0, return_inverse=True)
        accounts = np.flatnonzero(named[:, 0] == account)
        zeros = np.zeros(len(rows), np.int64)
        seen = np.zeros(len(accounts), np.int64)
        return Changes(
            watermark_ms=START_MS + 30 * DAY_MS,
            window_ms=90 * DAY_MS,
            kind=named[:, 0].astype(np.int8),
            names=[f"{'acdbpeio'[kind]}{number:08d}" for kind, number in named.tolist()],
            accounts=AccountColumns(
                entity=accounts.astype(np.int32),
                role=(named[accounts, 1] >= self.accounts).astype(np.int8),
                **dict.fromkeys(("created_ms", "first_ms", "last_ms", "promo_ms"), seen + START_MS),
                **dict.fromkeys(("trips", "promos", "promo_units", "chargebacks", "chargeback_units"), seen),
                **dict.fromkeys(("pickup_lat", "pickup_lon", "score"), seen * 1.0),
                pickups=seen,
            ),
            links=LinkColumns(
                kind=rows[:, 0].astype(np.int8),
                source=place[: len(rows)].astype(np.int32),
                target=place[len(rows) :].astype(np.int32),
                first_ms=last_ms - DAY_MS,
                last_ms=last_ms,
                count=zeros + 2,
                money=zeros + 100_000,
                incentives=zeros,
                incentive_units=zeros,
                odd=zeros,
                surcharge=zeros * 1.0,
                joins=zeros > 0,
            ),
            gone=LinkKeys(np.zeros(0, np.int8), np.zeros(0, np.int32), np.zeros(0, np.int32)),
        )

    def ring_changes(self) -> Changes:
        """The rings, with a flag, a ledger entry, trips and takings each."""
        rings, ledger, flags, trips, takings = [], [], [], [], []
        empty = nothing().view
        for number in range(self.rings):
            accounts = [f"a{n:08d}" for n in self.member_numbers(number).tolist()]
            ring_id, ts = f"ring_{number:05d}", START_MS + number * DAY_MS // 20
            reason = Reason(rule="one_hand", detail="made for measuring", strength=0.9)
            rings.append(
                Ring(
                    ring_id=ring_id,
                    kind=RingKind.PROMO_FARM,
                    score=0.9,
                    accounts=accounts,
                    drivers=[],
                    riders=accounts,
                    entities=[f"device:c{number * RING_SIZE:08d}", "ip:i00000000"],
                    first_ts=ts,
                    flagged_ts=ts,
                    exposure=float(number),
                    reasons=[reason],
                    innocent_reasons=[],
                )
            )
            changed = AccountsChanged(added=accounts, removed=[])
            ledger.append(
                LedgerEntry(ts=ts, ring_id=ring_id, change=LedgerChange.BORN, from_=[], accounts=changed)
            )
            flags.append(
                Flag(
                    flag_id=f"flag_{number}",
                    ts=ts,
                    event_id=f"e{number}",
                    accounts=accounts,
                    ring_id=ring_id,
                    score=0.9,
                    decision=Decision.REVIEW,
                    reasons=[reason],
                    kind=RingKind.PROMO_FARM,
                )
            )
            for n, rider in enumerate(accounts):
                trip = TripCompleted(
                    event_id=f"t{number}-{n}", ts=ts + n, trip_id=f"t{number}-{n}", rider_id=rider,
                    driver_id=accounts[0], fare=10.0, incentive=2.0,
                )  # fmt: skip
                trips.append(trip)
                takings.append(
                    PromoRedeemed(
                        event_id=f"p{number}-{n}",
                        ts=ts + n,
                        account_id=rider,
                        promo_id="o00000000",
                        amount=5.0,
                    )
                )
        return Changes(
            watermark_ms=START_MS + 30 * DAY_MS,
            window_ms=90 * DAY_MS,
            kind=empty.kind,
            names=[],
            accounts=empty.accounts,
            links=empty.links,
            gone=LinkKeys(empty.links.kind, empty.links.source, empty.links.target),
            rings=tuple(rings),
            ledger=tuple(ledger),
            flags=tuple(flags),
            trips=tuple(trips),
            takings=tuple(takings),
        )

    def asks(self, number: int, seed: int) -> dict[str, list[dict[str, object]]]:
        """What every question is asked: hubs first, then entities and rings by chance."""
        draw = random.Random(seed)

        def account() -> str:
            return f"a{draw.randrange(self.accounts):08d}"

        def ring() -> str:
            return f"ring_{draw.randrange(self.rings):05d}"

        def member() -> str:
            return f"a{draw.randrange(self.rings * RING_SIZE):08d}"

        hubs: list[dict[str, object]] = [
            {"kind": "ip", "id": "i00000000"},
            {"kind": "promo", "id": "o00000000"},
        ]
        things = [
            *hubs,
            *({"kind": "device", "id": f"c{draw.randrange(self.accounts):08d}"} for _ in range(number)),
        ]
        busiest = f"a{self.accounts:08d}"
        ids = [busiest, *(account() for _ in range(number))]
        of_rings = [{"ring_id": ring()} for _ in range(number)]
        of_accounts = [{"account_id": each} for each in ids]
        since = [{"since": START_MS + draw.randrange(30 * DAY_MS)} for _ in range(number)]
        pairs = [{"a": member(), "b": member()} for _ in range(number)]
        past = {"as_of": START_MS + 15 * DAY_MS}
        return {
            "account": of_accounts,
            "around": [{"id": each} for each in ids] + hubs,
            "at-risk": [{}, *of_rings],
            "changes": since,
            "flags": [{}, *of_rings],
            "history": of_rings,
            "like": [{"account_id": member()} for _ in range(number)] + [{"account_id": busiest}],
            "links": [{"id": each} for each in ids] + hubs,
            "members": of_rings + [each | past for each in of_rings],
            "money": [{}, *of_rings],
            "money-days": [{}, *of_rings],
            "promo-rings": [{"promo_id": "o00000000"}] * number,
            "ring": of_rings,
            "ring-links": of_rings,
            "rings": [{}, past, {"min_score": 0.5}] * (number // 3),
            "rings-of": [{"account_id": member()} for _ in range(number)],
            "shared": things + [each | past for each in things[: len(things) // 2]],
            "status": [{}] * number,
            "ties": of_rings,
            "trips": of_rings,
            "verdicts": [{}] * number,
            "why": [*pairs, {"a": member(), "b": "ip:i00000000"}, {"a": busiest, "b": member()}],
        }


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes on the clock."""
    started = perf_counter()
    work()
    return perf_counter() - started


def write_all(writer: StoreWriter, graph: Synthetic, batch: int, source: str, most: int | None = None) -> int:
    """Write the links, at most so many; gives how many."""
    done = 0
    for changes in graph.batches(batch):
        done += len(changes.links.kind)
        writer.write(changes, {source: done})
        if most is not None and done >= most:
            break
    return done


def writing(address: StoreAddress, graph: Synthetic, batch: int, most: int) -> dict[str, object]:
    """New links, the same again, and the same again while a reader asks all the time."""
    writer = open_writer(address)
    found: dict[str, object] = {}
    done = write_all(writer, graph, batch, "warm", batch)
    for name in ("new", "repeated"):
        took = seconds(lambda: write_all(writer, graph, batch, name, most))  # noqa: B023
        found[name] = rate(min(most, len(graph.rows)), [took])
    stop = threading.Event()
    asked = [0]

    def read() -> None:
        with open_store(address.place) as store:
            while not stop.is_set():
                store.ask("shared", kind="ip", id="i00000000")
                asked[0] += 1

    reader = threading.Thread(target=read)
    reader.start()
    took = seconds(lambda: write_all(writer, graph, batch, "while reading", most))
    stop.set()
    reader.join()
    found["while_reading"] = rate(min(most, len(graph.rows)), [took]) | {"answers_meanwhile": asked[0]}
    writer.close()
    return found | {"batch": batch, "warm_up_links": done}


def rival(address: str, graph: Synthetic) -> dict[str, object]:
    """One MERGE an event, each its own transaction, from one thread and from four."""
    statements = {
        kind: "MERGE (a:Rival {key: $a}) MERGE (b:Rival {key: $b}) "
        f"MERGE (a)-[r:{kind.value.upper()}]->(b) "
        "ON CREATE SET r.first_ms = $ts, r.events = 0 SET r.last_ms = $ts, r.events = r.events + 1"
        for kind in LinkKind
    }
    rows = graph.rows[: RIVAL_EVENTS * (1 + RIVAL_THREADS)].tolist()
    with GraphDatabase.driver(address) as driver:
        driver.execute_query("CREATE CONSTRAINT IF NOT EXISTS FOR (n:Rival) REQUIRE n.key IS UNIQUE")

        def send(some: list[list[int]]) -> None:
            with driver.session() as session:
                for kind, target_kind, source, target in some:
                    statement = statements[LINK_KINDS[kind]]
                    values = {"a": f"0:{source}", "b": f"{target_kind}:{target}", "ts": START_MS}
                    while True:
                        try:
                            session.run(statement, values).consume()
                            break
                        except TransientError:
                            continue

        send(rows[:50])
        one = rows[:RIVAL_EVENTS]
        shares = [rows[RIVAL_EVENTS * (n + 1) : RIVAL_EVENTS * (n + 2)] for n in range(RIVAL_THREADS)]
        found = {"one_thread": rate(len(one), [seconds(lambda: send(one))])}
        with ThreadPoolExecutor(RIVAL_THREADS) as pool:
            took = seconds(lambda: list(pool.map(send, shares)))
        found["four_threads"] = rate(sum(map(len, shares)), [took])
        with driver.session() as session:
            session.run("MATCH (n:Rival) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS").consume()
    return found


def asking(store: Store, graph: Synthetic, number: int, seed: int) -> dict[str, object]:
    """Milliseconds of every question, each asked once before it is timed."""
    found: dict[str, object] = {}
    for name, calls in graph.asks(number, seed).items():
        store.ask(name, **calls[0])
        taken, rows = [], 0
        for given in calls:
            started = perf_counter()
            answer = store.ask(name, **given)
            taken.append((perf_counter() - started) * 1000)
            rows = max(rows, len(answer.rows))
        p50, p99 = np.percentile(taken, [50, 99])
        found[name] = {"p50_ms": round(float(p50), 2), "p99_ms": round(float(p99), 2), "most_rows": rows}
        found[name]["asks"] = len(calls)  # type: ignore[index]
    return found


def say(case: str, found: dict[str, object], seed: int, links: int) -> None:
    """Print one line."""
    line = {"bench": "store", "case": case, "seed": seed, "links": links}
    print(json.dumps(line | found | surroundings(["neo4j"])), flush=True)


def run(address: StoreAddress, name: str, graph: Synthetic, options: argparse.Namespace) -> None:
    """Write, fill up, ask."""
    say(
        f"write {name}", writing(address, graph, options.batch, options.writes), options.seed, len(graph.rows)
    )
    if options.asks:
        writer = open_writer(address)
        write_all(writer, graph, options.batch, "all")
        writer.write(graph.ring_changes(), {"rings": 1})
        writer.close()
        with open_store(address.place) as store:
            answered = {"questions": asking(store, graph, options.asks, options.seed)}
            say(f"ask {name}", answered, options.seed, len(graph.rows))


def main() -> None:
    """Print one line of JSON for each case."""
    parser = argparse.ArgumentParser(description="Links per second into the stores; every question's time.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--links", type=int, default=1_000_000, help="links of the graph that is asked")
    parser.add_argument("--writes", type=int, default=200_000, help="links that are timed")
    parser.add_argument("--batch", type=int, default=10_000)
    parser.add_argument("--asks", type=int, default=50, help="asks of each question; 0 for none")
    parser.add_argument("--stores", nargs="+", default=["SQLite", "Neo4j"], choices=["SQLite", "Neo4j"])
    parser.add_argument("--neo4j", help="address of a Neo4j that may be emptied")
    options = parser.parse_args()
    graph = Synthetic(options.links, options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "SQLite" in options.stores:
            run(StoreAddress(str(folder / "store.db")), "SQLite", graph, options)
        if "Neo4j" in options.stores:
            server = None if options.neo4j else Neo4jServer(folder / "neo4j")
            try:
                if server is not None:
                    server.start()
                address = server.address if server is not None else str(options.neo4j)
                with GraphDatabase.driver(address) as driver, driver.session() as session:
                    session.run(
                        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS"
                    ).consume()
                say("rival Neo4j", rival(address, graph), options.seed, len(graph.rows))
                run(StoreAddress(address), "Neo4j", graph, options)
            finally:
                if server is not None:
                    server.stop()


if __name__ == "__main__":
    main()
