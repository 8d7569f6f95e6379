"""The verdicts of investigators as the truth to learn from.

A verdict about a ring holds for its members at that time, by the ledger; one about an account for that
account. A later verdict about the same account replaces an earlier one, and ``unsure`` takes it back. An
account that was in a ring at some time and has no verdict is unjudged: neither fraudulent nor honest. One
that was never in a ring counts as honest, as in every truth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from gnn.evaluation.truth import Decoy, TrueRing, Truth
from graph.model.events import Verdict
from graph.model.results import LedgerEntry
from graph.model.vocabulary import LedgerChange, VerdictOutcome

NO_KIND: Final = "unnamed"
"""The kind of a ring without a flag that names one."""
LEGIT: Final = "answered_legit"


class _Membership:
    """Who is in which ring, entry by entry; a ring that ended is remembered as it was last."""

    def __init__(self) -> None:
        self.last: dict[str, frozenset[str]] = {}
        self.ring_of: dict[str, str] = {}
        self.ever: set[str] = set()

    def follow(self, entry: LedgerEntry) -> None:
        """Take one change in."""
        members = self.last.get(entry.ring_id, frozenset()).difference(entry.accounts.removed)
        members |= frozenset(entry.accounts.added)
        if entry.change is not LedgerChange.CLOSED and members:
            self.last[entry.ring_id] = members
        self.ever.update(entry.accounts.added)
        self.ring_of.update(dict.fromkeys(entry.accounts.added, entry.ring_id))


def truth_of_verdicts(
    verdicts: Iterable[Verdict], ledger: Iterable[LedgerEntry], kinds: Mapping[str, str]
) -> Truth:
    """The truth by these verdicts; verdicts and ledger in the order in which they happened.

    ``kinds`` names the kind of each ring by its id. Cost: O(verdicts * members + entries).
    """
    membership = _Membership()
    latest: dict[str, tuple[VerdictOutcome, str]] = {}
    entries = iter(ledger)
    waiting = next(entries, None)
    for verdict in sorted(verdicts, key=lambda each: each.ts):
        while waiting is not None and waiting.ts <= verdict.ts:
            membership.follow(waiting)
            waiting = next(entries, None)
        about = membership.last.get(verdict.subject)
        group = verdict.subject if about else membership.ring_of.get(verdict.subject, verdict.subject)
        for account in about or (verdict.subject,):
            latest[account] = (verdict.outcome, group)
    while waiting is not None:
        membership.follow(waiting)
        waiting = next(entries, None)
    fraud: dict[str, list[str]] = defaultdict(list)
    legit: dict[str, list[str]] = defaultdict(list)
    judged = set()
    for account, (outcome, group) in sorted(latest.items()):
        if outcome is not VerdictOutcome.UNSURE:
            judged.add(account)
            (fraud if outcome is VerdictOutcome.FRAUD else legit)[group].append(account)
    return Truth(
        rings=[
            TrueRing(ring=group, kind=kinds.get(group, NO_KIND), accounts=accounts)
            for group, accounts in sorted(fraud.items())
        ],
        decoys=[Decoy(kind=LEGIT, accounts=accounts) for _, accounts in sorted(legit.items())],
        unjudged=sorted(membership.ever - judged),
    )
