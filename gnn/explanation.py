"""Why a ring is one: the ties without which the engine would not say so, found by asking it again.

Candidates for removal are *bonds*: everything that ties members to one identifier, the trips of members
with one driver, the referrals among members. A ring stands while an open ring holds at least half of
its accounts with a score of ``threshold`` or more. Bonds are taken away greedily, the one that lowers
the score most first, among the ``WIDTH`` that do most by themselves; then each is put back for trial.
What is left is minimal: with any one of its bonds put back the ring stands. Every statement is a run of
the engine over the events as they would have been (``gnn.removal``), never an estimate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from gnn.removal import Tie, ties_of, without
from gnn.vicinity import vicinity
from graph.engine import Engine, EngineConfig
from graph.events import EventBase
from graph.scoring import Scorer
from graph.vocabulary import LinkKind

MOST_BONDS: Final = 14
WIDTH: Final = 6
MOST_REMOVED: Final = 5
BATCH: Final = 10_000


@dataclass(frozen=True, slots=True)
class Bond:
    """Ties of one sort: ``target`` is an identifier or a driver; "" for the referrals among members."""

    kind: LinkKind
    target: str
    members: int
    events: int
    first_ms: int
    last_ms: int

    @property
    def words(self) -> str:
        """The bond in words, as in "without ..."."""
        if self.kind is LinkKind.REFERRED:
            return f"the {self.events} referrals among them"
        if self.kind is LinkKind.RODE_WITH:
            return f"the {self.events} trips of {self.members} of them with driver {self.target} {self._when}"
        named = self.kind.removeprefix("uses_").replace("_", " ")
        if self.kind is LinkKind.REDEEMED:
            return f"promotion {self.target}, taken by {self.members} of them"
        return f"{named} {self.target} of {self.members} of them"

    @property
    def _when(self) -> str:
        first, last = (
            datetime.fromtimestamp(ms / 1000, UTC).strftime("%-d %B") for ms in (self.first_ms, self.last_ms)
        )
        return f"of {first}" if first == last else f"of {first} to {last}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """``removed`` bonds bring the ring below the threshold when ``verified``.

    ``score`` is that of the ring on the events that bear on it, ``score_without`` the highest of any ring
    that holds half of its accounts after the removal, 0 where none does. ``asked`` counts the engine's runs.
    """

    removed: tuple[Bond, ...]
    score: float
    score_without: float
    verified: bool
    asked: int

    @property
    def words(self) -> str:
        """One sentence for an investigator."""
        if not self.verified:
            return (
                f"No {MOST_REMOVED} bonds would clear it: it stands at {self.score_without:.2f} without "
                f"{_listed([bond.words for bond in self.removed]) or 'anything'}"
            )
        return (
            f"Without {_listed([bond.words for bond in self.removed])} this is not a ring "
            f"(score {self.score:.2f}, then {self.score_without:.2f})"
        )


def explain(
    events: Sequence[EventBase],
    accounts: Collection[str],
    scorer: Scorer,
    config: EngineConfig | None = None,
    threshold: float | None = None,
) -> Explanation:
    """Explain the ring of ``accounts`` on the city's ``events``, given in order.

    Cost: one pass over the events, and some dozens of runs over those that bear on the ring.
    """
    config = config or EngineConfig()
    limit = config.policy.review if threshold is None else threshold
    members = frozenset(accounts)
    near = vicinity(events, members)
    runs = 0

    def ask(gone: Collection[Bond]) -> tuple[float, float]:
        nonlocal runs
        runs += 1
        matches = _matcher(gone, members)
        return standing(list(without(near, matches)) if gone else near, members, scorer, config)

    score, _ = ask(())
    bonds = bonds_of(near, members)
    if score < limit:
        return Explanation((), score, score, True, runs)
    alone = sorted((ask((bond,)), n) for n, bond in enumerate(bonds))
    removed: list[Bond] = []
    reached = score
    pool = [bonds[n] for _, n in alone[:WIDTH]]
    while pool and reached >= limit and len(removed) < MOST_REMOVED:
        if removed:
            (reached, _), best = min((ask([*removed, bond]), n) for n, bond in enumerate(pool))
        else:
            ((reached, _), _), best = alone[0], 0
        removed.append(pool.pop(best))
    for bond in list(removed):
        rest = [each for each in removed if each is not bond]
        if reached < limit and rest:
            found, _ = ask(rest)
            if found < limit:
                removed, reached = rest, found
    return Explanation(tuple(removed), score, reached, reached < limit, runs)


def standing(
    events: Sequence[EventBase], members: frozenset[str], scorer: Scorer, config: EngineConfig
) -> tuple[float, float]:
    """The best score of an open ring with half of the members (0: none), and the members' mean score."""
    engine = Engine(config, scorer)
    for start in range(0, len(events), BATCH):
        engine.apply(events[start : start + BATCH])
    held = [
        ring.score for ring in engine.rings() if 2 * len(members.intersection(ring.accounts)) >= len(members)
    ]
    scores = [each.score for each in engine.accounts() if each.account_id in members]
    return max(held, default=0.0), sum(scores) / max(len(scores), 1)


def bonds_of(events: Sequence[EventBase], members: frozenset[str]) -> list[Bond]:
    """The bonds of two members or more, those of most events first; at most ``MOST_BONDS``."""
    seen: dict[tuple[LinkKind, str], list[tuple[str, int]]] = defaultdict(list)
    for event in events:
        for tie in ties_of(event):
            if tie.source in members and (tie.kind is not LinkKind.REFERRED or tie.target in members):
                key = (tie.kind, "" if tie.kind is LinkKind.REFERRED else tie.target)
                seen[key].append((tie.target if tie.kind is LinkKind.REFERRED else tie.source, event.ts))
    bonds = [
        Bond(
            kind,
            target,
            len({name for name, _ in uses}),
            len(uses),
            min(ts for _, ts in uses),
            max(ts for _, ts in uses),
        )
        for (kind, target), uses in sorted(seen.items())
    ]
    shared = [bond for bond in bonds if bond.members > 1]
    return sorted(shared, key=lambda bond: (-bond.members, -bond.events, bond.kind, bond.target))[:MOST_BONDS]


def _matcher(gone: Collection[Bond], members: frozenset[str]) -> Callable[[Tie], bool]:
    wanted = {(bond.kind, bond.target) for bond in gone}

    def matches(tie: Tie) -> bool:
        if tie.source not in members:
            return False
        if tie.kind is LinkKind.REFERRED:
            return (tie.kind, "") in wanted and tie.target in members
        return (tie.kind, tie.target) in wanted

    return matches


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""
