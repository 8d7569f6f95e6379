"""How alike two accounts are beside their ties: what they did, when, how often, and with which rare others.

A difference in a behaviour is told as a *surprise*: minus the log of the share of the whole population that
lies at least as close to the marked account. Two accounts of the commonest volume are no surprise, two of a
volume that hardly anyone has are one. A behaviour that is not known (NaN) says nothing: 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from gnn.completion.relations import Floats, Matrix, RelationGraph, Rows


@dataclass(frozen=True, slots=True)
class Population:
    """What is known about accounts 0 .. n - 1, which are the first n nodes of the graph."""

    behaviour: Floats
    """(n, columns), NaN where not known."""
    ordered: tuple[Floats, ...]
    """Each column's known values, ascending."""
    habits: Matrix
    """(n, 4 * relations): log(1 + ties) by relation out and in, with others and with silent nodes."""
    sample: Rows
    """Accounts that stand for the population where habits are compared."""
    company: sparse.csr_matrix
    """(n, nodes): 1 / log(1 + users) at each counterparty, rows of length 1."""
    services: sparse.csr_matrix
    """(n, nodes * 2 * relations): the same for silent counterparties, apart by relation and direction."""

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return len(self.behaviour)

    @property
    def likenesses(self) -> int:
        """How many numbers ``likeness`` gives for a pair."""
        return int(self.behaviour.shape[1]) + 4


def population(graph: RelationGraph, behaviour: Floats, sampled: int = 1_000, seed: int = 0) -> Population:
    """Everything that comparing accounts needs, once for a graph. O(ties + n log n)."""
    accounts = len(behaviour)
    ends = graph.start[accounts]
    row = np.repeat(np.arange(accounts), np.diff(graph.start[: accounts + 1]))
    other = graph.other[:ends].astype(np.int64)
    way = graph.relation[:ends].astype(np.int64) + graph.relations * ~graph.outward[:ends]
    silent = graph.silent[other]
    habits = np.zeros((accounts, 4 * graph.relations), np.float32)
    np.add.at(habits, (row, way + 2 * graph.relations * silent), 1.0)
    wide = 2 * graph.relations
    draw = np.random.default_rng(seed)
    return Population(
        behaviour=behaviour,
        ordered=tuple(np.sort(column[~np.isnan(column)]) for column in behaviour.T),
        habits=np.log1p(habits),
        sample=np.sort(draw.choice(accounts, min(sampled, accounts), replace=False)),
        company=_rare(row, other, (accounts, graph.nodes)),
        services=_rare(row[silent], (other * wide + way)[silent], (accounts, graph.nodes * wide)),
    )


def likeness(people: Population, marked: Rows, candidates: Rows) -> Matrix:
    """(len(marked), len(candidates), likenesses), all at least 0; 0 for an account with itself.

    Surprise of each behaviour's difference, of all of them together (their sum), of the habits' difference
    (sum of absolute differences), cosine of counterparties and cosine of silent ones by rarity.
    O(marked * (candidates + sample) * (columns + 4 * relations)).
    """
    table = np.zeros((len(marked), len(candidates), people.likenesses), np.float32)
    columns = people.behaviour.shape[1]
    for column, ordered in enumerate(people.ordered):
        here, there = people.behaviour[marked, column], people.behaviour[candidates, column]
        table[:, :, column] = _surprise(ordered, here, there)
    table[:, :, columns] = table[:, :, :columns].sum(axis=2)
    table[:, :, columns + 1] = _habits_alike(people, marked, candidates)
    for at, shared in ((columns + 2, people.company), (columns + 3, people.services)):
        table[:, :, at] = (shared[marked] @ shared[candidates].T).toarray()
    table[marked[:, None] == candidates[None, :]] = 0.0
    return table


def own_of(people: Population, graph: RelationGraph, accounts: Rows) -> Matrix:
    """(len(accounts), columns + 2): rank of each behaviour in the population (0.5 if not known), log degrees.

    The two degrees are those among others and with silent nodes.
    """
    ranks = [
        np.where(
            np.isnan(people.behaviour[accounts, column]),
            0.5,
            np.searchsorted(ordered, people.behaviour[accounts, column]) / max(len(ordered), 1),
        )
        for column, ordered in enumerate(people.ordered)
    ]
    ties = np.expm1(people.habits[accounts].astype(np.float64))
    silent = ties[:, ties.shape[1] // 2 :].sum(axis=1)
    return np.stack([*ranks, np.log1p(graph.degree[accounts]), np.log1p(silent)], axis=1).astype(np.float32)


def _surprise(ordered: Floats, here: Floats, there: Floats) -> Floats:
    apart = np.abs(here[:, None] - there[None, :])
    known = ~np.isnan(apart)
    apart = np.where(known, apart, 0.0)
    middle = np.nan_to_num(here)[:, None]
    closer = np.searchsorted(ordered, middle + apart, "right") - np.searchsorted(ordered, middle - apart)
    share = np.clip(closer, 1, None) / max(len(ordered), 1)
    return np.where(known, np.maximum(-np.log(share), 0.0), 0.0)


def _habits_alike(people: Population, marked: Rows, candidates: Rows) -> Floats:
    result = np.zeros((len(marked), len(candidates)))
    reference, wanted = people.habits[people.sample], people.habits[candidates]
    for at, account in enumerate(marked.tolist()):
        own = people.habits[account]
        usual = np.sort(np.abs(reference - own).sum(axis=1))
        closer = np.searchsorted(usual, np.abs(wanted - own).sum(axis=1), "right")
        result[at] = -np.log((1 + closer) / (1 + len(usual)))
    return result


def _rare(row: Rows, column: Rows, shape: tuple[int, int]) -> sparse.csr_matrix:
    ones = np.ones(len(row), np.float32)
    users = sparse.csr_matrix((ones, (row, column)), shape)
    users.sum_duplicates()
    users.data[:] = 1.0
    count = np.bincount(users.indices, minlength=0)
    users.data = (1.0 / np.log1p(count[users.indices])).astype(np.float32)
    length = np.sqrt(np.asarray(users.multiply(users).sum(axis=1)).ravel())
    scale = np.divide(1.0, length, out=np.zeros_like(length), where=length > 0)
    return sparse.csr_matrix(sparse.diags(scale) @ users).astype(np.float32)
