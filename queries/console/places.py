"""What lies beside the store and can be looked at from the pages: rules, dead letters, models, promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from fastapi import FastAPI, Request

from rules.book.folder import RuleFolder
from rules.running.runner import RuleReport


class Letter(NamedTuple):
    """One event that was refused."""

    source: str
    offset: int
    """In bytes, from the beginning of the source."""
    reason: str
    detail: str
    """May name what somebody sent: shown only while identifiers are."""


@dataclass(frozen=True, slots=True)
class LettersSeen:
    """The newest dead letters, and how many there are by their reason."""

    rows: list[Letter]
    total: int
    by_reason: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LettersFed:
    """What became of dead letters that were fed again."""

    letters: int
    fed: int
    left: Mapping[str, int]
    """By why they were left."""
    reached_limit: bool


class Letters(Protocol):
    """The dead letters of a run or a service."""

    place: str

    def seen(self) -> LettersSeen | None:
        """What lies there; None where looking would read them away. Raises BadCall."""

    def feed(self, reason: str) -> LettersFed:
        """Feed those that are valid by now again, all or those of one reason. Raises BadCall, Unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Everything beside the store; what is None or empty has no part on the pages, which say so."""

    rules: RuleFolder | None = None
    reports: Mapping[str, RuleReport] = field(default_factory=dict)
    """What rules did in the run, by name."""
    letters: Letters | None = None
    models: Path | None = None
    """A registry of models."""
    promised: float | None = None
    """The share of false alerts that was promised, in (0, 1)."""
    model_id: str | None = None
    """Which model scored."""


def with_places(app: FastAPI, places: Places) -> FastAPI:
    """The application, with the places for its pages to find."""
    app.state.places = places
    return app


def places_of(request: Request) -> Places:
    """The places of the application that answers."""
    found = request.app.state.places
    assert isinstance(found, Places)
    return found
