"""Every question of the catalogue, row by row, on SQLite and on a real Neo4j: the answers are equal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pytest

from graph.model.changes import Look
from graph.model.vocabulary import EntityKind
from graph.stores.opening import StoreAddress, open_writer
from queries import Answer, Store, catalogue, open_store
from queries.parameters import Given
from simulation import CityConfig, simulate
from streaming import DetectConfig, detect
from tests.contract.neo4j_place import emptied
from tests.store_worlds import AWKWARD, WINDOW_DAYS, WINDOW_MS, World, awkward_world
from tests.unit.graph.scenes import at

INJECTED = ("' OR 1=1 --", "'}) MATCH (n) DETACH DELETE n //", "$id", ":id", "nobody")


def simulated_world(folder) -> World:
    """A small city with planted rings, recorded as it goes by the real engine and model."""
    from gnn.boosted.scorer import load_scorer
    from graph.engine import Engine, EngineConfig

    simulate(
        CityConfig(seed=5, riders=500, drivers=50, days=10, fraud_share=0.15, camouflage=0.1), folder / "city"
    )

    class Follower(World):
        def apply(self, batch):
            self.hear(list(batch.events()))
            if len(self.changes) < 2:
                self.settle()
            return self.outcome

        def say(self, outcome):
            self.outcome = outcome
            super().say(outcome)

        def __getattr__(self, name):
            return getattr(self.engine, name)

    world = Follower(engine=Engine(EngineConfig(window_days=WINDOW_DAYS), load_scorer()))
    detect([str(folder / "city" / "events.ndjson")], folder / "out", world, DetectConfig(batch_size=4000))
    world.settle()
    return world


@pytest.fixture(scope="module", params=["awkward", "simulated"])
def told(
    request: pytest.FixtureRequest, tmp_path_factory, neo4j_address
) -> Iterator[tuple[World, Store, Store]]:
    folder = tmp_path_factory.mktemp("world")
    world = awkward_world() if request.param == "awkward" else simulated_world(folder)
    emptied(neo4j_address)
    stores = []
    for address in (StoreAddress(str(folder / "store.db")), StoreAddress(neo4j_address)):
        writer = open_writer(address)
        for n, changes in enumerate(world.changes, 1):
            assert writer.write(changes, {"events": n}).refused == ()
        writer.close()
        stores.append(open_store(address.place))
    yield world, *stores
    for store in stores:
        store.close()


def calls(look: Look, trips: Sequence[str]) -> dict[str, list[dict[str, Given]]]:
    """What every question is asked: all that is there, moments in the past, cuts, names that hurt."""
    names = dict.fromkeys(AWKWARD)
    accounts = [*names, "f0", "g1 'x'", "k001", "driver", "old", "late", "outsider", *INJECTED]
    rings = ["ring_a", "ring_b", "ring_c", "ring_d", *INJECTED]
    for ring in list(look.rings.values())[:5]:
        rings.append(ring.ring_id)
        accounts += ring.accounts[:3]
    watermark = look.view.watermark_ms
    moments: list[int | None] = [None, at(2), at(21.5), at(96), watermark - 5, watermark - WINDOW_MS // 2]
    identifiers = [
        ("device", "d'1"),
        ("device", "d2"),
        ("ip", "kiosk"),
        ("promo", "PROMO'1"),
        ("promo", "WELCOME"),
    ]
    identifiers += [
        ("device", "forgotten phone"),
        ("card", "card 1"),
        *(("email", text) for text in INJECTED),
    ]
    identifiers += [tuple(tie.split(":", 1)) for r in list(look.rings.values())[:5] for tie in r.entities[:2]]
    promos = [
        name
        for kind, name in zip(look.view.kind.tolist(), look.view.names, strict=True)
        if kind == list(EntityKind).index(EntityKind.PROMO)
    ][:4]
    of_accounts = [{"account_id": account} for account in accounts]
    of_rings = [{"ring_id": ring} for ring in rings]
    pairs = [
        ("f0", "ip:kiosk"),
        ("k001", "k002"),
        ("g0 'x'", "g5 'x'"),
        ("g1 'x'", "device:d3"),
        ("f1", "f2"),
    ]
    pairs += [("g0 'x'", text) for text in INJECTED]
    pairs += [(ring.accounts[0], ring.accounts[-1]) for ring in list(look.rings.values())[:8]]
    few = moments[:4]
    keys = [f"account:{a}" for a in accounts] + [f"{k}:{i}" for k, i in identifiers]
    return {
        "account": of_accounts,
        "around": [{"id": a, "hops": h} for a in accounts for h in (1, 2, 3)]
        + [{"kind": k, "id": i} for k, i in identifiers]
        + [{"id": "f0", "limit": 3}, {"id": "f0", "fold": 2, "hops": 3}],
        "at-risk": [{}, {"limit": 1}, {"fold": 3}, *of_rings],
        "between": [{"keys": json.dumps(keys)}, {"keys": json.dumps(keys[:3])}, {"keys": "[]"}],
        "changes": [{"since": m or 0} for m in moments]
        + [{"since": at(1), "until": at(30)}, {"since": 0, "limit": 2}],
        "clock": [{}],
        "counts": [{"id": a} for a in accounts] + [{"kind": k, "id": i} for k, i in identifiers],
        "density": [{"riders": n, "cells": m} for n in (1, 3) for m in (0, 7, 200)]
        + [{"riders": 1, "sample": 5}, {"riders": 1, "limit": 2}],
        "facts": [{"keys": json.dumps(keys)}],
        "find": [{"prefix": text, "exact": n} for text in (*accounts, "") for n in (0, 1)]
        + [{"prefix": text[:n], "limit": m} for text in (*names, *rings) for n in (1, 2) for m in (2, 99)],
        "flags": [
            {},
            {"limit": 2},
            {"limit": 2, "skip": 2},
            {"decision": "block"},
            {"since": at(5)},
            *of_rings,
        ],
        "history": [
            *of_rings,
            *({"ring_id": r, "as_of": at(21)} for r in rings),
            {"ring_id": rings[-1], "limit": 1},
            {"ring_id": "ring_b", "limit": 1, "skip": 1},
        ],
        "like": [*of_accounts, {"account_id": "f0", "limit": 2}, {"account_id": "f0", "fold": 3}],
        "links": [{"id": a, "as_of": m} for a in accounts for m in few]
        + [
            {"kind": k, "id": i, "as_of": m, "limit": n}
            for k, i in identifiers
            for m in few
            for n in (5, 500)
        ],
        "members": [{"ring_id": r, "as_of": m} for r in rings for m in few]
        + [{"ring_id": rings[-1], "limit": 2}, {"ring_id": rings[-1], "limit": 2, "skip": 2}],
        "money": [{}, {"limit": 1}, *of_rings],
        "money-days": [{}, {"limit": 2}, {"since": at(4)}, *of_rings],
        "places": [*of_rings, {"ring_id": rings[-1], "limit": 2}],
        "promo-rings": [{"promo_id": p} for p in ("PROMO'1", "WELCOME", *promos, *INJECTED)],
        "ring": of_rings,
        "ring-links": [*of_rings, {"ring_id": rings[-1], "limit": 3}],
        "rings": [{"as_of": m} for m in moments]
        + [{"limit": 1}, {"limit": 2, "skip": 1}, {"kind": "collusion"}, {"min_score": 0.8}],
        "rings-of": [*of_accounts, {"account_id": "k004", "limit": 1}],
        "shared": [
            {"kind": k, "id": i, "as_of": m, "limit": n}
            for k, i in identifiers
            for m in few
            for n in (4, 500)
        ],
        "status": [{}],
        "ties": [
            *of_rings,
            {"ring_id": rings[-1], "limit": 1},
            {"ring_id": rings[-1], "limit": 1, "skip": 1},
        ],
        "trip": [{"trip_id": trip} for trip in (*trips, *INJECTED)],
        "trips": [*of_rings, {"ring_id": rings[-1], "limit": 2}],
        "trips-of": [*of_accounts, {"account_id": "driver"}, {"account_id": "driver", "limit": 2}],
        "trips-with": [{"kind": k, "id": i} for k, i in identifiers]
        + [{"kind": k, "id": i, "users": 1, "limit": 2} for k, i in identifiers]
        + [{"kind": "account", "id": "driver"}, {"kind": "nothing", "id": "driver"}],
        "verdicts": [{}, {"limit": 1}, {"subject": "f0"}, {"since": at(20.5)}],
        "why": [{"a": a, "b": b} for a, b in pairs]
        + [{"a": "g0 'x'", "b": "g5 'x'", "fold": 3}, {"a": "f0", "b": "f5", "hops": 1}],
    }


def answers(store: Store, name: str, asked: list[dict[str, Given]]) -> list[Answer]:
    return [store.ask(name, **given) for given in asked]


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_both_stores_give_the_same_rows(told, name):
    world, embedded, server = told
    asked = calls(world.look, world.kept_ids)[name]
    ours, theirs = answers(embedded, name, asked), answers(server, name, asked)
    for given, here, there in zip(asked, ours, theirs, strict=True):
        assert here == there, given
    print(f"{name}: {len(asked)} calls, {sum(len(a.rows) for a in ours)} rows")
    assert sum(len(a.rows) for a in ours) > 0 or (
        (name in ("verdicts", "at-risk") and "ring_b" not in world.look.rings)
        or (name in ("places", "density") and "ring_b" in world.look.rings)
    )


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_an_answer_is_cut_only_when_it_says_so(told, name):
    world, embedded, _ = told
    for answer in answers(embedded, name, calls(world.look, world.kept_ids)[name]):
        assert answer.total >= len(answer.rows)
        assert answer.is_cut == (answer.total > len(answer.rows) or answer.is_at_least)


def test_nothing_that_was_asked_changed_the_stores(told):
    world, embedded, server = told
    for store in (embedded, server):
        assert store.ask("status").rows == embedded.ask("status").rows
    assert dict(embedded.ask("status").rows)["watermark_ms"] == world.look.view.watermark_ms
