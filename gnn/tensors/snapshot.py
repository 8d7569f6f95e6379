"""The entity graph at one moment, as the network reads it, and the candidates judged by then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from gnn.tensors.features import Matrix, node_features
from gnn.tensors.neighbours import neighbour_means
from gnn.tensors.sampling import neighbourhood
from graph.model.entities import KINDS
from graph.model.errors import Fatal
from graph.model.view import GraphView
from graph.model.vocabulary import EntityKind

PRIVATE: frozenset[EntityKind] = frozenset({EntityKind.DEVICE, EntityKind.CARD})
"""Identifiers that may not stand on both sides of a split."""


@dataclass(frozen=True, slots=True)
class Example:
    """One candidate as it was judged: who, on what evidence, and what it turned out to be.

    ``members`` are entity numbers; ``evidence`` is ``graph.scoring.features.FEATURES``; ``owned`` names the
    members and their devices and cards; ``group`` the true ring, or the honest candidate, that it is about.
    """

    moment_ms: int
    members: npt.NDArray[np.int64]
    accounts: tuple[str, ...]
    evidence: npt.NDArray[np.float32]
    is_ring: bool
    group: str
    owned: frozenset[str]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Entities' features and neighbours at ``moment_ms``, and the candidates judged since the one before.

    Nothing in it is later than its moment. ``fraudulent`` (entities,) marks accounts of planted or confirmed
    rings; it is read as a label only. ``depth`` says how many steps around the candidates it holds; None: the
    whole graph.
    """

    moment_ms: int
    features: Matrix
    means: Sequence[sparse.csr_matrix]
    examples: Sequence[Example]
    fraudulent: npt.NDArray[np.bool_]
    depth: int | None = None


def within(snapshot: Snapshot, depth: int) -> Snapshot:
    """The snapshot cut down to ``depth`` steps around its candidates, entities numbered anew in their order.

    The vectors of ``depth`` layers for its members are the same as before. O(links kept).
    """
    wanted = np.unique(np.concatenate([example.members for example in snapshot.examples]))
    kept = neighbourhood(snapshot.features, snapshot.means, wanted, depth)
    return Snapshot(
        snapshot.moment_ms,
        kept.features,
        kept.means,
        tuple(
            replace(example, members=np.searchsorted(kept.nodes, example.members))
            for example in snapshot.examples
        ),
        snapshot.fraudulent[kept.nodes],
        depth,
    )


def snapshot_of(view: GraphView, examples: Sequence[Example], fraudulent: frozenset[str]) -> Snapshot:
    """The snapshot of a view. Raises Fatal when anything in it is later than its watermark."""
    newest = max(
        (int(part.max()) for part in (view.links.last_ms, view.accounts.last_ms) if len(part)), default=0
    )
    newest = max([newest, *(example.moment_ms for example in examples)])
    if newest > view.watermark_ms:
        raise Fatal(
            f"expected nothing after {view.watermark_ms}, found something at {newest}; "
            "take the view after the events that it is to show"
        )
    account = KINDS.index(EntityKind.ACCOUNT)
    marks = np.fromiter(
        (k == account and name in fraudulent for k, name in zip(view.kind, view.names, strict=True)),
        np.bool_,
        len(view.kind),
    )
    return Snapshot(view.watermark_ms, node_features(view), neighbour_means(view), tuple(examples), marks)


def owned_by(view: GraphView, members: npt.NDArray[np.int64]) -> frozenset[str]:
    """The members and their devices and cards, as kind and identifier. O(log links) for each member.

    Links are sorted by kind and source, so that those of one account and kind lie together.
    """
    links = view.links
    owned = {f"account {view.names[member]}" for member in members}
    for code in np.unique(links.kind):
        start, end = np.searchsorted(links.kind, [code, code + 1])
        if start == end or KINDS[view.kind[links.target[start]]] not in PRIVATE:
            continue
        sources = links.source[start:end]
        lows, highs = np.searchsorted(sources, members), np.searchsorted(sources, members, side="right")
        for low, high in zip(lows, highs, strict=True):
            for target in links.target[start + low : start + high]:
                owned.add(f"{KINDS[view.kind[target]]} {view.names[target]}")
    return frozenset(owned)
