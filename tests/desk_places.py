"""A desk for tests: its own files and a clock that stands still until it is told otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from graph.model.vocabulary import DeskRole, Permission
from queries.desk.audit import Actor
from queries.desk.database import Database
from queries.desk.desk import Desk
from queries.desk.keys import DeskKeys

NOW_MS = 1_790_000_000_000
PASSWORD = "a long enough password"
TEST = Actor("tester", "command", "")


@dataclass
class Clock:
    """A clock that tests set."""

    now_ms: int = NOW_MS

    def __call__(self) -> int:
        return self.now_ms

    def passes(self, *, days: float = 0, hours: float = 0, seconds: float = 0) -> None:
        self.now_ms += round((days * 86_400 + hours * 3_600 + seconds) * 1_000)


def new_desk(folder: Path, clock: Clock | None = None) -> Desk:
    return Desk(Database(folder / "test.desk", clock or Clock()), DeskKeys(b"k" * 32))


def with_token(desk: Desk, role: DeskRole, name: str | None = None, *scope: Permission) -> str:
    """A new person of that role, and the secret of a token with everything the role may do."""
    person, _ = desk.add_person(TEST, name or f"one-{role.value}", role)
    return desk.add_token(TEST, person, "test", scope or person.permissions, 30)[1]


def with_session(desk: Desk, role: DeskRole, name: str | None = None) -> str:
    """A new person of that role, and the secret of an open session."""
    person, _ = desk.add_person(TEST, name or f"one-{role.value}", role)
    return desk.sessions.open(person)
