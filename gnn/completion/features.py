"""From marks on some accounts of a pool to numbers for every account of it.

A pool is a set of accounts among which a ring is completed: the candidates and whoever is marked. What each
of them would reach if marked is kept once told (``Pool``); marking is then a sum over rows. A mark is a
weight in 0..1: 1 for an account that is given, the score of one that an earlier round found.

Marking the given accounts before a fixed message passing is the labelling trick of GLASS (Wang and Zhang,
ICLR 2022); unmarked inputs alone cannot tell two rings apart that look alike.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import sparse

from gnn.completion.diffusion import channel_names, channels_of, reach
from gnn.completion.likeness import Population, likeness, own_of
from gnn.completion.relations import Floats, Matrix, RelationGraph, Rows

AGREEMENTS: Final = 5
"""Structural channels of which the marked accounts' agreement is told: any tie and the last of the list."""


class Pool:
    """Distinct accounts and what each of them would reach among the others if marked, told when first asked.

    Keeps the rows that were asked for: (channels + likenesses) numbers for each account reached.
    """

    def __init__(self, graph: RelationGraph, people: Population, accounts: Rows) -> None:
        self.accounts = accounts
        self.own = own_of(people, graph, accounts)
        self._graph, self._people = graph, people
        self._ties: dict[int, sparse.csr_matrix] = {}
        self._alike: dict[int, Matrix] = {}

    @property
    def size(self) -> int:
        """How many accounts."""
        return len(self.accounts)

    @property
    def channels(self) -> int:
        """How many structural channels."""
        return channels_of(self._graph.relations)

    def told(self, marked: Rows) -> tuple[sparse.csr_matrix, Matrix]:
        """For positions ``marked``: rows of ``diffusion.reach`` and of ``likeness.likeness``.

        A walk of two steps and n comparisons for each that was not asked for before.
        """
        new = np.array([at for at in marked.tolist() if at not in self._ties], np.int64)
        if len(new):
            ties = reach(self._graph, self.accounts[new], self.accounts)
            alike = likeness(self._people, self.accounts[new], self.accounts)
            for row, at in enumerate(new.tolist()):
                self._ties[at], self._alike[at] = ties[row], alike[row]
        if not len(marked):
            width = self.size * self.channels
            return sparse.csr_matrix((0, width), dtype=np.float32), np.zeros(
                (0, self.size, self._people.likenesses), np.float32
            )
        chosen = marked.tolist()
        ties = sparse.csr_matrix(sparse.vstack([self._ties[at] for at in chosen], format="csr"))
        return ties, np.stack([self._alike[at] for at in chosen])


def feature_names(relations: int, behaviours: tuple[str, ...]) -> tuple[str, ...]:
    """A name for each column of ``features``, in order."""
    alike = (
        *(f"like in {name}" for name in behaviours),
        "like in all",
        "like in habits",
        "same others",
        "same services",
    )
    pair = (*channel_names(relations), *alike)
    agreed = ("any tie", *channel_names(relations)[-(AGREEMENTS - 1) :], *alike)
    return (
        *(f"mean {name}" for name in pair),
        *(f"most {name}" for name in pair),
        "tied to",
        "met",
        *(f"agreed {name}" for name in agreed),
        *(f"above agreed {name}" for name in agreed),
        *(f"own {name}" for name in behaviours),
        "own degree",
        "own services",
        "marked",
    )


def features(pool: Pool, marks: Floats) -> Matrix:
    """(n, columns) float32 for ``marks`` (n,) in 0..1; an account's own mark does not count for itself.

    Means and maxima over the marked of each channel and likeness, the share of marks tied directly and met in
    two steps, how much the marked agree among themselves, and the account's own behaviour. Where no one is
    marked, all but the own columns are 0. O(entries of the marked rows + marked * n * likenesses).
    """
    size = pool.size
    width = pool.channels
    marked = np.flatnonzero(marks)
    weight = marks[marked].astype(np.float32)
    others = np.maximum(marks.sum() - marks, 1e-9)[:, None].astype(np.float32)
    rows, near = pool.told(marked)
    rows.data = rows.data * np.repeat(weight, np.diff(rows.indptr))
    summed = np.asarray(rows.sum(axis=0), np.float32).reshape(size, width)
    most = np.zeros(size * width, np.float32)
    np.maximum.at(most, rows.indices, rows.data)
    alike = np.einsum("m,mnk->nk", weight, near)
    closest = (near * weight[:, None, None]).max(axis=0) if len(marked) else np.zeros_like(alike)
    pair = np.concatenate([summed, alike], axis=1) / others
    tied, met = _met(rows, weight, size, width, marked)
    told = np.concatenate([pair[:, : _direct(width)].sum(axis=1)[:, None], _last(pair, width, alike)], axis=1)
    agreed = (marks[:, None] * told).sum(axis=0) / max(float(marks.sum()), 1e-9)
    spread = np.broadcast_to(agreed.astype(np.float32), told.shape)
    above = told / (np.abs(spread) + np.abs(told) + 1e-9)
    return np.concatenate(
        [
            pair,
            most.reshape(size, width),
            closest,
            tied / others,
            met / others,
            spread,
            above,
            pool.own,
            np.full((size, 1), np.log1p(float(marks.sum())), np.float32),
        ],
        axis=1,
        dtype=np.float32,
    )


def _direct(width: int) -> int:
    """Columns that are direct ties: twice the relations."""
    return (width - channels_of(0)) // 2


def _last(pair: Matrix, width: int, alike: Matrix) -> Matrix:
    start = width - (AGREEMENTS - 1)
    return pair[:, start : width + alike.shape[1]]


def _met(
    rows: sparse.csr_matrix, weight: Matrix, size: int, width: int, marked: Rows
) -> tuple[Matrix, Matrix]:
    """Marks with a direct tie to each account, and marks met over a common counterparty; both (n, 1)."""
    entry = np.repeat(np.arange(len(marked)), np.diff(rows.indptr))
    account, channel = np.divmod(rows.indices, width)
    results = []
    for chosen in (channel < _direct(width), channel == width - 3):
        seen = np.unique(entry[chosen].astype(np.int64) * size + account[chosen])
        total = np.zeros(size)
        np.add.at(total, seen % size, weight[seen // size] if len(weight) else 0.0)
        results.append(total[:, None].astype(np.float32))
    return results[0], results[1]
