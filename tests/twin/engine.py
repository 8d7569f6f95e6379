"""The engine: events in, flags and ledger out, one event at a time, nothing from the future.

For each event: (1) the graph applies it; (2) the accounts whose candidate may have changed are judged
again (``tests.twin.judging``): candidate, evidence, findings, score; (3) the rings follow the score.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial

from graph.engine import LATENESS_MS, EngineConfig
from graph.model.errors import BadCall
from graph.model.events import AnalystAct, EventBase, GpsPing, Verdict
from graph.model.results import AccountScore, Outcome, Ring
from graph.model.view import GraphView
from graph.model.vocabulary import EntityKind
from graph.rings.lifecycle import Moment
from graph.scoring.scorer import Scorer
from tests.twin.acts import Act, Acts
from tests.twin.entity_graph import EntityGraph, Touched
from tests.twin.judging import Judging, Observer
from tests.twin.rings import OpenRing, Rings, exposure, reasons
from tests.twin.ties import began_ms, ties
from tests.twin.verdicts import Verdicts
from tests.twin.view import view_of


class PlainEngine:
    """Finds rings in a stream of accepted events.

    ``observer`` is called with every judgement, its features and its moment; training reads from it.
    """

    def __init__(self, config: EngineConfig, scorer: Scorer, observer: Observer | None = None) -> None:
        self.graph = EntityGraph(config.window_ms, LATENESS_MS)
        self.touched = Touched()
        """What the newest event or act changed."""
        self.model_id = scorer.model_id
        self.config_digest = config.digest
        self._config = config
        self._scorer = scorer
        self._rings = Rings(
            config.policy,
            self.graph.entities.name,
            partial(began_ms, self.graph),
            self._is_recent,
            self._is_answered,
            lambda: self.watermark_ms,
        )
        self._verdicts = Verdicts()
        self._acts = Acts(self.graph, self._verdicts)
        self.judging = Judging(self.graph, self._rings, self._verdicts, config.policy, scorer, observer)

    # -- events ------------------------------------------------------------------------------------

    @property
    def watermark_ms(self) -> int:
        """The newest event time applied; 0 before the first."""
        return self.graph.watermark_ms

    def apply(self, events: Sequence[EventBase]) -> Outcome:
        """Apply events in the given order; returns the flags and ledger entries they raised, in order."""
        outcome = Outcome(flags=[], ledger=[])
        graph = self.graph
        for event in events:
            at = Moment(event.ts, event.event_id)
            if event.ts > self._acts.end_ms:
                self._follow_act(self._acts.expire(event.ts), at, outcome)
            if isinstance(event, GpsPing) and graph.ping(event):
                continue
            self.touched = touched = graph.apply(event)
            judged = self.judging.follow(touched, at, outcome)
            if isinstance(event, Verdict):
                self._hear(event, at, outcome)
            elif isinstance(event, AnalystAct):
                self._follow_act(self._acts.carry_out(event, self._members_of), at, outcome)
            else:
                self.judging.look_again(event, touched.accounts, at, outcome, judged)
        return outcome

    def cut(self, account_id: str, kind: EntityKind, identifier: str, at: Moment) -> Outcome:
        """An analyst unlinks an account from an identifier, now and for what comes."""
        account = self._known(EntityKind.ACCOUNT, account_id)
        cuts = frozenset({(account, self._known(kind, identifier))})
        return self._after(self._acts.begin(Act(at.event_id, cuts=cuts)), at)

    def declare_public(self, kind: EntityKind, identifier: str, at: Moment) -> Outcome:
        """An analyst declares an identifier public: it connects nobody, also backwards."""
        declared = (self._known(kind, identifier), True)
        return self._after(self._acts.begin(Act(at.event_id, declared=declared)), at)

    # -- views -------------------------------------------------------------------------------------

    def rings(self) -> list[Ring]:
        """The open rings, by id."""
        return [self._view(ring) for ring in self._rings.open_rings()]

    def accounts(self) -> Iterator[AccountScore]:
        """Every account seen, by account id, with the score of the last judgement it was part of."""
        for name, entity in sorted(self.graph.entities.of_kind(EntityKind.ACCOUNT).items()):
            if entity not in self.graph.accounts:
                continue
            ring = self._rings.ring_of(entity)
            yield AccountScore(
                account_id=name,
                score=round(self._account_score(entity), 6),
                ring_id=None if ring is None else ring.ring_id,
            )

    def counts(self) -> dict[str, int]:
        """Sizes of what the engine holds."""
        return {
            "accounts": len(self.graph.accounts),
            "entities": len(self.graph.entities),
            "live_links": self.graph.links.live_count,
            "clusters": len(self.graph.clusters),
            "open_rings": len(self._rings),
        }

    def view(self) -> GraphView:
        """The graph as columns. O(entities + links log links)."""
        return view_of(self.graph)

    # -- inside ------------------------------------------------------------------------------------

    def _hear(self, event: Verdict, at: Moment, outcome: Outcome) -> None:
        ring = self._rings.get(event.subject)
        if ring is not None:
            self._verdicts.hear(event.outcome, tuple(ring.members))
            self.judging.judge_ring(ring, at, outcome)
            return
        account = self.graph.entities.find(EntityKind.ACCOUNT, event.subject)
        if account is not None and account in self.graph.accounts:
            self._verdicts.hear(event.outcome, (account,))
            self.judging.judge_around(account, at, outcome, set(), at_once=True)

    def _after(self, touched: Touched | None, at: Moment) -> Outcome:
        outcome = Outcome(flags=[], ledger=[])
        self._follow_act(touched, at, outcome)
        return outcome

    def _follow_act(self, touched: Touched | None, at: Moment, outcome: Outcome) -> None:
        if touched is None:
            return
        self.touched = touched
        self.judging.rejudging.is_acting = True
        self.judging.follow(touched, at, outcome)
        self.judging.rejudging.is_acting = False

    def _members_of(self, ring_id: str) -> Collection[int]:
        ring = self._rings.get(ring_id)
        return () if ring is None else ring.members

    def _is_recent(self, moment_ms: int) -> bool:
        return self.watermark_ms - moment_ms <= self._config.window_ms

    def _is_answered(self, ring: OpenRing) -> bool:
        """Whether an analyst changes the graph, or verdicts call a ring's accounts honest on the whole."""
        return self.judging.rejudging.is_acting or self._verdicts.total(ring.members) < 0

    def _known(self, kind: EntityKind, name: str) -> int:
        entity = self.graph.entities.find(kind, name)
        if entity is None:
            raise BadCall(
                f"expected an identifier of kind {kind.value} that occurs in the events, found {name!r}; "
                "check the spelling"
            )
        return entity

    def _account_score(self, entity: int) -> float:
        score = self.graph.accounts[entity].score
        return self._verdicts.adjust(self._scorer.prior if score <= 0 else score, (entity,))

    def _view(self, ring: OpenRing) -> Ring:
        graph, judgement = self.graph, ring.judgement
        members = sorted(ring.members, key=graph.entities.name)
        return Ring(
            ring_id=ring.ring_id,
            kind=judgement.kind,
            score=round(judgement.score, 6),
            accounts=[graph.entities.name(m) for m in members],
            drivers=[graph.entities.name(m) for m in members if graph.accounts[m].is_driver],
            riders=[graph.entities.name(m) for m in members if not graph.accounts[m].is_driver],
            entities=sorted(
                f"{graph.entities.kind(identifier)}:{graph.entities.name(identifier)}"
                for identifier in ties(graph, ring.members)
            ),
            first_ts=ring.began_ms,
            flagged_ts=ring.flagged_ms,
            exposure=round(exposure(judgement), 2),
            reasons=reasons(judgement),
            innocent_reasons=reasons(judgement, innocent=True),
        )
