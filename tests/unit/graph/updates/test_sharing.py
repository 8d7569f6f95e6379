"""Whom an identifier connects, as a function of who used it and when."""

import pytest

from graph.model.vocabulary import EntityKind
from graph.updates.sharing import CONNECTING, DAY_MS, RESALE_SILENCE_MS, RESALE_TENURE_MS
from tests.twin.sharing import Tenure

DEVICE, CARD, BANK, IP = EntityKind.DEVICE, EntityKind.CARD, EntityKind.BANK_ACCOUNT, EntityKind.IP


def used(account: int, first_day: float, last_day: float) -> Tenure:
    return Tenure(account, round(first_day * DAY_MS), round(last_day * DAY_MS))


def test_a_phone_connects_a_household(parts):
    assert parts.connected(DEVICE, [used(3, 0, 50), used(1, 1, 50), used(2, 20, 40)]) == [1, 2, 3]


def test_a_single_user_is_connected_to_nobody(parts):
    assert parts.connected(DEVICE, [used(1, 0, 50)]) == []
    assert parts.connected(DEVICE, []) == []


@pytest.mark.parametrize("accounts", [40, 64, 65, 400])
def test_a_farm_is_one_hand_however_many_its_accounts_are(parts, accounts):
    assert parts.connected(DEVICE, [used(n, n / 10, n / 10 + 1) for n in range(accounts)]) == list(
        range(accounts)
    )


def is_crowd(parts, kind: EntityKind, visitors: int, residents: int = 0) -> bool:
    return parts.strength(kind, visitors, residents) < CONNECTING


@pytest.mark.parametrize(
    ("kind", "visitors"), [(DEVICE, 25), (CARD, 13), (BANK, 11), (EntityKind.PHONE, 9), (EntityKind.EMAIL, 9)]
)
def test_so_many_visitors_are_a_crowd_and_one_less_is_none(parts, kind, visitors):
    assert is_crowd(parts, kind, visitors)
    assert not is_crowd(parts, kind, visitors - 1)


def test_forty_residents_of_a_phone_are_no_crowd_and_forty_visitors_are(parts):
    assert not is_crowd(parts, DEVICE, 0, 40)
    assert is_crowd(parts, DEVICE, 40)


@pytest.mark.parametrize("sharers", [2, 3, 10, 1000])
def test_an_address_is_always_shared_by_a_crowd(parts, sharers):
    assert is_crowd(parts, IP, sharers)
    assert is_crowd(parts, IP, 0, sharers)


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
    at_once = Tenure(2, owner.last_ms + silence - 1, owner.last_ms + 30 * DAY_MS)
    after = at_once._replace(first_ms=owner.last_ms + silence)
    assert parts.connected(DEVICE, [owner, at_once]) == [1, 2]
    assert parts.connected(DEVICE, [owner, after]) == []


def test_a_phone_used_for_less_than_an_owners_time_was_not_sold(parts):
    short = Tenure(1, 0, RESALE_TENURE_MS - 1)
    owner = Tenure(1, 0, RESALE_TENURE_MS)
    later = used(2, 30, 60)
    assert parts.connected(DEVICE, [short, later]) == [1, 2]
    assert parts.connected(DEVICE, [owner, later]) == []


def test_who_is_not_eligible_is_connected_to_nobody(parts):
    family = [used(1, 0, 50), used(2, 1, 50)]
    guest = used(3, 20, 50)._replace(eligible=False)
    assert parts.connected(DEVICE, [*family, guest]) == [1, 2]
    assert parts.connected(DEVICE, [family[0], guest]) == []
    assert parts.connected(CARD, [*family, guest]) == [1, 2]


def test_three_accounts_are_no_single_owner_who_could_sell(parts):
    farm = [used(1, 0, 10), used(2, 1, 10), used(3, 2, 10), used(4, 30, 40)]
    assert parts.connected(DEVICE, farm) == [1, 2, 3, 4]


def test_a_card_is_never_sold_on(parts):
    assert parts.connected(CARD, [used(1, 0, 30), used(2, 33, 60)]) == [1, 2]


def test_the_newest_tenancy_of_a_phone_never_sold_is_everybody(parts):
    everybody = [used(1, 0, 50), used(2, 10, 40), used(3, 45, 48)]
    assert parts.connected(DEVICE, everybody) == [1, 2, 3]
