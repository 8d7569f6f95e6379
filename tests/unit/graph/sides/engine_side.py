"""The engine, asked through its kernels and public verbs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from graph.candidates.circles import circle_around, comes_back
from graph.candidates.gathering import gather
from graph.candidates.moves import moves_around
from graph.candidates.visits import visit_around
from graph.components.edges import label
from graph.engine import Engine, EngineConfig
from graph.links.records import REFERRALS, REFERRERS
from graph.links.touch import first_link
from graph.model.shapes import SHAPES, Shape
from graph.model.vocabulary import EntityKind
from graph.rings.lifecycle import Moment
from graph.scoring.rules import INNOCENT_RULES, RULES
from graph.scoring.scorer import Scorer
from graph.state.accounts import NO_ORIGIN
from graph.state.state import NOBODY, State
from graph.updates.clusters import is_public
from tests.unit.graph.fakes import EVEN_ODDS, StrongestSign
from tests.unit.graph.sides.side import Gathered, Observer, Side, Weighed


class EngineSide(Side):
    """Kernels are called as the engine calls them, on its own arrays."""

    def __init__(self, scorer: Scorer | None = None, observer: Observer | None = None, **config: Any) -> None:
        self.engine = Engine(
            EngineConfig(**{"policy": EVEN_ODDS, **config}), scorer or StrongestSign(), observer
        )

    @property
    def state(self) -> State:
        """The engine's arrays as they are now."""
        state: State = self.engine.state
        return state

    def find(self, kind: EntityKind, name: str) -> int:
        found = self.engine.entity_index.find(kind, name)
        assert found is not None, f"{name} does not occur in the scene"
        return int(found)

    def names(self, entities: Iterable[int]) -> list[str]:
        return list(self.engine.entity_index.names(list(entities)))

    def clusters(self) -> set[frozenset[str]]:
        state, found = self.state, dict[int, list[int]]()
        for account in state.accounts["entity"][: state.counters["accounts"][0]].tolist():
            at = label(state.forest, account)
            assert (at >= 0) == bool(state.shared[state.entities["account"][account]])
            if at >= 0:
                found.setdefault(at, []).append(account)
        return {frozenset(self.names(members)) for members in found.values()}

    def is_public(self, kind: EntityKind, identifier: str) -> bool:
        return bool(is_public(self.state, self.find(kind, identifier)))

    def origins(self, account: str) -> set[str]:
        state, found = self.state, []
        origin = state.accounts["origins"][self._account(account)]
        while origin != NO_ORIGIN:
            found.append(int(state.origins["identifier"][origin]))
            origin = state.origins["next"][origin]
        assert len(set(found)) == len(found)
        return set(self.names(found))

    def referred_by(self, account: str) -> list[str]:
        return self._listed(account, REFERRALS, "target", "next_out")

    def referrers_of(self, account: str) -> list[str]:
        return self._listed(account, REFERRERS, "source", "next_in")

    def touched(self) -> list[str]:
        touched = self.state.cursor["touched"][0].tolist()
        return self.names(entity for entity in touched if entity != NOBODY)

    def regrouped(self) -> set[str]:
        state = self.state
        return set(self.names(state.regrouped[: state.cursor["regrouped"][0]].tolist()))

    def gathered(self, *seeds: str) -> Gathered:
        state = self.state
        accounts = np.array([self.find(EntityKind.ACCOUNT, seed) for seed in seeds], np.int32)
        members = self._members(gather(state, accounts))
        return Gathered(members, bool(state.candidate["truncated"][0]))

    def comes_back(self, rider: str) -> bool:
        return bool(comes_back(self.state, self.find(EntityKind.ACCOUNT, rider)))

    def circle(self, rider: str) -> frozenset[str]:
        return self._members(circle_around(self.state, self.find(EntityKind.ACCOUNT, rider)))

    def visit(self, account: str) -> frozenset[str]:
        return self._members(visit_around(self.state, self.find(EntityKind.ACCOUNT, account)))

    def moves(self, rider: str, driver: str) -> frozenset[str]:
        rider_at, driver_at = self.find(EntityKind.ACCOUNT, rider), self.find(EntityKind.ACCOUNT, driver)
        return self._members(moves_around(self.state, rider_at, driver_at))

    def weighed(self, accounts: Iterable[str], shape: Shape = Shape.CLUSTERS) -> Weighed:
        members = sorted(self.find(EntityKind.ACCOUNT, account) for account in accounts)
        at = Moment(self.watermark_ms, "weighed")
        judgement = self.engine._judge_accounts(np.array(members, np.int32), 0, SHAPES.index(shape), at)
        rules = (*RULES, *INNOCENT_RULES)
        findings = tuple(
            rule.found(judgement.evidence, strength)
            for rule, strength in zip(rules, judgement.features, strict=False)
        )
        return Weighed(judgement.evidence, findings, judgement.features)

    def _account(self, name: str) -> int:
        """The place of an account's facts."""
        return int(self.state.entities["account"][self.find(EntityKind.ACCOUNT, name)])

    def _members(self, found: int) -> frozenset[str]:
        """The names of the candidate that a kernel has just put down."""
        return self.named(self.state.members[:found].tolist())

    def _listed(self, account: str, slot: int, end: str, follow: str) -> list[str]:
        state, found = self.state, []
        link = first_link(state.links, self.find(EntityKind.ACCOUNT, account), slot)
        while link >= 0:
            found.append(int(state.links.links[end][link]))
            link = state.links.hooks[follow][link]
        return self.names(found)
