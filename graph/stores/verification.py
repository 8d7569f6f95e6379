"""Whether a store says what the engine says: by digest, and where they differ, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from graph.model.changes import Look
from graph.model.entities import KINDS
from graph.model.link_keys import LINK_KINDS
from graph.model.view import NO_ROLE, ROLES
from graph.state.accounts import UNKNOWN_MS
from graph.stores.contents import CONTENTS, Part
from graph.stores.port import StoreReader

SHOWN: Final = 20
TIMEOUT_S: Final = 600.0
_MODULUS: Final = 1 << 128
Rows = dict[tuple[object, ...], tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class PartCompared:
    """One part of a store beside the engine's."""

    part: Part
    engine_rows: int
    store_rows: int
    engine_digest: str
    store_digest: str
    differences: tuple[str, ...]
    """The first of them, in words."""
    differing: int
    """How many there are."""


def verify(reader: StoreReader, look: Look, timeout_s: float = TIMEOUT_S) -> list[PartCompared]:
    """Every part of a store beside the same part of the engine. Memory: one part, twice."""
    compared = []
    for part in Part:
        ours = engine_rows(part, look)
        theirs = store_rows(part, reader, timeout_s)
        differences = [] if ours == theirs else list(_differences(part, ours, theirs))
        compared.append(
            PartCompared(
                part,
                len(ours),
                len(theirs),
                _digest(ours),
                _digest(theirs),
                tuple(differences[:SHOWN]),
                len(differences),
            )
        )
    return compared


def store_rows(part: Part, reader: StoreReader, timeout_s: float = TIMEOUT_S) -> Rows:
    """A part as the store has it."""
    content = CONTENTS[part]
    table = reader.read(content.statement[reader.language], {}, timeout_s)
    return {row[: content.keys]: row[content.keys :] for row in table.rows}


def engine_rows(part: Part, look: Look) -> Rows:
    """A part as the engine has it."""
    view = look.view
    keys = [f"{KINDS[code].value}:{name}" for code, name in zip(view.kind.tolist(), view.names, strict=True)]
    if part is Part.LINKS:
        c = view.links
        return {
            (LINK_KINDS[kind].value, keys[source], keys[target]): tuple(rest)
            for kind, source, target, *rest in zip(
                *(c.kind.tolist(), c.source.tolist(), c.target.tolist(), c.first_ms.tolist()),
                *(c.last_ms.tolist(), c.count.tolist(), c.money.tolist(), c.incentives.tolist()),
                *(c.incentive_units.tolist(), c.odd.tolist(), c.surcharge.tolist()),
                c.joins.astype(int).tolist(),
                strict=True,
            )
        }
    if part is Part.ACCOUNTS:
        a = view.accounts
        return {
            (keys[entity],): (
                *(None if role == NO_ROLE else ROLES[role].value, None if made == UNKNOWN_MS else made),
                *rest,
            )
            for entity, role, made, *rest in zip(
                *(a.entity.tolist(), a.role.tolist(), a.created_ms.tolist(), a.first_ms.tolist()),
                *(a.last_ms.tolist(), a.trips.tolist(), a.promos.tolist(), a.promo_units.tolist()),
                *(a.chargebacks.tolist(), a.chargeback_units.tolist(), a.score.tolist()),
                strict=True,
            )
        }
    if part is Part.RINGS:
        return {
            (ring.ring_id,): (ring.kind.value, ring.score, ring.first_ts, ring.flagged_ts, ring.exposure)
            for ring in look.rings.values()
        }
    if part is Part.MEMBERS:
        return {(r.ring_id, account): () for r in look.rings.values() for account in r.accounts}
    if part is Part.TIES:
        return {(r.ring_id, tie): () for r in look.rings.values() for tie in r.entities}
    if part is Part.CUTS:
        return {(keys[account], keys[identifier]): () for account, identifier in view.cuts}
    return {(keys[identifier],): () for identifier in view.declared_public}


def _digest(rows: Mapping[tuple[object, ...], tuple[object, ...]]) -> str:
    """A multiset hash, as the engine's own digest: equal whatever the order."""
    total = sum(
        int.from_bytes(blake2b(repr(key + row).encode("utf-8", "surrogatepass"), digest_size=16).digest())
        for key, row in rows.items()
    )
    return f"{total % _MODULUS:032x}"


def _differences(part: Part, ours: Rows, theirs: Rows) -> Iterator[str]:
    columns = CONTENTS[part].columns
    for key in sorted(ours.keys() - theirs.keys(), key=repr):
        yield f"{part.value}: {_spelt(key)} is missing in the store"
    for key in sorted(theirs.keys() - ours.keys(), key=repr):
        yield f"{part.value}: {_spelt(key)} is in the store only"
    for key in sorted(ours.keys() & theirs.keys(), key=repr):
        if ours[key] != theirs[key]:
            told = ", ".join(
                f"{name} {here!r} became {there!r}"
                for name, here, there in zip(columns, ours[key], theirs[key], strict=True)
                if here != there
            )
            yield f"{part.value}: {_spelt(key)} differs: {told}"


def _spelt(key: tuple[object, ...]) -> str:
    return " ".join(str(part) for part in key)
