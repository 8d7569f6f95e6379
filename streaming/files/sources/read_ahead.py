"""Works one item ahead of whoever takes the items, in a thread of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

Item = TypeVar("Item")

_END: Final = object()


def read_ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The same items, in their order; the next is being made while one is looked at.

    An error comes where it would have come. Whoever stops early waits for the item that is being made: so it
    has to be one that ends, not the next line of a pipe. Memory: one item more.
    """
    rest = iter(items)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead") as worker:
        made = worker.submit(next, rest, _END)
        while (item := made.result()) is not _END:
            made = worker.submit(next, rest, _END)
            yield item  # type: ignore[misc]
