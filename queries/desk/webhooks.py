"""Webhooks: addresses of programs that are told of flags, each with a secret that signs what it is sent.

Signatures are those of Standard Webhooks (https://www.standardwebhooks.com). Addresses and secrets are kept
encrypted under the desk's key; many receivers put a secret into the address.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from standardwebhooks import Webhook as Signer

from graph.model.errors import BadCall, Missing
from queries.desk.database import Database, Row
from queries.desk.keys import DeskKeys

MOST: Final = 20
SECRET_BYTES: Final = 32
MARK: Final = "whsec_"
FORMER_SIGNS_MS: Final = 24 * 3_600_000
"""How long a secret signs beside the one that followed it."""
_USE: Final = [b"webhook"]
_COLUMNS: Final = (
    "id, url, label, is_masked, secret, former, former_until_ms, is_active, made_by, created_ms, position, "
    "missed"
)


@dataclass(frozen=True, slots=True)
class Webhook:
    """One receiver, without its secrets."""

    id: int
    url: str
    label: str
    is_masked: bool
    is_active: bool
    made_by: str
    created_ms: int
    position: int
    """The number in the feed of the newest flag that was taken for it."""
    missed: int
    """Flags that the feed dropped before they could be taken."""

    @property
    def origin(self) -> str:
        """Scheme, host and port: what of the address may be told to everybody."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


class Webhooks:
    """The table of webhooks."""

    def __init__(self, database: Database, keys: DeskKeys) -> None:
        self._database = database
        self._cipher = keys.kept_secrets

    def add(self, url: str, label: str, is_masked: bool, made_by: str, position: int) -> tuple[Webhook, str]:
        """A new webhook and its secret, shown this once. Raises BadCall past ``MOST``."""
        if len(self.all()) >= MOST:
            raise BadCall(f"expected at most {MOST} webhooks, found as many; remove one first")
        secret = _new_secret()
        number = self._database.insert(
            "INSERT INTO webhook (url, label, is_masked, secret, made_by, created_ms, position) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(self._sealed(url), label, is_masked, self._sealed(secret), made_by),
            *(self._database.now_ms(), position),
        )
        return self.by_id(number), secret

    def by_id(self, number: int) -> Webhook:
        """The webhook of that number. Raises Missing when there is none."""
        return self._webhook(self._row(number))

    def all(self) -> list[Webhook]:
        """All of them, the oldest first."""
        return list(map(self._webhook, self._database.rows(f"SELECT {_COLUMNS} FROM webhook ORDER BY id")))

    def switch(self, number: int, is_active: bool) -> Webhook:
        """Let it be told or not; what waits stays."""
        self._database.run("UPDATE webhook SET is_active = ? WHERE id = ?", is_active, number)
        return self.by_id(number)

    def renew_secret(self, number: int) -> str:
        """A new secret, shown this once; the former one signs along for a day."""
        secret = _new_secret()
        changed = self._database.run(
            "UPDATE webhook SET former = secret, former_until_ms = ?, secret = ? WHERE id = ?",
            *(self._database.now_ms() + FORMER_SIGNS_MS, self._sealed(secret), number),
        )
        if not changed:
            raise _none_like(number)
        return secret

    def remove(self, number: int) -> None:
        """Forget it and everything that waits for it."""
        self._database.run("DELETE FROM webhook WHERE id = ?", number)

    def signed(self, number: int, message_id: str, payload: bytes) -> dict[str, str]:
        """The headers that sign a message as sent now: by the secret, and by a former one for a day."""
        row = self._row(number)
        now_ms = self._database.now_ms()
        kept = [row[4], *([row[5]] if row[5] is not None and row[6] > now_ms else [])]
        at = datetime.fromtimestamp(now_ms // 1_000, UTC)
        signatures = [Signer(self._opened(each)).sign(message_id, at, payload.decode()) for each in kept]
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(now_ms // 1_000),
            "webhook-signature": " ".join(signatures),
        }

    def _row(self, number: int) -> Row:
        row = self._database.row(f"SELECT {_COLUMNS} FROM webhook WHERE id = ?", number)
        if row is None:
            raise _none_like(number)
        return row

    def _webhook(self, row: Row) -> Webhook:
        number, url, label, is_masked, _, _, _, is_active, made_by, created_ms, position, missed = row
        return Webhook(
            number,
            self._opened(url),
            label,
            bool(is_masked),
            bool(is_active),
            made_by,
            created_ms,
            position,
            missed,
        )

    def _sealed(self, secret: str) -> bytes:
        return self._cipher.encrypt(secret.encode(), _USE)

    def _opened(self, sealed: bytes) -> str:
        return self._cipher.decrypt(sealed, _USE).decode()


def _new_secret() -> str:
    return MARK + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _none_like(number: int) -> Missing:
    return Missing(f"expected the number of a webhook, found {number}; see which there are")
