"""Snapshots: what the network reads of a graph, nothing of it from the future or from the clock."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from gnn.evaluation.truth import TrueRing, Truth
from gnn.logistic.judgements import first_guess
from gnn.tensors.examples import Recorder, snapshots_of
from gnn.tensors.features import NODE_FEATURES, node_features, schema_digest
from gnn.tensors.lessons import lesson_of
from gnn.tensors.snapshot import owned_by, snapshot_of, within
from graph.engine import Engine, EngineConfig
from graph.model.errors import Fatal
from graph.model.event_batch import EventBatch
from tests.unit.gnn.worlds import example, snapshot
from tests.unit.graph.city import live_in
from tests.unit.graph.fakes import new_engine
from tests.unit.graph.scenes import Scene, at
from tests.unit.graph.schemes import multi_account

COLUMN = {name: n for n, name in enumerate(NODE_FEATURES)}


def view_of(scene: Scene):
    engine = new_engine()
    engine.apply(scene.events)
    return engine.view()


def shared_phone() -> Scene:
    scene = Scene()
    scene.signs_up("ann", 0, device="phone")
    scene.signs_up("bea", 3, device="phone")
    scene.rides("ann", "dan", 4, fare=20.0, incentive=3.0)
    return scene


def test_features_say_what_happened():
    view = view_of(shared_phone())
    rows = dict(zip(view.names, node_features(view), strict=True))
    assert rows["phone"][COLUMN["links.in.uses_device"]] == pytest.approx(np.log1p(2))
    assert rows["phone"][COLUMN["shared.spread_days"]] == pytest.approx(np.log1p(3))
    assert rows["phone"][COLUMN["joins"]] == 1
    assert rows["ann"][COLUMN["trips"]] == pytest.approx(np.log1p(1))
    assert rows["ann"][COLUMN["rides.out.incentive"]] == 1
    assert rows["dan"][COLUMN["rides.in.fare"]] == pytest.approx(np.log1p(20))
    assert rows["dan"][COLUMN["role.driver"]] == 1
    assert rows["bea"][COLUMN["rides.out.count"]] == 0


def test_time_that_passes_changes_no_feature_of_who_is_not_touched():
    scene = shared_phone()
    before = dict(zip(view_of(scene).names, node_features(view_of(scene)), strict=True))
    scene.signs_up("zoe", 40, device="elsewhere")
    after = dict(zip(view_of(scene).names, node_features(view_of(scene)), strict=True))
    for name, row in before.items():
        assert after[name].tolist() == row.tolist()


def test_a_snapshot_refuses_what_is_newer_than_its_moment():
    view = view_of(shared_phone())
    snapshot_of(view, [example([0], moment_ms=at(4))], frozenset())
    with pytest.raises(Fatal, match="expected nothing after"):
        snapshot_of(view, [example([0], moment_ms=at(5))], frozenset())


def test_what_accounts_own_is_themselves_their_devices_and_their_cards():
    scene = shared_phone()
    scene.adds_card("bea", 3, "gold", "phone")
    view = view_of(scene)
    members = np.sort([view.names.index("ann"), view.names.index("bea")])
    assert owned_by(view, members) == {"account ann", "account bea", "device phone", "card gold"}
    assert owned_by(view, np.array([view.names.index("dan")])) == {"account dan"}


def test_snapshots_hold_the_candidates_of_their_time_with_their_labels():
    scene = Scene()
    live_in(scene)
    accounts = multi_account(scene)
    truth = Truth(rings=[TrueRing(ring="r1", kind="multi_account", accounts=sorted(accounts))])
    found = snapshots_of(scene.events, truth, first_guess(), every_days=5, world="w ")
    assert [each.moment_ms for each in found] == sorted(each.moment_ms for each in found)
    for earlier, later in pairwise(found):
        assert all(each.moment_ms > earlier.moment_ms for each in later.examples)
    rings = [each for held in found for each in held.examples if each.is_ring]
    assert {each.group for each in rings} == {"w r1"}
    assert all(2 * len(accounts.intersection(each.accounts)) >= len(each.accounts) for each in rings)
    last = found[-1]
    assert last.fraudulent.sum() == 12
    assert all(part.startswith("w ") for each in rings for part in each.owned)


def test_the_same_events_give_the_same_snapshots():
    scene = Scene()
    live_in(scene)
    multi_account(scene)
    one, two = (snapshots_of(scene.events, Truth(rings=[]), first_guess()) for _ in range(2))
    assert len(one) == len(two)
    for left, right in zip(one, two, strict=True):
        assert left.features.tobytes() == right.features.tobytes()
        assert [each.accounts for each in left.examples] == [each.accounts for each in right.examples]
        assert all((a != b).nnz == 0 for a, b in zip(left.means, right.means, strict=True))


def test_a_candidate_judged_twice_is_kept_as_last_judged():
    scene = shared_phone()
    scene.signs_up("cat", 5, device="phone")
    scene.takes("cat", 5, "launch", 15.0, "phone")
    scene.takes("bea", 5, "launch", 15.0, "phone")
    recorder = Recorder(Truth(rings=[]))
    engine = Engine(EngineConfig(), first_guess(), recorder.observe)
    engine.apply(scene.events)
    assert recorder.has_examples
    members = [each.members.tolist() for each in recorder.snapshot(engine.view()).examples]
    assert len(members) == len({tuple(each) for each in members})
    assert not recorder.has_examples


def test_a_schema_is_named_by_all_features_in_order():
    assert schema_digest(("a", "b")) == schema_digest(("a", "b"))
    assert schema_digest(("a", "b")) != schema_digest(("b", "a"))


def test_candidates_of_whom_half_were_never_judged_are_no_examples():
    scene = Scene()
    live_in(scene)
    members = sorted(multi_account(scene))
    honest = snapshots_of(scene.events, Truth(rings=[]), first_guess())
    asked = snapshots_of(scene.events, Truth(rings=[], unjudged=members), first_guess())
    known = snapshots_of(
        scene.events,
        Truth(rings=[TrueRing(ring="r", kind="k", accounts=members)], unjudged=members),
        first_guess(),
    )

    def about_them(snapshots):
        examples = [each for snapshot in snapshots for each in snapshot.examples]
        return [each for each in examples if 2 * len(set(members) & set(each.accounts)) >= len(each.accounts)]

    assert about_them(honest)
    assert not about_them(asked)
    assert {each.is_ring for each in about_them(known)} == {True}


def test_batches_of_events_give_the_same_snapshots_as_single_events():
    scene = Scene()
    live_in(scene)
    multi_account(scene)
    truth = Truth(rings=[])
    whole = EventBatch.of(scene.events)
    one = snapshots_of(scene.events, truth, first_guess(), 2.0)
    parts = [whole[start : start + 37] for start in range(0, len(whole), 37)]
    two = snapshots_of(parts, truth, first_guess(), 2.0)
    assert [each.moment_ms for each in one] == [each.moment_ms for each in two]
    assert len(one) > 1
    for left, right in zip(one, two, strict=True):
        assert [each.accounts for each in left.examples] == [each.accounts for each in right.examples]
        np.testing.assert_array_equal(left.features, right.features)


def test_a_snapshot_cut_to_what_its_candidates_see_teaches_the_same():
    whole = snapshot(3, groups=8)
    some = replace(whole, examples=whole.examples[2:5])
    cut = within(some, 1)
    assert len(cut.features) == 15 < len(whole.features)
    one, two = lesson_of(some, 1, 2, 7), lesson_of(cut, 1, 2, 7)
    np.testing.assert_array_equal(one.around.features, two.around.features)
    np.testing.assert_array_equal(one.member, two.member)
    np.testing.assert_array_equal(one.fraudulent, two.fraudulent)
    for left, right in zip(one.around.means, two.around.means, strict=True):
        assert (left != right).nnz == 0
    with pytest.raises(Fatal, match="at least 2 steps around its candidates, found 1"):
        lesson_of(cut, 2, 2, 7)
