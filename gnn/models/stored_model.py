"""A model on disk: ``weights.safetensors`` and ``manifest.json``, nothing that runs code when read.

The manifest says what the weights are for: the digest of the feature schema, the training window, a digest
of the training data, the code's version, seeds, metrics, calibration and how the features and scores were
spread. A model that was made before some evidence was measured does not read that; any other whose schema is
not this version's is refused. The id is made from the weights' bytes and the calibration.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load, save

from gnn.logistic.scorer import places_of
from gnn.models.drift import Spread
from gnn.models.drift_watch import SCORE
from gnn.models.platt import Calibration
from gnn.tensors.features import schema_digest
from gnn.tensors.lessons import Lesson
from gnn.training.ring_model import RingModel, RingModelConfig
from gnn.training.training import Fitted
from graph.model.errors import Fatal
from graph.scoring.features import FEATURES
from graph.state.digest import content_id

WEIGHTS: Final = "weights.safetensors"
MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
SHIPPED: Final = Path(__file__).parents[1] / "weights" / "network"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a model carries besides its weights. Times are epoch ms of event time."""

    format: int
    model_id: str
    schema: str
    """``gnn.tensors.features.schema_digest`` at training."""
    config: RingModelConfig
    calibration: Calibration
    training_from_ms: int
    training_until_ms: int
    data: str
    """Digest of the training examples: who, when, on what evidence and with which label."""
    code: str
    """Version of ringfence."""
    seeds: list[int]
    command: str
    """What reproduces it."""
    metrics: dict[str, float]
    spreads: dict[str, Spread]
    """Of the training scores and of each evidence feature, to measure drift against."""


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model that scores, and its manifest."""

    fitted: Fitted
    manifest: Manifest

    def probabilities(self, lessons: Sequence[Lesson]) -> npt.NDArray[np.float64]:
        """The calibrated probability of every example, in order."""
        return self.manifest.calibration.probability(self.fitted.logits(lessons))


def current_schema() -> str:
    """The digest that a model must carry to be used by this version."""
    return schema_digest(tuple(FEATURES))


def columns_of(manifest: Manifest) -> tuple[int, ...] | None:
    """Columns of the evidence that a model reads; None for all. Raises ValueError for another schema."""
    if manifest.schema == current_schema():
        return None
    names = [name for name in manifest.spreads if name != SCORE]
    if manifest.schema != schema_digest(tuple(names)):
        raise ValueError("another schema")
    return tuple(places_of(names, FEATURES))


def data_digest(lessons: Sequence[Lesson]) -> str:
    """Names the training examples; the same examples in the same order give the same name."""
    digest = hashlib.sha256()
    for lesson in lessons:
        for example in lesson.examples:
            digest.update(f"{example.moment_ms} {example.group} {example.is_ring} ".encode())
            digest.update(" ".join(example.accounts).encode())
            digest.update(example.evidence.tobytes())
    return digest.hexdigest()[:16]


def model_id_of(fitted: Fitted, calibration: Calibration) -> str:
    """The id of a model with these weights."""
    digest = hashlib.sha256(_weights(fitted)).hexdigest()
    return content_id("model", digest, json.dumps(asdict(calibration), sort_keys=True))


def save_model(folder: Path, model: StoredModel) -> None:
    """Write the two files; the folder must not hold a model yet."""
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / MANIFEST).exists():
        raise Fatal(f"expected {folder} to hold no model yet, found {MANIFEST}; give another --out")
    # The manifest comes last: a folder without one is no model.
    (folder / WEIGHTS).write_bytes(_weights(model.fitted))
    partial = folder / f"{MANIFEST}.partial"
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(model.manifest), indent=1) + b"\n")
    partial.replace(folder / MANIFEST)


def shipped_model() -> StoredModel:
    """The network that lies in the package, trained on simulated cities."""
    return load_model(SHIPPED)


def load_model(folder: Path) -> StoredModel:
    """The model in ``folder``. Raises Fatal when it is not whole, not of this schema, or altered."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
        tensors = load((folder / WEIGHTS).read_bytes())
    except (OSError, msgspec.DecodeError, ValueError) as error:
        raise Fatal(
            f"expected a model in {folder}, found {type(error).__name__}: {error}; "
            "train one with `ringfence train`"
        ) from error
    try:
        columns = columns_of(manifest)
        if manifest.format != FORMAT:
            raise ValueError("another format")
    except ValueError as error:
        raise Fatal(
            f"expected a model of schema {current_schema()} and format {FORMAT}, found one of "
            f"{manifest.schema} and {manifest.format} in {folder}; train it anew with this version"
        ) from error
    mean, scale = (tensors.pop(name).numpy() for name in ("features.mean", "features.scale"))
    model = RingModel(manifest.config)
    model.load_state_dict(tensors)
    fitted = Fitted(model.eval(), mean, scale, (), columns)
    found = model_id_of(fitted, manifest.calibration)
    if found != manifest.model_id:
        raise Fatal(
            f"expected weights of {manifest.model_id} in {folder}, found {found}: they were altered; "
            "restore the folder or train anew"
        )
    return StoredModel(fitted, manifest)


def _weights(fitted: Fitted) -> bytes:
    tensors = {name: tensor.contiguous() for name, tensor in sorted(fitted.model.state_dict().items())}
    tensors["features.mean"] = torch.from_numpy(fitted.mean)
    tensors["features.scale"] = torch.from_numpy(fitted.scale)
    return bytes(save(tensors))
