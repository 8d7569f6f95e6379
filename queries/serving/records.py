"""What the routes take and give, as pydantic models: OpenAPI, validation and masking are made from them.

A model of a question's rows has the columns of that question (a test compares them), whose meanings become
the descriptions. ``Hidden`` marks what identifies people or what they use: ``masked`` hides it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from graph.model.vocabulary import Decision, LedgerChange, LinkKind, RingKind, Role, VerdictOutcome
from queries.answer import Answer
from queries.catalogue import question
from queries.desk.masking import TRIP, Masks

Milliseconds = Annotated[int, Field(description="Epoch milliseconds, UTC.")]
Masked = TypeVar("Masked", bound="Record")


@dataclass(frozen=True, slots=True)
class Hidden:
    """Identifies somebody: an identifier of ``kind``, or of the kind in the field ``kind_in``; neither: an
    entity as ``kind:identifier``.
    """

    kind: str | None = None
    kind_in: str | None = None


AccountId = Annotated[str, Hidden("account")]
AccountIds = Annotated[list[str], Hidden("account")]
EntityKey = Annotated[str, Hidden()]
EntityKeys = Annotated[list[str], Hidden()]
TripId = Annotated[str, Hidden(TRIP)]


def _described(name: str) -> Callable[[dict[str, Any]], None]:
    """Puts the meanings of a question's columns into a JSON schema."""

    def describe(schema: dict[str, Any]) -> None:
        for column in question(name).columns:
            if column.name in schema["properties"]:
                schema["properties"][column.name]["description"] = column.meaning

    return describe


class Record(BaseModel):
    """What a route gives."""

    model_config = ConfigDict(frozen=True)
    asked: ClassVar[str] = ""
    """The question whose rows these are."""

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        if cls.asked:
            cls.model_config["json_schema_extra"] = _described(cls.asked)


Row = TypeVar("Row", bound=Record)


def rows_of(answer: Answer, kind: type[Row]) -> list[Row]:
    """The rows of an answer as records."""
    names = [column.name for column in answer.columns]
    return [kind.model_validate(dict(zip(names, row, strict=True))) for row in answer.rows]


def masked(record: Masked, masks: Masks) -> Masked:
    """The record with every identifier replaced by its handle, also in the records inside it."""
    changed: dict[str, object] = {}
    for name, field in type(record).model_fields.items():
        value = getattr(record, name)
        marks = [mark for mark in field.metadata if isinstance(mark, Hidden)]
        if marks:
            changed[name] = _hidden(record, value, marks[0], masks)
        elif isinstance(value, Record):
            changed[name] = masked(value, masks)
        elif isinstance(value, list) and value and isinstance(value[0], Record):
            changed[name] = [masked(each, masks) for each in value]
    return record.model_copy(update=changed)


def _hidden(record: Record, value: object, mark: Hidden, masks: Masks) -> object:
    if isinstance(value, list):
        return [_hidden(record, each, mark, masks) for each in value]
    if not isinstance(value, str):
        return value
    kind = str(getattr(record, mark.kind_in)) if mark.kind_in else mark.kind
    return masks.masked_key(value) if kind is None else masks.masked(kind, value)


class Reason(Record):
    """One piece of evidence in words."""

    rule: str = Field(description="The rule it comes from.")
    detail: str = Field(description="What was found; names nobody.")
    strength: float = Field(description="How strongly the rule holds, 0 to 1.")
    numbers: dict[str, float] = Field(default={}, description="The numbers behind it.")


class Page(Record, Generic[Row]):
    """Some rows of an answer, and how much there is beyond them."""

    rows: list[Row] = Field(description="In the order of the question.")
    total: int = Field(description="How many there are in all.")
    is_at_least: bool = Field(description="The search was stopped by its bounds: there may be more.")
    next: str | None = Field(description="Where the next page is; null on the last.")
    notes: list[str] = Field(description="What was folded or left out, in words.")
    as_of_ms: int = Field(description="The newest event time in the store; 0 when it is empty.")
    is_masked: bool = Field(description="Whether identifiers are masked.")


class RingListed(Record):
    """A ring in the order of priority."""

    asked: ClassVar[str] = "rings"
    ring_id: str
    kind: RingKind
    score: float
    accounts: int
    exposure: float
    priority: float
    flagged_ms: int
    closed_ms: int | None
    verdict: VerdictOutcome | None


class Ring(Record):
    """A ring as last judged."""

    asked: ClassVar[str] = "ring"
    ring_id: str
    kind: RingKind
    score: float
    accounts: int | None
    drivers: int | None
    first_ms: int | None
    flagged_ms: int | None
    closed_ms: int | None
    exposure: float
    entities: EntityKeys
    reasons: list[Reason]
    innocent_reasons: list[Reason]
    verdict: VerdictOutcome | None


class Member(Record):
    """An account's stay in a ring."""

    asked: ClassVar[str] = "members"
    account_id: AccountId
    role: Role | None
    from_ms: int
    to_ms: int | None
    membership: float | None = Field(description="The probability that it belongs with the others.")
    score: float | None
    created_ms: int | None
    last_ms: int | None
    trips: int | None
    promos: int | None
    promo_money: float | None
    chargeback_money: float | None


class Tie(Record):
    """Something that the accounts of a ring share."""

    asked: ClassVar[str] = "ties"
    kind: str
    id: Annotated[str, Hidden(kind_in="kind")]
    members: int
    accounts: int
    first_ms: int | None
    last_ms: int | None
    is_public: bool


class Change(Record):
    """A change in the life of a ring."""

    asked: ClassVar[str] = "history"
    entry: int
    ts: int
    ring_id: str
    change: LedgerChange
    from_rings: list[str]
    added: AccountIds
    removed: AccountIds


class Account(Record):
    """An account as last judged."""

    asked: ClassVar[str] = "account"
    account_id: AccountId
    role: Role | None
    score: float | None
    ring_id: str | None
    created_ms: int | None
    first_ms: int | None
    last_ms: int | None
    trips: int | None
    promos: int | None
    promo_money: float | None
    chargebacks: int | None
    chargeback_money: float | None
    identifiers: int
    verdict: VerdictOutcome | None
    devices_1h: int
    devices_24h: int
    devices_7d: int
    devices_28d: int
    cards_1h: int
    cards_24h: int
    cards_7d: int
    cards_28d: int
    declined_cards_1h: int
    declined_cards_24h: int
    declined_cards_7d: int
    declined_cards_28d: int
    device_accounts_1h: int
    device_accounts_24h: int
    device_accounts_7d: int
    device_accounts_28d: int
    device_cards_1h: int
    device_cards_24h: int
    device_cards_7d: int
    device_cards_28d: int
    small_declined_cards: int
    cards_after_declines: int
    first_promo_h: float | None
    incentive_trips: int
    incentive_share: float | None
    close_trips: int
    referred: int
    referred_promo_money: float


class Stay(Record):
    """A ring in which an account stands or stood."""

    asked: ClassVar[str] = "rings-of"
    ring_id: str
    kind: RingKind
    score: float
    from_ms: int
    to_ms: int | None
    closed_ms: int | None
    exposure: float


class FlagRaised(Record):
    """A flag."""

    asked: ClassVar[str] = "flags"
    flag_id: str
    ts: int
    event_id: str
    ring_id: str
    kind: RingKind
    score: float
    decision: Decision
    accounts: AccountIds
    reasons: list[Reason]


class Step(Record):
    """One link of a path between two things."""

    asked: ClassVar[str] = "why"
    path: int
    strength: float
    step: int
    source: EntityKey
    link: LinkKind
    target: EntityKey
    first_ms: int
    last_ms: int
    events: int
    money: float
    source_events: list[str]


class Trip(Record):
    """A trip that is evidence."""

    asked: ClassVar[str] = "trips"
    trip_id: TripId
    ts: int
    rider_id: AccountId
    driver_id: AccountId
    is_inside: bool
    fare: float
    incentive: float
    distance_km: float | None
    duration_s: float | None
    promo_id: str | None
    integrity: float | None
    """The probability that it is what it says; null where nobody judged it."""


class Money(Record):
    """What a ring took."""

    asked: ClassVar[str] = "money"
    ring_id: str
    kind: RingKind
    exposure: float
    promo_money: float
    chargeback_money: float
    incentive_money: float
    fare_money: float
    trips: int


class VerdictGiven(Record):
    """An answer that was given."""

    asked: ClassVar[str] = "verdicts"
    event_id: str
    ts: int
    subject: Annotated[str, Hidden("account")]
    outcome: VerdictOutcome
    analyst: str
    note: str | None


class AccountSeen(Record):
    """An account and the rings in which it stands or stood."""

    account: Account
    rings: list[Stay]
    rings_total: int = Field(description="How many stays there are in all.")
    as_of_ms: int = Field(description="The newest event time in the store; 0 when it is empty.")
    is_masked: bool = Field(description="Whether identifiers are masked.")


class RingSeen(Record):
    """A ring as last judged."""

    ring: Ring
    as_of_ms: int = Field(description="The newest event time in the store; 0 when it is empty.")
    is_masked: bool = Field(description="Whether identifiers are masked.")


class Explanation(Record):
    """Why a ring is one: what speaks for and against, what ties it, what it took, and the answers to it."""

    ring_id: str
    reasons: list[Reason] = Field(description="What speaks against it.")
    innocent_reasons: list[Reason] = Field(description="What speaks for it.")
    money: Money | None = Field(description="What it took; null for a closed ring.")
    ties: list[Tie] = Field(description="What its accounts share, the most shared first.")
    ties_total: int
    trips: list[Trip] = Field(description="Trips that are evidence, those inside the ring first.")
    trips_total: int
    flags: list[FlagRaised] = Field(description="The newest flags.")
    flags_total: int
    verdicts: list[VerdictGiven] = Field(description="The newest answers.")
    verdicts_total: int
    as_of_ms: int = Field(description="The newest event time in the store; 0 when it is empty.")
    is_masked: bool = Field(description="Whether identifiers are masked.")


class Accepted(Record):
    """The event that was accepted; it goes to the engine."""

    event_id: str
    ts: int = Field(description="Its event time, epoch ms: now, or the newest moment of a store of long ago.")
