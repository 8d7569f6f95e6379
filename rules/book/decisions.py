"""What people decided about a rule, and where that leaves it at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from graph.model.vocabulary import RuleAct, RuleStage
from rules.book.rule import Rule

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS


class RuleDecision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One decision of one person, at ``ts`` (epoch ms), about the rule's file with that ``digest``."""

    act: RuleAct
    by: str
    ts: int
    digest: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """A rule with the digest of its file and every decision about it, in the order written."""

    rule: Rule
    digest: str
    decisions: tuple[RuleDecision, ...] = ()

    def approvers(self, ts: int) -> list[str]:
        """Who had approved this very text by then, each once; whoever proposed it does not count."""
        people = [
            each.by
            for each in sorted(self.decisions, key=_when)
            if each.act is RuleAct.APPROVE
            and each.ts <= ts
            and each.digest == self.digest
            and each.by != self.rule.proposed_by
        ]
        return list(dict.fromkeys(people))

    @property
    def approved_ms(self) -> int | None:
        """When the last approval that was needed was given; None while one is missing."""
        given: set[str] = set()
        for each in sorted(self.decisions, key=_when):
            is_good = each.act is RuleAct.APPROVE and each.digest == self.digest
            if is_good and each.by != self.rule.proposed_by:
                given.add(each.by)
                if len(given) >= self.rule.approvals_needed:
                    return each.ts
        return None

    @property
    def live_ms(self) -> int | None:
        """From when on it flags; None while it is not approved."""
        approved = self.approved_ms
        return None if approved is None else approved + round(self.rule.shadow_hours * HOUR_MS)

    @property
    def ends_ms(self) -> int | None:
        """When it ends by itself; None while it is not approved."""
        live = self.live_ms
        return None if live is None else live + round(self.rule.live_days * DAY_MS)

    def stage(self, ts: int) -> RuleStage:
        """Where it stands at ``ts``, by what was decided until then.

        A rejection or retirement holds for every text under the rule's name. Approvals hold for one text.
        """
        ended = {each.act for each in self.decisions if each.ts <= ts}
        if RuleAct.REJECT in ended:
            return RuleStage.REJECTED
        if RuleAct.RETIRE in ended:
            return RuleStage.RETIRED
        approved, live, ends = self.approved_ms, self.live_ms, self.ends_ms
        if approved is None or live is None or ends is None or ts < approved:
            return RuleStage.PROPOSED
        if ts < live:
            return RuleStage.SHADOW
        return RuleStage.LIVE if ts < ends else RuleStage.EXPIRED


def in_force(entries: Sequence[RuleEntry], ts: int) -> list[RuleEntry]:
    """Those in shadow or live at ``ts``."""
    return [each for each in entries if each.stage(ts) in (RuleStage.SHADOW, RuleStage.LIVE)]


def _when(decision: RuleDecision) -> int:
    return decision.ts
