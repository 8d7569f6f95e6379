"""Codes of the entity kinds: how arrays spell ``EntityKind``."""

from __future__ import annotations

from typing import Final

from graph.model.vocabulary import EntityKind

KINDS: Final = tuple(EntityKind)
KIND_CODE: Final = {kind: code for code, kind in enumerate(KINDS)}
