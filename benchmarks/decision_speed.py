"""Decisions per second: a what-if over HTTP, beside the same route answering a constant, and two other ways.

A graph of as many live links as asked for is made of random accounts, phones, cards and rides. A server
process follows a stream of its own at so many events a second while a client process asks at random moments
(a Poisson process, open loop: a late answer delays no question, and counts from when it was due). Reported:
percentiles of the latency, processor time of the server, also in a window without questions, and how much of
the machine was idle. Beside it, in one process, the same question answered by a query of a store (SQLite, two
steps around the account) and by recomputing components with igraph.

    python benchmarks/decision_speed.py --links 1000000 --rate 500 --events 1000 --seconds 20
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import sqlite3
import statistics
import time
from collections.abc import Iterator
from typing import Any

import httpx
import igraph
import numpy as np
import uvicorn
from fastapi import FastAPI, Request, Response
from prometheus_client import CollectorRegistry

from gnn.boosted.scorer import load_scorer
from graph.engine import Asking, Engine, EngineConfig
from graph.model.event_batch import EventBatch
from streaming.decisions.answers import DecisionMade
from streaming.decisions.decider import Decider
from streaming.decisions.follower import FileFeed, Follower
from streaming.decisions.measures import DecisionMeasures
from streaming.decisions.policy import DecisionPolicy
from streaming.decisions.routes import _encode, decision_router, follow
from streaming.decoding.columns import ColumnDecoder

START = 1_760_000_000_000
PORT = 8479
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


def filled(links: int, seed: int) -> tuple[Engine, int, int]:
    """An engine with so many live links; how many accounts it has, and events it took."""
    engine = Engine(EngineConfig(), load_scorer())
    decoder = ColumnDecoder()
    accounts, taken = max(1_000, links // 6), 0
    while engine.counts()["live_links"] < links:
        lines = list(events(accounts, BATCH * 8, seed + taken, taken, START))
        for first in range(0, len(lines), BATCH):
            engine.apply(decoder.decode_values(lines[first : first + BATCH]).batch)
        taken += len(lines)
    return engine, accounts, taken


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
    """Batches of events at a rate, for a follower that is asked for them again and again."""

    def __init__(self, rate: int, accounts: int, first: int) -> None:
        self.rate, self.accounts, self.sent, self.first = rate, accounts, 0, first
        self.begun = time.perf_counter()
        self.lines = list(events(accounts, 200_000, 7, first, START)) if rate else []
        self.decoder = ColumnDecoder()

    def __iter__(self) -> Paced:
        return self

    def __next__(self) -> EventBatch:
        due = min(int((time.perf_counter() - self.begun) * self.rate), len(self.lines))
        if due <= self.sent:
            raise StopIteration
        batch = self.decoder.decode_values(self.lines[self.sent : due]).batch
        self.sent = due
        return batch


def serve(links: int, rate: int, seed: int, ready: Any) -> None:
    """The server process: the routes without a desk, and one that answers a constant."""
    engine, accounts, taken = filled(links, seed)
    paced = Paced(rate, accounts, taken)
    follower = Follower(FileFeed(engine, paced))
    decider = Decider(follower, DecisionPolicy(), DecisionMeasures(CollectorRegistry()))
    constant: DecisionMade | None = None
    app = FastAPI()
    app.include_router(decision_router(lambda: None, lambda _request: decider, lambda _visit: None))

    @app.post("/constant")
    async def answer(request: Request) -> Response:
        nonlocal constant
        body = await request.body()
        constant = constant or decider.decide(body)
        return Response(_encode(constant), media_type="application/json")

    @app.get("/cpu")
    async def cpu() -> dict[str, float]:
        return {"cpu_s": time.process_time(), "applied": float(paced.sent)}

    @app.on_event("startup")
    async def begin() -> None:
        paced.begun = time.perf_counter()
        app.state.task = asyncio.create_task(follow(follower, lambda error: print("follower:", error)))
        ready.put((accounts, engine.counts()["live_links"], engine.watermark_ms))

    # Warm: everything is compiled and looked at once before it is measured.
    chance = random.Random(1)
    for _ in range(300):
        decider.decide(question(accounts, chance, engine.watermark_ms))
    uvicorn.run(app, port=PORT, loop="uvloop", http="httptools", log_level="error", access_log=False)


def idle_share(before: list[int], after: list[int]) -> float:
    """The share of processor time that was idle between two looks at /proc/stat."""
    spent = [b - a for a, b in zip(before, after, strict=True)]
    return (spent[3] + spent[4]) / max(1, sum(spent))


def processor() -> list[int]:
    """Processor time of the machine by what it was spent on."""
    with open("/proc/stat", encoding="ascii") as file:
        return [int(each) for each in file.readline().split()[1:9]]


async def asked(path: str, rate: int, seconds: float, accounts: int, ts: int, seed: int) -> dict[str, Any]:
    """Ask at random moments; figures of the answers."""
    chance = random.Random(seed)
    latencies: list[float] = []
    failed = 0
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", limits=limits, timeout=30) as client:
        before = (await client.get("/cpu")).json()
        machine, begun = processor(), time.perf_counter()
        due, waiting = begun, set()

        async def one(body: bytes, due: float) -> None:
            nonlocal failed
            answer = await client.post(path, content=body)
            latencies.append(time.perf_counter() - due)
            failed += answer.status_code != 200

        while due < begun + seconds:
            due += chance.expovariate(rate) if rate else seconds
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if rate:
                task = asyncio.create_task(one(question(accounts, chance, ts), due))
                waiting.add(task)
                task.add_done_callback(waiting.discard)
        await asyncio.gather(*waiting)
        spent_s = time.perf_counter() - begun
        idle = idle_share(machine, processor())
        after = (await client.get("/cpu")).json()
    told = {
        "path": path,
        "rate": rate,
        "answers": len(latencies),
        "failed": failed,
        "seconds": round(spent_s, 2),
        "events_applied_a_second": round((after["applied"] - before["applied"]) / spent_s),
        "server_cpu_s": round(after["cpu_s"] - before["cpu_s"], 3),
        "idle_share": round(idle, 3),
    }
    if latencies:
        percentiles = np.percentile(np.array(latencies) * 1000, (50, 99, 99.9))
        told |= dict(zip(("p50_ms", "p99_ms", "p999_ms"), percentiles.round(3).tolist(), strict=True))
    return told


def in_process(links: int, seed: int, number: int) -> dict[str, Any]:
    """The question without HTTP, beside a store query and igraph, in microseconds.

    Processor time says what it costs where other work shares the machine.
    """
    engine, accounts, _ = filled(links, seed)
    chance = random.Random(seed)
    decoder, asking = ColumnDecoder(), Asking(engine)
    batches = [
        decoder.decode_values([question(accounts, chance, engine.watermark_ms)]).batch for _ in range(number)
    ]
    for batch in batches[:300]:
        asking.ask(batch)
    digest = engine.state_digest()
    asks, spent = [], []
    for batch in batches:
        begun, worked = time.perf_counter(), time.thread_time()
        asking.ask(batch)
        asks.append(time.perf_counter() - begun)
        spent.append(time.thread_time() - worked)
    assert engine.state_digest() == digest
    decider = Decider(
        Follower(FileFeed(engine, iter(()))), DecisionPolicy(), DecisionMeasures(CollectorRegistry())
    )
    whole = []
    for _ in range(number):
        body = question(accounts, chance, engine.watermark_ms)
        worked = time.thread_time()
        _encode(decider.decide(body))
        whole.append(time.thread_time() - worked)
    view = engine.view()
    told = {"live_links": engine.counts()["live_links"], "what_if_us": spread(asks)}
    told |= {"what_if_processor_us": spread(spent), "decision_processor_us": spread(whole)}
    sources, targets = np.asarray(view.links.source), np.asarray(view.links.target)
    told["store_query_us"] = spread(store_queries(sources, targets, chance, min(number, 500)))
    told["igraph_components_us"] = spread(igraph_times(sources, targets))
    return told


def store_queries(sources: Any, targets: Any, chance: random.Random, number: int) -> list[float]:
    """Everybody within two links of an account, from SQLite in memory with both indexes."""
    store = sqlite3.connect(":memory:")
    store.execute("CREATE TABLE link (source INTEGER, target INTEGER)")
    store.executemany("INSERT INTO link VALUES (?, ?)", zip(sources.tolist(), targets.tolist(), strict=True))
    store.execute("CREATE INDEX by_source ON link (source, target)")
    store.execute("CREATE INDEX by_target ON link (target, source)")
    times = []
    for _ in range(number):
        account = int(sources[chance.randrange(len(sources))])
        begun = time.perf_counter()
        store.execute(
            "SELECT DISTINCT b.source, c.target FROM link a JOIN link b ON b.target = a.target "
            "JOIN link c ON c.source = b.source WHERE a.source = ? LIMIT 2000",
            (account,),
        ).fetchall()
        times.append(time.perf_counter() - begun)
    return times


def igraph_times(sources: Any, targets: Any) -> list[float]:
    """Components of the whole graph, which has to be built from its links first."""
    pairs = np.stack([sources, targets], 1)
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        igraph.Graph(n=int(pairs.max()) + 1, edges=pairs).connected_components()
        times.append(time.perf_counter() - begun)
    return times


def spread(times: list[float]) -> dict[str, float]:
    """Percentiles and mean of seconds, in microseconds."""
    found = np.percentile(np.array(times) * 1e6, (50, 99, 99.9)).round(1).tolist()
    mean = round(statistics.fmean(times) * 1e6, 1)
    return dict(zip(("p50", "p99", "p999", "mean"), (*found, mean), strict=True))


def main() -> None:
    """Prints one line of JSON for each case."""
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--links", type=int, default=1_000_000)
    reading.add_argument("--rate", type=int, nargs="+", default=[500, 1_000])
    reading.add_argument("--events", type=int, default=1_000)
    reading.add_argument("--seconds", type=float, default=20.0)
    reading.add_argument("--windows", type=int, default=3)
    reading.add_argument("--seed", type=int, default=1)
    given = reading.parse_args()
    print(json.dumps({"cores": os.cpu_count(), "load": os.getloadavg()}), flush=True)
    print(json.dumps(in_process(given.links, given.seed, 5_000)), flush=True)
    making = multiprocessing.get_context("spawn")
    ready = making.Queue()
    server = making.Process(target=serve, args=(given.links, given.events, given.seed, ready), daemon=True)
    server.start()
    accounts, links, ts = ready.get()
    print(json.dumps({"live_links": links, "accounts": accounts}), flush=True)
    time.sleep(2)
    cases = [("/idle", 0)]
    for rate in given.rate:
        cases += [("/v1/decisions", rate), ("/constant", rate)] * given.windows
    for number, (path, rate) in enumerate(cases):
        told = asyncio.run(asked(path, rate, given.seconds, accounts, ts, given.seed + number))
        print(json.dumps(told), flush=True)
    server.terminate()


if __name__ == "__main__":
    main()
