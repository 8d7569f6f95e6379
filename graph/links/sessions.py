"""Older sessions of a link: kept so that a late event can join two sessions into one.

A session is a run of events without a gap longer than the window. The record of a link shows its newest one;
older ones hang off it, newest first. They are rare: an event must have come late, or the link must have
rested longer than the window.
"""

from __future__ import annotations

from graph.kernels.kernel import kernel, wide
from graph.links.interactions import add_money, money_of, older_session, set_money, set_older_session
from graph.links.records import LinkState


@kernel
def _new_session(s: LinkState, first_ms: int, last_ms: int, count: int, money: int, following: int) -> int:
    session = wide(s.counters[0].first_free_session)
    if session >= 0:
        s.counters[0].first_free_session = s.sessions[session].next
    else:
        session = s.counters[0].sessions_used
        if session >= s.sessions.shape[0]:
            raise IndexError("expected room for a session, found none; reserve before a batch")
        s.counters[0].sessions_used += 1
    s.counters[0].sessions += 1
    record = s.sessions[session]
    record.first_ms = first_ms
    record.last_ms = last_ms
    record.count = count
    record.money = money
    record.next = following
    return session


@kernel
def _free_session(s: LinkState, session: int) -> int:
    """Free a session; returns the one after it."""
    following = wide(s.sessions[session].next)
    s.sessions[session].next = s.counters[0].first_free_session
    s.counters[0].first_free_session = session
    s.counters[0].sessions -= 1
    return following


@kernel
def drop_sessions(s: LinkState, link: int) -> None:
    """Free every older session of a link."""
    session = older_session(s, link)
    while session >= 0:
        session = _free_session(s, session)
    set_older_session(s, link, -1)
    s.links[link].resumed = 0


@kernel
def insert_event(s: LinkState, link: int, ts: int, money: int) -> None:
    """Put an event among the sessions of a link, joining those that it brings within one window."""
    window = s.window[0].length_ms
    newest = s.links[link]
    if ts > newest.last_ms + window:
        older = _new_session(
            s, newest.first_ms, newest.last_ms, newest.count, money_of(s, link), older_session(s, link)
        )
        set_older_session(s, link, older)
        newest.first_ms = ts
        newest.last_ms = ts
        newest.count = 1
        set_money(s, link, money)
    elif ts >= newest.first_ms - window:
        newest.first_ms = min(newest.first_ms, ts)
        newest.last_ms = max(newest.last_ms, ts)
        newest.count += 1
        add_money(s, link, money)
    else:
        _insert_older(s, link, ts, money)
    _join_newest(s, link)
    _prune(s, link)


@kernel
def _insert_older(s: LinkState, link: int, ts: int, money: int) -> None:
    window = s.window[0].length_ms
    before = -1
    at = older_session(s, link)
    while at >= 0 and ts < s.sessions[at].first_ms - window:
        before = at
        at = wide(s.sessions[at].next)
    if at < 0 or ts > s.sessions[at].last_ms + window:
        fresh = _new_session(s, ts, ts, 1, money, at)
        if before < 0:
            set_older_session(s, link, fresh)
        else:
            s.sessions[before].next = fresh
        return
    session = s.sessions[at]
    session.first_ms = min(session.first_ms, ts)
    session.last_ms = max(session.last_ms, ts)
    session.count += 1
    session.money += money
    _join_following(s, at)
    if before >= 0:
        _join_following(s, before)


@kernel
def _join_following(s: LinkState, at: int) -> None:
    """Join a session with the one before it in time when they lie within one window."""
    session = s.sessions[at]
    earlier = wide(session.next)
    if earlier >= 0 and session.first_ms - s.sessions[earlier].last_ms <= s.window[0].length_ms:
        session.first_ms = s.sessions[earlier].first_ms
        session.count += s.sessions[earlier].count
        session.money += s.sessions[earlier].money
        session.next = _free_session(s, earlier)


@kernel
def _join_newest(s: LinkState, link: int) -> None:
    newest = s.links[link]
    earlier = older_session(s, link)
    if earlier >= 0 and newest.first_ms - s.sessions[earlier].last_ms <= s.window[0].length_ms:
        newest.first_ms = s.sessions[earlier].first_ms
        newest.count += s.sessions[earlier].count
        add_money(s, link, wide(s.sessions[earlier].money))
        set_older_session(s, link, _free_session(s, earlier))


@kernel
def _prune(s: LinkState, link: int) -> None:
    """Forget sessions that no event within the allowed lateness can reach."""
    limit = s.window[0].horizon_ms - s.window[0].lateness_ms
    before = -1
    at = older_session(s, link)
    while at >= 0 and s.sessions[at].last_ms >= limit:
        before = at
        at = wide(s.sessions[at].next)
    if before < 0:
        set_older_session(s, link, -1)
    else:
        s.sessions[before].next = -1
    s.links[link].resumed = before >= 0
    while at >= 0:
        at = _free_session(s, at)
