"""From a touched account to the accounts that may be one ring: clusters joined by what corroborates.

A *unit* is a cluster (or a single account). Two units belong to one candidate when

* an address ties them: at most ``SEMI_PRIVATE_SHARERS`` use it, and at least half of its users stand in
  clusters, so that its users do not look independent of each other. An office, a campus or a cafe fails
  this: its users come with phones and cards of their own. Each of the two units is at home there: two or
  more of its accounts use it, if it has that many;
* one referred the other, and both are clusters, or both use one semi-private address;
* an account of one is the hand that brought an account of the other, or that it pays, and the latter depends
  on it: it leads no life of its own, or its money was led away;
* riders of one keep losing trips to a driver of the other, to whom several do;
* a driver of one rides with riders of the other: two or more accounts in the same hand, three or more
  trips since these accounts began to share, more than chance explains, and a sixth of all their trips since
  then. Independent riders do not do that.

All five are symmetric functions of the graph's present state, so a candidate does not depend on the
account it is assembled from. Cost: O(links of the candidate's accounts); at most ``MAX_ACCOUNTS``
accounts are gathered, nearest units first, and a candidate that was cut there says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from graph.candidates.gathering import CLUSTERED_SHARE, MAX_ACCOUNTS, MOST_HANDS
from graph.candidates.joint_rides import JOINING_SHARE, MIN_JOINING_RIDERS, MIN_JOINING_TRIPS
from graph.candidates.visits import CHANCE_MARGIN
from graph.model.shapes import Shape
from graph.model.vocabulary import EntityKind
from graph.updates.sharing import SEMI_PRIVATE_SHARERS
from tests.twin.entity_graph import EntityGraph
from tests.twin.hands import brings, is_let_down, is_paid, keeps_losing, lives, pays


@dataclass(frozen=True, slots=True)
class Candidate:
    """Accounts that may be one ring, ascending; ``truncated`` when there were more than MAX_ACCOUNTS.

    One that is ``hurried`` is due again at each event of its accounts, while it is small.
    """

    accounts: tuple[int, ...]
    shape: Shape = Shape.CLUSTERS
    truncated: bool = False
    hurried: bool = False


class Assembler:
    """Gathers the candidate around an account; holds what it works out for the length of one gathering."""

    def __init__(self, graph: EntityGraph) -> None:
        self._graph = graph
        self._addresses: dict[int, bool] = {}
        self._ridden: dict[tuple[int, int], bool] = {}

    def gather(self, seeds: tuple[int, ...]) -> Candidate:
        """The candidate that holds the seed accounts."""
        self._addresses.clear()
        self._ridden.clear()
        gathered: dict[int, None] = {}
        waiting: dict[int, None] = {}
        truncated = False
        for seed in seeds:
            self._admit(seed, gathered, waiting)
        while waiting:
            account = next(iter(waiting))
            del waiting[account]
            for other in self._corroborated(account, gathered):
                if other in gathered:
                    continue
                if len(gathered) >= MAX_ACCOUNTS:
                    truncated = True
                    break
                self._admit(other, gathered, waiting)
        return Candidate(tuple(sorted(gathered)), truncated=truncated)

    def _admit(self, account: int, gathered: dict[int, None], waiting: dict[int, None]) -> None:
        for member in self._graph.cluster(account):
            gathered[member] = None
            waiting[member] = None

    def _corroborated(self, account: int, gathered: dict[int, None]) -> list[int]:
        """Accounts outside ``gathered`` whose units belong with this account's."""
        graph = self._graph
        found: list[int] = []
        addresses = [
            identifier
            for identifier in graph.identifiers.get(account, ())
            if graph.entities.kind(identifier) is EntityKind.IP
            and 2 <= len(graph.users[identifier]) <= SEMI_PRIVATE_SHARERS
        ]
        for address in addresses:
            if self._ties(address) and self._at_home(account, address):
                found.extend(
                    other
                    for other in graph.users[address]
                    if other not in gathered and self._at_home(other, address)
                )
        shared = graph.is_shared(account)
        found.extend(
            other
            for adjacency in (graph.referrals, graph.referrers)
            for other in adjacency.get(account, ())
            if (shared and graph.is_shared(other)) or any(other in graph.users[a] for a in addresses)
        )
        found.extend(self._in_one_hand(account))
        found.extend(self._in_losses(account))
        found.extend(
            rider
            for rider in graph.riders_of.get(account, ())
            if rider not in gathered and graph.is_shared(rider) and self._rides(rider, account)
        )
        if shared:
            found.extend(
                driver
                for driver in graph.drivers_of.get(account, ())
                if driver not in gathered and self._rides(account, driver)
            )
        return found

    def _in_one_hand(self, account: int) -> list[int]:
        """Whose hand the account is, then the hands that it depends on."""
        graph = self._graph
        found: list[int] = []
        if brings(graph, account):
            brought = islice(graph.referrals[account], MAX_ACCOUNTS)
            found.extend(other for other in brought if not lives(graph, other))
        if is_paid(graph, account):
            payers = islice(graph.payers[account], MAX_ACCOUNTS)
            found.extend(other for other in payers if pays(graph, other, account))
        referrers = islice(graph.referrers.get(account, {}), MOST_HANDS)
        found.extend(hand for hand in referrers if not lives(graph, account) and brings(graph, hand))
        payees = islice(graph.payees.get(account, {}), MOST_HANDS)
        found.extend(hand for hand in payees if pays(graph, account, hand) and is_paid(graph, hand))
        return found

    def _in_losses(self, account: int) -> list[int]:
        """The drivers to whom an account keeps losing trips, then the riders who keep losing to it."""
        graph = self._graph
        drivers = islice(graph.lost_drivers.get(account, {}), MOST_HANDS)
        found = [each for each in drivers if keeps_losing(graph, account, each) and is_let_down(graph, each)]
        if is_let_down(graph, account):
            riders = islice(graph.lost_riders[account], MAX_ACCOUNTS)
            found.extend(each for each in riders if keeps_losing(graph, each, account))
        return found

    def _ties(self, address: int) -> bool:
        """Whether the users of an address mostly stand in clusters."""
        known = self._addresses.get(address)
        if known is None:
            users = self._graph.users[address]
            clustered = sum(map(self._graph.is_shared, users))
            known = self._addresses[address] = clustered >= CLUSTERED_SHARE * len(users)
        return known

    def _at_home(self, account: int, address: int) -> bool:
        """Whether the account's unit uses the address, and not this account alone of several."""
        unit = self._graph.cluster(account)
        return len(unit) == 1 or sum(member in self._graph.users[address] for member in unit) > 1

    def _rides(self, rider: int, driver: int) -> bool:
        """Whether the rider's cluster rides with the driver more than strangers would."""
        label = self._graph.clusters.label(rider)
        assert label is not None
        known = self._ridden.get((label, driver))
        if known is None:
            known = self._ridden[label, driver] = self._rides_more(self._graph.cluster(rider), driver)
        return known

    def _rides_more(self, riders: Sequence[int], driver: int) -> bool:
        graph, links = self._graph, self._graph.links
        met = graph.riders_of[driver]
        if sum(member in met for member in riders) < MIN_JOINING_RIDERS:
            return False
        those = trips = total = 0
        for member in riders:
            since = joined_ms(graph, member)
            for other, link in graph.drivers_of.get(member, {}).items():
                if links.last_ms[link] >= since:
                    total += links.count[link]
                    if other == driver:
                        those += 1
                        trips += links.count[link]
        chance = MIN_JOINING_TRIPS - 1 + CHANCE_MARGIN * graph.expected_trips(driver, trips, total)
        return those >= MIN_JOINING_RIDERS and trips > chance and trips >= JOINING_SHARE * total


def joined_ms(graph: EntityGraph, account: int) -> int:
    """When the account first used an identifier that ties it to its cluster; 0 when none does."""
    return min(
        (
            graph.links.first_ms[link]
            for identifier, link in graph.identifiers.get(account, {}).items()
            if account in graph.connects(identifier)
        ),
        default=0,
    )
