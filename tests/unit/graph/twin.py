"""The entity graph from scratch: keeps every event and works everything out anew when asked.

Slow and plain on purpose; networkx finds the components. Only whom a set of tenures connects is taken
from ``graph.updates.sharing``, which is a pure function with tests of its own.
"""

from __future__ import annotations

import networkx as nx

from graph.model.events import (
    AccountCreated,
    AccountLogin,
    CardAdded,
    Chargeback,
    EventBase,
    PaymentDeclined,
    PayoutAdded,
    PromoRedeemed,
    TripCancelled,
    TripCompleted,
    WalletTransfer,
)
from graph.model.vocabulary import EntityKind
from graph.updates.independence import HOME_MS, LIFE_PARTNERS, TRIPS_A_PARTNER
from graph.updates.sharing import CONNECTING, SETTLED_MS
from tests.twin.sharing import Tenure, connected, strength

Identifier = tuple[EntityKind, str]


class Twin:
    def __init__(self, window_ms: int) -> None:
        self.window_ms = window_ms
        self.watermark_ms = 0
        self.uses: dict[tuple[str, Identifier], list[int]] = {}
        self.trips: dict[tuple[str, str], list[int]] = {}
        self.seen: dict[str, list[int]] = {}
        self.origins: set[tuple[str, Identifier]] = set()
        self.cut: set[tuple[str, Identifier]] = set()
        self.public: set[Identifier] = set()

    def apply(self, event: EventBase) -> None:
        self.watermark_ms = max(self.watermark_ms, event.ts)
        match event:
            case AccountCreated():
                made_with = [
                    (EntityKind.DEVICE, event.device_id),
                    (EntityKind.IP, event.ip),
                    (EntityKind.PHONE, event.phone_hash),
                    (EntityKind.EMAIL, event.email_hash),
                ]
                self._use(event.account_id, event.ts, *made_with)
                self.origins |= {(event.account_id, (kind, name)) for kind, name in made_with if name}
                if event.referrer_id is not None and event.referrer_id != event.account_id:
                    self._use(event.referrer_id, event.ts)
            case AccountLogin():
                self._use(
                    event.account_id,
                    event.ts,
                    (EntityKind.DEVICE, event.device_id),
                    (EntityKind.IP, event.ip),
                )
            case CardAdded():
                self._use(
                    event.account_id,
                    event.ts,
                    (EntityKind.CARD, event.card_id),
                    (EntityKind.DEVICE, event.device_id),
                )
            case PayoutAdded():
                self._use(event.account_id, event.ts, (EntityKind.BANK_ACCOUNT, event.bank_account_id))
            case PromoRedeemed() | PaymentDeclined():
                self._use(event.account_id, event.ts, (EntityKind.DEVICE, event.device_id))
            case Chargeback():
                self._use(event.account_id, event.ts)
            case WalletTransfer():
                self._use(event.account_id, event.ts, (EntityKind.DEVICE, event.device_id))
                if event.to_account_id != event.account_id:
                    self._use(event.to_account_id, event.ts)
            case TripCancelled():
                self._use(event.rider_id, event.ts, (EntityKind.DEVICE, event.rider_device_id))
                self._use(event.driver_id, event.ts, (EntityKind.DEVICE, event.driver_device_id))
            case TripCompleted():
                self._use(
                    event.rider_id,
                    event.ts,
                    (EntityKind.DEVICE, event.rider_device_id),
                    (EntityKind.CARD, event.card_id),
                )
                self._use(event.driver_id, event.ts, (EntityKind.DEVICE, event.driver_device_id))
                if event.rider_id != event.driver_id:
                    self.trips.setdefault((event.rider_id, event.driver_id), []).append(event.ts)

    def tenures(self) -> dict[Identifier, dict[str, Tenure]]:
        """The live uses of every identifier; accounts are numbered by name."""
        number = {name: n for n, name in enumerate(sorted(self.seen))}
        found: dict[Identifier, dict[str, Tenure]] = {}
        for (account, identifier), moments in self.uses.items():
            session = self._live(moments)
            if session:
                found.setdefault(identifier, {})[account] = Tenure(number[account], session[0], session[-1])
        return found

    def clusters(self) -> set[frozenset[str]]:
        names = sorted(self.seen)
        tenures, residents = self.tenures(), self.residents()
        joined = nx.Graph()
        for identifier, uses in tenures.items():
            kind = identifier[0]
            if identifier in self.public or kind is EntityKind.IP:
                continue
            residing = residents[identifier]
            is_crowd = strength(kind, len(uses) - residing, residing) < CONNECTING
            independent = {a for a in uses if is_crowd and self._is_independent(a, kind, tenures)}
            if is_crowd and 2 * len(independent) >= len(uses):
                continue
            whom = connected(
                kind,
                [
                    t._replace(eligible=a not in independent and not self._visits(a, identifier, t))
                    for a, t in uses.items()
                    if (a, identifier) not in self.cut
                ],
            )
            joined.add_edges_from((names[account], identifier) for account in whom)
        return {
            frozenset(node for node in component if isinstance(node, str))
            for component in nx.connected_components(joined)
        }

    def residents(self) -> dict[Identifier, int]:
        return {i: sum((a, i) in self.origins for a in uses) for i, uses in self.tenures().items()}

    def _visits(self, account: str, identifier: Identifier, tenure: Tenure) -> bool:
        """Whether a settled account came to a phone that it was not made on."""
        settled = tenure.first_ms - min(self.seen[account]) >= SETTLED_MS
        return identifier[0] is EntityKind.DEVICE and settled and (account, identifier) not in self.origins

    def _is_independent(
        self, account: str, kind: EntityKind, tenures: dict[Identifier, dict[str, Tenure]]
    ) -> bool:
        own = {i: uses[account] for i, uses in tenures.items() if account in uses}
        alone = {i for i in own if len(tenures[i]) == 1}
        pairs = [pair for pair, moments in self.trips.items() if account in pair and self._live(moments)]
        owns = any(i[0] in (EntityKind.DEVICE, EntityKind.CARD) for i in alone)
        if owns and LIFE_PARTNERS <= len(pairs) >= self.trips_of(account) / TRIPS_A_PARTNER:
            return True
        devices = {i: t for i, t in own.items() if i[0] is EntityKind.DEVICE}
        if kind is not EntityKind.DEVICE or not devices:
            return False
        last_ms = max(t.last_ms for t in devices.values())
        newest = {i for i, t in devices.items() if t.last_ms == last_ms}
        begun = min(self.seen[account])
        return newest <= alone and all(devices[i].first_ms - begun <= HOME_MS for i in newest)

    def trips_of(self, account: str) -> int:
        return sum(len(self._live(moments)) for pair, moments in self.trips.items() if account in pair)

    def _use(self, account: str, ts: int, *used: tuple[EntityKind, str | None]) -> None:
        self.seen.setdefault(account, []).append(ts)
        for kind, name in used:
            if name is not None:
                self.uses.setdefault((account, (kind, name)), []).append(ts)

    def _live(self, moments: list[int]) -> list[int]:
        """The newest run of moments without a gap longer than the window, if it reaches into it."""
        run: list[int] = []
        for moment in sorted(moments):
            if run and moment - run[-1] > self.window_ms:
                run = []
            run.append(moment)
        return run if run[-1] >= self.watermark_ms - self.window_ms else []
