"""A candidate completed: who belongs stays or comes, who does not is left out. See ``graph.completion``."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from graph.completion.completing import COMES, LEAST_AROUND, MOST_AROUND, STAYS, TURNS
from graph.completion.creations import NEAR_MS
from graph.completion.features import GROUP, OWN
from graph.completion.membership import MOST_LINKS
from graph.completion.surroundings import MOST_USERS
from graph.engine.completion import COMPLETED_FROM
from graph.kernels.geometry import distance_km
from graph.model.shapes import LARGE, LARGE_GROWTH, Shape
from graph.model.vocabulary import EntityKind
from graph.state.accounts import UNKNOWN_MS
from graph.state.sizes import COMPLETED
from graph.state.trees import Trees
from graph.updates.independence import AT_HOME, LIVES
from graph.updates.sharing import DAY_MS
from tests.twin.adjacency import Adjacency
from tests.twin.candidates import Candidate
from tests.twin.entity_graph import EntityGraph
from tests.twin.evidence.sharing import ratio
from tests.twin.hands import is_led_away
from tests.twin.independence import independence

__all__ = ["COMPLETED_FROM", "Completion", "Completions"]

Meet = Callable[[Sequence[int], Shape], tuple[tuple[int, ...], list[tuple[int, ...]], tuple[int, ...]]]
"""Of accounts, those of the ring that they continue, of each ring merged into it, and those in no ring."""

_distance_km = distance_km.py_func  # type: ignore[attr-defined]
_FIRST = {EntityKind.DEVICE: 0, EntityKind.CARD: 2, EntityKind.IP: 6}


@dataclass(frozen=True, slots=True)
class Completion:
    """Who belongs, ascending, and how likely each account of the candidate does."""

    accounts: tuple[int, ...]
    belonging: dict[int, float]
    is_apart: bool
    """Whether these are newcomers to the ring that would have gone on, who do not know it."""


class Completions:
    """Completes candidates of one graph."""

    def __init__(self, graph: EntityGraph, trees: Trees, min_accounts: int) -> None:
        self._graph = graph
        self._trees = list(
            zip(trees.features.tolist(), trees.thresholds.tolist(), trees.leaves.tolist(), strict=True)
        )
        self._min_accounts = min_accounts

    def can_complete(self, candidate: Candidate) -> bool:
        """Whether a candidate has few enough accounts, and there is somebody to ask."""
        return bool(self._trees) and len(candidate.accounts) <= COMPLETED - MOST_AROUND

    def complete(self, candidate: Candidate, held: tuple[int, ...], meet: Meet) -> Completion | None:
        """Another candidate, or None.

        It starts from those ``held`` by the ring that goes on, from all of the candidate where there is none.
        ``meet`` says which rings it would make one.
        """
        before = candidate.accounts
        marked = held or before
        most = len(before) + min(MOST_AROUND, max(LEAST_AROUND, len(before)))
        belonging: dict[int, float] = {}
        for _ in range(TURNS):
            asked = [*before, *(a for a in marked if a not in before)]
            asked += sorted(self._around(marked, asked, most))
            likely = self._likely(marked, asked, candidate.shape)
            belonging = {account: likely[account] for account in before}
            found = tuple(sorted(a for a in asked if likely[a] >= (STAYS if a in belonging else COMES)))
            if len(found) < self._min_accounts:
                marked = before
                break
            changed = len(set(found) ^ set(marked))
            marked = found
            if changed == 0 or (len(marked) > LARGE and LARGE_GROWTH * changed < len(marked)):
                break
        marked, is_apart = self._without_strange_rings(marked, candidate.shape, meet)
        if marked == before or len(marked) < self._min_accounts:
            return None
        return Completion(marked, belonging, is_apart)

    def _without_strange_rings(
        self, members: tuple[int, ...], shape: Shape, meet: Meet
    ) -> tuple[tuple[int, ...], bool]:
        """The members without the rings that would be merged and do not know the one that goes on.

        Of the newcomers alone, where these do not know it; whether it is so.
        """
        ours, strangers, newcomers = meet(members, shape)
        for others in strangers:
            if not (self._know(ours, others, members, shape) and self._know(others, ours, members, shape)):
                members = tuple(a for a in members if a not in others)
        if not ours or len(newcomers) < self._min_accounts or self._know(newcomers, ours, members, shape):
            return members, False
        return newcomers, True

    def _know(
        self, marked: Collection[int], others: Collection[int], members: Sequence[int], shape: Shape
    ) -> bool:
        """Whether at least half of the others belong with the marked, both among the members."""
        likely = self._likely(sorted(marked), members, shape)
        return 2 * sum(likely[a] >= STAYS for a in others) >= len(others)

    def belong(self, marked: Sequence[int], missing: Iterable[int], shape: Shape) -> bool:
        """Whether the missing among the marked belong with them."""
        if not self._trees or len(marked) > COMPLETED:
            return False
        likely = self._likely(marked, marked, shape)
        uses = self._uses(marked)
        parted = any(self._is_parted(account, set(marked), uses) for account in marked)
        return not parted and all(likely[a] >= STAYS and self._is_tied(a, set(marked), uses) for a in missing)

    def _is_tied(self, account: int, marked: Collection[int], uses: Counter[int]) -> bool:
        """Whether anything but likeness ties an account of the marked to the others."""
        graph = self._graph
        pairs = (
            (graph.drivers_of, graph.riders_of),
            (graph.referrals, graph.referrers),
            (graph.payees, graph.payers),
            (graph.lost_drivers, graph.lost_riders),
        )
        shared = self._shared(account, 1, uses)
        met = any(self._met(account, marked, out, back)[0] for out, back in pairs)
        return met or any(shared[first] > 0 for first in (0, 2, 4, 6))

    def _uses(self, marked: Sequence[int]) -> Counter[int]:
        """How many of the marked use each identifier and took each promotion."""
        graph = self._graph
        uses = Counter(x for a in marked for x in graph.identifiers.get(a, ()))
        uses.update(x for a in marked for x in graph.redeemed.get(a, ()))
        return Counter({x: count for x, count in uses.items() if not graph.is_declared_public(x)})

    def _is_parted(self, account: int, marked: Collection[int], uses: Counter[int]) -> bool:
        """Whether an analyst has cut the account from something that others of the marked use."""
        own = account in marked
        return any(
            cut == account and uses[x] > own for cut, x in self._graph.cuts() if self._is_used(account, x)
        )

    def _is_used(self, account: int, identifier: int) -> bool:
        return identifier in self._graph.identifiers.get(account, ())

    def _around(self, marked: Sequence[int], known: Sequence[int], most: int) -> list[int]:
        graph = self._graph
        reached: Counter[int] = Counter()
        taken = set(known)
        seen: set[int] = set()
        found: list[int] = []

        def reach(account: int, weight: int) -> None:
            if account in taken or len(known) + len(found) >= most:
                return
            reached[account] += weight
            if reached[account] >= 2:
                taken.add(account)
                found.append(account)

        def few(met: dict[int, int]) -> dict[int, int]:
            return met if len(met) <= MOST_LINKS else {}

        for account in marked:
            for identifier in graph.identifiers.get(account, ()):
                if identifier not in seen:
                    seen.add(identifier)
                    if len(graph.users[identifier]) <= MOST_USERS and not graph.is_declared_public(
                        identifier
                    ):
                        for user in graph.users[identifier]:
                            reach(user, 2)
            for adjacency in (graph.referrals, graph.payees, graph.referrers, graph.payers):
                for other in few(adjacency.get(account, {})):
                    reach(other, 2)
        for account in marked:
            for driver in few(graph.drivers_of.get(account, {})):
                reach(driver, 1)
            for rider, link in few(graph.riders_of.get(account, {})).items():
                if graph.links.count[link] > 1:
                    reach(rider, 1)
        return found

    def _likely(self, marked: Sequence[int], asked: Sequence[int], shape: Shape) -> dict[int, float]:
        """The probability that each account asked about belongs with the marked."""
        graph = self._graph
        inside = set(marked)
        uses = self._uses(marked)
        groups = Counter(label for a in marked if (label := graph.clusters.label(a)) is not None)
        created = [graph.accounts[a].created_ms for a in marked if graph.accounts[a].created_ms != UNKNOWN_MS]
        middle = self._middle(marked)
        rows = {a: self._row(a, inside, uses, groups, created, middle) for a in asked}
        counted = [rows[a] for a in asked if a in inside]
        means = [0.0] * len(OWN)
        for row in counted:
            means = [mean + value for mean, value in zip(means, row, strict=True)]
        means = [mean / max(1, len(marked)) for mean in means]
        of_set = [
            min(1.0, math.log(max(1, len(marked))) / math.log(300)),
            float(shape is Shape.CIRCLE),
            float(shape is Shape.VISIT),
        ]
        likely = {}
        for account, row in rows.items():
            beside = [0.5 * (1.0 + value - mean) for value, mean in zip(row, means, strict=True)]
            total = self._leaves([*row, *beside, *means, *self._of_group(account, rows), *of_set])
            parted = self._is_parted(account, inside, uses)
            likely[account] = 0.0 if parted else 1.0 / (1.0 + math.exp(-total))
        return likely

    def _of_group(self, account: int, rows: dict[int, list[float]]) -> list[float]:
        """The means of those asked about who are in one cluster with an account."""
        own = self._graph.clusters.label(account)
        group = [a for a in rows if own is not None and self._graph.clusters.label(a) == own] or [account]
        places = [list(OWN).index(name) for name in GROUP]
        means = []
        for place in places:
            total = 0.0
            for each in group:
                total += rows[each][place]
            means.append(total / len(group))
        return means

    def _leaves(self, features: Sequence[float]) -> float:
        total = 0.0
        for split, threshold, leaf in self._trees:
            node = 0
            while node < len(split):
                node = 2 * node + (2 if features[split[node]] > threshold[node] else 1)
            total += leaf[node - len(split)]
        return total

    def _middle(self, marked: Sequence[int]) -> tuple[float, float] | None:
        accounts = [self._graph.accounts[a] for a in marked]
        known = [a for a in accounts if a.pickups > 0 and not a.is_driver]
        if not known:
            return None
        half = len(known) // 2
        lats = sorted(a.pickup_lat / a.pickups for a in known)
        return lats[half], sorted(a.pickup_lon / a.pickups for a in known)[half]

    def _row(
        self,
        account: int,
        marked: Collection[int],
        uses: Counter[int],
        groups: Counter[int],
        created: Sequence[int],
        middle: tuple[float, float] | None,
    ) -> list[float]:
        graph, facts = self._graph, self._graph.accounts[account]
        inside = int(account in marked)
        others = max(1, len(marked) - inside)
        trips, all_trips, partners, all_partners = self._met(
            account, marked, graph.drivers_of, graph.riders_of
        )
        _, _, referrals, all_referrals = self._met(account, marked, graph.referrals, graph.referrers)
        payments, all_payments, _, _ = self._met(account, marked, graph.payees, graph.payers)
        cancelled, _, _, _ = self._met(account, marked, graph.lost_drivers, graph.lost_riders)
        led = sum(
            other in marked and is_led_away(graph, *pair)
            for slot in (graph.payees, graph.payers)
            for other in (slot.get(account, {}) if len(slot.get(account, {})) <= MOST_LINKS else ())
            for pair in [(account, other) if slot is graph.payees else (other, account)]
        )
        same = max((uses[x] - inside for x in graph.redeemed.get(account, ()) if x in uses), default=0)
        near = sum(abs(moment - facts.created_ms) <= NEAR_MS for moment in created)
        bits = independence(graph, facts)
        days = (facts.last_ms - facts.first_ms) / DAY_MS
        away = 0.5
        if facts.pickups > 0 and middle is not None:
            km = _distance_km(facts.pickup_lat / facts.pickups, facts.pickup_lon / facts.pickups, *middle)
            away = km / (km + 2.0)
        label = graph.clusters.label(account)
        grouped = 0 if label is None else max(0, groups[label] - inside)
        return [
            *self._shared(account, inside, uses),
            ratio(trips, all_trips),
            trips / (trips + 3.0),
            ratio(partners, all_partners),
            partners / (partners + 2.0),
            referrals / (referrals + 1.0),
            ratio(referrals, all_referrals),
            payments / (payments + 2.0),
            ratio(payments, all_payments),
            led / (led + 1.0),
            min(1.0, same / others),
            facts.promos / (facts.promos + 1.0),
            0.0 if facts.created_ms == UNKNOWN_MS else min(1.0, max(0, near - inside) / others),
            float(bits & LIVES != 0),
            float(bits & AT_HOME != 0),
            facts.trips / (facts.trips + 5.0),
            days / (days + 7.0),
            float(facts.is_driver),
            facts.chargebacks / (facts.chargebacks + 1.0),
            away,
            cancelled / (cancelled + 1.0),
            min(1.0, grouped / others),
        ]

    def _shared(self, account: int, inside: int, uses: Counter[int]) -> list[float]:
        graph = self._graph
        parts = [0.0] * 8
        addresses = shared = 0
        for identifier in graph.identifiers.get(account, ()):
            kind = graph.entities.kind(identifier)
            addresses += kind is EntityKind.IP
            count = uses[identifier] - inside if identifier in uses else 0
            if count > 0:
                shared += kind is EntityKind.IP
                first = _FIRST.get(kind, 4)
                users = max(1, len(graph.users[identifier]) - 1)
                parts[first] = max(parts[first], count / users)
                parts[first + 1] = max(parts[first + 1], count / (count + 2.0))
        return [*parts, shared / (shared + 2.0), ratio(shared, addresses)]

    def _met(
        self, account: int, marked: Collection[int], out: Adjacency, back: Adjacency
    ) -> tuple[int, int, int, int]:
        """Of two lists: events with marked accounts and in all, such accounts and all."""
        lists = [out.get(account, {}), back.get(account, {})]
        unread = sum(len(links) for links in lists if len(links) > MOST_LINKS)
        met = [each for links in lists if len(links) <= MOST_LINKS for each in links.items()]
        counts = [(self._graph.links.count[link], other in marked) for other, link in met]
        return (
            sum(count for count, is_marked in counts if is_marked),
            unread + sum(count for count, _ in counts),
            sum(is_marked for _, is_marked in counts),
            unread + len(counts),
        )
