"""Which models may have learnt from somebody: those trained on events of their time."""

from __future__ import annotations

from pathlib import Path

import msgspec

from graph.model.errors import BadCall


class _Trained(msgspec.Struct):
    """What of a model's manifest is asked for."""

    model_id: str
    training_from_ms: int
    training_until_ms: int


def models_that_saw(folder: Path, first_ms: int, last_ms: int) -> list[str]:
    """The models below a folder whose training overlaps the time in which somebody was seen, sorted.

    A manifest says when the events were from, not whose they were: a model that is named may have seen them,
    one that is not has not. Raises BadCall when a manifest cannot be read.
    """
    if not folder.is_dir():
        raise BadCall(f"expected a folder of models at {folder}, found none; correct --models")
    found = set()
    for path in sorted(folder.rglob("manifest.json")):
        try:
            trained = msgspec.json.decode(path.read_bytes(), type=_Trained)
        except (OSError, msgspec.DecodeError) as error:
            raise BadCall(
                f"expected the manifest of a model at {path}, found: {error}; correct --models"
            ) from error
        if trained.training_from_ms <= last_ms and first_ms <= trained.training_until_ms:
            found.add(trained.model_id)
    return sorted(found)
