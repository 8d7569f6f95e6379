"""Every question once, of nobody, when a console starts: a server compiles a question when it is first asked.

That takes seconds on a Neo4j, which the first person to open each page would wait for otherwise, and so would
the library that lays graphs out.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Thread
from typing import Final

from graph.model.errors import RingfenceError
from queries.catalogue import Parameter, Type, catalogue
from queries.parameters import Given
from queries.serving.store_pool import StorePool

NOBODY: Final = "account:nobody"
_BY_NAME: Final[dict[str, Given]] = {"keys": f'["{NOBODY}"]', "kind": "account", "limit": 1}
"""What parameters of these names are given; others are nobody, the beginning of time, or as by default."""


def ask_first(store: StorePool) -> Thread:
    """Asks in the background; gives the thread, which ends by itself."""
    thread = Thread(target=_ask_all, args=(store,), name="first asks", daemon=True)
    thread.start()
    return thread


def _ask_all(store: StorePool) -> None:
    import igraph  # noqa: F401, PLC0415 (slow to load)

    for name, question in sorted(catalogue().items()):
        # What it cannot answer now is told to whoever asks it.
        with suppress(RingfenceError):
            store.ask(name, **_given(question.parameters))


def _given(parameters: tuple[Parameter, ...]) -> dict[str, Given]:
    given: dict[str, Given] = {}
    for each in parameters:
        if each.name == "limit" or (each.is_required and each.name in _BY_NAME):
            given[each.name] = _BY_NAME[each.name]
        elif each.is_required or each.name == "ring_id":
            given[each.name] = NOBODY if each.type is Type.TEXT else 0
    return given
