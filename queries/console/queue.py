"""The queue: open rings by what is at stake, with the work on them, filtered and paged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graph.model.vocabulary import RingKind
from queries.desk.cases import CaseWork
from queries.serving.parts import Parts
from queries.serving.records import RingListed, rows_of

MOST_RINGS: Final = 5_000
"""Rings that a filter looks through; beyond them the page says so."""
PAGE: Final = 50


class Standing(StrEnum):
    """Which rings are wanted, by the work on them."""

    OPEN = "open"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    SNOOZED = "snoozed"
    BLOCKS = "blocks"
    ANSWERED = "answered"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address of the page asks for."""

    standing: Standing = Standing.OPEN
    kind: RingKind | None = None
    min_score: float = 0.0
    assignee: str = ""
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Queued:
    """One ring of the queue."""

    ring: RingListed
    work: CaseWork
    outcome: str | None
    is_block_asked: bool
    is_looked_at: bool
    age_ms: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some rings of the queue, and how many there are."""

    rows: list[Queued]
    total: int
    is_at_least: bool
    money_at_stake: float
    skip: int

    @property
    def next_skip(self) -> int | None:
        """Where the next page begins; None on the last."""
        following = self.skip + len(self.rows)
        return following if following < self.total else None


def queue_of(parts: Parts, wanted: Wanted, name: str) -> QueuePage:
    """The page of the queue that is wanted by somebody of that name."""
    kind = None if wanted.kind is None else wanted.kind.value
    answer = parts.store.ask("rings", kind=kind, min_score=wanted.min_score, limit=MOST_RINGS)
    rows = _with_work(parts, rows_of(answer, RingListed))
    chosen = [row for row in rows if _is_wanted(row, wanted, name)]
    return QueuePage(
        chosen[wanted.skip : wanted.skip + PAGE],
        len(chosen),
        answer.is_cut,
        sum(row.ring.priority for row in chosen),
        wanted.skip,
    )


def next_after(parts: Parts, ring_id: str, priority: float, name: str) -> str | None:
    """The ring that somebody of that name should look at after this one: the next by what is at stake that
    waits for an answer and is in nobody else's hands, or the first one; None when there is no other.
    """
    rows = rows_of(parts.store.ask("rings", limit=MOST_RINGS), RingListed)
    wanted = Wanted()
    open_rings = [
        row.ring
        for row in _with_work(parts, rows)
        if _is_wanted(row, wanted, name) and row.work.assignee in (None, name) and row.ring.ring_id != ring_id
    ]
    place = (-priority, ring_id)
    following = [ring.ring_id for ring in open_rings if (-ring.priority, ring.ring_id) > place]
    return next(iter(following or [ring.ring_id for ring in open_rings]), None)


def _with_work(parts: Parts, rings: Sequence[RingListed]) -> list[Queued]:
    work, outcomes = parts.desk.cases.all(), parts.desk.cases.outcomes()
    looks = parts.desk.cases.first_looks()
    blocks = {request.ring_id for request in parts.desk.blocks.waiting()}
    now = parts.store.watermark_ms()
    return [
        Queued(
            ring=ring,
            work=work.get(ring.ring_id) or CaseWork(ring.ring_id, None, None),
            outcome=outcomes.get(ring.ring_id) or ring.verdict,
            is_block_asked=ring.ring_id in blocks,
            is_looked_at=ring.ring_id in looks,
            age_ms=max(0, now - ring.flagged_ms),
        )
        for ring in rings
    ]


def _is_wanted(row: Queued, wanted: Wanted, name: str) -> bool:
    if wanted.assignee and row.work.assignee != wanted.assignee:
        return False
    is_asleep = row.work.snoozed_until_ms is not None
    is_open = row.outcome is None or row.outcome == "unsure" or row.is_block_asked
    match wanted.standing:
        case Standing.OPEN:
            return is_open and not is_asleep
        case Standing.MINE:
            return row.work.assignee == name and not is_asleep
        case Standing.UNASSIGNED:
            return is_open and row.work.assignee is None and not is_asleep
        case Standing.SNOOZED:
            return is_asleep
        case Standing.BLOCKS:
            return row.is_block_asked
        case Standing.ANSWERED:
            return row.outcome is not None
        case Standing.ALL:
            return True
