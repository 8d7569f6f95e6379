"""What is on its way to webhooks: kept until it is taken, tried again with growing pauses, kept when it died.

A message is sent at least once, under one id. It waits ``PAUSES_S`` between tries and is dead after the last:
then it stays, up to ``MOST_DEAD`` for each webhook, until somebody has it sent again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from queries.desk.database import Database

PAUSES_S: Final = (5, 30, 120, 600, 3_600, 4 * 3_600, 12 * 3_600, 24 * 3_600)
"""Between the tries: nine of them in about two days."""
LONGEST_PAUSE_S: Final = PAUSES_S[-1]
SPREAD: Final = 0.25
"""A pause is longer by up to this share, by the message's id, so that not all come back at once."""
MOST_WAITING: Final = 1_000
"""For each webhook; more flags stay in the feed until there is room."""
MOST_DEAD: Final = 1_000
CLAIMED_MS: Final = 60_000
"""For how long another process leaves alone what one has begun to send."""
AT_ONCE: Final = 20
TOLD_CHARACTERS: Final = 200


class Message(NamedTuple):
    """One message to be sent."""

    number: int
    message_id: str
    payload: bytes
    tries: int


@dataclass(frozen=True, slots=True)
class Dead:
    """A message that was given up, without what it says."""

    number: int
    message_id: str
    made_ms: int
    tries: int
    told: str
    """What became of the last try."""


class Counts(NamedTuple):
    """How many messages wait, and how many are dead."""

    waiting: int
    dead: int


class Deliveries:
    """The table of messages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def room(self, webhook: int) -> int:
        """How many more may wait."""
        return max(0, MOST_WAITING - self.counts(webhook).waiting)

    def put(
        self, webhook: int, messages: Iterable[tuple[str, bytes]], taken: tuple[int, int], missed: int = 0
    ) -> bool:
        """Keep messages (id, payload) and how far the feed was taken, ``(from, to)``; False when another did.

        ``missed``: flags that the feed no longer had. A message that is known already stays as it is.
        """
        before, after = taken
        with self._database.transaction():
            if not self._database.run(
                "UPDATE webhook SET position = ?, missed = missed + ? WHERE id = ? AND position = ?",
                *(after, missed, webhook, before),
            ):
                return False
            now = self._database.now_ms()
            for message_id, payload in messages:
                self._database.run(
                    "INSERT INTO delivery (webhook, message_id, payload, made_ms, due_ms) "
                    "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    *(webhook, message_id, payload, now, now),
                )
        return True

    def claim(self, webhook: int) -> list[Message]:
        """Up to ``AT_ONCE`` messages, the longest due first; nobody else gets them for a minute."""
        with self._database.transaction():
            now = self._database.now_ms()
            rows = self._database.rows(
                "SELECT number, message_id, payload, tries FROM delivery "
                "WHERE webhook = ? AND due_ms <= ? ORDER BY due_ms, number LIMIT ?",
                *(webhook, now, AT_ONCE),
            )
            for row in rows:
                self._due(row[0], now + CLAIMED_MS)
        return [Message(*row) for row in rows]

    def give_back(self, messages: Collection[Message]) -> None:
        """They were not tried after all: they are due as they were."""
        with self._database.transaction():
            for message in messages:
                self._due(message.number, self._database.now_ms())

    def taken(self, message: Message) -> None:
        """The receiver has it."""
        self._database.run("DELETE FROM delivery WHERE number = ?", message.number)

    def failed(self, webhook: int, message: Message, told: str, retry_after_s: float = 0) -> bool:
        """It is tried again later, not before ``retry_after_s``; True when this was the last try."""
        tries = message.tries + 1
        is_dead = tries > len(PAUSES_S)
        due = (
            None if is_dead else self._database.now_ms() + _pause_ms(message.message_id, tries, retry_after_s)
        )
        with self._database.transaction():
            self._database.run(
                "UPDATE delivery SET tries = ?, due_ms = ?, told = ? WHERE number = ?",
                *(tries, due, told[:TOLD_CHARACTERS], message.number),
            )
            if is_dead:
                self._database.run(
                    "DELETE FROM delivery WHERE webhook = ?1 AND due_ms IS NULL AND number NOT IN "
                    "(SELECT number FROM delivery WHERE webhook = ?1 AND due_ms IS NULL "
                    "ORDER BY number DESC LIMIT ?2)",
                    *(webhook, MOST_DEAD),
                )
        return is_dead

    def dead(self, webhook: int, limit: int) -> list[Dead]:
        """The newest that were given up."""
        rows = self._database.rows(
            "SELECT number, message_id, made_ms, tries, told FROM delivery "
            "WHERE webhook = ? AND due_ms IS NULL ORDER BY number DESC LIMIT ?",
            *(webhook, limit),
        )
        return [Dead(*row) for row in rows]

    def replay(self, webhook: int, number: int | None) -> int:
        """Let dead messages be tried from the beginning, or the one of that number; gives how many."""
        return self._database.run(
            "UPDATE delivery SET due_ms = ?3, tries = 0 "
            "WHERE webhook = ?1 AND due_ms IS NULL AND (?2 IS NULL OR number = ?2)",
            *(webhook, number, self._database.now_ms()),
        )

    def counts(self, webhook: int) -> Counts:
        """How many wait and how many are dead. Looks at the rows of one webhook in an index."""
        row = self._database.row(
            "SELECT count(due_ms), count(*) - count(due_ms) FROM delivery WHERE webhook = ?", webhook
        )
        return Counts(*row) if row else Counts(0, 0)

    def _due(self, number: int, due_ms: int) -> None:
        self._database.run("UPDATE delivery SET due_ms = ? WHERE number = ?", due_ms, number)


def message_id_of(webhook: int, flag_id: str) -> str:
    """The id under which a flag goes to a webhook, however often it is sent."""
    return f"msg_{hashlib.sha256(f'{webhook} {flag_id}'.encode()).hexdigest()[:32]}"


def _pause_ms(message_id: str, tries: int, retry_after_s: float) -> int:
    digest = hashlib.sha256(f"{message_id} {tries}".encode()).digest()
    longer = 1 + SPREAD * int.from_bytes(digest[:4], "big") / 0xFFFFFFFF
    return round(1_000 * max(PAUSES_S[tries - 1] * longer, min(retry_after_s, LONGEST_PAUSE_S)))
