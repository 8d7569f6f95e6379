"""People and programs that may come to the desk, and the one-time links by which they get in first."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Final

from graph.model.errors import BadCall, Missing
from graph.model.vocabulary import DeskRole, Permission
from queries.desk.database import Database, Row
from queries.desk.roles import permissions_of

NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
LINK_LIVES_MS: Final = 24 * 3_600_000
SECRET_BYTES: Final = 32
_PERSON: Final = "SELECT id, name, role, password IS NOT NULL, is_active, created_ms FROM person"


@dataclass(frozen=True, slots=True)
class Person:
    """One who may come to the desk."""

    id: int
    name: str
    role: DeskRole
    has_password: bool
    is_active: bool
    created_ms: int

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role allows."""
        return permissions_of(self.role)


def new_secret() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> bytes:
    """What is kept of a secret of 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


class People:
    """The table of people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, role: DeskRole) -> Person:
        """A new person without a password. Raises BadCall when the name is taken or no name."""
        if not NAME.fullmatch(name):
            raise BadCall(
                "expected a name of 1 to 64 small letters, digits, dots, dashes, underscores or @, "
                f"found {name!r:.80}; choose another"
            )
        with self._database.transaction():
            if self._database.row("SELECT 1 FROM person WHERE name = ?", name):
                raise BadCall(f"expected a new name, found {name}, which is taken; choose another")
            self._database.run(
                "INSERT INTO person (name, role, created_ms) VALUES (?, ?, ?)",
                *(name, role.value, self._database.now_ms()),
            )
            return self.named(name)

    def named(self, name: str) -> Person:
        """The person of that name. Raises Missing when there is none."""
        row = self._database.row(f"{_PERSON} WHERE name = ?", name)
        if row is None:
            raise Missing(f"expected the name of a person, found {name!r:.80}; see who there is")
        return _person(row)

    def by_id(self, number: int) -> Person:
        """The person of that number."""
        (row,) = self._database.rows(f"{_PERSON} WHERE id = ?", number)
        return _person(row)

    def all(self) -> list[Person]:
        """Everybody, by name."""
        return [_person(row) for row in self._database.rows(f"{_PERSON} ORDER BY name")]

    def change(self, person: Person, role: DeskRole, is_active: bool) -> Person:
        """Another role, in or out. Raises BadCall when nobody would be left to manage people."""
        with self._database.transaction():
            self._database.run(
                "UPDATE person SET role = ?, is_active = ? WHERE id = ?", role.value, is_active, person.id
            )
            if not self._database.row("SELECT 1 FROM person WHERE role = 'admin' AND is_active = 1"):
                raise BadCall(
                    f"expected another admin before {person.name} goes, found none; make another admin first"
                )
            return self.by_id(person.id)

    def password_of(self, name: str) -> tuple[Person | None, str | None]:
        """The person, if active, and what is kept of the password."""
        row = self._database.row("SELECT id, password FROM person WHERE name = ? AND is_active = 1", name)
        return (None, None) if row is None else (self.by_id(row[0]), row[1])

    def set_password(self, person: Person, kept: str) -> None:
        """Keep a hash."""
        self._database.run("UPDATE person SET password = ? WHERE id = ?", kept, person.id)

    def is_without_admin(self) -> bool:
        """Whether nobody could manage people: no active admin has a password."""
        found = self._database.row(
            "SELECT 1 FROM person WHERE role = 'admin' AND is_active = 1 AND password IS NOT NULL"
        )
        return found is None

    # -- one-time links ----------------------------------------------------------------------------

    def new_link(self, person: Person) -> str:
        """A code that sets this person's password once, within a day; former ones are void."""
        code = new_secret()
        with self._database.transaction():
            self._database.run("DELETE FROM one_time_link WHERE person = ?", person.id)
            self._database.run(
                "INSERT INTO one_time_link VALUES (?, ?, ?)",
                *(digest_of(code), person.id, self._database.now_ms() + LINK_LIVES_MS),
            )
        return code

    def of_link(self, code: str) -> Person | None:
        """Whose link it is; None when it was used, is too old or never was."""
        row = self._database.row(
            "SELECT l.person FROM one_time_link l JOIN person p ON p.id = l.person "
            "WHERE l.digest = ? AND l.expires_ms > ? AND p.is_active = 1",
            *(digest_of(code), self._database.now_ms()),
        )
        return None if row is None else self.by_id(row[0])

    def spend_link(self, code: str) -> bool:
        """Void a link; whether it was there to be voided."""
        return self._database.run("DELETE FROM one_time_link WHERE digest = ?", digest_of(code)) == 1


def _person(row: Row) -> Person:
    number, name, role, has_password, is_active, created_ms = row
    return Person(number, name, DeskRole(role), bool(has_password), bool(is_active), created_ms)
