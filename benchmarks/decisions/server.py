"""The server process: the application of ``ringfence serve`` with its desk, tokens, limits and edges.

Beside the routes it has one that lets people in alike and answers a constant, and one that tells what the
process spent so far.
"""

from __future__ import annotations

import gc
import json
import random
import tempfile
import time
from contextlib import closing
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from fastapi import APIRouter, Depends, Request, Response

from decisions.city import Paced, accounts_for, kept, question
from graph.model.vocabulary import DeskRole, Permission
from graph.stores.sqlite import SqliteWriter
from queries import open_store
from queries.desk.audit import Actor
from queries.desk.desk import open_desk
from queries.serving.application import application
from queries.serving.flag_watch import FlagWatch
from queries.serving.measures import Measures
from queries.serving.parts import Mounted, Parts
from queries.serving.rates import Rates
from queries.serving.store_pool import StorePool
from queries.serving.streams import Streams
from queries.serving.visits import QuicklyAllowed
from ringfence.decision_wiring import mounted_around
from ringfence.impatience import protocol_for
from streaming.decisions.decider import Decider
from streaming.decisions.follower import FileFeed, Follower
from streaming.decisions.measures import DecisionMeasures
from streaming.decisions.policy import DecisionPolicy
from streaming.decisions.routes import follow

PLENTY = "100000/second"


def serve(port: int, graph: Path, links: int, rate: int, seconds: float, ready: Queue[Any]) -> None:
    """Serve on loopback until ended; puts the token, live links and the newest event time on ``ready``."""
    engine, taken = kept(graph)
    accounts = accounts_for(links)
    paced = Paced(rate, accounts, taken, seconds)
    follower = Follower(FileFeed(engine, paced))
    measures = Measures()
    decider = Decider(follower, DecisionPolicy(), DecisionMeasures(measures.registry))
    routes = mounted_around(decider, lambda: follow(follower, lambda error: print("follower:", error)))
    with tempfile.TemporaryDirectory(prefix="ringfence-bench-") as name:
        folder = Path(name)
        with closing(SqliteWriter(folder / "store.db")):
            pass
        with closing(open_desk(folder / "desk", folder / "desk.key")) as desk:
            actor = Actor("bench", "command", "")
            person, _ = desk.add_person(actor, "asks", DeskRole.SERVICE)
            scope = [Permission.DECISIONS_ASK, Permission.IDENTIFIERS_PLAIN]
            _, token = desk.add_token(actor, person, "bench", scope, 1)
            pool = StorePool(lambda: open_store(folder / "store.db"), folder / "store.db")
            parts = Parts(
                desk=desk,
                store=pool,
                streams=Streams(FlagWatch(pool, desk.feed), 1, measures),
                measures=measures,
                rates=Rates(PLENTY, PLENTY, PLENTY),
                hosts=("127.0.0.1",),
                origins=(f"http://127.0.0.1:{port}",),
                mounted=Mounted(
                    routers=(*routes.routers, _beside(decider, paced, question_of(accounts, engine))),
                    schemas=routes.schemas,
                    body_bytes=routes.body_bytes,
                    tasks=routes.tasks,
                ),
            )
            # As `ringfence serve` does when everything is loaded.
            gc.collect()
            gc.freeze()
            ready.put((token, engine.counts()["live_links"], engine.watermark_ms))
            uvicorn.run(
                application(parts),
                port=port,
                loop="uvloop",
                http=protocol_for(1_000),
                ws="none",
                timeout_keep_alive=600,
                log_level="error",
                access_log=False,
                server_header=False,
            )
            pool.close()


def question_of(accounts: int, engine: Any) -> bytes:
    """A question whose answer is the constant."""
    return question(accounts, random.Random(1), engine.watermark_ms)


def _beside(decider: Decider, paced: Paced, asked: bytes) -> APIRouter:
    """The constant and what was spent."""
    router = APIRouter()
    let_in = Depends(QuicklyAllowed(Permission.DECISIONS_ASK))
    # Warm: everything is compiled and looked at before anything is measured.
    for _ in range(300):
        answer = decider.decide(asked)
    told = msgspec.json.encode(answer)

    @router.post("/v1/constant")
    async def constant(request: Request, visit: Any = let_in) -> Response:
        """The same way in, the same answer each time."""
        await request.body()
        return Response(told, media_type="application/json")

    @router.post("/v1/spent")
    async def spent(request: Request, visit: Any = let_in) -> Response:
        """Processor seconds of this process, and events applied."""
        await request.body()
        return Response(json.dumps({"cpu_s": time.process_time(), "applied": paced.sent}))

    return router
