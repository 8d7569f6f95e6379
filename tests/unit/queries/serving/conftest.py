from __future__ import annotations

import pytest

from tests.serving_places import Place, serving, write_store


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    place = tmp_path_factory.mktemp("served") / "store.db"
    write_store(place)
    return place


@pytest.fixture(scope="module")
def shared(tmp_path_factory, store) -> Place:
    """One application for many small looks."""
    with serving(tmp_path_factory.mktemp("shared"), store) as made:
        yield made


@pytest.fixture
def place(tmp_path, store) -> Place:
    with serving(tmp_path, store) as made:
        yield made
