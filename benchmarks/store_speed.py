"""Links per second into the stores, and how long every question takes on a graph of a million links.

One line of JSON for each case:

* ``write SQLite`` and ``write Neo4j``: links per second by our writer, new links and then the same again,
  in batches of ``--batch`` with the offset in the same transaction; ``while reading``: once more, with a
  reader that asks all the time;
* ``rival Neo4j``: links per second by one MERGE an event, each its own transaction, by one thread and four;
* ``ask SQLite`` and ``ask Neo4j``: milliseconds of every question on a graph of ``--links`` links with hubs
  of 100,000 users (one address, one promotion): p50, p99 and most rows, over ``--asks`` asks with different
  parameters, hubs among them; ``cpu_p99_ms`` is processor time, ours and that of a Neo4j whose process id is
  known, in steps of 10 ms: what counts where a machine has other work.

A Neo4j is started for the run (see ``servers``) where ``--neo4j`` names none; a named one is emptied. With
``--as-filled`` a named one is asked as an earlier run with the same seed and links has left it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

import numpy as np
from neo4j import GraphDatabase
from neo4j.exceptions import TransientError
from store_graph import START_MS, Synthetic
from surroundings import rate, surroundings

from graph.model.link_keys import LINK_KINDS
from graph.model.vocabulary import LinkKind
from graph.stores.opening import StoreAddress, open_writer
from graph.stores.port import StoreWriter
from queries import Store, open_store

# The servers belong to the repository and not to the installed product.
sys.path.append(str(Path(__file__).resolve().parents[1]))
from servers import Neo4jServer

RIVAL_EVENTS: Final = 400
RIVAL_THREADS: Final = 4


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


def processor_s(pid: int | None) -> float:
    """Processor time that we, and another process, have used."""
    own = process_time()
    if pid is None:
        return own
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return own + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def asking(
    store: Store, graph: Synthetic, number: int, seed: int, pid: int | None = None
) -> dict[str, object]:
    """Milliseconds of every question, each asked once before it is timed; ``pid``: the server's process."""
    found: dict[str, object] = {}
    for name, calls in graph.asks(number, seed).items():
        store.ask(name, **calls[0])
        taken, worked, rows = [], [], 0
        for given in calls:
            started, used = perf_counter(), processor_s(pid)
            answer = store.ask(name, **given)
            taken.append((perf_counter() - started) * 1000)
            worked.append((processor_s(pid) - used) * 1000)
            rows = max(rows, len(answer.rows))
        p50, p99 = np.percentile(taken, [50, 99])
        found[name] = {
            "p50_ms": round(float(p50), 2),
            "p99_ms": round(float(p99), 2),
            "cpu_p99_ms": round(float(np.percentile(worked, 99)), 2),
            "most_rows": rows,
            "asks": len(calls),
        }
    return found


def say(case: str, found: dict[str, object], seed: int, links: int) -> None:
    """Print one line."""
    line = {"bench": "store_speed", "case": case, "seed": seed, "links": links}
    print(json.dumps(line | found | surroundings(["neo4j"])), flush=True)


def run(
    address: StoreAddress, name: str, graph: Synthetic, options: argparse.Namespace, pid: int | None = None
) -> None:
    """Write, fill up, ask."""
    say(
        f"write {name}", writing(address, graph, options.batch, options.writes), options.seed, len(graph.rows)
    )
    if options.asks:
        writer = open_writer(address)
        write_all(writer, graph, options.batch, "all")
        writer.write(graph.ring_changes(), {"rings": 1})
        writer.close()
        ask(address, name, graph, options, pid)


def ask(
    address: StoreAddress, name: str, graph: Synthetic, options: argparse.Namespace, pid: int | None
) -> None:
    """Ask a store that holds the graph."""
    with open_store(address.place) as store:
        answered = {"questions": asking(store, graph, options.asks, options.seed, pid)}
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
    parser.add_argument("--as-filled", action="store_true", help="only ask it, as it was filled before")
    parser.add_argument("--pid", type=int, help="its process id, for processor time")
    options = parser.parse_args()
    graph = Synthetic(options.links, options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "SQLite" in options.stores:
            run(StoreAddress(str(folder / "store.db")), "SQLite", graph, options)
        if options.neo4j and options.as_filled:
            ask(StoreAddress(options.neo4j), "Neo4j", graph, options, options.pid)
        elif "Neo4j" in options.stores:
            server = None if options.neo4j else Neo4jServer(folder / "neo4j", lasting=True)
            try:
                if server is not None:
                    server.start()
                address = server.address if server is not None else str(options.neo4j)
                with GraphDatabase.driver(address) as driver, driver.session() as session:
                    session.run(
                        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS"
                    ).consume()
                say("rival Neo4j", rival(address, graph), options.seed, len(graph.rows))
                pid = options.pid if server is None else server.pid
                run(StoreAddress(address), "Neo4j", graph, options, pid)
            finally:
                if server is not None:
                    server.stop()


if __name__ == "__main__":
    main()
