"""How the audit names people, the holds that forbid to forget them, and forgetting.

A pseudonym is a hash of the identifier under a key that was made for this one. The key is found by a hash
under the desk's key; once it is deleted, nobody can say of a pseudonym whose it was, not even the desk.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from graph.model.errors import BadCall
from graph.model.vocabulary import EntityKind
from queries.desk.database import Database
from queries.desk.keys import DeskKeys

_KEY_BYTES: Final = 32
_SIZE: Final = 16
_ACCOUNT: Final = EntityKind.ACCOUNT.value


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason for which an account may not be forgotten."""

    reason: str
    made_by: str
    created_ms: int


class Subjects:
    """The tables of keys and holds."""

    def __init__(self, database: Database, keys: DeskKeys) -> None:
        self._database = database
        self._key = keys.pseudonyms

    def pseudonym(self, kind: str, identifier: str) -> str:
        """How the audit names an identifier: ``kind#`` and 128 bits of a keyed hash. Makes its key."""
        lookup = self._lookup(kind, identifier)
        with self._database.transaction():
            row = self._database.row("SELECT key FROM subject_key WHERE lookup = ?", lookup)
            key = row[0] if row else secrets.token_bytes(_KEY_BYTES)
            if row is None:
                self._database.run("INSERT INTO subject_key VALUES (?, ?)", lookup, key)
        digest = hmac.digest(key, _bytes(kind, identifier), hashlib.sha256)
        return f"{kind}#{base64.urlsafe_b64encode(digest[:_SIZE]).rstrip(b'=').decode()}"

    def forget(self, kind: str, identifier: str) -> bool:
        """Delete the key of an identifier; whether there was one."""
        lookup = self._lookup(kind, identifier)
        return self._database.run("DELETE FROM subject_key WHERE lookup = ?", lookup) == 1

    def hold(self, account: str, reason: str, made_by: str) -> None:
        """Forbid to forget an account, for a reason; one that stands already is replaced."""
        self._database.run(
            "INSERT INTO hold VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET reason = excluded.reason, "
            "made_by = excluded.made_by, created_ms = excluded.created_ms",
            *(self._lookup(_ACCOUNT, account), reason, made_by, self._database.now_ms()),
        )

    def lift(self, account: str) -> None:
        """Let an account be forgotten again. Raises BadCall when nothing forbids it."""
        if not self._database.run("DELETE FROM hold WHERE lookup = ?", self._lookup(_ACCOUNT, account)):
            raise BadCall("expected an account under a hold, found none; correct the account")

    def held(self, account: str) -> Hold | None:
        """Why an account may not be forgotten."""
        row = self._database.row(
            "SELECT reason, made_by, created_ms FROM hold WHERE lookup = ?", self._lookup(_ACCOUNT, account)
        )
        return None if row is None else Hold(*row)

    def _lookup(self, kind: str, identifier: str) -> bytes:
        return hmac.digest(self._key, _bytes(kind, identifier), hashlib.sha256)


def _bytes(kind: str, identifier: str) -> bytes:
    return f"{kind}:{identifier}".encode("utf-8", "surrogatepass")
