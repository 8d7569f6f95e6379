"""A stored model at work in an engine: candidates scored by their evidence and their members' vectors."""

from __future__ import annotations

from copy import copy

import numpy as np

from gnn.boosted.scorer import load_scorer
from gnn.models.drift_watch import DriftWatch
from gnn.models.platt import Calibration
from gnn.models.stored_model import StoredModel
from gnn.serving.live_vectors import LiveVectors
from gnn.serving.ring_readout import ring_logit, room_for
from gnn.serving.weights_of import network_weights, readout_weights
from graph.kernels.arrays import Int32s
from graph.scoring.features import FEATURES
from graph.state.state import State


class NetworkScorer:
    """Scores as the stored model does on a snapshot, up to rounding.
    ``graph.scoring.member_scorer.MemberScorer``.

    Accounts that are part of no candidate have the shipped score's prior: a network learns from candidates
    alone. What was scored is watched for drift.
    """

    def __init__(self, model: StoredModel) -> None:
        fitted = model.fitted
        self.model_id = model.manifest.model_id
        self.prior = load_scorer().prior
        self.watch = DriftWatch(model.manifest.spreads)
        self._network = network_weights(fitted.model.network, fitted.mean, fitted.scale)
        self._readout = readout_weights(fitted.model)
        self._calibration = model.manifest.calibration
        self._columns = np.array(fitted.columns or range(len(FEATURES)), np.int64)

    def reader(self) -> NetworkReader:
        """A reader for one engine; vectors are computed when they are first asked for."""
        return NetworkReader(self)


class NetworkReader:
    """Scores the candidates of one engine."""

    def __init__(self, scorer: NetworkScorer) -> None:
        self.vectors = LiveVectors(scorer._network)
        self._readout = scorer._readout
        self._calibration: Calibration = scorer._calibration
        self._columns = scorer._columns
        self._watch: DriftWatch | None = scorer.watch
        self._read = room_for(self._readout)

    def score(self, state: State, members: Int32s) -> float:
        """The calibrated probability that the candidate at hand is a ring. Cost: that of its vectors."""
        read = self._read
        # Training reads the evidence in single precision.
        evidence = state.features.astype(np.float32).astype(np.float64)
        read[: len(self._columns)] = evidence[self._columns]
        self.vectors.pool(state, members, read[len(self._columns) :])
        score = float(self._calibration.probability(np.array(ring_logit(read, *self._readout))))
        if self._watch is not None:
            self._watch.see(int(state.counters["watermark_ms"][0]), int(members[0]), score, evidence)
        return score

    def on_trial(self) -> NetworkReader:
        """The same for a question that is taken back; what it scores is no drift."""
        trial = copy(self)
        trial.vectors = self.vectors.on_trial()
        trial._watch = None
        return trial
