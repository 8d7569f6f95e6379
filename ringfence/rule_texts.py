"""Rules, onsets and backtests as lines of text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from graph.model.vocabulary import RuleStage

if TYPE_CHECKING:
    from rules.book.decisions import RuleEntry
    from rules.onset.watch import Onset
    from rules.proposing.backtest import Backtest, Example
    from rules.proposing.history import History
    from rules.running.runner import RuleReport


def moment_of(ts: int) -> str:
    """A time in UTC to the minute."""
    return datetime.fromtimestamp(ts / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def entry_line(entry: RuleEntry, ts: int) -> str:
    """Where a rule stands, in one line."""
    rule, stage = entry.rule, entry.stage(ts)
    line = f"{rule.name}  {stage.value}  {rule.decision.value}  {rule.kind.value}"
    if stage is RuleStage.PROPOSED:
        return f"{line}  {len(entry.approvers(ts))} of {rule.approvals_needed} approvals"
    if stage is RuleStage.SHADOW and entry.live_ms is not None:
        return f"{line}  live from {moment_of(entry.live_ms)}"
    if entry.ends_ms is not None:
        return f"{line}  until {moment_of(entry.ends_ms)}"
    return line


def entry_lines(entry: RuleEntry, ts: int, report: RuleReport | None) -> list[str]:
    """Everything about a rule."""
    rule = entry.rule
    lines = [
        entry_line(entry, ts),
        rule.text,
        f"on {', '.join(rule.events)}, when all of these hold:",
        *(f"  {condition.text}" for condition in rule.when),
        *([f"and at least {rule.points_at_least} points of these come together:"] if rule.score else []),
        *(f"  {condition.text}" for condition in rule.score),
        f"proposed by {rule.proposed_by} at {moment_of(rule.proposed_ms)}; "
        f"{rule.shadow_hours:g} hours in shadow, {rule.live_days:g} days live; "
        f"held to a precision of {rule.precision:.0%}",
        *(
            f"{moment_of(each.ts)}  {each.act.value} by {each.by}"
            f"{'' if each.digest == entry.digest else ', for another text of the file'}"
            f"{': ' + each.note if each.note else ''}"
            for each in entry.decisions
        ),
    ]
    if report is not None:
        precision = "no answers yet" if report.precision is None else f"precision {report.precision:.1%}"
        lines.append(
            f"met {report.accounts:,} accounts ({report.events_in_shadow:,} events in shadow, "
            f"{report.events_live:,} live, {report.money:,.2f} money), flagged {report.flagged:,}; "
            f"{report.fraud:,} fraud and {report.legit:,} legit: {precision}"
        )
        if report.retired_ms is not None:
            lines.append(f"retired by verdicts at {moment_of(report.retired_ms)}")
    return lines


def onset_line(onset: Onset) -> str:
    """An onset in one line."""
    where = "" if not onset.word else f" with {onset.segment.value} {onset.word}"
    return (
        f"{onset.onset_id}: {onset.sign.value.replace('_', ' ')}{where}, {onset.count} accounts since "
        f"{moment_of(onset.began_ms)} where at most {onset.expected:.1f} were to be expected; "
        f"found {moment_of(onset.found_ms)}"
    )


def bound_lines(history: History) -> list[str]:
    """What of a history there was no room for; nothing where there was room for all."""
    lines = []
    if history.dropped:
        lines.append(f"the oldest {history.dropped:,} payments of these days were left out: no room")
    if history.unwatched:
        lines.append(f"{history.unwatched:,} early signs were not watched by segment: too many segments")
    return lines


def backtest_lines(tried: Backtest) -> tuple[str, ...]:
    """What a backtest says, a line for each of its questions."""
    lines = [
        f"{moment_of(tried.since_ms)} to {moment_of(tried.at_ms)}: {tried.accounts:,} accounts, "
        f"{tried.events:,} events, {tried.money:,.2f} money",
        f"honest look-alikes: {tried.honest_expected:g} of them expected; {tried.quiet_accounts:,} met in "
        f"{tried.quiet_windows} windows like it before",
        f"by contrast with them: precision {_share(tried.precision_by_contrast)}, "
        f"recall {_share(tried.recall_by_contrast)}",
        f"by answers: precision {_share(tried.precision_by_answers)}, "
        f"recall {_share(tried.recall_by_answers)}; "
        f"{tried.answered[0]:,} fraud, {tried.answered[1]:,} legit among those met",
    ]
    lines += [f"met: {_example(each)}" for each in tried.examples]
    lines += [f"looked alike before: {_example(each)}" for each in tried.look_alikes]
    return tuple(lines)


def _example(example: Example) -> str:
    return f"{example.account_id} at {moment_of(example.ts)} ({example.event_id}), {example.money:,.2f} money"


def _share(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.0%}"
