from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from simulation.config import DAY_MS
from simulation.fleets.crews.trades import TRADES
from simulation.fleets.people import Crew
from simulation.truth import RING_KINDS
from tests.unit.simulation.family_worlds import WORTH, FamilyCity, actors, crews_city
from tests.unit.simulation.fleet_worlds import planned

SEEDS = range(20, 24)
DOCS = Path(__file__).parents[3] / "docs" / "simulation.md"


def crews(camouflage: float = 0.5) -> list[Crew]:
    return [crew for seed in SEEDS for crew in planned(seed, camouflage=camouflage).crews]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> FamilyCity:
    return crews_city("fifth", tmp_path_factory.mktemp("crews") / "out")


def test_each_kind_of_the_vocabulary_has_trades_and_each_trade_is_documented() -> None:
    assert {trade.kind for trade in TRADES.values()} == set(RING_KINDS)
    text = DOCS.read_text(encoding="utf-8")
    assert [name for name in TRADES if f"`{name}`" not in text] == []


def test_every_trade_occurs() -> None:
    assert {crew.trade for crew in crews()} == set(TRADES)


def test_no_account_is_in_two_crews_and_each_crew_has_three_members() -> None:
    for seed in SEEDS:
        members = [[member.id for member in crew.members] for crew in planned(seed, camouflage=0.5).crews]
        assert min(map(len, members)) >= 3
        assert len(set(sum(members, []))) == sum(map(len, members))  # noqa: RUF017


def test_sizes_run_from_three_to_hundreds_where_the_city_is_large_enough() -> None:
    large = {"riders": 6_000, "drivers": 600, "days": 14, "fraud_share": 0.2}
    cities = [planned(seed, **large) for seed in range(2)]
    sizes = sorted(len(crew.members) for city in cities for crew in city.crews)
    assert sizes[0] == 3
    assert 200 <= sizes[-1] <= 330
    assert sizes[len(sizes) // 2] < 30


def test_crews_draw_their_care_around_camouflage() -> None:
    for camouflage in (0.3, 0.7):
        cares = [crew.care for crew in crews(camouflage)]
        assert sum(cares) / len(cares) == pytest.approx(camouflage, abs=0.06)
        assert max(cares) - min(cares) > 0.3


def test_care_keeps_members_on_phones_of_their_own_and_covers_them() -> None:
    apart, covered = [], []
    for camouflage in (0.0, 1.0):
        made = [member for crew in crews(camouflage) for member in crew.members if member.cheats]
        apart.append(len({member.phones[0][1] for member in made}) / len(made))
        riders = [member for member in made if not member.drives]
        covered.append(sum(member.share > 0 for member in riders) / len(riders))
    assert apart[1] > apart[0] + 0.05
    assert covered[1] > covered[0] + 0.1


def test_most_drivers_belong_to_no_crew() -> None:
    for seed in SEEDS:
        drivers = planned(seed, camouflage=0.5, fraud_share=0.5).drivers()
        assert sum(driver.crew is None for driver in drivers) >= 0.4 * len(drivers)


def test_rings_hold_about_the_share_of_accounts_asked_for(city: FamilyCity) -> None:
    assert len(city.guilty()) == pytest.approx(210, abs=3)
    assert city.summary.ring_accounts == len(city.guilty())


def test_the_truth_agrees_with_the_events(city: FamilyCity) -> None:
    by_id = {event["event_id"]: event for event in city.events}
    seen = set()
    for ring in city.truth["rings"]:
        assert ring["fraud_events"], ring["kind"]
        assert set(ring["drivers"]) | set(ring["victims"]) <= set(ring["accounts"]) <= set(city.joined())
        for event_id, money in ring["fraud_events"]:
            event = by_id[event_id]
            assert event_id not in seen
            assert event["ts"] >= ring["first_ts"]
            assert set(ring["accounts"]) & set(actors(event))
            gains = [event.get(name, 0.0) for name in WORTH.get(event["type"], ("fare", "incentive"))]
            assert money in [*gains, round(sum(gains), 2)]
            seen.add(event_id)


def test_most_members_take_money_themselves(city: FamilyCity) -> None:
    by_id = {event["event_id"]: event for event in city.events}
    acting = {a for r in city.truth["rings"] for i, _ in r["fraud_events"] for a in actors(by_id[i])}
    assert len(acting & city.guilty()) > 0.6 * len(city.guilty())


def test_victims_of_takeovers_go_on_with_their_own_lives(city: FamilyCity) -> None:
    rings = [ring for ring in city.truth["rings"] if ring["kind"] == "takeover"]
    assert rings
    assert all(len(ring["victims"]) >= 2 for ring in rings)
    fraud = {event_id for ring in rings for event_id, _ in ring["fraud_events"]}
    victims = {victim for ring in rings for victim in ring["victims"]}
    own = [e for e in city.of("trip_completed") if victims & set(actors(e)) and e["event_id"] not in fraud]
    assert own
    assert all(city.joined()[victim] < city.config.start_ms - 2 * DAY_MS for victim in victims)
    assert all(not ring["victims"] for ring in city.truth["rings"] if ring["kind"] != "takeover")


def test_a_carousel_shares_no_phone_bank_or_card() -> None:
    found = [crew for crew in crews() if crew.trade == "driver_rider_carousel"]
    assert found
    for crew in found:
        things = [t for m in crew.members for t in (m.phones[0][1], m.bank or m.id, *m.cards)]
        assert len(things) == len(set(things))


def test_rented_licences_are_used_on_a_pool_of_phones(tmp_path: Path) -> None:
    crew = next(crew for crew in crews() if crew.trade == "rented_licences")
    users = defaultdict(set)
    for member in crew.members:
        for device in member.pooled_phones:
            users[device].add(member.id)
    assert max(map(len, users.values())) >= 2
    assert len({member.bank for member in crew.members}) <= 3


def test_wallets_are_drained_only_where_transfers_are_written() -> None:
    trades = {crew.trade for seed in SEEDS for crew in planned(seed, transfers=False).crews}
    assert trades
    assert not {name for name in trades if TRADES[name].needs_transfers}
