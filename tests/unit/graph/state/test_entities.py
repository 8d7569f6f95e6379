"""The entity index: names to dense integers and back."""

from hypothesis import given
from hypothesis import strategies as st

from graph.model.vocabulary import EntityKind

named = st.lists(st.tuples(st.sampled_from(sorted(EntityKind)), st.text(max_size=4)), max_size=40)


@given(named)
def test_every_name_of_a_kind_has_one_number_and_keeps_it(parts, names):
    index, known = parts.names(), {}
    for kind, name in names:
        number = index.intern(kind, name)
        assert known.setdefault((kind, name), number) == number
        assert (index.kind(number), index.name(number), index.find(kind, name)) == (kind, name, number)
    assert sorted(known.values()) == list(range(len(index)))


def test_a_phone_and_a_card_of_one_name_are_two_entities(parts):
    index = parts.names()
    assert index.intern(EntityKind.DEVICE, "x") != index.intern(EntityKind.CARD, "x")
    assert index.find(EntityKind.IP, "x") is None
