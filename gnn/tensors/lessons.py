"""Candidates ready for learning: a snapshot cut down to what its candidates' scores depend on.

A *lesson* is one snapshot's examples with the neighbourhood of all their members. Lessons join into a batch
as disjoint graphs, whichever worlds they come from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import Tensor

from gnn.tensors.features import Matrix
from gnn.tensors.propagate import Relation, relation_of
from gnn.tensors.sampling import Neighbourhood, neighbourhood
from gnn.tensors.snapshot import Example, Snapshot
from graph.model.errors import Fatal

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lesson:
    """Examples, and where in the neighbourhood their members stand: ``member`` positions by ``owner`` row."""

    moment_ms: int
    around: Neighbourhood
    examples: tuple[Example, ...]
    member: npt.NDArray[np.int64]
    owner: npt.NDArray[np.int64]
    fraudulent: npt.NDArray[np.bool_]
    """For each of ``member``: whether that account is in a true ring."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Several lessons as tensors: entities (n), members (m), examples (e)."""

    features: Tensor
    steps: tuple[tuple[Relation, ...], ...]
    """For each layer, as ``gnn.training.network`` takes them; entities nearest to the members come first."""
    member: Tensor
    owner: Tensor
    evidence: Tensor
    labels: Tensor
    weights: Tensor
    fraudulent: Tensor

    @property
    def rows(self) -> int:
        """How many examples there are."""
        return len(self.labels)

    def on(self, device: torch.device) -> Batch:
        """The same with its tensors on a device; relations follow when they are first used there."""
        return replace(
            self,
            features=self.features.to(device),
            member=self.member.to(device),
            owner=self.owner.to(device),
            evidence=self.evidence.to(device),
            labels=self.labels.to(device),
            weights=self.weights.to(device),
            fraudulent=self.fraudulent.to(device),
        )


def lesson_of(snapshot: Snapshot, layers: int, fanout: int | None, seed: int) -> Lesson:
    """The snapshot's examples with all that their scores depend on. Raises Fatal where it holds less."""
    if snapshot.depth is not None and layers > snapshot.depth:
        raise Fatal(
            f"expected a snapshot of at least {layers} steps around its candidates, found {snapshot.depth}; "
            "take it deeper, or learn with fewer layers"
        )
    examples = tuple(snapshot.examples)
    entity = np.concatenate([example.members for example in examples])
    wanted = np.unique(entity)
    around = neighbourhood(snapshot.features, snapshot.means, wanted, layers, fanout, seed)
    return Lesson(
        snapshot.moment_ms,
        around,
        examples,
        around.seeds[np.searchsorted(wanted, entity)],
        np.repeat(np.arange(len(examples)), [len(example.members) for example in examples]),
        snapshot.fraudulent[entity],
    )


def group_weights(examples: Sequence[Example]) -> Floats:
    """One unit of weight for each group, shared by its examples: what is judged often counts no more."""
    sizes = Counter(example.group for example in examples)
    return np.array([1.0 / sizes[example.group] for example in examples], np.float32)


def batch_of(
    lessons: Sequence[Lesson], weights: Sequence[Floats], mean: Matrix, scale: Matrix, layers: int
) -> Batch:
    """Lessons side by side; features are standardised by ``mean`` and ``scale`` (columns)."""
    nodes = np.cumsum([0, *(len(lesson.around.nodes) for lesson in lessons)])
    rows = np.cumsum([0, *(len(lesson.examples) for lesson in lessons)])
    features = np.concatenate([(lesson.around.features - mean) / scale for lesson in lessons])
    examples = [example for lesson in lessons for example in lesson.examples]
    distance = np.concatenate([lesson.around.steps for lesson in lessons])
    order = np.argsort(distance, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    whole = [
        sparse.block_diag([lesson.around.means[n] for lesson in lessons], "csr")[order][:, order]
        for n in range(len(lessons[0].around.means))
    ]
    # Layer 1 of L computes what lies within L - 1 steps, the last one the members alone.
    reach = [int((distance <= layers - layer).sum()) for layer in range(layers + 1)]
    member = np.concatenate([each.member + at for each, at in zip(lessons, nodes, strict=False)])
    return Batch(
        torch.from_numpy(features[order[: reach[0]]].astype(np.float32)),
        tuple(
            tuple(relation_of(matrix[:after, :before]) for matrix in whole)
            for before, after in pairwise(reach)
        ),
        torch.from_numpy(place[member]),
        torch.from_numpy(np.concatenate([each.owner + at for each, at in zip(lessons, rows, strict=False)])),
        torch.from_numpy(np.stack([example.evidence for example in examples])),
        torch.tensor([float(example.is_ring) for example in examples]),
        torch.from_numpy(np.concatenate(weights)),
        torch.from_numpy(np.concatenate([each.fraudulent for each in lessons]).astype(np.float32)),
    )
