"""Small made-up lessons and snapshots: rings are told by one feature of their members."""

import numpy as np
from scipy import sparse

from gnn.tensors.lessons import Lesson, lesson_of
from gnn.tensors.neighbours import RELATIONS
from gnn.tensors.propagate import mean_over
from gnn.tensors.snapshot import Example, Snapshot
from graph.scoring.features import FEATURES

INPUTS = 4
DAY = 86_400_000


def example(
    members, is_ring=False, group="g", moment_ms=1_000, owned=(), evidence=None, names=None
) -> Example:
    """An example with as much of it made up as the test does not name."""
    return Example(
        moment_ms=moment_ms,
        members=np.array(members, np.int64),
        accounts=tuple(names or (f"a{n}" for n in members)),
        evidence=np.zeros(len(FEATURES), np.float32) if evidence is None else evidence,
        is_ring=is_ring,
        group=group,
        owned=frozenset(owned),
    )


def snapshot(seed: int, groups: int = 6, moment_ms: int = 2_000) -> Snapshot:
    """Groups of four accounts around one phone; every other one is a ring, whose phone has feature 0 high."""
    draw = np.random.default_rng(seed)
    nodes = groups * 5
    features = draw.normal(size=(nodes, INPUTS)).astype(np.float32)
    examples, pairs = [], []
    fraudulent = np.zeros(nodes, bool)
    for n in range(groups):
        members, phone = list(range(5 * n, 5 * n + 4)), 5 * n + 4
        is_ring = n % 2 == 0
        features[phone, 0] = 3.0 if is_ring else -3.0
        fraudulent[members] = is_ring
        pairs += [(member, phone) for member in members]
        name = f"{seed} {n}"
        examples.append(example(members, is_ring, name, moment_ms - 1, owned=[f"device {name}"]))
    means = []
    for relation in range(len(RELATIONS)):
        rows, columns = zip(*pairs, strict=True) if relation == 1 else ((), ())
        ones = np.ones(len(rows), np.float32)
        means.append(mean_over(sparse.csr_matrix((ones, (rows, columns)), (nodes, nodes))))
    return Snapshot(moment_ms, features, means, tuple(examples), fraudulent)


def lessons(seeds, layers: int = 1) -> list[Lesson]:
    """One lesson for each seed."""
    return [lesson_of(snapshot(seed), layers, None, 0) for seed in seeds]
