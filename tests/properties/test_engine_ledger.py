"""The ledger tells all: replayed, it gives the members of every open ring."""

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model.vocabulary import LedgerChange
from tests.unit.graph.ledger_replay import replay
from tests.unit.graph.rings.test_ring_ledger import PEOPLE, Table

groups = st.sets(st.integers(0, PEOPLE - 1), min_size=1)
judgements = st.lists(st.tuples(groups, st.floats(0, 1)), max_size=12)


@settings(max_examples=150, deadline=None)
@given(judgements, st.data())
def test_the_ledger_replayed_gives_the_members_of_every_open_ring(steps, data):
    table = Table()
    for accounts, score in steps:
        table.judge(sorted(accounts), score)
        table.assert_replayed()
        for ring_id, members in table.open().items():
            assert len(members) >= 3
            assert all(table.rings.ring_of(m).ring_id == ring_id for m in members)
    for ring in table.rings.open_rings():
        cut = data.draw(st.integers(1, len(table.rings.members(ring)) - 1))
        members = table.rings.members(ring)
        halves = members[:cut], members[cut:]
        scores = data.draw(st.tuples(st.floats(0, 1), st.floats(0, 1)))
        parts = [table.weighed(part, score) for part, score in zip(halves, scores, strict=True)]
        table.rings.split(ring, parts, table.now(), table.said)
        table.assert_replayed()


@settings(max_examples=100, deadline=None)
@given(judgements)
def test_every_flagged_account_is_in_the_ring_that_its_flag_names(steps):
    table = Table()
    for accounts, score in steps:
        before = len(table.said.flags)
        table.judge(sorted(accounts), score)
        rings = replay(table.said.ledger)
        for flag in table.said.flags[before:]:
            assert set(flag.accounts) <= rings[flag.ring_id]
            assert flag.accounts == sorted(set(flag.accounts))
            assert flag.score >= 0.25


@settings(max_examples=100, deadline=None)
@given(judgements)
def test_a_ring_id_is_born_once_and_never_speaks_after_its_end(steps):
    table = Table()
    for accounts, score in steps:
        table.judge(sorted(accounts), score)
    ended: set[str] = set()
    for entry in table.said.ledger:
        assert entry.ring_id not in ended
        if entry.change is LedgerChange.CLOSED:
            ended.add(entry.ring_id)
        if entry.change is LedgerChange.MERGED:
            ended.update(entry.from_)
