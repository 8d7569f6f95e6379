"""What a scene may ask of the engine and of its plain twin alike, by the names that the scene uses.

A test that takes the fixture ``side`` runs twice, as ``engine`` and as ``twin``: what a person works out by
hand for a small scene judges both. That both say the same of any events is for
``tests/properties/test_engine_equals_twin.py``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Self

from graph.model.events import EventBase
from graph.model.link_keys import LINK_KINDS
from graph.model.results import AccountScore, Outcome, Ring
from graph.model.shapes import Shape
from graph.model.view import ROLES, GraphView
from graph.model.vocabulary import EntityKind, Role
from graph.rings.lifecycle import Moment
from graph.scoring.rules import Finding
from graph.state.evidence_record import Evidence
from tests.unit.graph.scenes import Scene

Observer = Callable[[Any, list[float], Moment], None]


class Facts(NamedTuple):
    """What is known of an account; times in epoch ms, money in link units."""

    role: Role | None
    created_ms: int
    first_ms: int
    last_ms: int
    trips: int
    promos: int
    promo_units: int
    promo_ms: int
    chargebacks: int
    chargeback_units: int
    pickups: int
    pickup_lat: float
    pickup_lon: float


class Gathered(NamedTuple):
    """A candidate: its accounts, and whether there were more than are gathered."""

    accounts: frozenset[str]
    truncated: bool


class Weighed(NamedTuple):
    """A candidate's evidence, what every rule says of it, and the features that a scorer reads."""

    evidence: Evidence
    findings: tuple[Finding, ...]
    features: tuple[float, ...]


class Side(ABC):
    """One of the two, told events and asked what it makes of them."""

    engine: Any
    """``graph.engine.Engine`` or ``tests.twin.engine.PlainEngine``, whose verbs are the same."""

    @classmethod
    def of(cls, scene: Scene, **options: Any) -> Self:
        """This side after the whole scene."""
        side = cls(**options)
        side.apply(scene.events)
        return side

    # -- what is told ------------------------------------------------------------------------------

    def apply(self, events: Sequence[EventBase]) -> Outcome:
        """The flags and ledger entries that the events raised, in order."""
        outcome: Outcome = self.engine.apply(events)
        return outcome

    def cut(self, account: str, kind: EntityKind, identifier: str, at: Moment) -> Outcome:
        """An analyst unlinks an account from an identifier."""
        outcome: Outcome = self.engine.cut(account, kind, identifier, at)
        return outcome

    def declare_public(self, kind: EntityKind, identifier: str, at: Moment) -> Outcome:
        """An analyst declares an identifier public."""
        outcome: Outcome = self.engine.declare_public(kind, identifier, at)
        return outcome

    # -- what both answer under the same name ------------------------------------------------------

    @property
    def watermark_ms(self) -> int:
        """The newest event time applied."""
        return int(self.engine.watermark_ms)

    def rings(self) -> list[Ring]:
        """The open rings, by id."""
        return list(self.engine.rings())

    def accounts(self) -> Iterator[AccountScore]:
        """Every account seen, with its score and ring."""
        return iter(self.engine.accounts())

    def counts(self) -> dict[str, int]:
        """Sizes of what is held."""
        return dict(self.engine.counts())

    def view(self) -> GraphView:
        """The graph as columns."""
        view: GraphView = self.engine.view()
        return view

    def links(self) -> set[tuple[Any, ...]]:
        """Every live link: kind, names of both ends, count and money."""
        view = self.view()
        columns = view.links
        rows = zip(columns.kind, columns.source, columns.target, columns.count, columns.money, strict=True)
        return {(LINK_KINDS[k], view.names[s], view.names[t], int(n), int(m)) for k, s, t, n, m in rows}

    def facts(self, account: str) -> Facts:
        """What is known of an account."""
        view = self.view()
        row = [view.names[entity] for entity in view.accounts.entity].index(account)
        facts = {name: getattr(view.accounts, name)[row].item() for name in Facts._fields}
        return Facts(**{**facts, "role": ROLES[facts["role"]] if facts["role"] >= 0 else None})

    def connects(self, kind: EntityKind, identifier: str) -> set[str]:
        """The accounts that an identifier joins to each other."""
        view, number = self.view(), self.find(kind, identifier)
        rows = zip(view.links.source, view.links.target, view.links.joins, strict=True)
        return {view.names[source] for source, target, joins in rows if joins and target == number}

    def cluster(self, account: str) -> frozenset[str]:
        """The account's cluster; itself alone when nobody shares with it."""
        found = [cluster for cluster in self.clusters() if account in cluster]
        assert len(found) <= 1, f"{account} stands in {len(found)} clusters"
        return found[0] if found else frozenset({account})

    # -- what each is asked in its own way ---------------------------------------------------------

    @abstractmethod
    def find(self, kind: EntityKind, name: str) -> int:
        """The integer of an entity that the scene named."""

    @abstractmethod
    def names(self, entities: Iterable[int]) -> list[str]:
        """The names of entities, in the order given."""

    @abstractmethod
    def clusters(self) -> set[frozenset[str]]:
        """The clusters of two accounts and more."""

    @abstractmethod
    def is_public(self, kind: EntityKind, identifier: str) -> bool:
        """Whether an identifier is used by too many to connect anybody."""

    @abstractmethod
    def origins(self, account: str) -> set[str]:
        """The identifiers that an account was created with."""

    @abstractmethod
    def referred_by(self, account: str) -> list[str]:
        """The accounts that an account referred."""

    @abstractmethod
    def referrers_of(self, account: str) -> list[str]:
        """The accounts that referred an account."""

    @abstractmethod
    def touched(self) -> list[str]:
        """The accounts that the newest event names, in its order."""

    @abstractmethod
    def regrouped(self) -> set[str]:
        """The accounts whose cluster the newest event or act changed."""

    @abstractmethod
    def gathered(self, *seeds: str) -> Gathered:
        """The candidate that holds these accounts."""

    @abstractmethod
    def comes_back(self, rider: str) -> bool:
        """Whether a rider meets the same drivers again more than chance explains."""

    @abstractmethod
    def circle(self, rider: str) -> frozenset[str]:
        """The circle around a rider; empty when there is none."""

    @abstractmethod
    def visit(self, account: str) -> frozenset[str]:
        """The candidate around the phone that an account came to; empty when it came to none."""

    @abstractmethod
    def moves(self, rider: str, driver: str) -> frozenset[str]:
        """The candidate of moved accounts around a ride; empty without one."""

    @abstractmethod
    def weighed(self, accounts: Iterable[str], shape: Shape = Shape.CLUSTERS) -> Weighed:
        """What is measured of some accounts, and what the rules say of it."""

    def named(self, entities: Sequence[int]) -> frozenset[str]:
        """The names of accounts that have to come in ascending order."""
        assert list(entities) == sorted(entities)
        return frozenset(self.names(entities))
