"""ROC AUC on Tolokers, ten official splits: the network, trees on neighbour aggregates and their blend.

``python benchmarks/tolokers.py --data FOLDER`` where FOLDER holds ``tolokers.npz`` of the public
repository yandex-research/heterophilous-graphs (11,758 crowd workers, 519,000 edges, label: banned). The
data is not part of this repository; without it one line says what is missing.

One JSON line for each split, then one with means and standard deviations beside published rows.
``network`` is ``gnn.training.network`` with two views of the one relation (mean, degree-discounted), stopped
early on the validation part. ``control`` (on request) is the same with every edge's end drawn anew: what it
gains over no graph is not structure. ``trees`` is a random forest over a worker's own features and aggregates
of one and two steps; ``blend`` the mean of the two ranks. The test part is read once, at the end. Two cores:
about a quarter of an hour.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from scipy.stats import rankdata
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score, roc_auc_score
from surroundings import surroundings

from gnn.tensors.propagate import Relation, degree_discounted, mean_over, relation_of
from gnn.training.network import NetworkConfig, Readout, RelationalNetwork

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

PUBLISHED: Final = {"no graph": 72.95, "SAGE": 82.43, "GCN": 83.64, "GAT-sep": 83.78}
"""ROC AUC of Platonov et al., ICLR 2023, on the same ten splits."""
WIDTH, LAYERS, DROPOUT, RATE = 64, 3, 0.3, 5e-3
EPOCHS, EVERY, PATIENCE = 150, 5, 6
TREES: Final = 300


def adjacency(edges: Rows, nodes: int) -> sparse.csr_matrix:
    """Undirected edges as a symmetric matrix of ones."""
    ends = np.concatenate([edges, edges[:, ::-1]])
    return sparse.csr_matrix((np.ones(len(ends), np.float32), (ends[:, 0], ends[:, 1])), (nodes, nodes))


def standardised(columns: Floats) -> Floats:
    """Mean 0 and deviation 1 by column; labels have no part in it."""
    return np.asarray((columns - columns.mean(0)) / np.maximum(columns.std(0), 1e-9))


def aggregates(own: Floats, links: sparse.csr_matrix) -> Floats:
    """Own features, means and deviations over neighbours, means over two steps, and the log degree."""
    mean = mean_over(links)
    one = mean @ own
    spread = np.sqrt(np.maximum(mean @ own**2 - one**2, 0.0))
    degree = np.log1p(np.asarray(links.sum(axis=1)))
    largest = np.stack(
        [own[row].max(0) if len(row) else own[0] * 0 for row in np.split(links.indices, links.indptr[1:-1])]
    )
    return np.concatenate(
        [own, one, spread, largest, mean @ one, degree_discounted(links) @ own, degree], axis=1
    )


def network_scores(
    features: Floats, views: list[Relation], labels: Rows, train: Rows, check: Rows, seed: int
) -> Floats:
    """The network's logits for every worker, at the epoch that was best on ``check``."""
    torch.manual_seed(seed)
    inputs = torch.from_numpy(features.astype(np.float32))
    wanted = torch.from_numpy(labels[train].astype(np.float32))
    picked = torch.from_numpy(train)
    body = RelationalNetwork(NetworkConfig(features.shape[1], len(views), WIDTH, LAYERS, DROPOUT))
    head = Readout(body.config.outputs, WIDTH, DROPOUT)
    step = torch.optim.AdamW([*body.parameters(), *head.parameters()], lr=RATE, weight_decay=1e-4)
    best, scores, since = 0.0, np.zeros(len(labels)), 0
    for epoch in range(1, EPOCHS + 1):
        body.train(), head.train()
        step.zero_grad()
        logits = head(body(inputs, [views] * LAYERS))[picked]
        torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted).backward()
        step.step()
        if epoch % EVERY:
            continue
        body.eval(), head.eval()
        with torch.no_grad():
            found = head(body(inputs, [views] * LAYERS)).numpy().astype(np.float64)
        reached = float(roc_auc_score(labels[check], found[check]))
        since = 0 if reached > best else since + 1
        if reached > best:
            best, scores = reached, found
        if since >= PATIENCE:
            break
    return scores


def tree_scores(features: Floats, labels: Rows, train: Rows, seed: int) -> Floats:
    """The forest's share of votes for every worker."""
    forest = RandomForestClassifier(TREES, min_samples_leaf=2, max_features=0.3, n_jobs=-1, random_state=seed)
    forest.fit(features[train], labels[train])
    return np.asarray(forest.predict_proba(features)[:, 1])


def main() -> None:
    """Print one line for each split and one for all."""
    parser = argparse.ArgumentParser(description="ROC AUC on Tolokers, ten official splits.")
    parser.add_argument("--data", type=Path, default=Path("data/tolokers"))
    parser.add_argument("--splits", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="the split to begin with, to go on with a run")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--control", action="store_true", help="also the network on edges drawn anew")
    options = parser.parse_args()
    source = options.data / "tolokers.npz"
    if not source.exists():
        print(
            json.dumps(
                {"bench": "tolokers", "skipped": f"expected {source}, found no such file; pass --data"}
            )
        )
        return
    torch.set_num_threads(options.threads)
    around = surroundings(["torch", "scikit-learn"])
    data = np.load(source)
    labels, nodes = data["node_labels"], len(data["node_labels"])
    links = adjacency(data["edges"], nodes)
    own = standardised(np.c_[data["node_features"], np.log1p(np.asarray(links.sum(axis=1)).ravel())])
    draw = np.random.default_rng(0)
    anywhere = adjacency(np.c_[data["edges"][:, 0], draw.permutation(data["edges"][:, 1])], nodes)
    views = [relation_of(view(links)) for view in (mean_over, degree_discounted)]
    control = [relation_of(view(anywhere)) for view in (mean_over, degree_discounted)]
    gathered = aggregates(data["node_features"].astype(np.float64), links)
    started = perf_counter()
    table: dict[str, list[tuple[float, float]]] = {}
    for split in range(options.first, options.splits):
        train, check, test = (
            np.flatnonzero(data[f"{part}_masks"][split]) for part in ("train", "val", "test")
        )
        network = network_scores(own, views, labels, train, check, split)
        trees = tree_scores(gathered, labels, train, split)
        found = {
            "network": network,
            "trees": trees,
            "blend": rankdata(network) + rankdata(trees),
        }
        if options.control:
            found["control"] = network_scores(own, control, labels, train, check, split)
        row = {}
        for name, scores in found.items():
            figures = (
                100 * float(roc_auc_score(labels[test], scores[test])),
                100 * float(average_precision_score(labels[test], scores[test])),
            )
            table.setdefault(name, []).append(figures)
            row[name] = round(figures[0], 2)
        print(json.dumps({"bench": "tolokers", "split": split, "roc_auc": row}), flush=True)
    summary = {
        name: {
            "roc_auc": round(float(np.mean([auc for auc, _ in rows])), 2),
            "deviation": round(float(np.std([auc for auc, _ in rows])), 2),
            "auprc": round(float(np.mean([ap for _, ap in rows])), 2),
        }
        for name, rows in table.items()
    }
    about = f"{options.splits - options.first} splits from {options.first} on"
    case = {"bench": "tolokers", "case": about, "published_roc_auc": PUBLISHED}
    print(json.dumps(case | {"roc_auc": summary, "seconds": round(perf_counter() - started, 1)} | around))


if __name__ == "__main__":
    main()
