"""The twin, asked through its dictionaries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from graph.engine import EngineConfig
from graph.model.shapes import Shape
from graph.model.vocabulary import EntityKind
from graph.rings.lifecycle import Moment
from graph.scoring.scorer import Scorer
from graph.state import evidence_record
from tests.twin.candidates import Assembler, Candidate
from tests.twin.circles import circle_around, comes_back
from tests.twin.engine import PlainEngine
from tests.twin.entity_graph import EntityGraph
from tests.twin.evidence import Evidence
from tests.twin.moves import moves_around
from tests.twin.scoring import features_of
from tests.twin.visits import visit_around
from tests.unit.graph.fakes import EVEN_ODDS, StrongestSign
from tests.unit.graph.sides.side import Gathered, Observer, Side, Weighed


class TwinSide(Side):
    """Everything is read off the plain engine's graph."""

    def __init__(self, scorer: Scorer | None = None, observer: Observer | None = None, **config: Any) -> None:
        self.engine = PlainEngine(
            EngineConfig(**{"policy": EVEN_ODDS, **config}), scorer or StrongestSign(), observer
        )

    @property
    def graph(self) -> EntityGraph:
        """The plain engine's graph."""
        graph: EntityGraph = self.engine.graph
        return graph

    def find(self, kind: EntityKind, name: str) -> int:
        found = self.graph.entities.find(kind, name)
        assert found is not None, f"{name} does not occur in the scene"
        return found

    def names(self, entities: Iterable[int]) -> list[str]:
        return [self.graph.entities.name(entity) for entity in entities]

    def clusters(self) -> set[frozenset[str]]:
        graph = self.graph
        parts = [graph.clusters.members(label) for label in graph.clusters.labels()]
        return {frozenset(self.names(node for node in part if node in graph.accounts)) for part in parts}

    def is_public(self, kind: EntityKind, identifier: str) -> bool:
        return self.graph.is_public(self.find(kind, identifier))

    def origins(self, account: str) -> set[str]:
        return set(self.names(self.graph.accounts[self.find(EntityKind.ACCOUNT, account)].origins))

    def referred_by(self, account: str) -> list[str]:
        return self.names(self.graph.referrals.get(self.find(EntityKind.ACCOUNT, account), ()))

    def referrers_of(self, account: str) -> list[str]:
        return self.names(self.graph.referrers.get(self.find(EntityKind.ACCOUNT, account), ()))

    def touched(self) -> list[str]:
        return self.names(self.engine.touched.accounts)

    def regrouped(self) -> set[str]:
        return set(self.names(self.engine.touched.regrouped))

    def gathered(self, *seeds: str) -> Gathered:
        accounts = tuple(self.find(EntityKind.ACCOUNT, seed) for seed in seeds)
        candidate = Assembler(self.graph).gather(accounts)
        return Gathered(self.named(candidate.accounts), candidate.truncated)

    def comes_back(self, rider: str) -> bool:
        return comes_back(self.graph, self.find(EntityKind.ACCOUNT, rider))

    def circle(self, rider: str) -> frozenset[str]:
        return self.named(circle_around(self.graph, self.find(EntityKind.ACCOUNT, rider)))

    def visit(self, account: str) -> frozenset[str]:
        return self.named(visit_around(self.graph, self.find(EntityKind.ACCOUNT, account))[0])

    def moves(self, rider: str, driver: str) -> frozenset[str]:
        rider_at, driver_at = self.find(EntityKind.ACCOUNT, rider), self.find(EntityKind.ACCOUNT, driver)
        return self.named(moves_around(self.graph, rider_at, driver_at))

    def weighed(self, accounts: Iterable[str], shape: Shape = Shape.CLUSTERS) -> Weighed:
        members = sorted(self.find(EntityKind.ACCOUNT, account) for account in accounts)
        at = Moment(self.watermark_ms, "weighed")
        judgement = self.engine.judging.weigh(Candidate(tuple(members), shape), at)
        features = features_of(judgement.evidence, judgement.findings)
        return Weighed(flat(judgement.evidence), judgement.findings, tuple(features))


def flat(e: Evidence) -> evidence_record.Evidence:
    """The twin's evidence under the names of the product's."""
    return evidence_record.Evidence(
        accounts=e.accounts,
        drivers=e.drivers,
        riders=e.riders,
        shape=e.shape,
        **asdict(e.sharing),
        **asdict(e.timing),
        **asdict(e.leaving),
        **asdict(e.likeness),
        **asdict(e.tempo),
        **asdict(e.takings),
        **_renamed(e.trips, per_account="trips_per_account", again="again_inside"),
        **_renamed(
            e.cards,
            count="cards",
            per_rider="cards_per_rider",
            per_device="cards_per_device",
            moving="moving_cards",
        ),
        **_renamed(
            e.arrivals,
            count="arrivals",
            share="arrival_share",
            burst="arrival_burst",
            used="arrival_uses",
        ),
        **_renamed(
            e.transfers,
            count="transfers",
            money="transfer_money",
            share="transfer_share",
            tried="tried_transfers",
        ),
        **asdict(e.declines),
        **asdict(e.cancellations),
        **_renamed(e.places, riders="places"),
    )


def _renamed(part: Any, **names: str) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in asdict(part).items()}
