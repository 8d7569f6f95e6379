"""What investigators answer and do, as events of the contract: they take effect when the engine reads them.

An event's time is now, as long as the store is less than a day away from the wall clock. A store of events
long past (a file that was replayed) has a time of its own: there an answer is given at the newest moment that
the store has seen, since a leap to the wall clock would make the engine forget every link.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

import msgspec

from graph.model.events import AnalystAct, Verdict
from queries.desk.database import Database
from queries.desk.outbox import OutgoingEvent

DAY_MS: Final = 86_400_000
_LAST: Final = "last_event_ms"


def outgoing(event: Verdict | AnalystAct) -> OutgoingEvent:
    """An event of the contract as it goes out: what was not given is left out."""
    given = {name: value for name, value in msgspec.to_builtins(event).items() if value is not None}
    return OutgoingEvent(event.event_id, event.subject, msgspec.json.encode(given))


def event_id_of(kind: str, person: int, key: str | None) -> str:
    """The id of an event: its own, or one that a repetition under the same key has too."""
    if key is None:
        return f"{kind}-{secrets.token_hex(16)}"
    return f"{kind}-{hashlib.sha256(f'{kind} {person} {key}'.encode()).hexdigest()[:32]}"


def event_time(database: Database, watermark_ms: int) -> int:
    """The time of the next event, later than the one before it; call inside the event's transaction.

    ``watermark_ms``: the newest event time in the store, 0 when it is empty.
    """
    now = database.now_ms()
    is_live = watermark_ms == 0 or abs(now - watermark_ms) < DAY_MS
    base = now if is_live else watermark_ms
    row = database.row("SELECT value FROM meta WHERE name = ?", _LAST)
    last = int(row[0]) if row else 0
    # Another store may have stood here, with another time.
    ts = last + 1 if base <= last < base + DAY_MS else base
    database.run("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", _LAST, ts)
    return ts
