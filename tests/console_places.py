"""A console for tests: the application of ``serving_places`` with the pages in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from queries.console.pages import console
from tests.serving_places import Place, serving


@contextmanager
def console_at(folder: Path, store: Path | str, **rates: str) -> Iterator[Place]:
    """A console on a store."""
    with serving(folder, store, **rates) as place:
        place.app = console(place.parts)
        yield place
