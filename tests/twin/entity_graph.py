"""The entity graph: events become links, links become clusters, all of it exact at every event.

A *cluster* is a component of accounts joined through identifiers that connect (see ``tests.twin.sharing``).
Everything an event changes is local: the links it touches, the identifiers at their ends, and the
components these connect. Cost of an event: O(links it touches), plus O(sharers) for an identifier whose
sharers changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from graph.model.events import (
    AccountCreated,
    AccountLogin,
    AnalystAct,
    CardAdded,
    Chargeback,
    EventBase,
    GpsPing,
    PaymentDeclined,
    PayoutAdded,
    PromoRedeemed,
    TripCancelled,
    TripCompleted,
    Verdict,
    WalletTransfer,
)
from graph.model.vocabulary import IDENTITY_LINKS, EntityKind, LinkKind, Role
from graph.state.accounts import UNKNOWN_MS
from graph.updates.sharing import CONNECTING, SETTLED_MS
from tests.twin.accounts import Account, Accounts, City, is_soon
from tests.twin.components import Components
from tests.twin.entities import EntityIndex
from tests.twin.habits import place_of
from tests.twin.independence import independence, is_independent
from tests.twin.links import LinkTable, to_units
from tests.twin.rides import RideFacts
from tests.twin.sharing import Tenure, connected, strength
from tests.twin.trips import Integrity

Adjacency = dict[int, dict[int, int]]
_NOBODY: Final[dict[int, int]] = {}


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
        self._integrity = Integrity()
        self.habits = self._integrity.habits
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
        users = len(self.users.get(identifier, _NOBODY))
        return self.is_crowd(identifier) and 2 * self._independents.get(identifier, 0) >= users

    def is_crowd(self, identifier: int) -> bool:
        """Whether more share the identifier than are one hand by their number alone."""
        residents = self._residents.get(identifier, 0)
        visitors = len(self.users.get(identifier, _NOBODY)) - residents
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

    # -- changes -----------------------------------------------------------------------------------

    def apply(self, event: EventBase) -> Touched:
        """Apply one event. Advances the watermark, ages what falls out of the window, then links."""
        touched = Touched()
        if event.ts > self.watermark_ms:
            self.watermark_ms = event.ts
            self._age(touched)
        _APPLY[type(event)](self, event, touched)
        return touched

    def ping(self, event: GpsPing) -> bool:
        """Apply a position if no link is due to age; returns whether it did.

        What :meth:`apply` does, without saying that nothing was touched: most events are positions.
        """
        if not self.links.advance(event.ts):
            return False
        self.watermark_ms = max(self.watermark_ms, event.ts)
        self._integrity.tracks.ping(event)
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

    def _created(self, event: AccountCreated, touched: Touched) -> None:
        account = self._account(event.account_id, event.ts, touched)
        if account.created_ms == UNKNOWN_MS or event.ts < account.created_ms:
            account.role = event.role
            account.created_ms = event.ts
        self.habits.created(event.ts)
        used = [
            (EntityKind.DEVICE, event.device_id),
            (EntityKind.IP, event.ip),
            (EntityKind.PHONE, event.phone_hash),
            (EntityKind.EMAIL, event.email_hash),
        ]
        for kind, name in used:
            if name is not None:
                self._make_resident(account, self.entities.intern(kind, name), touched)
        for kind, name in used:
            self._use(account, kind, name, event.ts, touched)
        if event.referrer_id is not None and event.referrer_id != event.account_id:
            referrer = self._account(event.referrer_id, event.ts, touched).entity
            link, revived = self.links.touch(LinkKind.REFERRED, referrer, account.entity, event.ts)
            if revived:
                self.referrals.setdefault(referrer, {})[account.entity] = link
                self.referrers.setdefault(account.entity, {})[referrer] = link

    def _logged_in(self, event: AccountLogin, touched: Touched) -> None:
        account = self._account(event.account_id, event.ts, touched)
        account.logins += 1
        self._integrity.whereabouts.login(event.account_id, event.ts, place_of(event.lat, event.lon))
        self._use(account, EntityKind.DEVICE, event.device_id, event.ts, touched)
        self._use(account, EntityKind.IP, event.ip, event.ts, touched)

    def _card_added(self, event: CardAdded, touched: Touched) -> None:
        account = self._account(event.account_id, event.ts, touched)
        account.cards_added += 1
        self._use(account, EntityKind.CARD, event.card_id, event.ts, touched)
        self._use(account, EntityKind.DEVICE, event.device_id, event.ts, touched)

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

    def _payout_added(self, event: PayoutAdded, touched: Touched) -> None:
        account = self._account(event.account_id, event.ts, touched)
        account.payouts_added += 1
        self._use(account, EntityKind.BANK_ACCOUNT, event.bank_account_id, event.ts, touched)

    def _charged_back(self, event: Chargeback, touched: Touched) -> None:
        account = self._account(event.account_id, event.ts, touched)
        account.chargebacks += 1
        self.chargebacks += 1
        account.chargeback_units += to_units(event.amount)

    def _redeemed(self, event: PromoRedeemed, touched: Touched) -> None:
        account = self._account(event.account_id, event.ts, touched)
        account.promos += 1
        account.promo_units += to_units(event.amount)
        self.promos += 1
        self.promo_units += to_units(event.amount)
        if account.promo_ms == UNKNOWN_MS or event.ts < account.promo_ms:
            account.promo_ms = event.ts
        promo = self.entities.intern(EntityKind.PROMO, event.promo_id)
        link, revived = self.links.touch(
            LinkKind.REDEEMED, account.entity, promo, event.ts, to_units(event.amount)
        )
        if revived:
            self.redeemed.setdefault(account.entity, {})[promo] = link
        self._use(account, EntityKind.DEVICE, event.device_id, event.ts, touched)

    def _paid(self, event: WalletTransfer, touched: Touched) -> None:
        payer = self._account(event.account_id, event.ts, touched)
        if event.to_account_id != event.account_id:
            payee = self._account(event.to_account_id, event.ts, touched)
            units = to_units(event.amount)
            found = self.links.find(LinkKind.PAID, payer.entity, payee.entity)
            before = 0 if found is None else self.links.count[found]
            link, revived = self.links.touch(LinkKind.PAID, payer.entity, payee.entity, event.ts, units)
            if revived:
                self.payees.setdefault(payer.entity, {})[payee.entity] = link
                self.payers.setdefault(payee.entity, {})[payer.entity] = link
                self.least_paid[link] = units
            elif self.links.is_live(link) and self.links.count[link] != before:
                self.least_paid[link] = min(self.least_paid[link], units)
        self._use(payer, EntityKind.DEVICE, event.device_id, event.ts, touched)

    def _declined(self, event: PaymentDeclined, touched: Touched) -> None:
        account = self._account(event.account_id, event.ts, touched)
        card = self.entities.intern(EntityKind.CARD, event.card_id)
        units = to_units(event.amount)
        link, revived = self.links.touch(LinkKind.TRIED, account.entity, card, event.ts, units)
        if revived:
            self.tried.setdefault(account.entity, {})[card] = link
        self._use(account, EntityKind.DEVICE, event.device_id, event.ts, touched)

    def _cancelled(self, event: TripCancelled, touched: Touched) -> None:
        rider = self._account(event.rider_id, event.ts, touched)
        driver = self._account(event.driver_id, event.ts, touched)
        rider.role = rider.role or Role.RIDER
        driver.role = driver.role or Role.DRIVER
        if rider is not driver:
            ends = (LinkKind.CANCELLED, rider.entity, driver.entity)
            found = self.links.find(*ends)
            before = 0 if found is None else self.links.count[found]
            link, revived = self.links.touch(*ends, event.ts, to_units(event.fee or 0.0))
            if revived:
                self.lost_drivers.setdefault(rider.entity, {})[driver.entity] = link
                self.lost_riders.setdefault(driver.entity, {})[rider.entity] = link
                self.cancelled_by_driver[link] = 0
            if self.links.is_live(link) and self.links.count[link] != before:
                self.cancelled_by_driver[link] += event.by is Role.DRIVER
        self._use(rider, EntityKind.DEVICE, event.rider_device_id, event.ts, touched)
        self._use(driver, EntityKind.DEVICE, event.driver_device_id, event.ts, touched)

    def _rode(self, event: TripCompleted, touched: Touched) -> None:
        judgement = self._integrity.judge(event)
        rider = self._account(event.rider_id, event.ts, touched)
        driver = self._account(event.driver_id, event.ts, touched)
        rider.role = rider.role or Role.RIDER
        driver.role = driver.role or Role.DRIVER
        rider.ride(event.ts, (event.incentive or 0.0) > 0)
        if event.pickup_lat is not None and event.pickup_lon is not None:
            rider.pickups += 1
            rider.pickup_lat += event.pickup_lat
            rider.pickup_lon += event.pickup_lon
        if rider is not driver:
            found = self.links.find(LinkKind.RODE_WITH, rider.entity, driver.entity)
            before = 0 if found is None else self.links.count[found]
            before_ms = UNKNOWN_MS if found is None else self.links.last_ms[found]
            link, revived = self.links.touch(
                LinkKind.RODE_WITH, rider.entity, driver.entity, event.ts, to_units(event.fare)
            )
            if revived:
                self.ride_facts.start(link)
                self.drivers_of.setdefault(rider.entity, {})[driver.entity] = link
                self.riders_of.setdefault(driver.entity, {})[rider.entity] = link
            more = self.links.count[link] - before if self.links.is_live(link) else 0
            if more:
                units, is_again = to_units(event.incentive or 0.0), is_soon(before_ms, event.ts)
                self.ride_facts.add(link, units, is_again, judgement)
                rider.trips += more
                driver.trips += more
                self.live_trips += more
                self._refresh_if_met(rider, touched)
                self._refresh_if_met(driver, touched)
        self._use(rider, EntityKind.DEVICE, event.rider_device_id, event.ts, touched)
        self._use(driver, EntityKind.DEVICE, event.driver_device_id, event.ts, touched)
        self._use(rider, EntityKind.CARD, event.card_id, event.ts, touched)

    def _pinged(self, event: GpsPing, _touched: Touched) -> None:
        self._integrity.tracks.ping(event)

    def _judged(self, _event: Verdict | AnalystAct, _touched: Touched) -> None:
        """What people say changes rings, or the graph by a way of its own (``tests.twin.acts``)."""

    # -- inside ------------------------------------------------------------------------------------

    def _account(self, name: str, ts: int, touched: Touched) -> Account:
        entity = self.entities.intern(EntityKind.ACCOUNT, name)
        known_ms = self.accounts[entity].first_ms if entity in self.accounts else ts
        account = self.accounts.see(entity, ts)
        touched.accounts.append(entity)
        if ts < known_ms:
            # An account older than it seemed may have been settled when it came to its phones.
            for identifier in self.identifiers.get(entity, _NOBODY):
                if len(self.users[identifier]) > 1:
                    self._reconnect(identifier, touched)
            self._refresh_if_met(account, touched)
        return account

    def _make_resident(self, account: Account, identifier: int, touched: Touched) -> None:
        if identifier not in account.origins:
            account.origins = (*account.origins, identifier)
            if account.entity in self.users.get(identifier, _NOBODY):
                self._residents[identifier] = self._residents.get(identifier, 0) + 1
                self._reconnect(identifier, touched)

    def _use(self, account: Account, kind: EntityKind, name: str | None, ts: int, touched: Touched) -> None:
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
        users = len(self.users.get(identifier, _NOBODY))
        if kind is not EntityKind.IP:
            if revived and is_independent(account, kind):
                self._independents[identifier] = self._independents.get(identifier, 0) + 1
            account.met = account.met or users > 1
            if revived and users == 2:
                self._meet(identifier, touched)
            elif revived or kind is EntityKind.DEVICE:
                self._refresh_if_met(account, touched)
        if users < 2:
            return
        settled = account.entity in self._connected.get(identifier, ())
        # A use at the newest moment cannot move a sale of one who holds the phone now (see sharing).
        moved = ts < self.watermark_ms and before != (self.links.first_ms[link], self.links.last_ms[link])
        if revived or moved or not settled:
            self._reconnect(identifier, touched)

    def _age(self, touched: Touched) -> None:
        links = self.links
        for link in links.age(self.watermark_ms):
            source, target = links.source[link], links.target[link]
            kind = self.entities.kind(target)
            if kind is EntityKind.PROMO:
                _drop(self.redeemed, source, target)
            elif self.tried.get(source, _NOBODY).get(target) == link:
                _drop(self.tried, source, target)
            elif kind is not EntityKind.ACCOUNT:
                _drop(self.users, target, source)
                _drop(self.identifiers, source, target)
                if target in self.accounts[source].origins:
                    self._residents[target] -= 1
                if kind is not EntityKind.IP and is_independent(self.accounts[source], kind):
                    self._independents[target] -= 1
                self._reconnect(target, touched)
                self._refresh_if_met(self.accounts[source], touched)
                if kind is not EntityKind.IP and len(self.users.get(target, _NOBODY)) == 1:
                    self._meet(target, touched)
            elif self.drivers_of.get(source, _NOBODY).get(target) == link:
                _drop(self.drivers_of, source, target)
                _drop(self.riders_of, target, source)
                self.accounts[source].trips -= links.count[link]
                self.accounts[target].trips -= links.count[link]
                self.live_trips -= links.count[link]
                touched.faded.update((source, target))
                self._refresh_if_met(self.accounts[source], touched)
                self._refresh_if_met(self.accounts[target], touched)
            elif self.lost_drivers.get(source, _NOBODY).get(target) == link:
                _drop(self.lost_drivers, source, target)
                _drop(self.lost_riders, target, source)
            elif self.payees.get(source, _NOBODY).get(target) == link:
                _drop(self.payees, source, target)
                _drop(self.payers, target, source)
            else:
                _drop(self.referrals, source, target)
                _drop(self.referrers, target, source)

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

    def _refresh_if_met(self, account: Account, touched: Touched) -> None:
        if account.met:
            self._refresh(account, touched)

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
            for x in self.identifiers.get(account.entity, _NOBODY)
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
            for account, link in self.users.get(identifier, _NOBODY).items()
            if (account, identifier) not in self._cuts
        ]
        return connected(kind, tenures)


def _drop(adjacency: Adjacency, node: int, neighbour: int) -> None:
    around = adjacency[node]
    del around[neighbour]
    if not around:
        del adjacency[node]


_APPLY: Final[dict[type[EventBase], Callable[..., None]]] = {
    AccountCreated: EntityGraph._created,
    AccountLogin: EntityGraph._logged_in,
    CardAdded: EntityGraph._card_added,
    PayoutAdded: EntityGraph._payout_added,
    Chargeback: EntityGraph._charged_back,
    PromoRedeemed: EntityGraph._redeemed,
    TripCompleted: EntityGraph._rode,
    GpsPing: EntityGraph._pinged,
    WalletTransfer: EntityGraph._paid,
    PaymentDeclined: EntityGraph._declined,
    TripCancelled: EntityGraph._cancelled,
    AnalystAct: EntityGraph._judged,
    Verdict: EntityGraph._judged,
}
"""What each type of event does to the graph."""
