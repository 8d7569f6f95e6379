"""Forgetting somebody at the desk: what waits to be sent, the feed of flags, what the audit can tell.

No line of the audit changes: it names people by pseudonyms whose keys go, and what was said in words goes
with its row. The chain and every checkpoint hold as before.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote_plus

import msgspec

from graph.model.renaming import ERASED, GHOST, Renaming
from graph.model.vocabulary import EntityKind
from queries.desk.audit import Actor
from queries.desk.desk import Desk

_TEXTS: Final = (
    *(("outbox", "number", "payload"), ("flag_feed", "number", "flag"), ("delivery", "number", "payload")),
    *(("case_answer", "event_id", "said"), ("block_request", "number", "handles")),
)
"""Tables, their keys, and columns of JSON."""


def forget(desk: Desk, actor: Actor, renaming: Renaming) -> int:
    """Forget everybody whom the renaming names, also by their handles; gives how many rows changed.

    One line of the audit tells of it, by the ghosts of the accounts. The file is written anew.
    """
    masks = desk.masks
    handles = {(kind, masks.masked(kind, name)): ghost for (kind, name), ghost in renaming.names.items()}
    everything = Renaming({**handles, **renaming.names})
    accounts = [ghost for (kind, _), ghost in renaming.names.items() if kind == EntityKind.ACCOUNT]
    with desk.transaction():
        changed = sum(_renamed(desk, *text, everything) for text in _TEXTS)
        for number, key in desk.database.rows("SELECT number, key FROM outbox"):
            desk.database.run("UPDATE outbox SET key = ? WHERE number = ?", renaming.subject(key), number)
        changed += sum(desk.subjects.forget(kind, name) for kind, name in renaming.names)
        changed += desk.log.forget_words(everything.is_in)
        changed += _forget_words(desk, everything)
        for ghost in accounts:
            name = ghost.removeprefix(GHOST)
            desk.log.append(actor, "person.erased", f"account#{name}", identifiers=len(renaming.names))
    desk.database.rewrite()
    return changed


def _renamed(desk: Desk, table: str, key: str, column: str, renaming: Renaming) -> int:
    count = 0
    for number, raw in desk.database.rows(f"SELECT {key}, {column} FROM {table}"):
        value = msgspec.json.decode(raw)
        now = renaming.everywhere(value)
        if now != value:
            text = msgspec.json.encode(now)
            desk.database.run(
                f"UPDATE {table} SET {column} = ? WHERE {key} = ?",
                text.decode() if isinstance(raw, str) else text,
                number,
            )
            count += 1
    return count


def _forget_words(desk: Desk, renaming: Renaming) -> int:
    """Take away what people wrote that names somebody: notes of requests, reasons of holds, kept views."""
    count = 0
    for number, grounds, note in desk.database.rows("SELECT number, grounds, note FROM block_request"):
        now = (renaming.note(grounds), renaming.note(note))
        if now != (grounds, note):
            desk.database.run("UPDATE block_request SET grounds = ?, note = ? WHERE number = ?", *now, number)
            count += 1
    for lookup, reason in desk.database.rows("SELECT lookup, reason FROM hold"):
        if renaming.is_in(reason):
            desk.database.run("UPDATE hold SET reason = ? WHERE lookup = ?", ERASED, lookup)
            count += 1
    for person, name, query in desk.database.rows("SELECT person, name, query FROM saved_view"):
        # As it stands in an address, where a search for bytes would not find it.
        if any(map(renaming.is_in, (name, query, unquote_plus(query)))):
            desk.database.run("DELETE FROM saved_view WHERE person = ? AND name = ?", person, name)
            count += 1
    return count
