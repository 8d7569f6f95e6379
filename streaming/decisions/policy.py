"""What a score comes to, by type of event: thresholds and actions out of one TOML file.

A file may hold::

    budget_ms = 5.0          # then an answer falls back: to the rules, then to what is stored
    most_ahead_s = 3600.0    # an event further ahead of the newest one is asked about at that distance

    [default]                # every type that has no table of its own, and what such a table leaves out
    review = 0.85            # score from which on the answer is review; that of the engine when left out
    block = 0.95             # score from which on it is block; that of the engine when left out
    most = "block"           # the gravest answer: allow, review or block
    degraded = "review"      # the gravest answer of a degraded score; that of most when left out
    rules = "review"         # the gravest answer that a live rule may bring; that of most when left out

    [promo_redeemed]
    block = 0.9

The engine's thresholds are those of the alert contract where there is one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from graph.model.errors import BadCall
from graph.model.event_batch import ANALYST_ACT, GPS_PING, VERDICT
from graph.model.vocabulary import Advice
from graph.rings.lifecycle import Policy
from rules.running.runner import RuleMatch
from streaming.contract.fields import TAGS

DEFAULT: Final = "default"
ASKED: Final = tuple(tag for code, tag in enumerate(TAGS) if code not in (GPS_PING, VERDICT, ANALYST_ACT))
"""Types of events that may be asked about: not what a driver's phone or an analyst says."""
ASKED_KINDS: Final = tuple(tag in ASKED for tag in TAGS)
"""The same by code."""
_GRAVITY: Final = {advice: place for place, advice in enumerate(Advice)}


class _Table(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One table of the file; what is None is left to the next."""

    review: float | None = None
    block: float | None = None
    most: Advice | None = None
    degraded: Advice | None = None
    rules: Advice | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a score and live rules come to for one type of event."""

    review: float
    block: float
    most: Advice = Advice.BLOCK
    degraded: Advice = Advice.BLOCK
    rules: Advice = Advice.BLOCK

    def advice(self, score: float, *, is_degraded: bool) -> Advice:
        """The answer to a score alone."""
        found = Advice.ALLOW
        if score >= self.review:
            found = Advice.REVIEW
        if score >= self.block:
            found = Advice.BLOCK
        limits = (self.most, self.degraded) if is_degraded else (self.most,)
        return _least(found, *limits)

    def ruled(self, by_score: Advice, matches: Sequence[RuleMatch]) -> tuple[Advice, RuleMatch | None]:
        """The answer when live rules hold as well, and the one that made it graver than the score did.

        A rule was approved by people and reads facts, so that no spent budget makes it weaker.
        """
        gravest, decisive = by_score, None
        for match in matches:
            wanted = _least(Advice(match.decision.value), self.rules, self.most)
            if _GRAVITY[wanted] > _GRAVITY[gravest]:
                gravest, decisive = wanted, match
        return gravest, decisive


def _least(*advice: Advice) -> Advice:
    """The mildest."""
    return min(advice, key=_GRAVITY.__getitem__)


@dataclass(frozen=True, slots=True)
class DecisionPolicy:
    """Terms by type of event; ``budget_s`` is how long an answer may take, ``most_ahead_ms`` event time."""

    budget_s: float = 0.005
    most_ahead_ms: int = 3_600_000
    tables: dict[str, _Table] = field(default_factory=dict)

    def terms(self, engine: Policy) -> dict[str, Terms]:
        """The terms of every type that may be asked about, beside the engine's thresholds.

        Raises BadCall when a review threshold lies above its block threshold.
        """
        found = {}
        for tag in ASKED:
            terms = _terms(self.tables.get(tag, _Table()), self.tables.get(DEFAULT, _Table()), engine)
            if terms.review > terms.block:
                raise BadCall(
                    f"expected a review threshold of {tag} at or below its block threshold {terms.block:g}, "
                    f"found {terms.review:g}; correct the policy"
                )
            found[tag] = terms
        return found


def _terms(own: _Table, default: _Table, engine: Policy) -> Terms:
    tables = (own, default)
    most = next((table.most for table in tables if table.most is not None), Advice.BLOCK)
    return Terms(
        review=next((table.review for table in tables if table.review is not None), engine.review),
        block=next((table.block for table in tables if table.block is not None), engine.block),
        most=most,
        degraded=next((table.degraded for table in tables if table.degraded is not None), most),
        rules=next((table.rules for table in tables if table.rules is not None), most),
    )


def read_policy(path: Path | None) -> DecisionPolicy:
    """The policy of a file, the usual one without. Raises BadCall when it is not as described."""
    if path is None:
        return DecisionPolicy()
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadCall(f"expected a policy in TOML at {path}, found: {error}; correct it") from error
    budget_ms = _number(path, "budget_ms", given.pop("budget_ms", 5.0), 0.1, 60_000)
    most_ahead_s = _number(path, "most_ahead_s", given.pop("most_ahead_s", 3600.0), 0, 86_400)
    tables = {}
    for name, table in given.items():
        if name != DEFAULT and name not in ASKED:
            raise BadCall(
                f"expected {DEFAULT}, budget_ms, most_ahead_s or a type that is asked about in {path}, found "
                f"{name!r}; use one of {', '.join(ASKED)}"
            )
        try:
            tables[name] = msgspec.convert(table, _Table)
        except msgspec.ValidationError as error:
            raise BadCall(
                f"expected a table of the policy under {name} in {path}, found: {error}; mend it"
            ) from error
        for threshold in (tables[name].review, tables[name].block):
            if threshold is not None and not 0 < threshold <= 1:
                raise BadCall(
                    f"expected thresholds above 0 and at most 1 under {name} in {path}, found {threshold}; "
                    "correct it"
                )
    return DecisionPolicy(budget_ms / 1000, round(1000 * most_ahead_s), tables)


def _number(path: Path, name: str, value: object, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise BadCall(f"expected {name} from {least:g} to {most:g} in {path}, found {value!r}; correct it")
    return float(value)
