"""An application for tests: a small store with a ring, a desk, and clients that come as somebody."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from graph.model.events import AccountCreated
from graph.model.vocabulary import DeskRole, Permission, Role
from graph.stores.sqlite import SqliteWriter
from queries import Store, open_store
from queries.desk.desk import Desk
from queries.serving.application import application
from queries.serving.flag_watch import FlagWatch
from queries.serving.measures import Measures
from queries.serving.parts import Parts
from queries.serving.rates import Rates
from queries.serving.store_pool import StorePool
from queries.serving.streams import Streams
from queries.serving.visits import COOKIE
from ringfence.decision_wiring import mounted_around
from streaming.decisions.decider import Decider
from streaming.decisions.follower import FileFeed, Follower
from streaming.decisions.measures import DecisionMeasures
from streaming.decisions.policy import DecisionPolicy
from tests.desk_places import Clock, new_desk, with_session, with_token
from tests.store_worlds import AWKWARD, World, farm
from tests.unit.graph.scenes import Scene

ORIGIN = "https://desk.test"
REASON = {"Ringfence-Reason": "a case to be decided"}
MEMBERS = (*AWKWARD, "ann", "bob", "=cmd()", "<script>alert(1)</script>")
"""Accounts of one ring, with names that would hurt in SQL, Cypher, HTML and a sheet."""
DEVICE = "phone'1"
ALL = "100000/minute"


def write_store(place: Path) -> None:
    """A store with one ring."""
    scene = Scene()
    farm(scene, list(MEMBERS), DEVICE, 1)
    world = World()
    world.live(scene, 1_000)
    writer = SqliteWriter(place)
    writer.write(world.changes[0], {"events": 1})
    writer.close()


@dataclass
class Place:
    """An application at work."""

    app: FastAPI
    parts: Parts
    desk: Desk
    clock: Clock
    store: Store

    @property
    def ring_id(self) -> str:
        return str(self.store.ask("rings").rows[0][0])

    def client(self, **headers: str) -> TestClient:
        """Somebody whom nobody knows."""
        return TestClient(self.app, ORIGIN, raise_server_exceptions=False, headers=headers)

    def comes(self, role: DeskRole, name: str | None = None, *scope: Permission) -> TestClient:
        """Somebody new with a token of everything the role may do, or of the scope."""
        token = with_token(self.desk, role, name or self._name(role), *scope)
        return self.client(Authorization=f"Bearer {token}")

    def sits(self, role: DeskRole, **headers: str) -> TestClient:
        """Somebody new with a session, at one of our own pages."""
        secret = with_session(self.desk, role, self._name(role))
        client = self.client(**(headers or {"Origin": ORIGIN}))
        client.cookies.set(COOKIE, secret, domain="desk.test")
        return client

    def actions(self) -> list[str]:
        return [line.action for line in self.desk.log]

    def _name(self, role: DeskRole) -> str:
        return f"{role.value}{len(self.desk.people.all())}"


@contextmanager
def at_work(place: Place) -> Iterator[str]:
    """The application behind a real server on loopback, in a thread; gives its address."""
    config = uvicorn.Config(place.app, port=0, log_config=None, timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        place.parts.streams.stopping.set()
        server.should_exit = True
        thread.join()


def decider_of(measures: Measures) -> Decider:
    """Answers out of an engine that has seen one event."""
    engine = Engine(EngineConfig(), load_scorer())
    engine.apply([AccountCreated(event_id="seen", ts=1_760_000_000_000, account_id="ann", role=Role.RIDER)])
    follower = Follower(FileFeed(engine, iter(())))
    return Decider(follower, DecisionPolicy(), DecisionMeasures(measures.registry))


@contextmanager
def serving(folder: Path, store: Path | str, **rates: str) -> Iterator[Place]:
    """An application on a store, a path or a server's address; ``rates``: by_caller, by_address, failures."""
    clock = Clock()
    desk = new_desk(folder, clock)
    pool = StorePool(lambda: open_store(store), store if isinstance(store, Path) else None)
    measures = Measures()
    watch = FlagWatch(pool, desk.feed)
    parts = Parts(
        desk=desk,
        store=pool,
        streams=Streams(watch, 3, measures),
        measures=measures,
        rates=Rates(rates.get("by_caller", ALL), rates.get("by_address", ALL), rates.get("failures", ALL)),
        hosts=("desk.test", "127.0.0.1"),
        origins=(ORIGIN,),
        has_tls=True,
        mounted=mounted_around(decider_of(measures)),
    )
    opened = open_store(store)
    try:
        yield Place(application(parts), parts, desk, clock, opened)
    finally:
        opened.close()
        pool.close()
        desk.close()
