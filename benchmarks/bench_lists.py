"""What sharing would cost: walking a list of links, and looking a link up, by hand and through shared code.

*Walk*: every list of identity links once, summing a field of the records; by the field ``next_out``, by
``graph.links.lists.next_link``, and by a generator. *Look-up*: every link once; by
``graph.links.index.locate``, and by a probe that takes the test of a slot as a function, as one probe for
all tables would. Once with a store that fits the processor's cache, once with one that does not. One line of
JSON for each size, with nanoseconds for a link: the median and the least of the rounds, in which the ways
take turns, in CPU time of the thread.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from statistics import median
from time import thread_time
from typing import Any, Final

from surroundings import surroundings

from graph.kernels.kernel import inlined, kernel, wide
from graph.links.index import locate, mixed
from graph.links.lists import next_link
from graph.links.records import IDENTITIES, OUT
from graph.links.store import LinkStore, add_entity, advance, first_link, touch

LINKS_OF_ACCOUNT: Final = 4
STRIDE: Final = 7_919
"""A prime: links are made and looked up in an order in which accounts lie far apart."""
WINDOW_MS, LATENESS_MS = 10**9, 10**6


@kernel
def fill(s: Any, accounts: int, links: int) -> None:
    """Accounts, as many identifiers, and the links between them."""
    for entity in range(accounts + links // 4 + 1):
        add_entity(s, entity, entity < accounts)
    advance(s, 0)
    for n in range(links):
        touch(s, 0, n * STRIDE % accounts, accounts + n % (links // 4 + 1), 0, 0)


@kernel
def by_field(s: Any, accounts: int, _links: int) -> int:
    """Walks written out."""
    total = 0
    for account in range(accounts):
        link = first_link(s, account, IDENTITIES)
        while link >= 0:
            total += s.links[link].count
            link = wide(s.hooks[link].next_out)
    return total


@kernel
def by_verb(s: Any, accounts: int, _links: int) -> int:
    """Walks by ``next_link``."""
    total = 0
    for account in range(accounts):
        link = first_link(s, account, IDENTITIES)
        while link >= 0:
            total += s.links[link].count
            link = next_link(s, link, OUT)
    return total


@kernel
def _links_of(s: Any, account: int) -> Iterator[int]:
    link = first_link(s, account, IDENTITIES)
    while link >= 0:
        yield link
        link = wide(s.hooks[link].next_out)


@kernel
def by_generator(s: Any, accounts: int, _links: int) -> int:
    """Walks by a generator."""
    total = 0
    for account in range(accounts):
        for link in _links_of(s, account):
            total += s.links[link].count
    return total


@kernel
def by_locate(s: Any, accounts: int, links: int) -> int:
    """Look-ups by the index's own probe."""
    total = 0
    for n in range(links):
        total += locate(s, 0, n * STRIDE % accounts, accounts + n % (links // 4 + 1))
    return total


@inlined
def _fits(s: Any, value: int, h: int, kind: int, source: int, target: int) -> bool:
    bits = s.index_shape[0].link_bits
    if value >> bits != (h >> 31) & ((1 << (32 - bits)) - 1):
        return False
    record = s.links[(value & ((1 << bits) - 1)) - 1]
    return bool(record.source == source and record.target == target and record.kind == kind)


@inlined
def _probe(s: Any, fits: Any, empty: int, h: int, kind: int, source: int, target: int) -> int:
    mask = s.index_shape[0].slot_mask
    at = h & mask
    while wide(s.slots[at]) != empty and not fits(s, wide(s.slots[at]), h, kind, source, target):
        at = (at + 1) & mask
    return at


@kernel
def by_shared_probe(s: Any, accounts: int, links: int) -> int:
    """Look-ups by a probe that is given its test."""
    total, low = 0, (1 << s.index_shape[0].link_bits) - 1
    for n in range(links):
        source, target = n * STRIDE % accounts, accounts + n % (links // 4 + 1)
        at = _probe(s, _fits, 0, mixed(0, source, target), 0, source, target)
        total += (wide(s.slots[at]) & low) - 1
    return total


WALKS: Final = {"field": by_field, "next_link": by_verb, "generator": by_generator}
LOOKUPS: Final = {"locate": by_locate, "shared probe": by_shared_probe}


def measure(links: int, rounds: int) -> dict[str, object]:
    """Every way on one store. Raises SystemExit when two ways differ in what they find."""
    accounts = links // LINKS_OF_ACCOUNT
    store = LinkStore(WINDOW_MS, LATENESS_MS)
    store.reserve(links=links, entities=accounts + links // 4 + 1, accounts=accounts)
    fill(store.state, accounts, links)
    found: dict[str, object] = {"live_links": store.live_count}
    for name, ways in (("walk", WALKS), ("look_up", LOOKUPS)):
        answers = {way: run(store.state, accounts, links) for way, run in ways.items()}
        if len(set(answers.values())) != 1:
            raise SystemExit(f"expected the same from every {name}, found {answers}")
        times: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, run in ways.items():
                times[way].append(seconds(lambda: run(store.state, accounts, links)))  # noqa: B023
        found[f"{name}_ns"] = {
            way: {"median": round(1e9 * median(each) / links, 2), "least": round(1e9 * min(each) / links, 2)}
            for way, each in times.items()
        }
    return found


def seconds(work: Callable[[], object]) -> float:
    """How much CPU time one call takes."""
    started = thread_time()
    work()
    return thread_time() - started


def main() -> None:
    """Print one line of JSON for each size."""
    parser = argparse.ArgumentParser(description="What shared walks and look-ups cost.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_000, 2_000_000])
    options = parser.parse_args()
    for size in options.sizes:
        case = {"bench": "lists", "case": f"links {size}", "links": size}
        found = measure(size, max(15, 4_000_000 // size))
        print(json.dumps(case | found | surroundings(["numba", "numpy"])), flush=True)


if __name__ == "__main__":
    main()
