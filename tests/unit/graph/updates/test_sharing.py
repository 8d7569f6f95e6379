"""Whom an identifier connects, as a function of who used it and when."""

import pytest

from graph.model.vocabulary import EntityKind
from graph.updates.sharing import CONNECTING, DAY_MS, RESALE_SILENCE_MS, RESALE_TENURE_MS, WEIGHTS
from tests.twin.sharing import Tenure

DEVICE, CARD, BANK, IP = EntityKind.DEVICE, EntityKind.CARD, EntityKind.BANK_ACCOUNT, EntityKind.IP


def used(account: int, first_day: float, last_day: float, resident: bool = False) -> Tenure:
    return Tenure(account, round(first_day * DAY_MS), round(last_day * DAY_MS), resident)


def visitors(count: int) -> list[Tenure]:
    return [used(n, n, n + 40) for n in range(count)]


def residents(count: int) -> list[Tenure]:
    return [used(n, n / 10, n / 10 + 1, resident=True) for n in range(count)]


def test_a_phone_connects_a_household(parts):
    assert parts.connected(DEVICE, [used(3, 0, 50), used(1, 1, 50), used(2, 20, 40)]) == [1, 2, 3]


def test_a_single_user_is_connected_to_nobody(parts):
    assert parts.connected(DEVICE, [used(1, 0, 50)]) == []
    assert parts.connected(DEVICE, []) == []


def test_a_farm_of_forty_residents_is_still_one_hand(parts):
    assert parts.connected(DEVICE, residents(40)) == list(range(40))


def test_a_kiosk_with_as_many_visitors_connects_nobody(parts):
    assert parts.connected(DEVICE, visitors(40)) == []


def test_a_phone_turns_public_at_the_twenty_fifth_visitor(parts):
    assert parts.connected(DEVICE, visitors(24)) == list(range(24))
    assert parts.connected(DEVICE, visitors(25)) == []


def test_a_family_card_connects_and_a_company_card_does_not(parts):
    assert parts.connected(CARD, visitors(4)) == [0, 1, 2, 3]
    assert parts.connected(CARD, visitors(30)) == []


def test_a_bank_account_connects_a_few_drivers_and_not_a_fleet(parts):
    assert parts.connected(BANK, visitors(3)) == [0, 1, 2]
    assert parts.connected(BANK, visitors(12)) == []


@pytest.mark.parametrize("sharers", [2, 3, 10, 1000])
def test_an_address_never_connects(parts, sharers):
    assert parts.connected(IP, visitors(sharers)) == []
    assert parts.connected(IP, residents(sharers)) == []


@pytest.mark.parametrize("kind", list(WEIGHTS))
def test_two_sharers_connect_through_every_kind_but_an_address(parts, kind):
    assert parts.connected(kind, visitors(2)) == ([] if kind is IP else [0, 1])


def test_a_phone_sold_on_does_not_join_two_households(parts):
    sale = [used(1, 0, 30), used(2, 2, 30), used(7, 33, 60), used(8, 34, 60)]
    assert parts.connected(DEVICE, sale) == [7, 8]


def test_a_phone_sold_by_one_person_to_another_connects_nobody(parts):
    assert parts.connected(DEVICE, [used(1, 0, 30), used(2, 33, 60)]) == []


def test_an_owner_who_returns_after_the_sale_did_not_sell(parts):
    assert parts.connected(DEVICE, [used(1, 0, 61), used(2, 33, 60)]) == [1, 2]


def test_a_phone_sold_twice_belongs_to_its_newest_owner(parts):
    twice = [used(1, 0, 20), used(2, 25, 45), used(3, 50, 70), used(4, 51, 70)]
    assert parts.connected(DEVICE, twice) == [3, 4]


def test_a_phone_that_changed_hands_without_a_silence_was_not_sold(parts):
    silence = RESALE_SILENCE_MS
    owner = used(1, 0, 30)
    at_once = Tenure(2, owner.last_ms + silence - 1, owner.last_ms + 30 * DAY_MS, False)
    after = at_once._replace(first_ms=owner.last_ms + silence)
    assert parts.connected(DEVICE, [owner, at_once]) == [1, 2]
    assert parts.connected(DEVICE, [owner, after]) == []


def test_a_phone_used_for_less_than_an_owners_time_was_not_sold(parts):
    short = Tenure(1, 0, RESALE_TENURE_MS - 1, False)
    owner = Tenure(1, 0, RESALE_TENURE_MS, False)
    later = used(2, 30, 60)
    assert parts.connected(DEVICE, [short, later]) == [1, 2]
    assert parts.connected(DEVICE, [owner, later]) == []


def test_a_settled_account_that_comes_to_a_phone_has_a_home_elsewhere(parts):
    family = [used(1, 0, 50), used(2, 1, 50)]
    guest = used(3, 20, 50)._replace(settled=True)
    assert parts.connected(DEVICE, [*family, guest]) == [1, 2]
    assert parts.connected(DEVICE, [family[0], guest]) == []
    assert parts.connected(DEVICE, [*family, guest._replace(resident=True)]) == [1, 2, 3]
    assert parts.connected(CARD, [*family, guest]) == [1, 2, 3]


def test_three_accounts_are_no_single_owner_who_could_sell(parts):
    farm = [used(1, 0, 10), used(2, 1, 10), used(3, 2, 10), used(4, 30, 40)]
    assert parts.connected(DEVICE, farm) == [1, 2, 3, 4]


def test_a_card_is_never_sold_on(parts):
    assert parts.connected(CARD, [used(1, 0, 30), used(2, 33, 60)]) == [1, 2]


def test_the_newest_tenancy_of_a_phone_never_sold_is_everybody(parts):
    everybody = [used(1, 0, 50), used(2, 10, 40), used(3, 45, 48)]
    assert parts.connected(DEVICE, everybody) == [1, 2, 3]


@pytest.mark.parametrize("kind", [DEVICE, CARD, BANK])
def test_an_identifier_connects_exactly_while_its_strength_is_enough(parts, kind):
    for sharers in range(2, 40):
        enough = parts.strength(kind, sharers, 0) >= CONNECTING
        assert bool(parts.connected(kind, visitors(sharers))) is enough
