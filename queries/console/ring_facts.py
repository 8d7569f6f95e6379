"""Everything that the workspace of a ring shows, read from the store and the desk in a dozen questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from graph.model.errors import Missing
from graph.model.vocabulary import RingKind, Role
from queries.answer import Answer
from queries.console.counterfactual import (
    Without,
    fewest_that_part,
    without_a_kind,
    without_a_member,
    without_each,
)
from queries.desk.blocks import BlockRequest
from queries.desk.cases import Answered, CaseWork, Look
from queries.serving.parts import Parts
from queries.serving.records import (
    Change,
    FlagRaised,
    Member,
    Money,
    Record,
    Ring,
    Tie,
    Trip,
    VerdictGiven,
    rows_of,
)
from queries.serving.visits import Visit

MOST_MEMBERS: Final = 1_000
MOST_CHANGES: Final = 500
MOST_TRIPS: Final = 2_000
MOST_NEIGHBOURS: Final = 500
WEEK_MS: Final = 7 * 86_400_000
RECENT_MS: Final = 4 * WEEK_MS
SHOWN: Final = 50
Row = TypeVar("Row", bound=Record)


@dataclass(frozen=True, slots=True)
class IfBlocked:
    """What blocking the accounts of a ring would touch."""

    accounts: int
    drivers: int
    money_a_week: float
    """Taken in the last four weeks of the ring, by week."""
    neighbours: int
    """Accounts outside any ring that share something with it."""
    neighbours_is_at_least: bool
    outside_riders: int
    """Riders from outside who were driven by its drivers, on kept trips."""
    outside_fares: float
    """What those trips paid: honest income of its drivers, if they are honest."""
    is_cut: bool
    """Whether there are more trips than were looked at."""


@dataclass(frozen=True, slots=True)
class RingFacts:
    """What is known of a ring, as one caller may see it."""

    ring: Ring
    members: list[Member]
    members_total: int
    holds: dict[str, tuple[int, int]]
    """By member: how many shared things it uses, and how many members it rode with, referred or paid."""
    ties: list[Tie]
    ties_total: int
    changes: list[Change]
    changes_total: int
    money: Money | None
    days: Answer
    trips: list[Trip]
    trips_total: int
    flags: list[FlagRaised]
    flags_total: int
    verdicts: list[VerdictGiven]
    neighbours: list[tuple[str, str | None, int, float | None]]
    """Account, role, things shared, score."""
    without: list[Without]
    gone: list[Without]
    """What the others would be without one of them."""
    undone: list[Without]
    """What they would be without all links of a kind."""
    parting: Without | None
    if_blocked: IfBlocked
    work: CaseWork
    looks: list[Look]
    answers: Sequence[Answered]
    read_event_ids: frozenset[str]
    blocks: list[BlockRequest]


def ring_named(parts: Parts, ring_id: str) -> Ring:
    """The ring of that id. Raises Missing when there is none."""
    rows = rows_of(parts.store.ask("ring", ring_id=ring_id), Ring)
    if not rows:
        raise Missing("expected the id of a ring, found none like it; go back to the queue, or search for it")
    return rows[0]


def ring_facts(parts: Parts, visit: Visit, ring_id: str) -> RingFacts:
    """The facts. Raises Missing when there is no such ring. A dozen questions; 30 ms for a ring of 30."""
    ask = parts.store.ask
    ring = ring_named(parts, ring_id)
    members, members_total = _asked(parts, "members", Member, ring_id=ring_id, limit=MOST_MEMBERS)
    ties, ties_total = _asked(parts, "ties", Tie, ring_id=ring_id, limit=MOST_MEMBERS)
    changes, changes_total = _asked(parts, "history", Change, ring_id=ring_id, limit=MOST_CHANGES)
    trips, trips_total = _asked(parts, "trips", Trip, ring_id=ring_id, limit=MOST_TRIPS)
    flags, flags_total = _asked(parts, "flags", FlagRaised, ring_id=ring_id, limit=SHOWN)
    verdicts, _ = _asked(parts, "verdicts", VerdictGiven, subject=ring_id, limit=SHOWN)
    money, _ = _asked(parts, "money", Money, ring_id=ring_id, limit=1)
    days = ask("money-days", ring_id=ring_id)
    risk = ask("at-risk", ring_id=ring_id, limit=MOST_NEIGHBOURS)
    accounts = [f"account:{member.account_id}" for member in members]
    kinds = [
        (f"account:{row[0]}", str(row[1]), f"{row[2]}:{row[3]}")
        for row in ask("ring-links", ring_id=ring_id).rows
    ]
    links = [(source, target) for source, _, target in kinds]
    parting = fewest_that_part(accounts, links) if accounts else None
    masks, cases = visit.desk.masks, parts.desk.cases
    name = masks.masked_key if visit.is_masked else str
    return RingFacts(
        ring=visit.shown(ring),
        members=[visit.shown(each) for each in members],
        members_total=members_total,
        holds={
            str(visit.shown(each).account_id): held
            for each, held in zip(members, _holds(members, links), strict=True)
        },
        ties=[visit.shown(each) for each in ties],
        ties_total=ties_total,
        changes=[visit.shown(each) for each in changes],
        changes_total=changes_total,
        money=money[0] if money else None,
        days=days,
        trips=[visit.shown(each) for each in trips[:SHOWN]],
        trips_total=trips_total,
        flags=[visit.shown(each) for each in flags],
        flags_total=flags_total,
        verdicts=verdicts,
        neighbours=[
            (name(f"account:{row[1]}"), _text(row[2]), int(str(row[3])), _real(row[5]))
            for row in risk.rows[:SHOWN]
        ],
        without=[_renamed(each, name) for each in without_each(accounts, links)] if accounts else [],
        gone=[_renamed(each, name) for each in without_a_member(accounts, links)] if accounts else [],
        undone=without_a_kind(accounts, kinds) if accounts else [],
        parting=None if parting is None else _renamed(parting, name),
        if_blocked=_if_blocked(ring, members, trips, trips_total, days, risk),
        work=cases.of(ring_id),
        looks=cases.looks(ring_id),
        answers=cases.answers(ring_id),
        read_event_ids=frozenset(each.event_id for each in verdicts),
        blocks=parts.desk.blocks.of(ring_id),
    )


def _asked(parts: Parts, question: str, kind: type[Row], **given: str | int) -> tuple[list[Row], int]:
    answer = parts.store.ask(question, **given)
    return rows_of(answer, kind), answer.total


def _holds(members: list[Member], links: list[tuple[str, str]]) -> Iterator[tuple[int, int]]:
    """What ties each member to the others: shared things that it uses, members whom it is linked to."""
    things: Counter[str] = Counter()
    people: Counter[str] = Counter()
    for account, other in set(links):
        if other.startswith("account:"):
            people.update((account, other))
        else:
            things[account] += 1
    for member in members:
        key = f"account:{member.account_id}"
        yield things[key], people[key]


def _if_blocked(
    ring: Ring, members: list[Member], trips: list[Trip], trips_total: int, days: Answer, risk: Answer
) -> IfBlocked:
    drivers = {member.account_id for member in members if member.role is Role.DRIVER}
    outside = [trip for trip in trips if not trip.is_inside and trip.driver_id in drivers]
    newest = int(str(days.rows[0][1])) if days.rows else 0
    recent = [row for row in days.rows if newest - int(str(row[1])) < RECENT_MS]
    # In a takeover the owners of the accounts pay the fares inside.
    taken = 6 if ring.kind is RingKind.TAKEOVER else 5
    weeks = max(1.0, (newest - int(str(recent[-1][1]))) / WEEK_MS) if recent else 1.0
    return IfBlocked(
        accounts=len(members),
        drivers=len(drivers),
        money_a_week=sum(float(str(cell)) for row in recent for cell in row[2:taken]) / weeks,
        neighbours=risk.total,
        neighbours_is_at_least=risk.is_at_least,
        outside_riders=len({trip.rider_id for trip in outside}),
        outside_fares=sum(trip.fare for trip in outside),
        is_cut=trips_total > len(trips),
    )


def _renamed(each: Without, name: object) -> Without:
    assert callable(name)
    return Without(tuple(name(key) for key in each.removed), each.groups)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _real(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
