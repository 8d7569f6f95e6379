"""Every closed set of words the product speaks, defined once.

JSON schemas, SQL, Cypher, documentation and labels are made from these enumerations or checked
against them by a test. The members' values are what appears in files and on topics.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class EntityKind(StrEnum):
    """What a node of the entity graph stands for."""

    ACCOUNT = "account"
    DEVICE = "device"
    CARD = "card"
    BANK_ACCOUNT = "bank_account"
    PHONE = "phone"
    EMAIL = "email"
    IP = "ip"
    PROMO = "promo"


class Role(StrEnum):
    """What an account does on the platform."""

    RIDER = "rider"
    DRIVER = "driver"


class LinkKind(StrEnum):
    """What ties two entities together."""

    USES_DEVICE = "uses_device"
    USES_CARD = "uses_card"
    USES_BANK_ACCOUNT = "uses_bank_account"
    USES_PHONE = "uses_phone"
    USES_EMAIL = "uses_email"
    USES_IP = "uses_ip"
    RODE_WITH = "rode_with"
    REFERRED = "referred"
    REDEEMED = "redeemed"
    PAID = "paid"
    TRIED = "tried"
    CANCELLED = "cancelled"


class RingKind(StrEnum):
    """What a ring does. A ring that shows several carries the strongest."""

    MULTI_ACCOUNT = "multi_account"
    PROMO_FARM = "promo_farm"
    REFERRAL_CHAIN = "referral_chain"
    FAKE_RIDES = "fake_rides"
    COLLUSION = "collusion"
    STOLEN_CARDS = "stolen_cards"
    TAKEOVER = "takeover"


class Decision(StrEnum):
    """What the policy makes of a score."""

    REVIEW = "review"
    BLOCK = "block"


class Advice(StrEnum):
    """What a decision before the fact says of an event."""

    ALLOW = "allow"
    REVIEW = "review"
    BLOCK = "block"


class Fallback(StrEnum):
    """What an answer is made of when there was no time for more."""

    RULES = "rules"
    STORED = "stored"


class LedgerChange(StrEnum):
    """What happened to a ring."""

    BORN = "born"
    GREW = "grew"
    MERGED = "merged"
    SPLIT = "split"
    CLOSED = "closed"


class VerdictOutcome(StrEnum):
    """What an investigator answered."""

    FRAUD = "fraud"
    LEGIT = "legit"
    UNSURE = "unsure"


class ActKind(StrEnum):
    """What an analyst did to the graph by hand."""

    CUT = "cut"
    DECLARE_PUBLIC = "declare_public"
    DECLARE_PRIVATE = "declare_private"
    HOUSEHOLD = "household"
    UNDO = "undo"


class RejectionReason(StrEnum):
    """Why a record went to the dead letters instead of into the graph."""

    EMPTY_LINE = "empty_line"
    LINE_TOO_LONG = "line_too_long"
    INVALID_UTF8 = "invalid_utf8"
    NUL_BYTE = "nul_byte"
    INVALID_JSON = "invalid_json"
    NOT_AN_OBJECT = "not_an_object"
    DUPLICATE_KEY = "duplicate_key"
    UNKNOWN_TYPE = "unknown_type"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    BAD_IDENTIFIER = "bad_identifier"
    NUMBER_NOT_FINITE = "number_not_finite"
    NUMBER_OUT_OF_RANGE = "number_out_of_range"
    TIME_OUT_OF_RANGE = "time_out_of_range"
    UNPROCESSABLE = "unprocessable"


class TripReason(StrEnum):
    """Why a trip is held to be less than honest."""

    REPLAYED = "replayed"
    RULER = "ruler"
    STEADY = "steady"
    STANDS_STILL = "stands_still"
    JUMPS = "jumps"
    LONGER_THAN_TRACK = "longer_than_track"
    SLOWER_THAN_TRACK = "slower_than_track"
    ENDS_ELSEWHERE = "ends_elsewhere"
    TOO_FAST = "too_fast"
    TOO_SLOW = "too_slow"
    OVERPRICED = "overpriced"
    SHORTER_THAN_CLAIMED = "shorter_than_claimed"
    OVERLAPS = "overlaps"
    DRIVER_AWAY = "driver_away"
    PHONE_AWAY = "phone_away"
    ALREADY_THERE = "already_there"
    CLOCK_OFF = "clock_off"


class FactName(StrEnum):
    """What is known of one payment, or of what leads to one, at its moment; ``rules.facts`` works it out."""

    ACCOUNT_AGE_H = "account_age_h"
    TRIPS_BEFORE = "trips_before"
    AMOUNT = "amount"
    SPENT_24H = "spent_24h"
    CARDS_7D = "cards_7d"
    DECLINES_24H = "declines_24h"
    DECLINES_7D = "declines_7d"
    DEVICE_ACCOUNTS_7D = "device_accounts_7d"
    DEVICE_CARDS_7D = "device_cards_7d"
    CARD_ACCOUNTS_7D = "card_accounts_7d"
    CARD_AGE_H = "card_age_h"
    PROMOS_7D = "promos_7d"
    EVENT = "event"
    AREA = "area"
    PROMO = "promo"
    CARD_ISSUER = "card_issuer"
    APP_VERSION = "app_version"


class EarlySign(StrEnum):
    """What an attack shows weeks before its disputes arrive, and the disputes themselves."""

    NEW_CARDS = "new_cards"
    DECLINES = "declines"
    MANY_CARDS = "many_cards"
    CROWDED_DEVICES = "crowded_devices"
    LARGE_FARES = "large_fares"
    CROWDED_PROMOS = "crowded_promos"
    SEVERAL_SIGNS = "several_signs"
    DISPUTES = "disputes"


class SegmentKind(StrEnum):
    """By what early signs are counted apart."""

    EVERYTHING = "everything"
    AREA = "area"
    PROMO = "promo"
    CARD_ISSUER = "card_issuer"
    APP_VERSION = "app_version"


class ConditionTest(StrEnum):
    """How a condition of a rule holds a fact against its value."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ONE_OF = "one_of"


class RuleAct(StrEnum):
    """What a person decides about a proposed rule."""

    APPROVE = "approve"
    REJECT = "reject"
    RETIRE = "retire"


class RuleStage(StrEnum):
    """Where a rule stands at a moment."""

    PROPOSED = "proposed"
    SHADOW = "shadow"
    LIVE = "live"
    EXPIRED = "expired"
    REJECTED = "rejected"
    RETIRED = "retired"


class DeskRole(StrEnum):
    """What a person or a program is at the desk; it decides what they may do."""

    VIEWER = "viewer"
    INVESTIGATOR = "investigator"
    LEAD = "lead"
    ADMIN = "admin"
    SERVICE = "service"


class Permission(StrEnum):
    """One thing that may be done at the desk; ``queries.desk.roles`` says by whom."""

    RINGS_READ = "rings_read"
    ACCOUNTS_READ = "accounts_read"
    FLAGS_READ = "flags_read"
    IDENTIFIERS_REVEAL = "identifiers_reveal"
    IDENTIFIERS_PLAIN = "identifiers_plain"
    VERDICTS_GIVE = "verdicts_give"
    ACTS_DO = "acts_do"
    ACTS_DECLARE = "acts_declare"
    TOKENS_OWN = "tokens_own"
    DECISIONS_ASK = "decisions_ask"
    METRICS_READ = "metrics_read"
    AUDIT_READ = "audit_read"
    PEOPLE_MANAGE = "people_manage"
    WEBHOOKS_MANAGE = "webhooks_manage"
    RULES_DECIDE = "rules_decide"
    LETTERS_REPLAY = "letters_replay"


IDENTITY_LINKS: Final[dict[EntityKind, LinkKind]] = {
    EntityKind.DEVICE: LinkKind.USES_DEVICE,
    EntityKind.CARD: LinkKind.USES_CARD,
    EntityKind.BANK_ACCOUNT: LinkKind.USES_BANK_ACCOUNT,
    EntityKind.PHONE: LinkKind.USES_PHONE,
    EntityKind.EMAIL: LinkKind.USES_EMAIL,
    EntityKind.IP: LinkKind.USES_IP,
}
"""The link that ties an account to each kind of identifier."""
