"""A digest of the final graph that does not depend on the order in which it came about.

Every live link, every account's facts, every cut and every declaration is hashed by itself (BLAKE2b, 128
bits) and the hashes are added modulo 2^128: a multiset hash (Bellare and Micciancio, "A New Paradigm for
Collision-Free Hashing", EUROCRYPT 1997). Loss and double counting change it. Cost: O(links + accounts).
"""

from __future__ import annotations

from hashlib import blake2b

from graph.entity_graph import EntityGraph
from graph.links import LINK_KINDS

_MODULUS = 1 << 128


def state_digest(graph: EntityGraph) -> str:
    """32 hexadecimal digits that are equal for equal graphs, whatever the order of events."""
    links, entities = graph.links, graph.entities
    total = 0
    for link in links.live_links():
        source, target = links.source[link], links.target[link]
        total += _hash(
            LINK_KINDS[links.kind[link]],
            entities.name(source),
            entities.kind(target),
            entities.name(target),
            links.first_ms[link],
            links.last_ms[link],
            links.count[link],
            links.money[link],
        )
    for account in graph.accounts:
        total += _hash(
            "account",
            entities.name(account.entity),
            account.first_ms,
            account.last_ms,
            account.created_ms,
            account.promos,
            account.promo_units,
            account.chargebacks,
            account.chargeback_units,
        )
    for source, target in graph.cuts():
        total += _hash("cut", entities.name(source), entities.kind(target), entities.name(target))
    for identifier in graph.declared_public():
        total += _hash("public", entities.kind(identifier), entities.name(identifier))
    return f"{(total + graph.watermark_ms) % _MODULUS:032x}"


def _hash(*parts: str | int) -> int:
    # Every part is closed by its length, so that no two different tuples spell the same bytes.
    text = "".join(f"{part}|{len(str(part))};" for part in parts)
    return int.from_bytes(blake2b(text.encode(), digest_size=16).digest())


def content_id(prefix: str, *parts: str) -> str:
    """An id made from content: the same content has the same id in every run."""
    text = "".join(f"{part}|{len(part)};" for part in parts)
    return f"{prefix}_{blake2b(text.encode(), digest_size=10).hexdigest()}"
