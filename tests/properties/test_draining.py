"""What an engine says has changed, drained at any moments, against comparing whole views."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model.changes import Changes, Happenings, Look, changes_between, nothing
from graph.model.link_keys import LINK_KINDS
from graph.model.vocabulary import EntityKind, LedgerChange
from graph.stores.verification import Part, engine_rows
from tests.properties.test_engine import streams
from tests.properties.test_entity_graph import spelt
from tests.unit.graph.fakes import new_engine
from tests.unit.graph.scenes import moment

WINDOW_DAYS = 20
acts = st.tuples(
    st.sampled_from(["cut", "public"]),
    st.sampled_from([f"a{n}" for n in range(8)]),
    st.sampled_from([(EntityKind.DEVICE, "d0"), (EntityKind.DEVICE, "d1"), (EntityKind.IP, "i0")]),
)
gaps = st.lists(st.integers(1, 12), min_size=1, max_size=60)


def engine():
    return new_engine(window_days=WINDOW_DAYS)


@dataclass
class PlainStore:
    """A store as dictionaries. What is said to be gone has to be there, unless ``is_ahead``."""

    is_ahead: bool = False
    names: set[tuple[int, str]] = field(default_factory=set)
    links: dict = field(default_factory=dict)
    accounts: dict = field(default_factory=dict)
    rings: dict = field(default_factory=dict)
    cuts: set = field(default_factory=set)
    public: set = field(default_factory=set)

    def write(self, changes: Changes) -> None:
        keys = list(zip(changes.kind.tolist(), changes.names, strict=True))
        self.names |= set(keys)
        gone = changes.gone
        for kind, source, target in zip(
            *(part.tolist() for part in (gone.kind, gone.source, gone.target)), strict=True
        ):
            key = LINK_KINDS[kind], keys[source], keys[target]
            if key in self.links or not self.is_ahead:
                del self.links[key]
        for kind, source, target, *rest in rows(changes.links):
            self.links[LINK_KINDS[kind], keys[source], keys[target]] = rest
        for entity, *rest in rows(changes.accounts):
            self.accounts[keys[entity]] = rest
        for ring_id in changes.closed:
            if ring_id in self.rings or not self.is_ahead:
                del self.rings[ring_id]
        for entry in changes.ledger:
            ended = entry.from_ if entry.change is LedgerChange.MERGED else [entry.ring_id]
            if entry.change in (LedgerChange.MERGED, LedgerChange.CLOSED):
                for ring_id in ended:
                    self.rings.pop(ring_id, None)
        self.rings |= {ring.ring_id: ring for ring in changes.rings}
        if changes.cuts is not None:
            self.cuts = {(keys[a], keys[b]) for a, b in changes.cuts}
        if changes.declared_public is not None:
            self.public = {keys[each] for each in changes.declared_public}


def rows(columns):
    return zip(*(getattr(columns, each.name).tolist() for each in fields(columns)), strict=True)


def whole(look: Look) -> PlainStore:
    """What comparing whole views tells a store that knows nothing."""
    store = PlainStore()
    store.write(changes_between(nothing(), look, 0))
    return store


def look_at(ours) -> Look:
    return Look.at(ours.view(), ours.rings())


def in_stretches(events, lengths):
    """The events cut up by drawn lengths, which begin anew when they run out."""
    at = turn = 0
    while at < len(events):
        length = lengths[turn % len(lengths)]
        yield events[at : at + length]
        at, turn = at + length, turn + 1


def act(ours, drawn, day) -> None:
    what, account, (kind, name) = drawn
    if (
        ours.entity_index.find(EntityKind.ACCOUNT, account) is None
        or ours.entity_index.find(kind, name) is None
    ):
        return
    if what == "cut":
        ours.cut(account, kind, name, moment(day, "by hand"))
    else:
        ours.declare_public(kind, name, moment(day, "by hand"))


@settings(max_examples=150, deadline=None)
@given(streams, gaps, st.lists(acts, max_size=3))
def test_a_store_told_what_was_drained_holds_what_the_engine_shows(drawn, lengths, hands):
    ours, store, old = engine(), PlainStore(), nothing()
    hands = list(hands)
    for number, stretch in enumerate(in_stretches(spelt(drawn), lengths)):
        ours.apply(stretch)
        if hands and number % 2:
            act(ours, hands.pop(), 85)
        changes = ours.changes()
        store.write(changes)
        new = look_at(ours)
        assert store == whole(new)
        compared = changes_between(old, new, ours.changes().window_ms)
        assert changes.rings == compared.rings
        assert changes.closed == compared.closed
        assert spelt_gone(changes) == spelt_gone(compared)
        assert (changes.watermark_ms, changes.window_ms) == (compared.watermark_ms, compared.window_ms)
        old = new


def spelt_gone(changes: Changes) -> list:
    gone = changes.gone
    return [
        (kind, changes.names[source], changes.names[target])
        for kind, source, target in zip(gone.kind, gone.source, gone.target, strict=True)
    ]


@settings(max_examples=60, deadline=None)
@given(streams, gaps)
def test_draining_twice_says_nothing_the_second_time(drawn, lengths):
    ours = engine()
    for stretch in in_stretches(spelt(drawn), lengths):
        ours.apply(stretch)
        ours.changes()
        again = ours.changes()
        assert list(again.names) == []
        assert (again.rings, again.closed, again.cuts, again.declared_public) == ((), (), None, None)
        assert sum(len(part) for part in (again.links.kind, again.gone.kind, again.accounts.entity)) == 0


@settings(max_examples=60, deadline=None)
@given(streams, gaps)
def test_draining_changes_nothing_that_the_engine_says(drawn, lengths):
    ours, undrained = engine(), engine()
    for stretch in in_stretches(spelt(drawn), lengths):
        assert ours.apply(stretch) == undrained.apply(stretch)
        ours.changes()
    assert ours.state_digest() == undrained.state_digest()
    assert ours.rings() == undrained.rings()


@settings(max_examples=150, deadline=None)
@given(streams, gaps, st.data())
def test_an_engine_that_comes_back_from_a_snapshot_brings_a_store_that_was_ahead_into_line(
    drawn, lengths, data
):
    """The snapshot is older than what the store was told; what was undrained then is in the snapshot.

    Of a ring that was born and told after the snapshot and closes before the first drain, the ledger tells.
    """
    stretches = list(in_stretches(spelt(drawn), lengths))
    saved_after = data.draw(st.integers(0, len(stretches) - 1))
    told_until = data.draw(st.integers(saved_after, len(stretches) - 1))
    drained = data.draw(st.lists(st.booleans(), min_size=len(stretches), max_size=len(stretches)))
    ours, store, saved = engine(), PlainStore(is_ahead=True), None
    ours.changes()
    for number, stretch in enumerate(stretches[: told_until + 1]):
        ours.apply(stretch)
        if drained[number] or number == told_until:
            store.write(ours.changes())
        if number == saved_after:
            saved = ours.save()
    back, said = engine(), Happenings()
    back.load(saved)
    for number, stretch in enumerate(stretches[saved_after + 1 :], saved_after + 1):
        said.ledger += back.apply(stretch).ledger
        if number > told_until and drained[number]:
            store.write(back.changes(said))
            said = said.next()
    store.write(back.changes(said))
    assert store == replaced_flag(whole(look_at(back)))


def replaced_flag(store: PlainStore) -> PlainStore:
    store.is_ahead = True
    return store


@settings(max_examples=40, deadline=None)
@given(streams, st.integers(1, 20))
def test_the_first_drain_of_an_engine_tells_everything(drawn, size):
    events = spelt(drawn)
    ours = engine()
    for start in range(0, len(events), size):
        ours.apply(events[start : start + size])
    back = engine()
    back.load(ours.save())
    first, store = back.changes(), PlainStore()
    store.write(first)
    look = look_at(ours)
    assert store == whole(look)
    assert len(first.links.kind) == len(engine_rows(Part.LINKS, look))
