"""Parts share no ring, account, device or card, and the earlier knows nothing of the later."""

from dataclasses import replace

import pytest

from gnn.training.claims import kept_apart
from gnn.training.splits import SplitConfig, assert_no_leakage, split
from graph.model.errors import Fatal
from tests.unit.gnn.worlds import DAY, example, snapshot


def day(number, examples):
    """A snapshot at the end of a day, with these examples."""
    return replace(snapshot(number, moment_ms=number * DAY), examples=tuple(examples))


def ring(number, on):
    return example(
        [0, 1], True, f"ring{number}", on * DAY - 1, owned=[f"account r{number}", f"device d{number}"]
    )


def honest(number, on):
    return example([2, 3], False, f"h{number}", on * DAY - 1, owned=[f"account h{number}"])


def world():
    """Ten rings, one begun every other day and seen until the end, and forty honest groups seen every day."""
    return [
        day(
            on,
            [ring(n, on) for n in range(10) if on >= 2 * n + 1] + [honest(n, on) for n in range(40)],
        )
        for on in range(1, 22)
    ]


def groups(part):
    return {each.group for held in part for each in held.examples}


def test_a_ring_belongs_to_the_part_in_whose_time_it_began():
    parts = split(world(), SplitConfig(train=0.5, check=0.2))
    rings = [
        {name for name in groups(part) if name.startswith("ring")}
        for part in (parts.train, parts.check, parts.test)
    ]
    assert rings == [
        {"ring0", "ring1", "ring2", "ring3", "ring4"},
        {"ring5", "ring6"},
        {"ring7", "ring8", "ring9"},
    ]


def test_no_group_is_in_two_parts_and_time_runs_from_part_to_part():
    parts = split(world())
    assert not groups(parts.train) & groups(parts.check)
    assert not groups(parts.train) & groups(parts.test)
    assert not groups(parts.check) & groups(parts.test)
    newest = max(held.moment_ms for held in parts.train)
    assert newest < min(each.moment_ms for held in parts.check for each in held.examples)


def test_a_label_that_would_not_have_been_known_in_time_is_not_learnt_from():
    soon, late = (split(world(), SplitConfig(label_delay_ms=days * DAY)) for days in (0, 4))
    newest = [max(held.moment_ms for held in parts.train) for parts in (soon, late)]
    assert newest[1] <= newest[0] - 4 * DAY


def test_too_few_rings_for_three_parts_are_refused():
    with pytest.raises(Fatal, match="expected a ring for each of 3 parts, found 2"):
        split([day(1, [ring(1, 1), ring(2, 1), honest(1, 1)])])


def test_what_two_parts_would_share_is_left_out_of_one_and_rings_stay():
    mine = example([1], True, "ring", owned=["device d"])
    near = example([2], False, "honest", owned=["device d"])
    far = example([3], False, "other", owned=["device e"])
    assert kept_apart([near, mine, far, far], [1, 0, 0, -1]).tolist() == [False, True, True, False]


@pytest.mark.parametrize("thing", ["account a", "device d", "card c"])
def test_leakage_is_found(thing):
    left = [day(1, [example([1], owned=[thing], group="x")])]
    right = [day(9, [example([1], owned=[thing], group="y", moment_ms=9 * DAY - 1)])]
    with pytest.raises(Fatal, match="expected nothing on both sides of the split, found 1 things"):
        assert_no_leakage(left, right)
    assert_no_leakage(left, [day(9, [example([1], owned=["device z"], group="y")])])


def test_a_graph_from_the_time_of_the_later_part_is_found():
    left = [day(5, [example([1], group="x")])]
    right = [day(9, [example([1], group="y", moment_ms=4 * DAY)])]
    assert_no_leakage(left, right)
    with pytest.raises(Fatal, match="expected the earlier part to end before"):
        assert_no_leakage(left, right, by_time=True)
