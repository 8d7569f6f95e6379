"""People who sign in elsewhere (OpenID Connect): who they are here, and sign-ins under way.

A person is known by issuer and subject, never by a name: who may choose a name elsewhere must not become
somebody here. A sign-in under way is a row, tied to the browser that began it, good for ten minutes, once.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from graph.model.errors import BadCall
from queries.desk.database import Database
from queries.desk.people import digest_of, new_secret

LIVES_MS: Final = 600_000
MOST: Final = 1_000
"""Sign-ins under way; the oldest go first."""


class Begun(NamedTuple):
    """What a sign-in that begins gives to the browser and to the provider."""

    state: str
    browser: str
    nonce: str
    verifier: str


class UnderWay(NamedTuple):
    """What has to fit when the browser comes back."""

    nonce: str
    verifier: str


class Identities:
    """The tables of identities and of sign-ins under way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self) -> Begun:
        """A new sign-in. What is too old or too much goes."""
        made = Begun(*(new_secret() for _ in Begun._fields))
        now = self._database.now_ms()
        with self._database.transaction():
            self._database.run("DELETE FROM sign_in WHERE expires_ms <= ?", now)
            self._database.run(
                "INSERT INTO sign_in (state, browser, nonce, verifier, expires_ms) VALUES (?, ?, ?, ?, ?)",
                *(digest_of(made.state), digest_of(made.browser), made.nonce, made.verifier, now + LIVES_MS),
            )
            self._database.run(
                "DELETE FROM sign_in WHERE number <= (SELECT max(number) FROM sign_in) - ?", MOST
            )
        return made

    def end(self, state: str, browser: str) -> UnderWay | None:
        """The sign-in of that state, begun by that browser; it is over with this call, however it goes."""
        with self._database.transaction():
            row = self._database.row(
                "SELECT browser, nonce, verifier, expires_ms FROM sign_in WHERE state = ?", digest_of(state)
            )
            self._database.run("DELETE FROM sign_in WHERE state = ?", digest_of(state))
        if row is None or row[0] != digest_of(browser) or row[3] <= self._database.now_ms():
            return None
        return UnderWay(row[1], row[2])

    def person_of(self, issuer: str, subject: str) -> int | None:
        """The number of the person who is that subject."""
        row = self._database.row(
            "SELECT person FROM identity WHERE issuer = ? AND subject = ?", issuer, subject
        )
        return None if row is None else int(row[0])

    def tie(self, issuer: str, subject: str, person: int) -> None:
        """From now on the subject is this person. Raises BadCall when the person is another subject."""
        if self._database.row("SELECT 1 FROM identity WHERE person = ?", person):
            raise BadCall("expected somebody who is nobody elsewhere yet, found one who is; ask an admin")
        self._database.run("INSERT INTO identity VALUES (?, ?, ?)", issuer, subject, person)
