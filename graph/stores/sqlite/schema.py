"""The tables of the embedded store, and how an older file becomes a newer one.

``user_version`` of the file is the version of the schema. ``MIGRATIONS[n]`` leads from version n to n + 1; a
new file goes through all of them. Entities have integer ids; links are clustered by their source, with
one index by their target and time, so that who shares a hub, newest first, needs no sorting.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from graph.model.entities import KINDS
from graph.model.errors import Fatal
from graph.model.link_keys import LINK_KINDS

_FIRST: Final = """
CREATE TABLE entity_kind (code INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE link_kind (code INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE source_offset (source TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE entity (
    id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name TEXT NOT NULL, is_public INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, name));
CREATE TABLE account (
    entity INTEGER PRIMARY KEY, role TEXT, created_ms INTEGER, first_ms INTEGER, last_ms INTEGER,
    trips INTEGER, promos INTEGER, promo_units INTEGER, promo_ms INTEGER, chargebacks INTEGER,
    chargeback_units INTEGER, pickups INTEGER, pickup_lat REAL, pickup_lon REAL, score REAL);
CREATE TABLE link (
    source INTEGER NOT NULL, kind INTEGER NOT NULL, target INTEGER NOT NULL, first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL, events INTEGER NOT NULL, money_units INTEGER NOT NULL,
    incentives INTEGER NOT NULL, incentive_units INTEGER NOT NULL, odd REAL NOT NULL,
    surcharge REAL NOT NULL, joins INTEGER NOT NULL,
    PRIMARY KEY (source, kind, target)) WITHOUT ROWID;
CREATE INDEX link_by_target ON link (target, kind, last_ms, first_ms);
CREATE TABLE spell (
    source INTEGER NOT NULL, kind INTEGER NOT NULL, target INTEGER NOT NULL, first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL, events INTEGER NOT NULL, money_units INTEGER NOT NULL,
    PRIMARY KEY (source, kind, target, first_ms)) WITHOUT ROWID;
CREATE INDEX spell_by_target ON spell (target, kind, last_ms, first_ms);
CREATE TRIGGER link_begins_again AFTER UPDATE ON link WHEN new.first_ms > old.last_ms BEGIN
    DELETE FROM spell WHERE source = old.source AND kind = old.kind AND target = old.target
        AND first_ms = old.first_ms;
    INSERT INTO spell VALUES (old.source, old.kind, old.target, old.first_ms, old.last_ms,
        old.events, old.money_units);
END;
CREATE TABLE cut (account INTEGER NOT NULL, identifier INTEGER NOT NULL,
    PRIMARY KEY (account, identifier)) WITHOUT ROWID;
CREATE TABLE ring (
    ring_id TEXT PRIMARY KEY, kind TEXT NOT NULL, score REAL NOT NULL, accounts INTEGER, drivers INTEGER,
    riders INTEGER, first_ms INTEGER, flagged_ms INTEGER, exposure REAL NOT NULL DEFAULT 0,
    reasons TEXT NOT NULL DEFAULT '[]', innocent_reasons TEXT NOT NULL DEFAULT '[]',
    entities TEXT NOT NULL DEFAULT '[]', closed_ms INTEGER) WITHOUT ROWID;
CREATE TABLE ring_tie (ring_id TEXT NOT NULL, entity INTEGER NOT NULL,
    PRIMARY KEY (ring_id, entity)) WITHOUT ROWID;
CREATE INDEX ring_tie_by_entity ON ring_tie (entity);
CREATE TABLE member (
    ring_id TEXT NOT NULL, account_id TEXT NOT NULL, entry INTEGER NOT NULL, from_ms INTEGER NOT NULL,
    to_ms INTEGER, PRIMARY KEY (ring_id, account_id, entry)) WITHOUT ROWID;
CREATE INDEX member_by_account ON member (account_id);
CREATE TABLE ledger (
    entry INTEGER PRIMARY KEY, ts INTEGER NOT NULL, ring_id TEXT NOT NULL, change TEXT NOT NULL,
    from_rings TEXT NOT NULL, added TEXT NOT NULL, removed TEXT NOT NULL);
CREATE INDEX ledger_by_ring ON ledger (ring_id);
CREATE INDEX ledger_by_ts ON ledger (ts);
CREATE TABLE flag (
    flag_id TEXT PRIMARY KEY, ts INTEGER NOT NULL, event_id TEXT NOT NULL, ring_id TEXT NOT NULL,
    score REAL NOT NULL, decision TEXT NOT NULL, kind TEXT NOT NULL, accounts TEXT NOT NULL,
    reasons TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX flag_by_ring ON flag (ring_id);
CREATE INDEX flag_by_ts ON flag (ts);
CREATE TABLE verdict (
    event_id TEXT PRIMARY KEY, ts INTEGER NOT NULL, subject TEXT NOT NULL, outcome TEXT NOT NULL,
    analyst TEXT NOT NULL, note TEXT) WITHOUT ROWID;
CREATE INDEX verdict_by_subject ON verdict (subject);
CREATE INDEX verdict_by_ts ON verdict (ts);
CREATE TABLE trip (
    trip_id TEXT PRIMARY KEY, event_id TEXT NOT NULL, ts INTEGER NOT NULL, rider_id TEXT NOT NULL,
    driver_id TEXT NOT NULL, fare_units INTEGER NOT NULL, incentive_units INTEGER NOT NULL, distance_km REAL,
    duration_s REAL, pickup_lat REAL, pickup_lon REAL, dropoff_lat REAL, dropoff_lon REAL,
    promo_id TEXT) WITHOUT ROWID;
CREATE INDEX trip_by_rider ON trip (rider_id, ts);
CREATE INDEX trip_by_driver ON trip (driver_id, ts);
CREATE TABLE taking (
    event_id TEXT PRIMARY KEY, ts INTEGER NOT NULL, account_id TEXT NOT NULL, kind TEXT NOT NULL,
    units INTEGER NOT NULL, promo_id TEXT, card_id TEXT, trip_id TEXT) WITHOUT ROWID;
CREATE INDEX taking_by_account ON taking (account_id, ts);
"""

_MONEY: Final = """
CREATE VIEW ring_money (ring_id, day_ms, kind, units) AS
SELECT m.ring_id, x.ts / 86400000 * 86400000, x.kind, x.units
FROM member m CROSS JOIN taking x ON x.account_id = m.account_id
WHERE m.to_ms IS NULL
UNION ALL SELECT m.ring_id, t.ts / 86400000 * 86400000, 'trip', t.fare_units
FROM member m CROSS JOIN trip t ON t.driver_id = m.account_id
CROSS JOIN member o ON o.ring_id = m.ring_id AND o.account_id = t.rider_id AND o.to_ms IS NULL
WHERE m.to_ms IS NULL
UNION ALL SELECT m.ring_id, t.ts / 86400000 * 86400000, 'incentive', t.incentive_units
FROM member m CROSS JOIN trip t ON t.driver_id = m.account_id
CROSS JOIN member o ON o.ring_id = m.ring_id AND o.account_id = t.rider_id AND o.to_ms IS NULL
WHERE m.to_ms IS NULL;
"""
"""What an open ring's accounts took, and their trips with each other: both questions about money ask it."""

_WORDS: Final = ""
"""Only a word more among the kinds of links, which every migration writes: payments, declined
ones, cancelled trips."""

_INTEGRITY: Final = "\n".join(
    f"ALTER TABLE trip ADD COLUMN {name} {kind};"
    for name, kind in (
        *(("integrity", "REAL"), ("reasons", "TEXT"), ("surcharge", "REAL")),
        *(("expected_fare", "REAL"), ("expected_s", "REAL"), ("track", "TEXT")),
    )
)
"""What was made of a trip; NULL where nobody knows."""

_MEMBERSHIP: Final = "ALTER TABLE member ADD COLUMN membership REAL;"
"""How likely an account belongs with the others of its ring; NULL where nobody knows."""

_PAID_WITH: Final = "CREATE INDEX trip_by_promo ON trip (promo_id, ts) WHERE promo_id IS NOT NULL;"
"""The trips of a promotion, newest last."""

MIGRATIONS: Final = (_FIRST, _MONEY, _WORDS, _WORDS, _WORDS, _INTEGRITY, _MEMBERSHIP, _PAID_WITH)
VERSION: Final = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the file to the newest schema in one transaction. Raises Fatal when a newer program made it."""
    found = version_of(connection)
    if found > VERSION:
        raise Fatal(
            f"expected a store of schema version {VERSION} or older at {path}, found {found}; "
            "use the newer program, or rebuild the store"
        )
    if found == VERSION:
        return
    steps = "\n".join(MIGRATIONS[found:])
    connection.executescript(
        f"BEGIN IMMEDIATE;\n{steps}\n{_vocabulary()}\nPRAGMA user_version={VERSION};\nCOMMIT;"
    )


def version_of(connection: sqlite3.Connection) -> int:
    """The file's schema version, 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _vocabulary() -> str:
    rows = [("entity_kind", code, kind.value) for code, kind in enumerate(KINDS)]
    rows += [("link_kind", code, kind.value) for code, kind in enumerate(LINK_KINDS)]
    return "\n".join(
        f"INSERT OR REPLACE INTO {table} VALUES ({code}, '{name}');" for table, code, name in rows
    )
