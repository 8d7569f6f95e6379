from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from typing import Any

import networkx as nx
import pytest

from simulation import CityConfig
from simulation.compositions import priors
from simulation.compositions.building import CASTS, STREAM
from simulation.compositions.crews.casting import TAKES
from simulation.compositions.crews.ring import Ring
from simulation.compositions.groups.doings import DOINGS
from simulation.compositions.groups.ties import TIES
from simulation.kitchens.city import City
from simulation.kitchens.living import plan
from simulation.kitchens.offers import WELCOME_VOUCHERS
from simulation.truth import RING_KINDS
from tests.unit.simulation.family_worlds import (
    FamilyCity,
    disorder,
    early,
    family_city,
    imports_of,
    refused,
    untrue,
    waits_for_referrers,
)

SEEDS = range(31, 43)
CODES = {"code_at_once", "code_over_weeks", "credits"}
OF_OTHERS = {"simulation.kitchens.crews", "simulation.kitchens.building"}


def settings(seed: int) -> dict[str, Any]:
    """A dozen cities of every care, every second with transfers."""
    return {
        "seed": seed,
        "riders": 900,
        "drivers": 140,
        "days": 21,
        "fraud_share": 0.16,
        "camouflage": (0.0, 0.3, 0.6, 1.0)[seed % 4],
        "trips_per_rider_day": 0.15,
        "transfers": seed % 2 == 0,
    }


@pytest.fixture(scope="module")
def cities(tmp_path_factory: pytest.TempPathFactory) -> list[FamilyCity]:
    folder = tmp_path_factory.mktemp("sixth")
    return [family_city("sixth", folder / str(seed), **settings(seed)) for seed in SEEDS]


@cache
def planned_city(seed: int) -> City:
    """A city in which every story is cast, and nothing lived."""
    return plan(CityConfig(habits="sixth", **settings(seed)), STREAM, CASTS)[0]


def planned(seed: int) -> list[Ring]:
    return [crew for crew in planned_city(seed).crews if isinstance(crew, Ring)]


def test_what_every_family_promises_holds_of_a_dozen_cities_of_every_care(cities: list[FamilyCity]) -> None:
    for city in cities:
        assert refused(city) == []
        assert disorder(city) == []
        assert early(city) == []
        assert min(waits_for_referrers(city)) > 0
        assert untrue(city) == []
        assert {account for decoy in city.truth["decoys"] for account in decoy["accounts"]} <= city.seen()


def test_the_sixth_family_has_the_plumbing_of_the_fourth_and_none_of_its_trades() -> None:
    imported = imports_of("compositions")
    assert not {name for name in imported if any(name.startswith(other) for other in OF_OTHERS)}
    of_lookalikes = {name for name in imported if name.startswith("simulation.kitchens.lookalikes")}
    assert of_lookalikes == {"simulation.kitchens.lookalikes.scene"}


def test_every_kind_of_ring_occurs_and_most_of_them_got_something(cities: list[FamilyCity]) -> None:
    rings = [ring for city in cities for ring in city.truth["rings"]]
    assert {ring["kind"] for ring in rings} == set(RING_KINDS)
    got = [bool(ring["fraud_events"]) for ring in rings]
    assert sum(got) >= 0.95 * len(got)
    assert sum(len(ring["accounts"]) >= 2 for ring in rings) >= 0.97 * len(rings)


def test_every_value_of_the_axes_occurs() -> None:
    designs = [ring.design for seed in SEEDS for ring in planned(seed)]
    rings = [ring for seed in SEEDS for ring in planned(seed)]
    assert {take for design in designs for take in design.takes} == set(TAKES) == set(priors.KIND_OF)
    assert {source for ring in rings for source in ring.layout.sources} == set(priors.SOURCES)
    assert any(ring.victims for ring in rings)
    for axis, table in (
        ("phones", priors.PHONES),
        ("cards", priors.CARDS),
        ("banks", priors.BANKS),
        ("network", priors.NETWORKS),
        ("referral", priors.REFERRALS),
        ("wallet", priors.WALLETS),
        ("places", priors.PLACES),
        ("thief", priors.THIEVES),
        ("tempo", priors.TEMPOS),
    ):
        assert {getattr(design, axis) for design in designs} == set(table)
    assert len({(d.takes, d.phones, d.cards, d.referral, d.wallet, d.tempo) for d in designs}) > 0.9 * len(
        designs
    )


def test_the_kind_follows_from_what_is_mainly_taken() -> None:
    for design in (ring.design for seed in SEEDS for ring in planned(seed)):
        assert design.kind == "multi_account" if design.one_hand else priors.KIND_OF[design.takes[0]]


def test_crews_hang_together_by_what_the_file_shows(cities: list[FamilyCity]) -> None:
    """Shared things, words, sends and repeated rides join most members of nine crews in ten."""
    parts = [part for city in cities for part in _joined_parts(city)]
    assert sum(part >= 0.6 for part in parts) >= 0.9 * len(parts)


def _joined_parts(city: FamilyCity) -> list[float]:
    ring_of = {account: ring["ring"] for ring in city.truth["rings"] for account in ring["accounts"]}
    graphs: dict[str, nx.Graph] = defaultdict(nx.Graph)

    def join(one: str, other: object) -> None:
        if one in ring_of and (not isinstance(other, str) or ring_of.get(other) == ring_of[one]):
            graphs[ring_of[one]].add_edge(one, other)

    met: Counter[tuple[str, str]] = Counter()
    things = ("device_id", "card_id", "bank_account_id", "phone_hash", "email_hash", "rider_device_id")
    for event in city.events:
        one = event.get("account_id") or event["rider_id"]
        for name in things:
            if name in event:
                join(one, (name.removeprefix("rider_"), event[name]))
        for name in ("referrer_id", "to_account_id"):
            if name in event:
                join(one, event[name])
        if "driver_id" in event:
            met[one, event["driver_id"]] += 1
            if "driver_device_id" in event:
                join(event["driver_id"], ("device_id", event["driver_device_id"]))
    for (one, other), times in met.items():
        if times > 1:
            join(one, other)
    parts = []
    for ring in city.truth["rings"]:
        members, graph = set(ring["accounts"]), graphs[ring["ring"]]
        largest = max((len(members & part) for part in nx.connected_components(graph)), default=0)
        parts.append(largest / max(1, len(members)))
    return parts


def test_honest_people_take_no_more_than_they_are_offered(cities: list[FamilyCity]) -> None:
    """A welcome voucher once, a code once, and support's credits twice; campaigns as often as they run."""
    for seed, city in zip(SEEDS, cities, strict=True):
        guilty, offers = city.guilty(), planned_city(seed).offers
        days = range(-1, city.config.days + 2)
        running = {each.voucher.promo for day in days for each in offers.of_day(day)}
        codes: Counter[tuple[str, str]] = Counter()
        credited: Counter[str] = Counter()
        for event in city.of("promo_redeemed"):
            account, promo = event["account_id"], event["promo_id"]
            if account in guilty or promo in running or promo == offers.invitation.promo:
                continue
            if "trip_id" in event:
                codes[account, promo] += 1
            else:
                credited[account] += 1
        assert max(codes.values()) == 1
        assert max(credited.values(), default=0) <= 2
        has_credits = {a for d in city.truth["decoys"] if "credits" in d["kind"] for a in d["accounts"]}
        classes = {a for d in city.truth["decoys"] if d["kind"].endswith("class") for a in d["accounts"]}
        assert set(credited) <= has_credits | classes
        assert all(credited[account] <= 1 for account in classes - has_credits)


def test_groups_combine_all_ties_with_all_that_groups_do(cities: list[FamilyCity]) -> None:
    kinds = [decoy["kind"].split("+") for city in cities for decoy in city.truth["decoys"]]
    assert {kind[-1] for kind in kinds} == set(DOINGS)
    assert {tie for kind in kinds for tie in kind[:-1]} == set(TIES)
    assert len({tuple(kind) for kind in kinds}) > 100


def test_many_groups_hardly_ride(cities: list[FamilyCity]) -> None:
    seldom = total = 0
    for city in cities:
        trips = Counter(event["rider_id"] for event in city.of("trip_completed"))
        drivers = {event["driver_id"] for event in city.of("trip_completed")}
        for decoy in city.truth["decoys"]:
            riders = [account for account in decoy["accounts"] if account not in drivers]
            if riders:
                total += 1
                seldom += sum(trips[account] for account in riders) <= 4 * len(riders)
    assert seldom > 0.3 * total


def test_crews_enrol_drivers_for_the_bonus_who_hardly_drive(cities: list[FamilyCity]) -> None:
    """They are paid for joining, to few bank accounts; and some honest classes are paid the same way."""
    crews = one_bank = classes = 0
    for seed, city in zip(SEEDS, cities, strict=True):
        trips = Counter(event["driver_id"] for event in city.of("trip_completed"))
        paid = {event["account_id"] for event in city.of("promo_redeemed")}
        banks: dict[str, set[str]] = defaultdict(set)
        for event in (*city.of("account_created"), *city.of("payout_account_added")):
            if "bank_account_id" in event:
                banks[event["account_id"]].add(event["bank_account_id"])
        for ring in planned(seed):
            drivers = [each.id for each in ring.drivers]
            if ring.design.takes[0] != "joinings" or len(drivers) < 3:
                continue
            crews += 1
            assert sum(each in paid for each in drivers) >= 0.7 * len(drivers)
            assert sum(trips[each] for each in drivers) <= 8 * len(drivers)
            one_bank += len(set().union(*(banks[each] for each in drivers))) <= len(drivers) / 2
        people = {each for d in city.truth["decoys"] if d["kind"].endswith("class") for each in d["accounts"]}
        classes += bool(people & paid - city.guilty())
    assert crews >= 3
    assert one_bank >= 2
    assert classes >= 1


def test_huge_crews_share_one_phone_or_card_as_honest_crowds_do() -> None:
    """Of the crews that are too large for chance, about half use one to three phones or cards throughout."""
    seen: Counter[str] = Counter()
    for seed in range(31, 61):
        large = plan(CityConfig(habits="sixth", **settings(seed) | {"riders": 2500}), STREAM, CASTS)[0]
        for ring in (crew for crew in large.crews if isinstance(crew, Ring)):
            hands = ring.layout.hands
            if hands < priors.HUGE[0] // 2:
                continue
            seen["huge"] += 1
            seen["phones"] += len(set(ring.layout.phones)) <= 3
            seen["cards"] += ring.design.cards == "all"
    assert seen["huge"] >= 10
    assert seen["phones"] >= 2
    assert seen["cards"] >= 2


def test_honest_people_who_share_what_farms_share_live_besides() -> None:
    """On one phone or card nobody who takes offers hardly rides, nor takes a code; no class has one bank."""
    in_one_hand = booked = 0
    for city in map(planned_city, SEEDS):
        people = {account.id: account for account in city.accounts}
        for decoy in city.decoys:
            *ties, doing = decoy.kind.split("+")
            assert not ("bank" in ties and doing == "class")
            if not {"phone", "card", "collector"} & set(ties):
                continue
            for account in (people[each] for each in decoy.accounts if not people[each].drives):
                in_one_hand += 1
                takes_nothing = account.vouchers_taken == WELCOME_VOUCHERS and account.thrift == 0
                booked += takes_nothing and account.rate == 0
                assert account.rate > 0 or (takes_nothing and "collector" not in ties)
                assert account.joined_ms < city.config.start_ms or doing not in CODES
    assert in_one_hand > 100
    assert booked > 20
