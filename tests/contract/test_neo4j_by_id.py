"""A Neo4j that is written by the ids of its nodes holds what one holds that is written by keys."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import closing

import pytest
from neo4j import GraphDatabase

from graph.model.changes import Changes
from graph.stores.neo4j import Neo4jAddress, Neo4jWriter
from graph.stores.neo4j.by_id import NotAsKnown
from graph.stores.opening import StoreAddress, open_reader
from graph.stores.verification import verify
from tests.contract.neo4j_place import emptied
from tests.store_streams import stream
from tests.store_worlds import awkward_world

Batches = Sequence[Changes]


def everything(address: str) -> list[str]:
    """Every node with its labels and every link with its ends, as sorted texts."""
    with GraphDatabase.driver(address) as driver, driver.session() as session:
        nodes = session.run("MATCH (n) RETURN labels(n), properties(n)").values()
        links = session.run(
            "MATCH (a)-[r]->(b) RETURN type(r), properties(r), properties(a), properties(b)"
        ).values()
    for _, properties in nodes:
        properties.pop("turn", None)
    named = [[sorted(labels), properties] for labels, properties in nodes]
    return sorted(json.dumps(each, sort_keys=True) for each in [*named, *links])


def filled(
    address: str, batches: Batches, *, by_id: bool, between: Callable[[int], None] = lambda n: None
) -> list[str]:
    """What a store that was empty holds after these batches, every one of them told twice."""
    emptied(address)
    with closing(Neo4jWriter(Neo4jAddress(address), by_id=by_id)) as writer:
        for number, changes in enumerate(batches):
            between(number)
            writer.write(changes, {})
            writer.write(changes, {"events": number})
    return everything(address)


def by_key(caplog: pytest.LogCaptureFixture) -> int:
    return sum("is written by key" in record.message for record in caplog.records)


def test_by_id_and_by_key_leave_the_same_store(neo4j_address, caplog):
    caplog.set_level(logging.INFO)
    batches = awkward_world().changes
    assert filled(neo4j_address, batches, by_id=True) == filled(neo4j_address, batches, by_id=False)
    assert by_key(caplog) == 0


@pytest.mark.parametrize("seed", range(3))
def test_links_that_end_and_begin_anew_are_the_same_by_id_and_by_key(neo4j_address, seed):
    batches = [changes for _, changes in stream(seed, 6, 120)]
    assert filled(neo4j_address, batches, by_id=True) == filled(neo4j_address, batches, by_id=False)


def test_an_id_that_was_given_to_another_node_is_noticed_and_the_batch_written_by_key(neo4j_address, caplog):
    """A stranger deletes some of what we know, and puts nodes of his own in their places."""
    caplog.set_level(logging.INFO)
    batches = [changes for _, changes in stream(5, 6, 120)]

    def meddle(number: int) -> None:
        if number == 3:
            with GraphDatabase.driver(neo4j_address) as driver:
                driver.execute_query("MATCH (e:Account) WITH e ORDER BY e.key LIMIT 40 DETACH DELETE e")
                driver.execute_query("UNWIND range(1, 40) AS n CREATE (:Stranger {n: n})")

    found = filled(neo4j_address, batches, by_id=True, between=meddle)
    assert by_key(caplog) == 1
    assert found == filled(neo4j_address, batches, by_id=False, between=meddle)


def test_what_was_undone_is_not_remembered(neo4j_address, monkeypatch):
    """The ids of a transaction that did not come to its end are not those of any node."""
    emptied(neo4j_address)
    batches = list(stream(6, 4, 80))
    with closing(Neo4jWriter(Neo4jAddress(neo4j_address))) as writer:

        def fail(*given: object) -> None:
            raise NotAsKnown("on purpose")

        writer.write(batches[0][1], {"stream": 1})
        with monkeypatch.context() as patched:
            patched.setattr(writer, "_reach", fail)
            with pytest.raises(NotAsKnown):
                writer.write(batches[1][1], {"stream": 2})
        for number, (_, changes) in enumerate(batches[1:], 2):
            assert writer.write(changes, {"stream": number}).refused == ()
    with closing(open_reader(StoreAddress(neo4j_address))) as reader:
        assert [line for part in verify(reader, batches[-1][0]) for line in part.differences] == []
