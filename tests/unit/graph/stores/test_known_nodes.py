"""Ids by key: found while they are remembered, never another key's."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.stores.neo4j.known_nodes import UNKNOWN, KnownNodes


def ids(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def test_what_was_remembered_is_found_and_nothing_else():
    known = KnownNodes()
    assert known.find(["device:a", "device:b"]).tolist() == [UNKNOWN, UNKNOWN]
    known.remember(["device:a", "card:a"], ids(7, 0))
    assert known.find(["card:a", "device:b", "device:a"]).tolist() == [0, UNKNOWN, 7]
    assert known.find([]).tolist() == []


def test_a_node_that_was_made_anew_has_its_new_id():
    known = KnownNodes()
    known.remember(["ip:1"], ids(3))
    known.remember(["ip:1"], ids(4))
    assert known.find(["ip:1"]).tolist() == [4]


def test_after_forgetting_nothing_is_known():
    known = KnownNodes()
    known.remember(["ip:1"], ids(3))
    known.forget()
    assert known.find(["ip:1"]).tolist() == [UNKNOWN]


@given(st.lists(st.lists(st.integers(0, 30), unique=True, max_size=20), max_size=8))
def test_more_keys_than_places_push_out_but_never_give_the_id_of_another(batches):
    known, everything = KnownNodes(places=8), dict[str, int]()
    for number, batch in enumerate(batches):
        told = {f"phone:{key}": 100 * number + key for key in batch}
        known.remember(list(told), ids(*told.values()))
        everything |= told
        found = known.find(list(everything)).tolist()
        assert all(got in (UNKNOWN, everything[key]) for key, got in zip(everything, found, strict=True))
        if told:
            assert known.find([list(told)[-1]]).tolist() == [told[list(told)[-1]]]
