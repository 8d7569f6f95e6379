"""Strength and connection of identifiers, for any sharers."""

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model.vocabulary import EntityKind
from graph.updates.sharing import WEIGHTS
from tests.twin.sharing import Tenure

DAY = 86_400_000
kinds = st.sampled_from(sorted(WEIGHTS))
sharers = st.integers(0, 100)
spans = st.tuples(st.integers(0, 60), st.integers(0, 40), st.booleans())


@st.composite
def tenures(draw: st.DrawFn) -> list[Tenure]:
    drawn = draw(st.lists(spans, min_size=1, max_size=12))
    return [
        Tenure(n, first * DAY, (first + length) * DAY, eligible)
        for n, (first, length, eligible) in enumerate(drawn)
    ]


@given(kinds, sharers, sharers)
def test_strength_falls_with_every_sharer(parts, kind: EntityKind, visiting: int, resident: int):
    here = parts.strength(kind, visiting, resident)
    assert parts.strength(kind, visiting + 1, resident) < here
    assert parts.strength(kind, visiting, resident + 1) < here


@given(kinds, sharers, sharers)
def test_a_resident_never_takes_more_strength_than_a_visitor(
    parts, kind: EntityKind, visiting: int, resident: int
):
    rounding = 1e-9
    as_resident = parts.strength(kind, visiting, resident + 1)
    assert as_resident >= parts.strength(kind, visiting + 1, resident) - rounding


@settings(max_examples=300)
@given(kinds, tenures(), st.randoms(use_true_random=False))
def test_whom_an_identifier_connects_does_not_depend_on_the_order_of_its_tenures(parts, kind, uses, random):
    shuffled = list(uses)
    random.shuffle(shuffled)
    assert parts.connected(kind, shuffled) == parts.connected(kind, uses)


@settings(max_examples=300)
@given(kinds, tenures())
def test_an_identifier_connects_nobody_or_two_and_more_of_its_users_in_order(parts, kind, uses):
    whom = parts.connected(kind, uses)
    assert len(whom) != 1
    assert whom == sorted(set(whom))
    assert set(whom) <= {tenure.account for tenure in uses}


@settings(max_examples=300)
@given(tenures())
def test_the_newest_user_of_a_connecting_phone_is_among_those_it_connects_if_eligible(parts, uses):
    whom = parts.connected(EntityKind.DEVICE, uses)
    newest = max(uses, key=lambda t: (t.first_ms, t.account))
    assert not whom or (newest.account in whom) is newest.eligible
