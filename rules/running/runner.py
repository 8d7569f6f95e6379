"""Every rule in force, followed event by event: who is met, what is flagged, which rules end.

``decide`` is for callers that have to answer before the fact: it changes nothing. ``follow`` is for the
stream.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from graph.model.events import EventBase, Verdict
from graph.model.results import Flag, Reason
from graph.model.vocabulary import Decision, FactName, RuleStage
from graph.state.digest import content_id
from rules.book.decisions import RuleEntry
from rules.book.rule import Rule
from rules.facts.gathering import FactGatherer
from rules.facts.names import Observation
from rules.running.watching import RuleRecord

RULE_PREFIX: Final = "rule_"
"""What the ``ring_id`` of a rule's flag begins with; the rule's name follows."""


def of_rings(flags: Iterable[Flag]) -> list[Flag]:
    """The flags that rings raised, without those of rules: alerts and their contract are about rings."""
    return [flag for flag in flags if not flag.ring_id.startswith(RULE_PREFIX)]


class RuleMatch(msgspec.Struct, frozen=True):
    """A live rule that holds for an observation, and the decision that it asks for."""

    rule: str
    decision: Decision
    text: str


class RuleReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule did in a run, as ``rules.ndjson`` holds it; ``precision`` is None without answers."""

    rule: str
    digest: str
    stage: RuleStage
    events_in_shadow: int
    events_live: int
    accounts: int
    flagged: int
    money: float
    fraud: int
    legit: int
    precision: float | None
    retired_ms: int | None


class SavedRules(msgspec.Struct):
    """What a snapshot keeps of rules; ``facts`` as ``FactGatherer`` saves them."""

    newest_ms: int
    records: dict[str, RuleRecord]
    facts: bytes


class RuleRunner:
    """Runs rules over a stream. The same events and entries give the same results, however they are cut up.

    Approvals, shadow, life and expiry go by the time of the event at hand. An event that comes late is judged
    by its own time. Cost: a comparison or two for each rule in force and event that it acts on, and the
    facts.
    """

    def __init__(self, entries: Sequence[RuleEntry]) -> None:
        self._entries = {each.rule.name: each for each in sorted(entries, key=_name)}
        self._records = {name: RuleRecord(digest=each.digest) for name, each in self._entries.items()}
        self._facts = FactGatherer()
        self._newest_ms = 0

    @property
    def digest(self) -> str:
        """A digest of the rules and of what was decided about them."""
        decisions = [msgspec.json.encode(each.decisions).decode() for each in self._entries.values()]
        return content_id("rules", *(each.digest for each in self._entries.values()), *decisions)

    def decide(self, event: EventBase) -> list[RuleMatch]:
        """The live rules that would hold for an event that has not happened yet, by name. Changes nothing."""
        live = [each.rule for each in self._entries.values() if self._stage(each, event.ts) is RuleStage.LIVE]
        observed = self._facts.preview(event) if live else None
        if observed is None:
            return []
        return [RuleMatch(rule.name, rule.decision, rule.text) for rule in live if rule.matches(observed)]

    def follow(self, event: EventBase) -> list[Flag]:
        """Take in one event; the flags of live rules for accounts that they meet for the first time."""
        self._newest_ms = max(self._newest_ms, event.ts)
        if isinstance(event, Verdict):
            for name, entry in self._entries.items():
                held_to = entry.rule.precision
                self._records[name].hear(event.subject, event.outcome, event.ts, held_to)
            return []
        observed = self._facts.observe(event)
        if observed is None:
            return []
        flags = []
        for name, entry in self._entries.items():
            stage = self._stage(entry, observed.ts)
            if stage not in (RuleStage.SHADOW, RuleStage.LIVE) or not entry.rule.matches(observed):
                continue
            is_live = stage is RuleStage.LIVE
            if self._records[name].meet(observed.account_id, observed.money, is_live):
                flags.append(_flag(entry.rule, observed, self._records[name].precision))
        return flags

    def report(self) -> list[RuleReport]:
        """What every rule did so far, by name."""
        return [
            RuleReport(
                rule=name,
                digest=entry.digest,
                stage=self._stage(entry, self._newest_ms),
                events_in_shadow=record.events_in_shadow,
                events_live=record.events_live,
                accounts=len(record.accounts) + record.forgotten,
                flagged=record.flagged,
                money=round(record.money, 2),
                fraud=record.fraud,
                legit=record.legit,
                precision=record.precision,
                retired_ms=record.retired_ms or None,
            )
            for name, entry in self._entries.items()
            for record in (self._records[name],)
        ]

    def save(self) -> bytes:
        """Everything but the rules, for a snapshot."""
        saved = SavedRules(self._newest_ms, self._records, self._facts.save())
        return msgspec.msgpack.encode(saved)

    def load(self, saved: bytes) -> None:
        """Becomes what ``save`` gave. A rule that was not there then, or read otherwise, begins anew."""
        read = msgspec.msgpack.decode(saved, type=SavedRules)
        self._newest_ms = read.newest_ms
        self._facts.load(read.facts)
        for name, entry in self._entries.items():
            record = read.records.get(name)
            is_same = record is not None and record.digest == entry.digest
            self._records[name] = (
                record if record is not None and is_same else RuleRecord(digest=entry.digest)
            )

    def _stage(self, entry: RuleEntry, ts: int) -> RuleStage:
        """Where a rule stands: what verdicts retired stays retired."""
        retired_ms = self._records[entry.rule.name].retired_ms
        return RuleStage.RETIRED if retired_ms and ts >= retired_ms else entry.stage(ts)


def _flag(rule: Rule, observed: Observation, precision: float | None) -> Flag:
    """The flag of a rule; its score is the precision that verdicts have shown, else what it is held to."""
    numbers = {
        condition.fact.value: observed.number(condition.fact)
        for condition in (*rule.when, *rule.score)
        if condition.value is not None and condition.holds(observed)
    }
    reason = Reason(
        rule=f"rule:{rule.name}",
        detail=f"{rule.text} ({observed.word(FactName.EVENT)})",
        strength=1.0,
        numbers=numbers,
    )
    return Flag(
        flag_id=content_id("flag", observed.event_id, rule.name, observed.account_id),
        ts=observed.ts,
        event_id=observed.event_id,
        accounts=[observed.account_id],
        ring_id=f"{RULE_PREFIX}{rule.name}",
        score=round(rule.precision if precision is None else precision, 6),
        decision=rule.decision,
        reasons=[reason],
        kind=rule.kind,
    )


def _name(entry: RuleEntry) -> str:
    return entry.rule.name
