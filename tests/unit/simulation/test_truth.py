from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from graph.model.events import (
    AccountCreated,
    AccountLogin,
    CardAdded,
    PayoutAdded,
    PromoRedeemed,
    TripCompleted,
)
from graph.model.vocabulary import RingKind
from simulation import CityConfig, simulate
from simulation.rings.casting import PLANNERS
from simulation.truth import RING_KINDS


def test_the_kinds_are_those_of_the_vocabulary_and_each_has_a_planner():
    assert list(RING_KINDS) == [kind.value for kind in RingKind]
    assert set(PLANNERS) == set(RING_KINDS)


def test_the_share_of_accounts_in_rings_is_the_one_asked_for(city):
    members = [account for ring in city.truth.rings for account in ring.accounts]
    assert len(members) == len(set(members))
    assert len(members) / 3_000 == pytest.approx(0.08, abs=0.005)
    assert city.summary.ring_accounts == len(members)


def test_every_ring_member_and_every_fraud_event_is_in_the_file(city):
    ids = {event.event_id for event in city.events}
    seen = {account for event in city.events for account in city.accounts_of(event)}
    for ring in city.truth.rings:
        assert set(ring.accounts) <= seen
        assert set(ring.drivers) | set(ring.victims) <= set(ring.accounts)
        assert ring.fraud_events
        assert {event_id for event_id, _ in ring.fraud_events} <= ids
        assert all(money > 0 for _, money in ring.fraud_events)


def test_a_fraud_event_is_made_by_the_ring_and_worth_what_the_truth_says(city):
    by_id = {event.event_id: event for event in city.events}
    for ring in city.truth.rings:
        for event_id, money in ring.fraud_events:
            event = by_id[event_id]
            assert set(ring.accounts) & set(city.accounts_of(event))
            assert event.ts >= ring.first_ts
            if isinstance(event, PromoRedeemed):
                assert money == event.amount
            else:
                assert isinstance(event, TripCompleted)
                whole = {event.fare, event.incentive}
                assert money in whole or ring.kind == "multi_account"


def test_the_fraud_of_a_multi_account_ring_is_a_tenth_of_its_fares(city):
    by_id = {event.event_id: event for event in city.events}
    rings = [ring for ring in city.truth.rings if ring.kind == "multi_account"]
    assert rings
    for ring in rings:
        for event_id, money in ring.fraud_events:
            assert money == pytest.approx(0.1 * by_id[event_id].fare, abs=0.0051)


def test_a_city_where_nobody_cheats_has_no_ring_but_still_its_look_alikes(tmp_path: Path):
    summary = simulate(CityConfig(riders=800, drivers=80, days=5, fraud_share=0.0), tmp_path / "out")
    truth = json.loads(summary.truth_path.read_text())
    assert truth["rings"] == []
    assert len({decoy["kind"] for decoy in truth["decoys"]}) >= 8


def test_look_alikes_outside_public_places_are_not_in_rings(city):
    guilty = {account for ring in city.truth.rings for account in ring.accounts}
    for decoy in city.truth.decoys:
        assert decoy.accounts
        assert not guilty & set(decoy.accounts)


def test_identifiers_do_not_tell_who_is_in_a_ring(city):
    guilty = {account for ring in city.truth.rings for account in ring.accounts}
    everyone = {account for event in city.events for account in city.accounts_of(event)}
    assert {len(a) for a in everyone} == {17}
    first_digits = Counter(a[1] for a in guilty)
    assert len(first_digits) > 10


def test_a_promo_farm_has_a_device_a_card_or_a_payout_account_in_common(city):
    used: set[tuple[str, str]] = set()
    for event in city.events:
        for field in ("device_id", "card_id", "bank_account_id"):
            thing = getattr(event, field, None)
            if thing is not None and isinstance(
                event, AccountCreated | AccountLogin | CardAdded | PayoutAdded
            ):
                used.add((event.account_id, thing))
    farms = [ring for ring in city.truth.rings if ring.kind == "promo_farm"]
    assert farms
    for ring in farms:
        users = Counter(thing for account, thing in used if account in ring.accounts)
        assert max(users.values()) > 1


def test_a_takeover_logs_old_accounts_in_from_few_strange_devices_and_victims_keep_their_own(city):
    rings = [ring for ring in city.truth.rings if ring.kind == "takeover"]
    assert rings
    for ring in rings:
        victims = set(ring.victims)
        after = [e for e in city.events if e.ts >= ring.first_ts]
        before = {
            e.rider_device_id
            for e in city.events
            if isinstance(e, TripCompleted) and e.rider_id in victims and e.ts < ring.first_ts
        }
        users: dict[str, set[str]] = {}
        for event in after:
            if isinstance(event, AccountLogin) and event.account_id in victims:
                users.setdefault(event.device_id, set()).add(event.account_id)
        strange = {device for device, accounts in users.items() if len(accounts) > 1}
        assert 1 <= len(strange) <= 2
        assert not strange & before
        assert set().union(*(users[d] for d in strange)) >= set(ring.victims) or len(strange) == 1


def test_riders_of_a_circle_ride_with_their_drivers(city):
    rings = [ring for ring in city.truth.rings if ring.kind == "collusion"]
    assert rings
    for ring in rings:
        drivers, riders = set(ring.drivers), set(ring.accounts) - set(ring.drivers)
        assert len(drivers) >= 3
        assert len(riders) >= 6
        inside = [
            e
            for e in city.events
            if isinstance(e, TripCompleted) and e.rider_id in riders and e.driver_id in drivers
        ]
        assert len(inside) >= len(riders)


def test_more_camouflage_means_fewer_accounts_on_a_shared_device(tmp_path: Path):
    sharing = []
    for camouflage in (0.0, 1.0):
        config = CityConfig(seed=9, riders=1_500, drivers=120, days=8, fraud_share=0.2, camouflage=camouflage)
        summary = simulate(config, tmp_path / str(camouflage))
        truth = json.loads(summary.truth_path.read_text())
        farms = {"promo_farm", "referral_chain"}
        members = {a for ring in truth["rings"] if ring["kind"] in farms for a in ring["accounts"]}
        device = {}
        for line in summary.events_path.read_text().splitlines():
            event = json.loads(line)
            if event["type"] == "account_created" and event["account_id"] in members:
                device[event["account_id"]] = event.get("device_id")
        counts = Counter(d for d in device.values() if d)
        sharing.append(sum(counts.values()) / len(counts))
    assert sharing[0] > sharing[1] > 1
