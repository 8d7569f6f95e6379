"""Why a ring is one: the links without which the engine finds none, by running it on counterfactual events.

Candidates for removal are *bonds*: everything that ties members to one identifier, the trips of members with
one driver, the referrals among members. A ring stands while an open ring holds at least half of its accounts
with a score of ``threshold`` or more, which is what opens a ring; one that is open below that stands while
any open ring holds half of its accounts. Bonds are taken away greedily, the one that lowers the score most
first, among the ``WIDTH`` that do most by themselves; then each is put back for trial. What is left is
minimal: with any one of its bonds put back the ring stands. The search runs on the events that bear on the
ring (``gnn.explaining.neighbourhood``); what it finds is checked on the whole city, and where it does not
hold there the search is made again on the whole. Every statement is a run of the engine over the events as
they would have been (``gnn.explaining.counterfactual``), never an estimate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, cast

from gnn.explaining.attribution import Attribution, strongest_attributions
from gnn.explaining.counterfactual import Tie, ties_of
from gnn.explaining.membership import Belonging, belonging_in
from gnn.explaining.neighbourhood import City, Rows
from graph.engine import Engine, EngineConfig
from graph.model.event_batch import EventBatch
from graph.model.events import EventBase
from graph.model.results import Ring
from graph.model.vocabulary import LinkKind
from graph.rings.judgement import Judgement
from graph.rings.lifecycle import Moment
from graph.scoring.member_scorer import MemberScorer
from graph.scoring.scorer import Completer, Scorer

ANY: Final = 1e-12
"""A threshold that every open ring passes."""
MOST_BONDS: Final = 20
WIDTH: Final = 12
MOST_REMOVED: Final = 10
_FAR_ENDS: Final = {
    LinkKind.RODE_WITH: "driver",
    LinkKind.REDEEMED: "promotion",
    LinkKind.PAID: "payee",
    LinkKind.TRIED: "declined card",
    LinkKind.CANCELLED: "driver of cancelled trips",
}
"""What an interaction link leads to, in words."""


@dataclass(frozen=True, slots=True)
class Bond:
    """Ties of one sort: ``targets`` are an identifier, a driver, a payee, or all of a kind in common.

    The referrals among members have one target, "".
    """

    kind: LinkKind
    targets: tuple[str, ...]
    members: int
    events: int
    first_ms: int
    last_ms: int

    @property
    def words(self) -> str:
        """The bond in words, as in "without ..."."""
        if self.kind is LinkKind.REFERRED:
            return f"the {self.events} referrals among them"
        named = self.kind.removeprefix("uses_").replace("_", " ")
        if len(self.targets) > 1:
            what = _FAR_ENDS.get(self.kind, named)
            return f"all {len(self.targets)} {_several(what)} that they share"
        (target,) = self.targets
        if self.kind is LinkKind.RODE_WITH:
            return f"the {self.events} trips of {self.members} of them with driver {target} {self._when}"
        if self.kind is LinkKind.REDEEMED:
            return f"promotion {target}, taken by {self.members} of them"
        if self.kind is LinkKind.PAID:
            return f"the {self.events} transfers of {self.members} of them to account {target} {self._when}"
        if self.kind is LinkKind.CANCELLED:
            return f"the {self.events} cancelled trips of {self.members} of them with driver {target}"
        if self.kind is LinkKind.TRIED:
            return f"card {target}, declined for {self.members} of them"
        return f"{named} {target} of {self.members} of them"

    @property
    def _when(self) -> str:
        first, last = (
            datetime.fromtimestamp(ms / 1000, UTC).strftime("%-d %B") for ms in (self.first_ms, self.last_ms)
        )
        return f"of {first}" if first == last else f"of {first} to {last}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why accounts are a ring. ``removed`` bonds bring it below the threshold when ``verified``.

    ``score`` is that of the ring, ``score_without`` the highest of any ring that holds half of its
    accounts after the removal, 0 where none does; both on all events of the city. ``attributions`` are the
    evidence that moved the score most, ``events`` how many events the removed bonds stand for, ``asked``
    counts the engine's runs.
    """

    stands: bool
    removed: tuple[Bond, ...]
    score: float
    score_without: float
    verified: bool
    attributions: tuple[Attribution, ...]
    asked: int

    @property
    def events(self) -> int:
        """How many events the removed bonds stand for."""
        return sum(bond.events for bond in self.removed)

    @property
    def words(self) -> str:
        """A sentence or two for an investigator."""
        if not self.stands:
            return (
                f"No ring holds half of these accounts (score {self.score:.2f}): there is nothing to explain"
            )
        without = _listed([bond.words for bond in self.removed]) or "anything"
        if self.verified:
            scores = f"score {self.score:.2f}, then {self.score_without:.2f}"
            said = f"Without {without} this is not a ring ({scores})"
        else:
            said = f"It still stands at {self.score_without:.2f} without {without}"
        most = _listed([each.words for each in self.attributions])
        return f"{said}. Most moved by {most}" if most else said


def explain(
    events: Iterable[EventBase],
    accounts: Collection[str],
    scorer: Scorer | MemberScorer,
    config: EngineConfig | None = None,
    threshold: float | None = None,
) -> Explanation:
    """Explain the ring of ``accounts`` on the city's ``events``, given in order.

    For several rings of one city make one :class:`Explainer`. Cost: as there.
    """
    return Explainer(events, scorer, config, threshold).explain(accounts)


class Explainer:
    """Explains rings of one city.

    Cost: two passes over the events; for each ring some dozens of runs of the engine over the events that
    bear on it, and one over all; where the short way fails, some dozens over all.
    """

    def __init__(
        self,
        events: Iterable[EventBase],
        scorer: Scorer | MemberScorer,
        config: EngineConfig | None = None,
        threshold: float | None = None,
    ) -> None:
        self._scorer = scorer
        self._config = config or EngineConfig()
        self._threshold = threshold
        self._city = City(events)
        self._features: dict[frozenset[str], tuple[float, ...]] = {}
        judged: dict[tuple[int, ...], tuple[float, ...]] = {}

        def observe(judgement: Judgement, values: list[float], _: Moment) -> None:
            judged[judgement.accounts] = tuple(values)

        self._live = Engine(self._config, scorer, observe)
        self._live.apply(self._city.batch)
        self._rings = self._live.rings()
        held = {account for ring in self._rings for account in ring.accounts}
        for numbers, values in judged.items():
            names = frozenset(self._live.entity_index.names(list(numbers)))
            if not held.isdisjoint(names):
                self._features[names] = values

    def explain(self, accounts: Collection[str]) -> Explanation:
        """The bonds without which ``accounts`` would be no ring, and the evidence that moved its score."""
        members = frozenset(accounts)
        ring = self._ring_of(members)
        if ring is None:
            return Explanation(False, (), 0.0, 0.0, False, (), 0)
        limit = self._limit_of(ring)
        if ring.score < limit:
            return Explanation(False, (), ring.score, 0.0, False, (), 0)
        whole, near = self._city.whole(), self._city.near(members)
        found = _Search(self, near, members, limit)
        removed = found.bonds_that_clear()
        check = _Search(self, whole, members, limit)
        reached, _ = check.ask(removed) if removed else (ring.score, 0.0)
        asked = found.runs + check.runs
        if reached >= limit or not removed:
            removed = check.bonds_that_clear()
            reached, _ = check.ask(removed)
            asked = found.runs + check.runs
        features = self._features.get(frozenset(ring.accounts), ())
        # What evidence does to a score that reads members too cannot be asked of the evidence alone.
        is_attributable = bool(features) and not isinstance(self._scorer, MemberScorer)
        attributions = strongest_attributions(features, cast(Scorer, self._scorer)) if is_attributable else ()
        return Explanation(True, tuple(removed), ring.score, reached, reached < limit, attributions, asked)

    def belonging(self, accounts: Collection[str]) -> list[Belonging]:
        """Why each account of the ring of ``accounts`` belongs to it, by name.

        Empty where no ring holds half of them, or the scorer completes none.
        """
        ring = self._ring_of(frozenset(accounts))
        if ring is None or not isinstance(self._scorer, Completer):
            return []
        return belonging_in(self._live, ring, self._scorer.members)

    def _limit_of(self, ring: Ring) -> float:
        """The score from which on a ring stands."""
        if self._threshold is not None:
            return self._threshold
        opens = self._config.policy.review
        return opens if ring.score >= opens else ANY

    def _ring_of(self, members: frozenset[str]) -> Ring | None:
        """The likeliest ring that holds half of some accounts."""
        held = (ring for ring in self._rings if _holds(members, ring.accounts))
        return max(held, key=lambda ring: ring.score, default=None)

    def standing(self, events: EventBatch, members: frozenset[str]) -> tuple[float, float]:
        """The best score of an open ring with half of the members (0: none), and the members' mean score."""
        engine = Engine(self._config, self._scorer)
        engine.apply(events)
        held = [ring.score for ring in engine.rings() if _holds(members, ring.accounts)]
        scores = [each.score for each in engine.accounts() if each.account_id in members]
        return max(held, default=0.0), sum(scores) / max(len(scores), 1)

    @property
    def city(self) -> City:
        """The events."""
        return self._city


class _Search:
    """The greedy search for one ring's bonds on one set of rows."""

    def __init__(self, explainer: Explainer, rows: Rows, members: frozenset[str], limit: float) -> None:
        self._explainer = explainer
        self._limit = limit
        self._rows = rows
        self._members = members
        self.runs = 0

    def ask(self, gone: Collection[Bond]) -> tuple[float, float]:
        """How the ring stands without some bonds."""
        self.runs += 1
        city = self._explainer.city
        if gone:
            left = city.without(self._rows, self._members, _matcher(gone, self._members))
        else:
            left = city.batch[self._rows]
        return self._explainer.standing(left, self._members)

    def bonds_that_clear(self) -> list[Bond]:
        """Bonds without which the ring does not stand on these rows; the best found where there are none.

        First single bonds; where ``MOST_REMOVED`` of them do not clear it, all bonds of a kind at once. Empty
        when it does not stand on these rows as they are.
        """
        if self.ask(())[0] < self._limit:
            return []
        events = self._explainer.city.events
        bonds = bonds_of([events[row] for row in self._rows.tolist()], self._members)
        removed, reached = self._greedy(bonds[:MOST_BONDS])
        if reached >= self._limit:
            removed, _ = self._greedy(by_kind(bonds))
        return removed

    def _greedy(self, bonds: Sequence[Bond]) -> tuple[list[Bond], float]:
        """Bonds taken away, the best next one each time, and what the ring reaches without them."""
        limit = self._limit
        alone = sorted((self.ask((bond,)), n) for n, bond in enumerate(bonds))
        if not alone:
            return [], limit
        pool = [bonds[n] for _, n in alone[:WIDTH]]
        removed = [pool.pop(0)]
        reached = alone[0][0][0]
        while pool and reached >= limit and len(removed) < MOST_REMOVED:
            (reached, _), best = min((self.ask([*removed, bond]), n) for n, bond in enumerate(pool))
            removed.append(pool.pop(best))
        if reached < limit:
            for bond in list(removed):
                rest = [each for each in removed if each is not bond]
                if rest and (found := self.ask(rest)[0]) < limit:
                    removed, reached = rest, found
        return removed, reached


def _holds(members: frozenset[str], accounts: Collection[str]) -> bool:
    return 2 * len(members.intersection(accounts)) >= len(members)


def bonds_of(events: Sequence[EventBase], members: frozenset[str]) -> list[Bond]:
    """The bonds of two members or more, those of most members and then of most events first."""
    seen: dict[tuple[LinkKind, str], list[tuple[str, int]]] = defaultdict(list)
    for event in events:
        for tie in ties_of(event):
            if tie.source in members and (tie.kind is not LinkKind.REFERRED or tie.target in members):
                key = (tie.kind, "" if tie.kind is LinkKind.REFERRED else tie.target)
                seen[key].append((tie.target if tie.kind is LinkKind.REFERRED else tie.source, event.ts))
    bonds = [_bond(kind, (target,), uses) for (kind, target), uses in sorted(seen.items())]
    shared = [bond for bond in bonds if bond.members > 1]
    return sorted(shared, key=lambda bond: (-bond.members, -bond.events, bond.kind, bond.targets))


def by_kind(bonds: Sequence[Bond]) -> list[Bond]:
    """All bonds of a kind as one; ``members`` is how many the widest of them has."""
    kinds: dict[LinkKind, list[Bond]] = defaultdict(list)
    for bond in bonds:
        kinds[bond.kind].append(bond)
    return [
        Bond(
            kind,
            tuple(sorted(target for bond in some for target in bond.targets)),
            max(bond.members for bond in some),
            sum(bond.events for bond in some),
            min(bond.first_ms for bond in some),
            max(bond.last_ms for bond in some),
        )
        for kind, some in sorted(kinds.items())
    ]


def _bond(kind: LinkKind, targets: tuple[str, ...], uses: Sequence[tuple[str, int]]) -> Bond:
    times = [ts for _, ts in uses]
    return Bond(kind, targets, len({name for name, _ in uses}), len(uses), min(times), max(times))


def _matcher(gone: Collection[Bond], members: frozenset[str]) -> Callable[[Tie], bool]:
    wanted = {(bond.kind, target) for bond in gone for target in bond.targets}

    def matches(tie: Tie) -> bool:
        if tie.source not in members:
            return False
        if tie.kind is LinkKind.REFERRED:
            return (tie.kind, "") in wanted and tie.target in members
        return (tie.kind, tie.target) in wanted

    return matches


def _several(word: str) -> str:
    return {"address": "addresses", "ip": "addresses"}.get(word, f"{word}s")


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""
