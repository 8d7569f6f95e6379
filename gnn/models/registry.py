"""A directory of models, one folder each, and a file that names the champion.

``champion.json`` is replaced whole, and keeps the names of those before, so that one step back is possible.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import msgspec

from gnn.models.stored_model import MANIFEST, StoredModel, load_model
from graph.model.errors import Fatal

CHAMPION: Final = "champion.json"


class Reign(msgspec.Struct, frozen=True):
    """Who is champion, and who was, newest first."""

    model_id: str
    before: list[str] = []


class Registry:
    """The models below ``root``."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def add(self, folder: Path) -> StoredModel:
        """Copy a model in, after it was read and found whole; one that is there already is left alone."""
        model = load_model(folder)
        home = self._root / model.manifest.model_id
        if not (home / MANIFEST).exists():
            partial = self._root / f".{model.manifest.model_id}.partial"
            shutil.rmtree(partial, ignore_errors=True)
            shutil.copytree(folder, partial)
            shutil.rmtree(home, ignore_errors=True)
            partial.rename(home)
        return model

    def names(self) -> list[str]:
        """The ids of all models, sorted."""
        return sorted(path.parent.name for path in self._root.glob(f"[!.]*/{MANIFEST}"))

    def load(self, model_id: str) -> StoredModel:
        """One model by its id."""
        if model_id not in self.names():
            raise Fatal(
                f"expected a model of {self._root}, found no {model_id}; "
                f"there are {', '.join(self.names()) or 'none'}"
            )
        return load_model(self._root / model_id)

    def reign(self) -> Reign | None:
        """Who is champion; None before the first."""
        path = self._root / CHAMPION
        if not path.exists():
            return None
        try:
            return msgspec.json.decode(path.read_bytes(), type=Reign)
        except msgspec.DecodeError as error:
            raise Fatal(f"expected {path} to name a champion, found {error}; write it anew") from error

    def crown(self, model_id: str) -> None:
        """Make a model of this registry the champion."""
        self.load(model_id)
        old = self.reign()
        before = [] if old is None else [old.model_id, *old.before]
        partial = self._root / f"{CHAMPION}.partial"
        partial.write_bytes(msgspec.json.encode(Reign(model_id, before)))
        partial.replace(self._root / CHAMPION)
