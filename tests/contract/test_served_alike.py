"""The routes over SQLite and over a real Neo4j: the same bodies, and both forget somebody in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import pytest
from neo4j import GraphDatabase

from graph.model.renaming import ghosts_of
from graph.model.vocabulary import DeskRole
from graph.stores.contents import CONTENTS
from graph.stores.opening import StoreAddress, open_eraser, open_reader, open_writer
from graph.stores.port import Value
from tests.contract.neo4j_place import emptied
from tests.serving_places import REASON, Place, serving
from tests.store_worlds import AWKWARD, World, awkward_world

GONE = [AWKWARD[5], "f1", "outsider"]


@pytest.fixture(scope="module")
def world() -> World:
    return awkward_world()


@pytest.fixture(scope="module")
def addresses(tmp_path_factory, world, neo4j_address) -> list[StoreAddress]:
    """The same changes in both stores."""
    emptied(neo4j_address)
    made = [StoreAddress(str(tmp_path_factory.mktemp("alike") / "s.db")), StoreAddress(neo4j_address)]
    for address in made:
        writer = open_writer(address)
        for n, changes in enumerate(world.changes, 1):
            assert writer.write(changes, {"events": n}).refused == ()
        writer.close()
    return made


@pytest.fixture
def places(tmp_path, addresses) -> Iterator[list[Place]]:
    with ExitStack() as stack:
        made = []
        for number, address in enumerate(addresses):
            folder = tmp_path / str(number)
            folder.mkdir()
            made.append(stack.enter_context(serving(folder, address.path or address.place)))
        yield made


def paths(world: World) -> list[str]:
    rings = [ring.ring_id for ring in world.engine.rings()] + ["ring_b", "ring_c", "nobody"]
    accounts = [*AWKWARD, "f0", "f1", "k001", "driver", "late", "nobody", "x' OR 1=1 --"]
    newest = world.engine.watermark_ms
    found = [
        "/v1/rings",
        "/v1/rings?limit=1",
        f"/v1/rings?as_of={newest - 86_400_000 * 60}",
        "/v1/rings?min_score=0.9",
    ]
    for ring in rings:
        found += [f"/v1/rings/{ring}{more}" for more in ("", "/ties", "/history", "/explanation")]
        found += [
            f"/v1/rings/{ring}/members?limit=3&skip=2",
            f"/v1/rings/{ring}/members?as_of={newest - 10**9}",
        ]
        found.append(f"/v1/flags?ring_id={ring}")
    found += [f"/v1/accounts/{quote(each, safe='')}" for each in accounts]
    found += [f"/v1/paths?a={quote(a, safe='')}&b={quote(b, safe='')}" for a, b in pairwise(accounts)]
    return [
        *found,
        "/v1/paths?a=f0&b=device:d2",
        "/v1/flags?limit=5&skip=3",
        "/v1/flags?decision=review",
        "/readyz",
    ]


@pytest.mark.parametrize("reason", [REASON, {}], ids=["plain", "masked"])
def test_every_reading_route_gives_the_same_body(places, world, reason):
    clients = [place.comes(DeskRole.INVESTIGATOR) for place in places]
    statuses = set()
    for path in paths(world):
        embedded, server = (client.get(path, headers=reason) for client in clients)
        assert (server.status_code, server.json()) == (embedded.status_code, embedded.json()), path
        statuses.add(embedded.status_code)
    assert statuses == {200, 404}


def test_answers_and_acts_are_taken_alike(places):
    for body in ({"subject": "f1", "outcome": "fraud"}, {"subject": "nobody", "outcome": "legit"}):
        answers = [place.comes(DeskRole.LEAD).post("/v1/verdicts", json=body) for place in places]
        assert len({answer.status_code for answer in answers}) == 1
    act = {"act": "cut", "subject": "f1", "other": "device:d2"}
    answers = [place.comes(DeskRole.LEAD).post("/v1/acts", json=act) for place in places]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["ts"] == answers[1].json()["ts"]


def contents(address: StoreAddress) -> dict[str, list[tuple[object, ...]]]:
    nothing: dict[str, Value] = {}
    reader = open_reader(address)
    try:
        return {
            part.value: sorted(reader.read(content.statement[reader.language], nothing, 30).rows, key=repr)
            for part, content in CONTENTS.items()
        }
    finally:
        reader.close()


def test_both_forget_the_same_people_in_the_same_way(addresses, world, tmp_path):
    """The last of this file: the stores are not what they were afterwards."""
    erasers = [open_eraser(address) for address in addresses]
    named = [eraser.identifiers_of(GONE) for eraser in erasers]
    assert named[0] == named[1]
    assert {("account", each) for each in GONE} < set(named[0])
    assert [eraser.containing("f1") for eraser in erasers] == [erasers[0].containing("f1")] * 2
    assert erasers[0].active(GONE) == erasers[1].active(GONE)
    assert [eraser.active(["nobody"]) for eraser in erasers] == [None, None]
    renaming = ghosts_of(named[0], b"k" * 32)
    assert all(eraser.erase(renaming) > 0 for eraser in erasers)
    assert [eraser.erase(renaming) for eraser in erasers] == [0, 0]
    for eraser in erasers:
        eraser.close()
    embedded, server = map(contents, addresses)
    assert server == embedded
    known = {row[0] for row in embedded["accounts"]}
    assert {f"account:{renaming.account(each)}" for each in GONE} <= known
    assert not {f"account:{each}" for each in GONE} & known
    with GraphDatabase.driver(addresses[1].place) as driver, driver.session() as session:
        nodes, links = (
            "MATCH (n) RETURN properties(n) AS held",
            "MATCH ()-[r]->() RETURN properties(r) AS held",
        )
        everything = f"{nodes} UNION ALL {links}"
        rows = [str(record[0]) for record in session.run(everything)]
    assert len(rows) > 500
    for each in ("f1", "outsider"):
        assert [row for row in rows if f"'{each}'" in row or f":{each}'" in row or f'"{each}"' in row] == []
    clients = []
    with ExitStack() as stack:
        for number, address in enumerate(addresses):
            folder = Path(tmp_path / str(number))
            folder.mkdir()
            place = stack.enter_context(serving(folder, address.path or address.place))
            clients.append(place.comes(DeskRole.INVESTIGATOR))
        for path in paths(world):
            one, other = (client.get(path, headers=REASON) for client in clients)
            assert (one.status_code, one.json()) == (other.status_code, other.json()), path
