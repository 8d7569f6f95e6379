"""Valid events that no sane city sends: a few accounts that do everything with each other, in any role."""

import random

import pytest

from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from graph.model.events import (
    AccountCreated,
    AccountLogin,
    AnalystAct,
    CardAdded,
    Chargeback,
    GpsPing,
    PaymentDeclined,
    PayoutAdded,
    PromoRedeemed,
    TripCancelled,
    TripCompleted,
    Verdict,
    WalletTransfer,
)
from graph.model.vocabulary import ActKind, Role, VerdictOutcome
from graph.updates.sharing import DAY_MS
from tests.unit.graph.ledger_replay import replay

START = 1_760_000_000_000


def strange_events(seed, people, count):
    """Everything allowed happens: self-rides, both roles, huge and zero numbers, leaps in time."""
    draw = random.Random(seed)
    ts = START

    def maybe(value):
        return value if draw.random() < 0.6 else None

    for n in range(count):
        ts += draw.choice((0, 1, 60_000, 3_600_000, DAY_MS if draw.random() < 0.1 else 1))
        when = ts - draw.choice((0, 0, 0, DAY_MS, 100 * DAY_MS))
        a, b, thing = (f"n{draw.randrange(people)}" for _ in range(3))
        common = {"event_id": f"e{n}", "ts": when}
        kind = draw.randrange(16)
        if kind == 0:
            yield AccountCreated(
                **common,
                account_id=a,
                role=draw.choice(list(Role)),
                device_id=maybe(thing),
                ip=maybe(b),
                phone_hash=maybe(thing),
                referrer_id=maybe(b),
            )
        elif kind == 1:
            yield AccountLogin(**common, account_id=a, device_id=thing, ip=maybe(b))
        elif kind == 2:
            yield CardAdded(**common, account_id=a, card_id=thing, device_id=maybe(b))
        elif kind == 3:
            yield PayoutAdded(**common, account_id=a, bank_account_id=thing)
        elif kind == 4:
            yield Chargeback(
                **common, account_id=a, amount=draw.choice((0.0, 5.0, 1e9)), card_id=maybe(thing)
            )
        elif kind == 5:
            yield PromoRedeemed(
                **common, account_id=a, promo_id=b, amount=draw.choice((0.0, 7.5)), device_id=maybe(thing)
            )
        elif kind == 6:
            yield GpsPing(
                **common, trip_id=thing, driver_id=a, lat=draw.uniform(-90, 90), lon=draw.uniform(-180, 180)
            )
        elif kind == 7:
            yield Verdict(**common, subject=a, outcome=draw.choice(list(VerdictOutcome)), analyst="x")
        elif kind == 8:
            yield WalletTransfer(
                **common,
                account_id=a,
                to_account_id=b,
                amount=draw.choice((0.0, 0.5, 1e9)),
                device_id=maybe(thing),
            )
        elif kind == 9:
            yield PaymentDeclined(
                **common, account_id=a, card_id=b, amount=draw.choice((0.0, 0.5, 1e9)), device_id=maybe(thing)
            )
        elif kind == 10:
            yield TripCancelled(
                **common,
                trip_id=thing,
                rider_id=a,
                driver_id=b,
                by=draw.choice(list(Role)),
                fee=maybe(draw.choice((0.0, 4.0, 1e9))),
                rider_device_id=maybe(thing),
                driver_device_id=maybe(b),
            )
        elif kind == 11:
            act = draw.choice(list(ActKind))
            declares = act in (ActKind.DECLARE_PUBLIC, ActKind.DECLARE_PRIVATE)
            yield AnalystAct(
                **common,
                act=act,
                subject=f"device:{thing}" if declares else a,
                other=f"e{draw.randrange(n + 1)}"
                if act is ActKind.UNDO
                else draw.choice((b, f"card:{thing}")),
                analyst="x",
                until_ts=maybe(ts + DAY_MS),
            )
        else:
            yield TripCompleted(
                **common,
                trip_id=thing,
                rider_id=a,
                driver_id=b,
                fare=draw.choice((0.0, 10.0, 1e6)),
                distance_km=maybe(draw.choice((0.0, 5.0, 1e5))),
                duration_s=maybe(draw.choice((0.0, 600.0))),
                rider_device_id=maybe(thing),
                driver_device_id=maybe(b),
                card_id=maybe(thing),
                pickup_lat=maybe(10.0),
                pickup_lon=maybe(10.0),
                dropoff_lat=maybe(11.0),
                dropoff_lon=maybe(10.0),
                incentive=maybe(3.0),
            )


@pytest.mark.parametrize(("seed", "people", "count"), [(1, 8, 500), (2, 30, 400), (3, 120, 600)])
def test_strange_but_valid_events_break_nothing(seed, people, count):
    events = list(strange_events(seed, people, count))
    engine = Engine(EngineConfig(), load_scorer())
    outcome = engine.apply(events)
    one_by_one = Engine(EngineConfig(), load_scorer())
    flags = [flag for event in events for flag in one_by_one.apply([event]).flags]
    assert flags == outcome.flags
    assert {ring.ring_id: set(ring.accounts) for ring in engine.rings()} == replay(outcome.ledger)
    assert all(0 <= account.score <= 1 for account in engine.accounts())
    assert one_by_one.state_digest() == engine.state_digest()
