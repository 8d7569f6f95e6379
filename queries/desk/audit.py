"""The audit: what was done at the desk, by whom, in lines chained by their digests.

A line's digest is the SHA-256 of the digest before it and of everything the line says, as JSON with a fixed
order. So a line that is changed, removed or moved breaks the chain. That the end was cut, or the whole chain
made anew, a chain cannot show: ``checkpoints`` do, kept where the desk's file is not.

People appear by name; accounts and other identifiers only by their pseudonym (``SubjectKeys``). What
somebody wrote in words may name anybody, and somebody may have to be forgotten: it lies beside its line,
which holds only its salted digest, so that it can be taken away without breaking the chain.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import msgspec

from queries.desk.database import Database, Row

FIRST: Final = bytes(32)
"""What stands before the first line."""
PAGE: Final = 1_000
SAID: Final = "said"
"""Under this name a line's detail holds the digest of what was said in words."""
_COLUMNS: Final = "number, at_ms, actor, means, address, action, subject, detail, previous, digest"
_LINES: Final = f"SELECT {_COLUMNS}, said.text, said.salt FROM audit LEFT JOIN said ON said.line = number"
_SALT_BYTES: Final = 16
_encode: Final = msgspec.json.Encoder(order="deterministic").encode


class Actor(NamedTuple):
    """Who does something, and how they came in."""

    name: str
    means: str
    """``session``, ``command``, ``link``, or ``token`` with the token's prefix."""
    address: str


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line; digests are hexadecimal."""

    number: int
    at_ms: int
    actor: str
    means: str
    address: str
    action: str
    subject: str
    detail: str
    """More about it, a JSON object."""
    previous: str
    digest: str
    said: str | None = None
    """The reason that was given; None where there was none, or where it was erased."""
    salt: str | None = None

    def is_said(self) -> bool:
        """Whether what was said, if it is there, is what the line was written about."""
        expected = msgspec.json.decode(self.detail, type=_Detail).said
        if self.said is None or self.salt is None:
            return self.said is None and self.salt is None
        return expected == digest_of_words(bytes.fromhex(self.salt), self.said)

    def computed_digest(self) -> str:
        """What the digest has to be. Raises ValueError where ``previous`` is no digest."""
        said = (self.number, self.at_ms, self.actor, self.means, self.address, self.action, self.subject)
        return hashlib.sha256(bytes.fromhex(self.previous) + _encode((*said, self.detail))).hexdigest()


class _Detail(msgspec.Struct):
    said: str | None = None


class AuditLog:
    """Appends lines and reads them; nothing changes or removes one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(
        self, actor: Actor, action: str, subject: str = "", *, said: str | None = None, **detail: object
    ) -> AuditLine:
        """Add a line, in the transaction of what it tells about. One insert, one look at the newest line.

        ``said``: what somebody gave as the reason, in words.
        """
        salt = secrets.token_bytes(_SALT_BYTES)
        if said is not None:
            detail[SAID] = digest_of_words(salt, said)
        with self._database.transaction():
            last = self.last()
            line = AuditLine(
                number=last.number + 1 if last else 1,
                at_ms=self._database.now_ms(),
                actor=actor.name,
                means=actor.means,
                address=actor.address,
                action=action,
                subject=subject,
                detail=_encode(detail).decode(),
                previous=last.digest if last else FIRST.hex(),
                digest="",
                said=said,
                salt=None if said is None else salt.hex(),
            )
            line = msgspec.structs.replace(line, digest=line.computed_digest())
            self._database.run(
                f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                *(line.number, line.at_ms, line.actor, line.means, line.address, line.action, line.subject),
                *(line.detail, bytes.fromhex(line.previous), bytes.fromhex(line.digest)),
            )
            if said is not None:
                self._database.run("INSERT INTO said VALUES (?, ?, ?)", line.number, salt, said)
            return line

    def forget_words(self, is_to_go: Callable[[str], bool]) -> int:
        """Take away what was said where it is to go; gives in how many lines. Reads all that was said."""
        with self._database.transaction():
            rows = self._database.rows("SELECT line, text FROM said")
            gone = [number for number, text in rows if is_to_go(text)]
            for number in gone:
                self._database.run("DELETE FROM said WHERE line = ?", number)
        return len(gone)

    def last(self) -> AuditLine | None:
        """The newest line."""
        row = self._database.row(f"{_LINES} ORDER BY number DESC LIMIT 1")
        return None if row is None else _line(row)

    def page(self, before: int | None, limit: int) -> list[AuditLine]:
        """The newest lines, newest first; those with a number below ``before`` where it is given."""
        rows = self._database.rows(
            f"{_LINES} WHERE ?1 IS NULL OR number < ?1 ORDER BY number DESC LIMIT ?2",
            *(before, limit),
        )
        return [_line(row) for row in rows]

    def count(self) -> int:
        """How many lines there are."""
        row = self._database.row("SELECT count(*) FROM audit")
        return int(row[0]) if row else 0

    def __iter__(self) -> Iterator[AuditLine]:
        """Every line as it lies in the file, in the order of the numbers; ``PAGE`` in memory at a time."""
        after = -1
        while rows := self._database.rows(f"{_LINES} WHERE number > ? ORDER BY number LIMIT ?", after, PAGE):
            yield from map(_line, rows)
            after = rows[-1][0]


def _line(row: Row) -> AuditLine:
    *told, previous, digest, said, salt = row
    number, at_ms, actor, means, address, action, subject, detail = told
    return AuditLine(
        number=number,
        at_ms=at_ms,
        actor=actor,
        means=means,
        address=address,
        action=action,
        subject=subject,
        detail=detail,
        previous=previous.hex(),
        digest=digest.hex(),
        said=said,
        salt=None if salt is None else salt.hex(),
    )


def digest_of_words(salt: bytes, words: str) -> str:
    """The digest that a line holds of what was said; without the salt nobody can test a guess."""
    return hashlib.sha256(salt + words.encode("utf-8", "surrogatepass")).hexdigest()
