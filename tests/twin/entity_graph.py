"""The entity graph: events become links, links become clusters, all of it exact at every event.

A *cluster* is a component of accounts joined through identifiers that connect (see ``tests.twin.sharing``).
Everything an event changes is local: the links it touches, the identifiers at their ends, and the
components these connect. Cost of an event: O(links it touches), plus O(sharers) for an identifier whose
sharers changed.

Here is who uses which identifier and whom that connects; what each type of event does is in
``tests.twin.applying``, what leaves the window in ``tests.twin.ageing``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from graph.model.events import EventBase, GpsPing
from graph.model.vocabulary import IDENTITY_LINKS, EntityKind
from graph.updates.sharing import CONNECTING, SETTLED_MS
from tests.twin.accounts import Account, Accounts, City
from tests.twin.adjacency import NOBODY, Adjacency, drop
from tests.twin.ageing import age
from tests.twin.applying import apply_event
from tests.twin.components import Components
from tests.twin.entities import EntityIndex
from tests.twin.independence import independence, is_independent
from tests.twin.links import LinkTable
from tests.twin.rides import RideFacts
from tests.twin.sharing import Tenure, connected, strength
from tests.twin.trips import Integrity


@dataclass(slots=True)
class Touched:
    """What one event changed: the accounts it names, and those whose cluster or rides changed."""

    accounts: list[int] = field(default_factory=list)
    regrouped: set[int] = field(default_factory=set)
    faded: set[int] = field(default_factory=set)
    """Accounts some of whose rides fell out of the window."""


class EntityGraph:
    """Accounts, identifiers and the live links between them, with the clusters they form."""

    def __init__(self, window_ms: int, lateness_ms: int) -> None:
        self.entities = EntityIndex()
        self.links = LinkTable(window_ms, lateness_ms)
        self.accounts = Accounts()
        self.clusters = Components()
        self.ride_facts = RideFacts()
        self.integrity = Integrity()
        self.habits = self.integrity.habits
        self.watermark_ms = 0
        self.live_trips = 0
        self.promos = self.promo_units = self.chargebacks = 0
        self.users: Adjacency = {}
        self.identifiers: Adjacency = {}
        self.drivers_of: Adjacency = {}
        self.riders_of: Adjacency = {}
        self.referrals: Adjacency = {}
        self.referrers: Adjacency = {}
        self.redeemed: Adjacency = {}
        self.payees: Adjacency = {}
        self.payers: Adjacency = {}
        self.tried: Adjacency = {}
        self.lost_drivers: Adjacency = {}
        self.lost_riders: Adjacency = {}
        self.cancelled_by_driver: dict[int, int] = {}
        self.least_paid: dict[int, int] = {}
        """Of each live payment, by link, the smallest single amount."""
        self._connected: dict[int, list[int]] = {}
        self._cluster_of: dict[int, tuple[int, ...]] = {}
        self._residents: dict[int, int] = {}
        self._independents: dict[int, int] = {}
        self._cuts: dict[tuple[int, int], None] = {}
        self._declared: dict[int, bool] = {}

    # -- views -------------------------------------------------------------------------------------

    def cluster(self, account: int) -> Sequence[int]:
        """The accounts of the account's cluster, ascending; itself alone when nobody shares with it."""
        label = self.clusters.label(account)
        if label is None:
            return (account,)
        known = self._cluster_of.get(label)
        if known is None:
            members = self.clusters.members(label)
            known = self._cluster_of[label] = tuple(node for node in members if node in self.accounts)
        return known

    def joined_by(self, account: int) -> list[int]:
        """The identifiers that join the account to a cluster."""
        return [
            identifier
            for identifier in self.identifiers.get(account, ())
            if account in self._connected.get(identifier, ())
        ]

    def is_shared(self, account: int) -> bool:
        """Whether the account stands in a cluster with another account."""
        return self.clusters.label(account) is not None

    def is_declared_public(self, identifier: int) -> bool:
        """Whether an analyst declared the identifier public."""
        return self._declared.get(identifier, False)

    def is_public(self, identifier: int) -> bool:
        """Whether the identifier is used by too many to connect anybody."""
        if self.entities.kind(identifier) is EntityKind.IP:
            return True
        if identifier in self._declared:
            return self._declared[identifier]
        users = len(self.users.get(identifier, NOBODY))
        return self.is_crowd(identifier) and 2 * self._independents.get(identifier, 0) >= users

    def is_crowd(self, identifier: int) -> bool:
        """Whether more share the identifier than are one hand by their number alone."""
        residents = self._residents.get(identifier, 0)
        visitors = len(self.users.get(identifier, NOBODY)) - residents
        return strength(self.entities.kind(identifier), visitors, residents) < CONNECTING

    def connects(self, identifier: int) -> list[int]:
        """The accounts that the identifier connects at present."""
        return self._connected.get(identifier, [])

    def cuts(self) -> list[tuple[int, int]]:
        """Explicit cuts, as (account, identifier), in ascending order."""
        return sorted(self._cuts)

    def declared_public(self) -> list[int]:
        """Identifiers that an analyst declared public, in ascending order."""
        return sorted(identifier for identifier, public in self._declared.items() if public)

    def expected_trips(self, driver: int, met: int, rides: int) -> float:
        """How many of a group's rides would be with the driver if riders met drivers by chance.

        The driver's share of the trips that are not the group's, times the group's ``rides``; ``met`` of them
        were with the driver.
        """
        others = max(self.live_trips - rides, 1)
        return rides * max(self.accounts[driver].trips - met, 0) / others

    def city(self) -> City:
        """What all accounts did together so far."""
        return City(
            now_ms=self.watermark_ms,
            accounts=len(self.accounts),
            trips=2 * self.live_trips,
            promos=self.promos,
            promo_units=self.promo_units,
            chargebacks=self.chargebacks,
        )

    # -- changes -----------------------------------------------------------------------------------

    def apply(self, event: EventBase) -> Touched:
        """Apply one event. Advances the watermark, ages what falls out of the window, then links."""
        touched = Touched()
        if event.ts > self.watermark_ms:
            self.watermark_ms = event.ts
            age(self, touched)
        apply_event(self, event, touched)
        return touched

    def ping(self, event: GpsPing) -> bool:
        """Apply a position if no link is due to age; returns whether it did.

        What :meth:`apply` does, without saying that nothing was touched: most events are positions.
        """
        if not self.links.advance(event.ts):
            return False
        self.watermark_ms = max(self.watermark_ms, event.ts)
        self.integrity.tracks.ping(event)
        return True

    def cut(self, account: int, identifier: int) -> Touched:
        """An analyst's cut: the identifier no longer connects the account, whatever comes."""
        return self.establish({*self._cuts, (account, identifier)}, self._declared, [identifier])

    def declare_public(self, identifier: int) -> Touched:
        """An analyst's word that the identifier belongs to nobody: it connects no one, also backwards."""
        return self.establish(set(self._cuts), self._declared | {identifier: True}, [identifier])

    def establish(
        self, cuts: set[tuple[int, int]], declared: dict[int, bool], identifiers: Sequence[int]
    ) -> Touched:
        """All that analysts say now, where ``identifiers`` are those of which it may be news."""
        touched = Touched()
        self._cuts = dict.fromkeys(sorted(cuts))
        self._declared = declared
        for identifier in identifiers:
            self._reconnect(identifier, touched)
        return touched

    def see(self, name: str, ts: int, touched: Touched) -> Account:
        """The account of a name, which an event of that time speaks of."""
        entity = self.entities.intern(EntityKind.ACCOUNT, name)
        known_ms = self.accounts[entity].first_ms if entity in self.accounts else ts
        account = self.accounts.see(entity, ts)
        touched.accounts.append(entity)
        if ts < known_ms:
            # An account older than it seemed may have been settled when it came to its phones.
            for identifier in self.identifiers.get(entity, NOBODY):
                if len(self.users[identifier]) > 1:
                    self._reconnect(identifier, touched)
            self.refresh_if_met(account, touched)
        return account

    def make_resident(self, account: Account, identifier: int, touched: Touched) -> None:
        """Note that the account was created with the identifier."""
        if identifier not in account.origins:
            account.origins = (*account.origins, identifier)
            if account.entity in self.users.get(identifier, NOBODY):
                self._residents[identifier] = self._residents.get(identifier, 0) + 1
                self._reconnect(identifier, touched)

    def use(self, account: Account, kind: EntityKind, name: str | None, ts: int, touched: Touched) -> None:
        """The account uses an identifier of a kind, if the event names one."""
        if name is None:
            return
        identifier = self.entities.intern(kind, name)
        found = self.links.find(IDENTITY_LINKS[kind], account.entity, identifier)
        before = None if found is None else (self.links.first_ms[found], self.links.last_ms[found])
        link, revived = self.links.touch(IDENTITY_LINKS[kind], account.entity, identifier, ts)
        if revived:
            self.users.setdefault(identifier, {})[account.entity] = link
            self.identifiers.setdefault(account.entity, {})[identifier] = link
            if identifier in account.origins:
                self._residents[identifier] = self._residents.get(identifier, 0) + 1
        users = len(self.users.get(identifier, NOBODY))
        if kind is not EntityKind.IP:
            if revived and is_independent(account, kind):
                self._independents[identifier] = self._independents.get(identifier, 0) + 1
            account.met = account.met or users > 1
            if revived and users == 2:
                self._meet(identifier, touched)
            elif revived or kind is EntityKind.DEVICE:
                self.refresh_if_met(account, touched)
        if users < 2:
            return
        settled = account.entity in self._connected.get(identifier, ())
        # A use at the newest moment cannot move a sale of one who holds the phone now (see sharing).
        moved = ts < self.watermark_ms and before != (self.links.first_ms[link], self.links.last_ms[link])
        if revived or moved or not settled:
            self._reconnect(identifier, touched)

    def leave(self, account: Account, identifier: int, touched: Touched) -> None:
        """The account's link to the identifier left the window."""
        kind = self.entities.kind(identifier)
        drop(self.users, identifier, account.entity)
        drop(self.identifiers, account.entity, identifier)
        if identifier in account.origins:
            self._residents[identifier] -= 1
        if kind is not EntityKind.IP and is_independent(account, kind):
            self._independents[identifier] -= 1
        self._reconnect(identifier, touched)
        self.refresh_if_met(account, touched)
        if kind is not EntityKind.IP and len(self.users.get(identifier, NOBODY)) == 1:
            self._meet(identifier, touched)

    def refresh_if_met(self, account: Account, touched: Touched) -> None:
        """Work out anew whether an account leads a life of its own, if it ever met anybody."""
        if account.met:
            self._refresh(account, touched)

    # -- inside ------------------------------------------------------------------------------------

    def _reconnect(self, identifier: int, touched: Touched) -> None:
        """Bring the identifier's edges in the cluster graph in line with whom it connects now."""
        before = self._connected.get(identifier, [])
        after = self._whom(identifier)
        if before == after:
            return
        old, new = set(before), set(after)
        touched.regrouped |= old ^ new
        self._forget_clusters(old | new)
        for account in sorted(old - new):
            split = self.clusters.disconnect(account, identifier)
            if split is not None:
                touched.regrouped |= old
        for account in sorted(new - old):
            self.clusters.connect(account, identifier)
        self._forget_clusters(old | new)
        if after:
            self._connected[identifier] = after
        else:
            self._connected.pop(identifier, None)

    def _is_eligible(self, account: Account, identifier: int, first_ms: int) -> bool:
        kind = self.entities.kind(identifier)
        if is_independent(account, kind) and self.is_crowd(identifier):
            return False
        settled = first_ms - account.first_ms >= SETTLED_MS
        return kind is not EntityKind.DEVICE or not settled or identifier in account.origins

    def _meet(self, identifier: int, touched: Touched) -> None:
        """The second user came to an identifier, or the last but one left: both may live otherwise now."""
        for entity in tuple(self.users[identifier]):
            self.accounts[entity].met = True
            self._refresh(self.accounts[entity], touched)

    def _refresh(self, account: Account, touched: Touched) -> None:
        """Work out anew whether an account leads a life of its own, and what it shares accordingly."""
        new = independence(self, account)
        if new == account.independence:
            return
        uses = [
            x
            for x in self.identifiers.get(account.entity, NOBODY)
            if self.entities.kind(x) is not EntityKind.IP
        ]
        before = {x: is_independent(account, self.entities.kind(x)) for x in uses}
        account.independence = new
        for identifier in uses:
            moved = is_independent(account, self.entities.kind(identifier)) - before[identifier]
            if moved:
                self._independents[identifier] = self._independents.get(identifier, 0) + moved
                self._reconnect(identifier, touched)

    def _forget_clusters(self, accounts: set[int]) -> None:
        for account in accounts:
            label = self.clusters.label(account)
            if label is not None:
                self._cluster_of.pop(label, None)

    def _whom(self, identifier: int) -> list[int]:
        kind = self.entities.kind(identifier)
        if self.is_public(identifier):
            return []
        links = self.links
        tenures = [
            Tenure(
                account,
                links.first_ms[link],
                links.last_ms[link],
                self._is_eligible(self.accounts[account], identifier, links.first_ms[link]),
            )
            for account, link in self.users.get(identifier, NOBODY).items()
            if (account, identifier) not in self._cuts
        ]
        return connected(kind, tenures)
