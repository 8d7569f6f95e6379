"""A scene of the graph: a ring or a thing, what was unfolded around it, the links among it all, places.

A scene is a pure function of where it begins and the steps that were taken, so that an address that holds
both opens the same picture again. Nothing is left out without being told: ``told`` says how much of what is
shown.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from graph.model.errors import BadCall
from queries.console.layout import Place, beside, laid_out
from queries.serving.store_pool import StorePool

MOST_MEMBERS: Final = 1_000
MOST_LINKS: Final = 5_000
MOST_NODES: Final = 1_500
FEW: Final = 20
MANY: Final = 500
"""The newest links that an unfolding reads; more are told, not shown."""


class Mode(StrEnum):
    """What of a thing's neighbours is to be shown."""

    MOST = "most"
    NEWEST = "newest"
    DRIVERS = "drivers"
    RIDERS = "riders"
    ALL = "all"


class SceneStep(BaseModel):
    """One unfolding."""

    model_config = ConfigDict(frozen=True)
    key: str = Field(max_length=1_100)
    mode: Mode


class SceneWanted(BaseModel):
    """Where a scene begins, and the steps from there."""

    ring_id: str | None = Field(default=None, max_length=128)
    start: str | None = Field(default=None, max_length=1_100)
    steps: list[SceneStep] = Field(default=[], max_length=40)


class Scene:
    """The scene while it is put together; every key is plain."""

    def __init__(self, store: StorePool) -> None:
        self._store = store
        self.nodes: dict[str, dict[str, Any]] = {}
        self.places: dict[str, Place] = {}
        self.edges: list[dict[str, Any]] = []
        self.told: list[tuple[str, str]] = []
        """How much is shown of what: words, and the key that they end with, if any."""
        self.total = 0
        self._facts: dict[str, tuple[Any, ...]] = {}
        self._links = 0

    def begin_with_ring(self, ring_id: str) -> None:
        """The accounts of a ring and what they share."""
        members = self._store.ask("members", ring_id=ring_id, limit=MOST_MEMBERS)
        ties = self._store.ask("ties", ring_id=ring_id, limit=MOST_MEMBERS)
        for row in members.rows:
            self.nodes[f"account:{row[0]}"] = {"is_member": True, "from_ms": row[2]}
        for row in ties.rows:
            self.nodes[f"{row[0]}:{row[1]}"] = {"is_member": False, "is_public": bool(row[6])}
        shown, self.total = len(members.rows) + len(ties.rows), members.total + ties.total
        self.told.append((f"{shown:,} of the {self.total:,} accounts and shared things of this ring", ""))
        self._link()
        self._place()

    def begin_with(self, key: str) -> None:
        """One thing alone."""
        self.nodes[key] = {"is_member": False}
        self.total = 1
        self._link()
        self._place()

    def unfold(self, key: str, mode: Mode) -> None:
        """Show neighbours of something that is shown. Raises BadCall where it is not, or there is no room."""
        if key not in self.nodes:
            return
        kind, _, identifier = key.partition(":")
        limit = FEW if mode is Mode.NEWEST else MANY
        links = self._store.ask("links", kind=kind, id=identifier, limit=limit)
        others = list(dict.fromkeys(f"{row[2]}:{row[3]}" for row in links.rows))
        chosen = self._chosen(others, mode)
        fresh = [each for each in chosen if each not in self.nodes]
        if len(self.nodes) + len(fresh) > MOST_NODES:
            raise BadCall(
                f"expected {MOST_NODES:,} nodes at most, found {len(self.nodes) + len(fresh):,}; "
                "fold something first"
            )
        for each in fresh:
            self.nodes[each] = {"is_member": False, "by": key}
        self.nodes[key]["unfolded"] = mode.value
        self.total += max(0, links.total - (len(chosen) - len(fresh)))
        self.told.append((f"{len(chosen):,} of the {links.total:,} links of {kind.replace('_', ' ')} ", key))
        self.places |= beside(self.places, key, fresh)

    def _chosen(self, others: Sequence[str], mode: Mode) -> list[str]:
        if mode in (Mode.ALL, Mode.NEWEST):
            return list(others)
        facts = self._facts_of(others)
        if mode is Mode.MOST:
            order = sorted(facts, key=lambda row: (-int(str(row[1])), str(row[0])))
            return [str(row[0]) for row in order[:FEW]]
        return [str(row[0]) for row in facts if row[2] == mode.value.removesuffix("s")]

    def finish(self, *, is_unfolded: bool) -> None:
        """The links among all that is shown now, and what each is: asked once, whatever was unfolded."""
        if is_unfolded:
            self._link()
        if self._links > MOST_LINKS:
            self.told.append((f"{MOST_LINKS:,} of {self._links:,} links", ""))
        shown = dict.fromkeys(self.nodes, 0)
        for edge in self.edges:
            shown[str(edge["source"])] += 1
            shown[str(edge["target"])] += 1
        for key, links, role, score, ring_id in self._facts_of(list(self.nodes)):
            facts = {"links": links, "role": role, "score": score, "ring_id": ring_id}
            self.nodes[str(key)] |= {**facts, "hidden": max(0, int(str(links)) - shown[str(key)])}

    def _link(self) -> None:
        names = ("source", "link", "target", "first_ms", "last_ms", "events", "money")
        rows = self._store.ask("between", keys=json.dumps(list(self.nodes))).rows
        self.edges = [dict(zip(names, row, strict=True)) for row in rows[:MOST_LINKS]]
        self._links = len(rows)

    def _facts_of(self, keys: Sequence[str]) -> list[tuple[Any, ...]]:
        """What the store says of each, by key; each is asked once for a scene."""
        unknown = [key for key in keys if key not in self._facts]
        if unknown:
            rows = self._store.ask("facts", keys=json.dumps(unknown)).rows
            self._facts.update((str(row[0]), row) for row in rows)
        return [self._facts[key] for key in sorted(keys) if key in self._facts]

    def _place(self) -> None:
        pairs = [(str(edge["source"]), str(edge["target"])) for edge in self.edges]
        self.places = laid_out(sorted(self.nodes), pairs)


def scene_of(store: StorePool, wanted: SceneWanted) -> Scene:
    """The scene that is wanted; keys of ``wanted`` are plain. Raises BadCall when it begins nowhere."""
    made = Scene(store)
    if wanted.ring_id is not None:
        made.begin_with_ring(wanted.ring_id)
    elif wanted.start is not None and ":" in wanted.start:
        made.begin_with(wanted.start)
    else:
        raise BadCall("expected a ring or a thing to begin with, found neither; open the graph from a ring")
    for step in wanted.steps:
        made.unfold(step.key, step.mode)
    made.finish(is_unfolded=bool(wanted.steps))
    return made
