"""The tables of the desk's file, and how an older file becomes a newer one.

``user_version`` is the version of the schema; ``MIGRATIONS[n]`` leads from version n to n + 1. Times are
epoch ms. Secrets are kept as SHA-256 (tokens, sessions, one-time links: 256 random bits, which nobody
guesses) or argon2id (passwords); what has to be known again (secrets of webhooks) encrypted.
"""

from __future__ import annotations

from typing import Final

_FIRST: Final = """
CREATE TABLE person (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, password TEXT,
    is_active INTEGER NOT NULL DEFAULT 1, created_ms INTEGER NOT NULL);
CREATE TABLE token (
    id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES person, digest BLOB NOT NULL UNIQUE,
    prefix TEXT NOT NULL, label TEXT NOT NULL, scope TEXT NOT NULL, created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL, last_used_ms INTEGER, revoked_ms INTEGER);
CREATE TABLE session (
    digest BLOB PRIMARY KEY, person INTEGER NOT NULL REFERENCES person, created_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX session_by_person ON session (person);
CREATE TABLE one_time_link (
    digest BLOB PRIMARY KEY, person INTEGER NOT NULL REFERENCES person, expires_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE audit (
    number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, actor TEXT NOT NULL, means TEXT NOT NULL,
    address TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL,
    previous BLOB NOT NULL, digest BLOB NOT NULL);
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER audit_is_never_cut BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'append only'); END;
"""

_ANSWERS: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL UNIQUE, key TEXT NOT NULL,
    payload BLOB NOT NULL, at_ms INTEGER NOT NULL);
"""

_FEED: Final = """
CREATE TABLE flag_feed (
    number INTEGER PRIMARY KEY AUTOINCREMENT, flag_id TEXT NOT NULL UNIQUE, ts INTEGER NOT NULL,
    flag BLOB NOT NULL);
CREATE INDEX flag_feed_by_ts ON flag_feed (ts);
"""

_WEBHOOKS: Final = """
CREATE TABLE webhook (
    id INTEGER PRIMARY KEY AUTOINCREMENT, url BLOB NOT NULL, label TEXT NOT NULL, is_masked INTEGER NOT NULL,
    secret BLOB NOT NULL, former BLOB, former_until_ms INTEGER, is_active INTEGER NOT NULL DEFAULT 1,
    made_by TEXT NOT NULL, created_ms INTEGER NOT NULL, position INTEGER NOT NULL,
    missed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE delivery (
    number INTEGER PRIMARY KEY AUTOINCREMENT, webhook INTEGER NOT NULL REFERENCES webhook ON DELETE CASCADE,
    message_id TEXT NOT NULL, payload BLOB NOT NULL, made_ms INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, due_ms INTEGER, told TEXT NOT NULL DEFAULT '',
    UNIQUE (webhook, message_id));
CREATE INDEX delivery_by_due ON delivery (webhook, due_ms);
"""

_FORGETTING: Final = """
CREATE TABLE subject_key (lookup BLOB PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE said (line INTEGER PRIMARY KEY, salt BLOB NOT NULL, text TEXT NOT NULL);
CREATE TABLE hold (
    lookup BLOB PRIMARY KEY, reason TEXT NOT NULL, made_by TEXT NOT NULL, created_ms INTEGER NOT NULL
) WITHOUT ROWID;
"""

_ELSEWHERE: Final = """
CREATE TABLE identity (
    issuer TEXT NOT NULL, subject TEXT NOT NULL, person INTEGER NOT NULL UNIQUE REFERENCES person,
    PRIMARY KEY (issuer, subject)) WITHOUT ROWID;
CREATE TABLE sign_in (
    number INTEGER PRIMARY KEY AUTOINCREMENT, state BLOB NOT NULL UNIQUE, browser BLOB NOT NULL,
    nonce TEXT NOT NULL, verifier TEXT NOT NULL, expires_ms INTEGER NOT NULL);
"""

_CASES: Final = """
CREATE TABLE case_work (
    ring_id TEXT PRIMARY KEY, assignee INTEGER REFERENCES person, snoozed_until_ms INTEGER,
    changed_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE case_look (
    ring_id TEXT NOT NULL, person INTEGER NOT NULL REFERENCES person, first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL, PRIMARY KEY (ring_id, person)) WITHOUT ROWID;
CREATE TABLE case_answer (
    event_id TEXT PRIMARY KEY, ring_id TEXT NOT NULL, at_ms INTEGER NOT NULL, person INTEGER NOT NULL
    REFERENCES person, kind TEXT NOT NULL, said TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX case_answer_by_ring ON case_answer (ring_id, at_ms);
CREATE TABLE block_request (
    number INTEGER PRIMARY KEY AUTOINCREMENT, ring_id TEXT NOT NULL, handles TEXT NOT NULL,
    grounds TEXT NOT NULL, note TEXT NOT NULL, asked_by INTEGER NOT NULL REFERENCES person,
    asked_ms INTEGER NOT NULL, decided_by INTEGER REFERENCES person, decided_ms INTEGER,
    is_approved INTEGER);
CREATE INDEX block_request_by_ring ON block_request (ring_id);
CREATE UNIQUE INDEX block_request_is_one ON block_request (ring_id) WHERE decided_ms IS NULL;
"""

_VIEWS: Final = """
CREATE TABLE saved_view (
    person INTEGER NOT NULL REFERENCES person, name TEXT NOT NULL, query TEXT NOT NULL,
    PRIMARY KEY (person, name)) WITHOUT ROWID;
"""

MIGRATIONS: Final = (_FIRST, _ANSWERS, _FEED, _WEBHOOKS, _FORGETTING, _ELSEWHERE, _CASES, _VIEWS)
VERSION: Final = len(MIGRATIONS)
