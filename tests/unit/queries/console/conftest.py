"""A console on a small store, fresh for every test; the store is made once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.console_places import console_at
from tests.serving_places import Place, write_store


@pytest.fixture(scope="module")
def store_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("console") / "store.db"
    write_store(path)
    return path


@pytest.fixture
def place(tmp_path, store_path) -> Iterator[Place]:
    with console_at(tmp_path, store_path) as made:
        yield made
