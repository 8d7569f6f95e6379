"""API tokens: 256 random bits, of which the desk keeps the SHA-256, a prefix and the scope."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from graph.model.errors import BadCall, Missing
from graph.model.vocabulary import Permission
from queries.desk.database import Database, Row
from queries.desk.people import Person, digest_of, new_secret

MARK: Final = "rf_"
PREFIX: Final = 8
DAY_MS: Final = 86_400_000
MOST_DAYS: Final = 366
USE_NOTED_EVERY_MS: Final = 60_000
READING: Final = frozenset({Permission.RINGS_READ, Permission.ACCOUNTS_READ, Permission.FLAGS_READ})
"""What a token may do when nothing else is said."""
_SELECT: Final = (
    "SELECT t.id, t.person, p.name, t.prefix, t.label, t.scope, t.created_ms, t.expires_ms, t.last_used_ms, "
    "t.revoked_ms FROM token t JOIN person p ON p.id = t.person"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token, without its secret."""

    id: int
    person_id: int
    person: str
    prefix: str
    label: str
    scope: frozenset[Permission]
    created_ms: int
    expires_ms: int
    last_used_ms: int | None
    revoked_ms: int | None


class Tokens:
    """The table of tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, person: Person, label: str, scope: Collection[Permission], days: float
    ) -> tuple[Token, str]:
        """A new token and its secret, which is shown this once. Raises BadCall past the role or a year."""
        beyond = sorted(set(scope) - person.permissions)
        if beyond or not scope:
            raise BadCall(
                f"expected a scope within the role {person.role.value}, found {', '.join(beyond) or 'none'}; "
                "ask for less"
            )
        if not 0 < days <= MOST_DAYS:
            raise BadCall(f"expected a life of up to {MOST_DAYS} days, found {days:g}; choose a shorter one")
        secret = MARK + new_secret()
        now = self._database.now_ms()
        number = self._database.insert(
            "INSERT INTO token (person, digest, prefix, label, scope, created_ms, expires_ms) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(
                person.id,
                digest_of(secret),
                secret[: len(MARK) + PREFIX],
                label,
                " ".join(sorted(scope)),
                now,
            ),
            now + round(days * DAY_MS),
        )
        return self.by_id(number), secret

    def by_id(self, number: int) -> Token:
        """The token of that number. Raises Missing when there is none."""
        row = self._database.row(f"{_SELECT} WHERE t.id = ?", number)
        if row is None:
            raise Missing(f"expected the number of a token, found {number}; see which there are")
        return _token(row)

    def all(self, person: Person | None = None) -> list[Token]:
        """Everybody's tokens, or one person's, newest first."""
        rows = self._database.rows(
            f"{_SELECT} WHERE ?1 IS NULL OR t.person = ?1 ORDER BY t.id DESC",
            None if person is None else person.id,
        )
        return [_token(row) for row in rows]

    def of_secret(self, secret: str) -> Token | None:
        """The live token of that secret; notes its use, once a minute at most. One look by an index."""
        now = self._database.now_ms()
        row = self._database.row(
            f"{_SELECT} WHERE t.digest = ? AND t.revoked_ms IS NULL AND t.expires_ms > ? AND p.is_active = 1",
            *(digest_of(secret), now),
        )
        if row is None:
            return None
        token = _token(row)
        if token.last_used_ms is None or now - token.last_used_ms >= USE_NOTED_EVERY_MS:
            self._database.run("UPDATE token SET last_used_ms = ? WHERE id = ?", now, token.id)
        return token

    def is_noted(self, token: Token) -> bool:
        """Whether a token that was live has not ended by itself since, and its use was noted lately."""
        now = self._database.now_ms()
        noted = token.last_used_ms
        return token.expires_ms > now and noted is not None and now - noted < USE_NOTED_EVERY_MS

    def revoke(self, token: Token) -> None:
        """From now on the token opens nothing."""
        self._database.run(
            "UPDATE token SET revoked_ms = ? WHERE id = ? AND revoked_ms IS NULL",
            *(self._database.now_ms(), token.id),
        )


def _token(row: Row) -> Token:
    number, person_id, person, prefix, label, scope, *times = row
    created_ms, expires_ms, last_used_ms, revoked_ms = times
    words = frozenset(map(Permission, scope.split()))
    return Token(
        number, person_id, person, prefix, label, words, created_ms, expires_ms, last_used_ms, revoked_ms
    )
