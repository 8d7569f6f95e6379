"""Search for anything by its identifier: the whole of it, or its beginning.

A beginning finds people and what they use only while identifiers are shown: letter by letter it would lift
every mask. The whole identifier, or a handle, finds always.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from graph.model.vocabulary import EntityKind
from queries.console.comings import Coming

SHORTEST: Final = 3
"""Letters of a beginning."""
MOST: Final = 20
COUNTED: Final = 1_000
"""Of each kind, as the question ``find`` counts."""
_OPEN_KINDS: Final = frozenset({"ring", EntityKind.PROMO.value})


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was found."""

    kind: str
    shown: str
    address: str
    role: str | None
    score: float | None
    ring_id: str | None
    is_exact: bool


@dataclass(frozen=True, slots=True)
class FoundThings:
    """What was found, and what was not looked for."""

    rows: list[Found]
    total: int
    notes: list[str]
    is_at_least: bool = False
    """Whether more than ``COUNTED`` begin so: the store counts no further."""


def found(coming: Coming, text: str) -> FoundThings:
    """What is called ``text``, or begins with it."""
    if not text:
        return FoundThings([], 0, ["Type an account, device, card, bank account, trip or ring."])
    ask, masks = coming.parts.store.ask, coming.visit.desk.masks
    plain = _plain(coming, text)
    rows = [(row, True) for name in plain for row in ask("find", prefix=name, exact=1, limit=MOST).rows]
    total, notes = len(rows), []
    if len(text) >= SHORTEST:
        begun = ask("find", prefix=text, limit=MOST + len(rows))
        known = {(row[0], row[1]) for row, _ in rows}
        more = [(row, False) for row in begun.rows if (row[0], row[1]) not in known]
        if coming.visit.is_masked:
            hidden = [row for row, _ in more if row[0] not in _OPEN_KINDS]
            more = [(row, exact) for row, exact in more if row[0] in _OPEN_KINDS]
            if hidden:
                notes.append(
                    "Beginnings of identifiers are searched only while identifiers are shown: give a reason."
                )
        else:
            total = max(total, begun.total)
        rows += more
    else:
        notes.append(f"Beginnings are searched from {SHORTEST} letters on.")
    made = []
    for (kind, identifier, role, score, ring_id), is_exact in rows[:MOST]:
        shown = (
            masks.masked(str(kind), str(identifier))
            if coming.visit.is_masked and kind != "ring"
            else str(identifier)
        )
        made.append(
            Found(
                str(kind),
                shown,
                _address(str(kind), shown),
                _text(role),
                _real(score),
                _text(ring_id),
                is_exact,
            )
        )
    total = max(total, len(made))
    return FoundThings(made, total, notes, total >= COUNTED)


def address_of(key: str) -> str:
    """The page of an entity, as ``kind:identifier``; a handle will do."""
    kind, _, identifier = key.partition(":")
    return _address(kind, identifier)


def _address(kind: str, shown: str) -> str:
    if kind == "ring":
        return f"/rings/{quote(shown, safe='')}"
    return f"/things/{kind}/{quote(shown, safe='')}"


def _plain(coming: Coming, text: str) -> list[str]:
    """The identifiers that the text may stand for: itself, or what its handle hides."""
    masks = coming.visit.desk.masks
    kind, separator, rest = text.partition(":")
    bare = rest if separator and kind in {each.value for each in EntityKind} else text
    kinds = [each.value for each in EntityKind] + ["trip"]
    return sorted({text, bare} | {masks.plain(each, bare) for each in kinds})


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _real(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
