"""A made-up graph for measuring stores: phones and cards, rides with drivers, two hubs, and rings."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

import numpy as np

from graph.model.changes import Changes, JudgedTrip, LinkKeys, nothing
from graph.model.entities import KIND_CODE
from graph.model.events import PromoRedeemed, TripCompleted
from graph.model.link_keys import LINK_CODE
from graph.model.results import AccountsChanged, Flag, LedgerEntry, Reason, Ring
from graph.model.view import AccountColumns, LinkColumns
from graph.model.vocabulary import Decision, EntityKind, LedgerChange, LinkKind, RingKind

START_MS: Final = 1_700_000_000_000
DAY_MS: Final = 86_400_000
HUB_USERS: Final = 100_000
RING_SIZE: Final = 12
RINGS: Final = 500


class Synthetic:
    """A graph of so many links: phones and cards, rides with drivers, and two hubs; rings share a phone."""

    def __init__(self, links: int, seed: int) -> None:
        draw = np.random.default_rng(seed)
        self.accounts = max(2_000, links // 4)
        hub = min(HUB_USERS, self.accounts // 2)
        self.drivers = self.accounts // 25
        n, rides = self.accounts, max(0, links - 2 * self.accounts - 2 * hub)
        device = np.arange(n)
        for ring in range(self.rings):
            device[self.member_numbers(ring)] = device[-1 - ring] = ring * RING_SIZE
        card = np.where(draw.random(n) < 0.1, np.arange(n) - 1, np.arange(n)).clip(0)
        parts = [
            (LinkKind.USES_DEVICE, np.arange(n), EntityKind.DEVICE, device),
            (LinkKind.USES_CARD, np.arange(n), EntityKind.CARD, card),
            (LinkKind.USES_IP, np.arange(hub), EntityKind.IP, np.zeros(hub, np.int64)),
            (LinkKind.REDEEMED, np.arange(hub), EntityKind.PROMO, np.zeros(hub, np.int64)),
            (
                LinkKind.RODE_WITH,
                draw.integers(0, n, rides),
                EntityKind.ACCOUNT,
                n + (draw.random(rides) ** 2 * self.drivers).astype(np.int64),
            ),
        ]
        rows = []
        for kind, source, target_kind, target in parts:
            pairs = np.unique(np.stack([source, target], axis=1), axis=0)
            codes = np.full((len(pairs), 2), (LINK_CODE[kind], KIND_CODE[target_kind]))
            rows.append(np.concatenate([codes, pairs], axis=1))
        self.rows = np.concatenate(rows)
        draw.shuffle(self.rows)
        self.last_ms = START_MS + draw.integers(0, 30 * DAY_MS, len(self.rows))

    @property
    def rings(self) -> int:
        """How many rings there are."""
        return min(RINGS, self.accounts // RING_SIZE // 4)

    def member_numbers(self, ring: int) -> np.ndarray:
        """The accounts of a ring."""
        return np.arange(ring * RING_SIZE, (ring + 1) * RING_SIZE)

    def batches(self, size: int) -> Iterator[Changes]:
        """The links as changes, ``size`` at a time."""
        for start in range(0, len(self.rows), size):
            yield self._changes(slice(start, start + size))

    def _changes(self, part: slice) -> Changes:
        rows, last_ms = self.rows[part], self.last_ms[part]
        account = KIND_CODE[EntityKind.ACCOUNT]
        ends = np.concatenate([np.stack([np.full(len(rows), account), rows[:, 2]], 1), rows[:, [1, 3]]])
        named, place = np.unique(ends, axis=0, return_inverse=True)
        accounts = np.flatnonzero(named[:, 0] == account)
        zeros = np.zeros(len(rows), np.int64)
        seen = np.zeros(len(accounts), np.int64)
        return Changes(
            watermark_ms=START_MS + 30 * DAY_MS,
            window_ms=90 * DAY_MS,
            kind=named[:, 0].astype(np.int8),
            names=[f"{'acdbpeio'[kind]}{number:08d}" for kind, number in named.tolist()],
            accounts=AccountColumns(
                entity=accounts.astype(np.int32),
                role=(named[accounts, 1] >= self.accounts).astype(np.int8),
                **dict.fromkeys(("created_ms", "first_ms", "last_ms", "promo_ms"), seen + START_MS),
                **dict.fromkeys(("trips", "promos", "promo_units", "chargebacks", "chargeback_units"), seen),
                **dict.fromkeys(("pickup_lat", "pickup_lon", "score"), seen * 1.0),
                pickups=seen,
            ),
            links=LinkColumns(
                kind=rows[:, 0].astype(np.int8),
                source=place[: len(rows)].astype(np.int32),
                target=place[len(rows) :].astype(np.int32),
                first_ms=last_ms - DAY_MS,
                last_ms=last_ms,
                count=zeros + 2,
                money=zeros + 100_000,
                incentives=zeros,
                incentive_units=zeros,
                odd=zeros,
                surcharge=zeros * 1.0,
                joins=zeros > 0,
            ),
            gone=LinkKeys(np.zeros(0, np.int8), np.zeros(0, np.int32), np.zeros(0, np.int32)),
        )

    def ring_changes(self) -> Changes:
        """The rings, with a flag, a ledger entry, trips and takings each."""
        rings, ledger, flags, trips, takings = [], [], [], [], []
        empty = nothing().view
        for number in range(self.rings):
            accounts = [f"a{n:08d}" for n in self.member_numbers(number).tolist()]
            ring_id, ts = f"ring_{number:05d}", START_MS + number * DAY_MS // 20
            reason = Reason(rule="one_hand", detail="made for measuring", strength=0.9)
            rings.append(
                Ring(
                    ring_id=ring_id,
                    kind=RingKind.PROMO_FARM,
                    score=0.9,
                    accounts=accounts,
                    drivers=[],
                    riders=accounts,
                    entities=[f"device:c{number * RING_SIZE:08d}", "ip:i00000000"],
                    first_ts=ts,
                    flagged_ts=ts,
                    exposure=float(number),
                    reasons=[reason],
                    innocent_reasons=[],
                )
            )
            changed = AccountsChanged(added=accounts, removed=[])
            ledger.append(
                LedgerEntry(ts=ts, ring_id=ring_id, change=LedgerChange.BORN, from_=[], accounts=changed)
            )
            flags.append(
                Flag(
                    flag_id=f"flag_{number}",
                    ts=ts,
                    event_id=f"e{number}",
                    accounts=accounts,
                    ring_id=ring_id,
                    score=0.9,
                    decision=Decision.REVIEW,
                    reasons=[reason],
                    kind=RingKind.PROMO_FARM,
                )
            )
            for n, rider in enumerate(accounts):
                trip = TripCompleted(
                    event_id=f"t{number}-{n}", ts=ts + n, trip_id=f"t{number}-{n}", rider_id=rider,
                    driver_id=accounts[0], fare=10.0, incentive=2.0, pickup_lat=52.5 + n / 500,
                    pickup_lon=13.4 + number / 5_000, dropoff_lat=52.51 + n / 500, dropoff_lon=13.41,
                )  # fmt: skip
                trips.append(JudgedTrip(trip))
                takings.append(
                    PromoRedeemed(
                        event_id=f"p{number}-{n}",
                        ts=ts + n,
                        account_id=rider,
                        promo_id="o00000000",
                        amount=5.0,
                    )
                )
        return Changes(
            watermark_ms=START_MS + 30 * DAY_MS,
            window_ms=90 * DAY_MS,
            kind=empty.kind,
            names=[],
            accounts=empty.accounts,
            links=empty.links,
            gone=LinkKeys(empty.links.kind, empty.links.source, empty.links.target),
            rings=tuple(rings),
            ledger=tuple(ledger),
            flags=tuple(flags),
            trips=tuple(trips),
            takings=tuple(takings),
        )

    def asks(self, number: int, seed: int) -> dict[str, list[dict[str, object]]]:
        """What every question is asked: hubs first, then entities and rings by chance."""
        draw = random.Random(seed)

        def account() -> str:
            return f"a{draw.randrange(self.accounts):08d}"

        def ring() -> str:
            return f"ring_{draw.randrange(self.rings):05d}"

        def member() -> str:
            return f"a{draw.randrange(self.rings * RING_SIZE):08d}"

        hubs: list[dict[str, object]] = [
            {"kind": "ip", "id": "i00000000"},
            {"kind": "promo", "id": "o00000000"},
        ]
        things = [
            *hubs,
            *({"kind": "device", "id": f"c{draw.randrange(self.accounts):08d}"} for _ in range(number)),
        ]
        busiest = f"a{self.accounts:08d}"
        ids = [busiest, *(account() for _ in range(number))]
        of_rings = [{"ring_id": ring()} for _ in range(number)]
        of_accounts = [{"account_id": each} for each in ids]
        since = [{"since": START_MS + draw.randrange(30 * DAY_MS)} for _ in range(number)]
        pairs = [{"a": member(), "b": member()} for _ in range(number)]
        past = {"as_of": START_MS + 15 * DAY_MS}
        return {
            "account": of_accounts,
            "around": [{"id": each} for each in ids] + hubs,
            "at-risk": [{}, *of_rings],
            "changes": since,
            "flags": [{}, *of_rings],
            "history": of_rings,
            "like": [{"account_id": member()} for _ in range(number)] + [{"account_id": busiest}],
            "links": [{"id": each} for each in ids] + hubs,
            "members": of_rings + [each | past for each in of_rings],
            "money": [{}, *of_rings],
            "money-days": [{}, *of_rings],
            "promo-rings": [{"promo_id": "o00000000"}] * number,
            "ring": of_rings,
            "ring-links": of_rings,
            "rings": [{}, past, {"min_score": 0.5}] * (number // 3),
            "rings-of": [{"account_id": member()} for _ in range(number)],
            "shared": things + [each | past for each in things[: len(things) // 2]],
            "status": [{}] * number,
            "ties": of_rings,
            "trips": of_rings,
            "verdicts": [{}] * number,
            "why": [*pairs, {"a": member(), "b": "ip:i00000000"}, {"a": busiest, "b": member()}],
        }
