"""Spells of a link before its newest: kept so that a late event can join two spells into one.

The record of a link shows its newest spell; older ones hang off it, newest first, more than a window apart.
They are rare: an event must have come late, or the link must have rested longer than the window.
"""

from __future__ import annotations

from graph.kernels.kernel import kernel, wide
from graph.links.records import (
    HORIZON,
    LATENESS,
    SPELLS_COUNT,
    SPELLS_FREE,
    SPELLS_USED,
    WINDOW,
    LinkState,
)


@kernel
def _new_spell(s: LinkState, first_ms: int, last_ms: int, count: int, money: int, following: int) -> int:
    spell = wide(s.scalars[SPELLS_FREE])
    if spell >= 0:
        s.scalars[SPELLS_FREE] = s.spells[spell].next
    else:
        spell = s.scalars[SPELLS_USED]
        if spell >= s.spells.shape[0]:
            raise IndexError("expected room for a spell, found none; reserve before a batch")
        s.scalars[SPELLS_USED] += 1
    s.scalars[SPELLS_COUNT] += 1
    record = s.spells[spell]
    record.first_ms = first_ms
    record.last_ms = last_ms
    record.count = count
    record.money = money
    record.next = following
    return spell


@kernel
def _free_spell(s: LinkState, spell: int) -> int:
    """Free a spell; returns the one after it."""
    following = wide(s.spells[spell].next)
    s.spells[spell].next = s.scalars[SPELLS_FREE]
    s.scalars[SPELLS_FREE] = spell
    s.scalars[SPELLS_COUNT] -= 1
    return following


@kernel
def drop_spells(s: LinkState, link: int) -> None:
    """Free every older spell of a link."""
    spell = wide(s.hooks[link].older)
    while spell >= 0:
        spell = _free_spell(s, spell)
    s.hooks[link].older = -1
    s.links[link].resumed = 0


@kernel
def insert_event(s: LinkState, link: int, ts: int, money: int) -> None:
    """Put an event among the spells of a link, joining those that it brings within one window."""
    window = s.scalars[WINDOW]
    newest = s.links[link]
    if ts > newest.last_ms + window:
        s.hooks[link].older = _new_spell(
            s, newest.first_ms, newest.last_ms, newest.count, newest.money, wide(s.hooks[link].older)
        )
        newest.first_ms = ts
        newest.last_ms = ts
        newest.count = 1
        newest.money = money
    elif ts >= newest.first_ms - window:
        newest.first_ms = min(newest.first_ms, ts)
        newest.last_ms = max(newest.last_ms, ts)
        newest.count += 1
        newest.money += money
    else:
        _insert_older(s, link, ts, money)
    _join_newest(s, link)
    _prune(s, link)


@kernel
def _insert_older(s: LinkState, link: int, ts: int, money: int) -> None:
    window = s.scalars[WINDOW]
    before = -1
    at = wide(s.hooks[link].older)
    while at >= 0 and ts < s.spells[at].first_ms - window:
        before = at
        at = wide(s.spells[at].next)
    if at < 0 or ts > s.spells[at].last_ms + window:
        fresh = _new_spell(s, ts, ts, 1, money, at)
        if before < 0:
            s.hooks[link].older = fresh
        else:
            s.spells[before].next = fresh
        return
    spell = s.spells[at]
    spell.first_ms = min(spell.first_ms, ts)
    spell.last_ms = max(spell.last_ms, ts)
    spell.count += 1
    spell.money += money
    _join_following(s, at)
    if before >= 0:
        _join_following(s, before)


@kernel
def _join_following(s: LinkState, at: int) -> None:
    """Join a spell with the one before it in time when they lie within one window."""
    spell = s.spells[at]
    earlier = wide(spell.next)
    if earlier >= 0 and spell.first_ms - s.spells[earlier].last_ms <= s.scalars[WINDOW]:
        spell.first_ms = s.spells[earlier].first_ms
        spell.count += s.spells[earlier].count
        spell.money += s.spells[earlier].money
        spell.next = _free_spell(s, earlier)


@kernel
def _join_newest(s: LinkState, link: int) -> None:
    newest = s.links[link]
    earlier = wide(s.hooks[link].older)
    if earlier >= 0 and newest.first_ms - s.spells[earlier].last_ms <= s.scalars[WINDOW]:
        newest.first_ms = s.spells[earlier].first_ms
        newest.count += s.spells[earlier].count
        newest.money += s.spells[earlier].money
        s.hooks[link].older = _free_spell(s, earlier)


@kernel
def _prune(s: LinkState, link: int) -> None:
    """Forget spells that no event within the allowed lateness can reach."""
    limit = s.scalars[HORIZON] - s.scalars[LATENESS]
    before = -1
    at = wide(s.hooks[link].older)
    while at >= 0 and s.spells[at].last_ms >= limit:
        before = at
        at = wide(s.spells[at].next)
    if before < 0:
        s.hooks[link].older = -1
    else:
        s.spells[before].next = -1
    s.links[link].resumed = before >= 0
    while at >= 0:
        at = _free_spell(s, at)
