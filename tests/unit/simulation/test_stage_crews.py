from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from simulation.stages.crews.casting import TRADES
from simulation.stages.people import Crew
from simulation.truth import RING_KINDS
from tests.unit.simulation.family_worlds import FamilyCity, actors, family_city
from tests.unit.simulation.stage_worlds import planned

SEEDS = range(20, 26)
DOCS = Path(__file__).parents[3] / "docs" / "simulation.md"


def crews(camouflage: float = 0.4, seeds: range = SEEDS) -> list[Crew]:
    return [crew for seed in seeds for crew in planned(seed, camouflage=camouflage).crews]


@pytest.fixture(scope="module", params=[True, False], ids=["transfers", "no transfers"])
def city(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FamilyCity:
    out = tmp_path_factory.mktemp("crews") / "out"
    return family_city(
        "third", out, seed=6, riders=1_400, drivers=180, days=14, fraud_share=0.15, transfers=request.param
    )


def test_each_kind_of_the_vocabulary_has_a_trade_and_each_trade_is_documented() -> None:
    assert {trade.kind for trade in TRADES} == set(RING_KINDS)
    text = DOCS.read_text(encoding="utf-8")
    assert [trade.name for trade in TRADES if f"`{trade.name}`" not in text] == []


def test_every_trade_occurs() -> None:
    assert {crew.trade for crew in crews()} == {trade.name for trade in TRADES}


def test_no_account_is_in_two_crews_and_each_crew_has_three_members() -> None:
    for seed in SEEDS:
        members = [member.id for crew in planned(seed, camouflage=0.4).crews for member in crew.members]
        assert len(members) == len(set(members)) == round(0.2 * 1_150)
        assert min(len(crew.members) for crew in planned(seed, camouflage=0.4).crews) >= 3


def test_crews_draw_their_care_around_camouflage() -> None:
    means = []
    for camouflage in (0.1, 0.9):
        cares = [crew.care for crew in crews(camouflage, range(20, 23))]
        assert len(set(cares)) > 10
        means.append(sum(cares) / len(cares))
    assert means[0] < 0.3
    assert means[1] > 0.7


def test_care_keeps_the_accounts_of_a_farm_apart() -> None:
    apart = []
    for camouflage in (0.1, 0.9):
        found = crews(camouflage, range(20, 23))
        farms = [c for c in found if c.trade in {"sim_farm", "self_referral_tree", "card_mill"}]
        devices = [len({m.phones[0][1] for m in c.riders}) / len(c.riders) for c in farms]
        apart.append(sum(devices) / len(devices))
    assert apart[0] < apart[1] - 0.05


def test_rings_hold_about_the_share_of_accounts_asked_for(city: FamilyCity) -> None:
    assert len(city.guilty()) == pytest.approx(237, abs=15)
    assert city.summary.ring_accounts == len(city.guilty())
    assert city.summary.rings == len(city.truth["rings"])


def test_the_truth_agrees_with_the_events(city: FamilyCity) -> None:
    by_id = {event["event_id"]: event for event in city.events}
    present = {account for event in city.events for account in actors(event)}
    seen: set[str] = set()
    for ring in city.truth["rings"]:
        assert set(ring["accounts"]) <= present
        assert set(ring["drivers"]) | set(ring["victims"]) <= set(ring["accounts"])
        assert bool(ring["victims"]) == (ring["kind"] == "takeover")
        for event_id, money in ring["fraud_events"]:
            event = by_id[event_id]
            assert event_id not in seen
            assert event["ts"] >= ring["first_ts"]
            assert set(ring["accounts"]) & set(actors(event))
            assert money in {event.get(field) for field in ("amount", "fare", "incentive", "fee")}
            seen.add(event_id)
    assert sum(bool(ring["fraud_events"]) for ring in city.truth["rings"]) > 0.8 * city.summary.rings


def test_most_members_take_money_themselves(city: FamilyCity) -> None:
    by_id = {event["event_id"]: event for event in city.events}
    acting = {
        account
        for ring in city.truth["rings"]
        for event_id, _ in ring["fraud_events"]
        for account in actors(by_id[event_id])
    }
    assert len(acting & city.guilty()) > 0.6 * len(city.guilty())


def test_victims_live_on_phones_of_their_own_beside_the_thiefs(city: FamilyCity) -> None:
    victims = {victim for ring in city.truth["rings"] for victim in ring["victims"]}
    assert victims
    phones = defaultdict(set)
    for event in city.of("account_created", "account_login", "trip_completed"):
        account = event.get("account_id") or event["rider_id"]
        phone = event.get("device_id") or event.get("rider_device_id")
        if account in victims and phone is not None:
            phones[account].add(phone)
    assert sum(len(each) > 1 for each in phones.values()) > 0.8 * len(victims)


def test_quest_buddies_ride_each_other_and_never_themselves() -> None:
    found = [crew for crew in crews() if crew.trade == "quest_buddies"]
    assert found
    for crew in found:
        assert abs(len(crew.riders) - len(crew.drivers)) <= 2


def test_money_runs_to_few_hands_where_transfers_are_written(tmp_path: Path) -> None:
    city = family_city(
        "third", tmp_path / "out", seed=9, riders=900, drivers=90, days=12, fraud_share=0.25, transfers=True
    )
    guilty = city.guilty()
    paid = Counter(
        e["to_account_id"]
        for e in city.of("wallet_transfer")
        if {e["account_id"], e["to_account_id"]} <= guilty
    )
    honest = [e for e in city.of("wallet_transfer") if not {e["account_id"], e["to_account_id"]} & guilty]
    assert max(paid.values()) >= 3
    assert len(honest) >= 20


def test_identifiers_say_nothing_about_who_cheats(city: FamilyCity) -> None:
    guilty = city.guilty()
    names = sorted(e["account_id"] for e in city.of("account_created"))
    halves = [sum(name in guilty for name in part) for part in (names[::2], names[1::2])]
    middle = len(names) // 2
    halves += [sum(name in guilty for name in part) for part in (names[:middle], names[middle:])]
    assert max(halves) < 1.35 * min(halves)
    assert {len(name) for name in names} == {17}
