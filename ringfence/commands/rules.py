"""``ringfence rules``: short-lived rules against an attack, proposed, approved by people, ended by time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graph.model.vocabulary import RuleAct
from ringfence.rule_texts import backtest_lines, bound_lines, entry_line, entry_lines, moment_of, onset_line
from ringfence.rules_wiring import now_or, read_history, read_reports, rule_folder

if TYPE_CHECKING:
    from rules.book.folder import RuleFolder
    from rules.book.rule import Rule
    from rules.onset.watch import Onset
    from rules.proposing.history import History

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Propose, try, approve and end short-lived rules against an attack.",
)

Folder = Annotated[
    Path | None, typer.Option("--rules", metavar="DIR", help="The folder of rules [default: the setting].")
]
Name = Annotated[str, typer.Argument(metavar="RULE", help="The rule's name.")]
Events = Annotated[
    list[str], typer.Argument(metavar="EVENTS", help="Event files (plain, .gz, .zst), a month or more.")
]
At = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="The moment meant: ISO 8601 or epoch ms. Nothing later is looked at."),
]
Days = Annotated[float, typer.Option(min=3, max=90, help="Days of history before it.")]
By = Annotated[str, typer.Option(metavar="NAME", help="Who decides.")]
Note = Annotated[str, typer.Option(metavar="TEXT", help="Why.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


@app.command("list", short_help="Say where every rule stands.")
def list_command(*, rules: Folder = None, at: At = None) -> None:
    """Say where every rule stands, now or at a moment."""
    ts = now_or(at)
    entries = rule_folder(rules).entries()
    for entry in entries:
        typer.echo(entry_line(entry, ts))
    if not entries:
        typer.echo("no rules")


@app.command("show", short_help="Show one rule, who decided what about it, and how it did.")
def show_command(
    *,
    name: Name,
    rules: Folder = None,
    at: At = None,
    results: Annotated[
        Path | None, typer.Option(metavar="OUT", help="A folder written by detect: how the rule did in it.")
    ] = None,
) -> None:
    """Show one rule with its conditions in words, who decided what about it and when it begins and ends."""
    reports = read_reports(results) if results is not None else {}
    for line in entry_lines(rule_folder(rules).entry(name), now_or(at), reports.get(name)):
        typer.echo(line)


@app.command("propose", short_help="Look for an attack's onset and propose rules against it.")
def propose_command(
    *,
    events: Events,
    rules: Folder = None,
    at: At = None,
    days: Days = 28.0,
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A rule written by hand, to try and add instead.")
    ] = None,
    onset: Annotated[
        str | None, typer.Option(metavar="ID", help="Which onset [default: the newest of seven days].")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Look for the onset of an attack, and write the rules that it calls for into the folder as proposals."""
    from rules.proposing.backtest import backtest

    folder = rule_folder(rules)
    by_hand = None if file is None else _by_hand(file)
    history = read_history(events, at, days, quiet)
    for line in bound_lines(history):
        typer.echo(line)
    found = _onset(history, onset)
    proposals = _proposals(history, found, folder) if by_hand is None else [by_hand]
    for rule in proposals:
        tried = backtest(rule, history, _since(history, found))
        lines = backtest_lines(tried)
        path = folder.add(rule, (f"Tried on the {days:g} days before {moment_of(history.at_ms)}:", *lines))
        for line in (f"{rule.name}: {rule.text}", *lines, f"written to {path}"):
            typer.echo(line)


@app.command("backtest", short_help="Try a rule on recent history.")
def backtest_command(
    *,
    name: Name,
    events: Events,
    rules: Folder = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="When the attack began [default: the newest onset].")
    ] = None,
    at: At = None,
    days: Days = 28.0,
    quiet: Quiet = False,
) -> None:
    """Say whom a rule would have met, how sure it is and who looks alike, by what was known then."""
    from rules.proposing.backtest import backtest

    rule = rule_folder(rules).entry(name).rule
    history = read_history(events, at, days, quiet)
    for line in bound_lines(history):
        typer.echo(line)
    since_ms = now_or(since) if since is not None else _since(history, _onset(history, None))
    for line in backtest_lines(backtest(rule, history, since_ms)):
        typer.echo(line)


@app.command("approve", short_help="Approve a rule: one person, two for a rule that blocks.")
def approve_command(*, name: Name, by: By, rules: Folder = None, note: Note = "", at: At = None) -> None:
    """Approve a rule as its file stands. Its shadow begins with the last approval that is needed."""
    _decide(rules, name, RuleAct.APPROVE, by, note, at)


@app.command("reject", short_help="Reject a proposed rule.")
def reject_command(*, name: Name, by: By, rules: Folder = None, note: Note = "", at: At = None) -> None:
    """Reject a proposed rule for good."""
    _decide(rules, name, RuleAct.REJECT, by, note, at)


@app.command("retire", short_help="End a rule that is in force.")
def retire_command(*, name: Name, by: By, rules: Folder = None, note: Note = "", at: At = None) -> None:
    """End a rule that is in shadow or live before its time."""
    _decide(rules, name, RuleAct.RETIRE, by, note, at)


def _decide(folder: Path | None, name: str, act: RuleAct, by: str, note: str, at: str | None) -> None:
    ts = now_or(at)
    typer.echo(entry_line(rule_folder(folder).decide(name, act, by, ts, note), ts))


def _onset(history: History, wanted: str | None) -> Onset | None:
    """The onset that is meant; None where there is none, and none was named."""
    from ringfence.rules_wiring import onset_of

    found = onset_of(history, wanted)
    if found is not None:
        typer.echo(onset_line(found))
    return found


def _proposals(history: History, onset: Onset | None, folder: RuleFolder) -> list[Rule]:
    from rules.proposing.search import propose

    if onset is None:
        typer.echo("no onset of an attack in the last seven days; nothing is proposed")
        return []
    standing = [each.rule for each in folder.standing(history.at_ms)]
    proposals = propose(history, onset, standing)
    if not proposals:
        typer.echo("no rule meets enough of the attack and few enough besides; propose again in some hours")
    return proposals


def _by_hand(file: Path) -> Rule:
    from graph.model.errors import BadCall
    from rules.book.toml import decode_rule

    try:
        return decode_rule(file.read_bytes(), str(file))
    except OSError as error:
        raise BadCall(f"expected a rule in {file}, found: {error.strerror}; check the path") from error


def _since(history: History, onset: Onset | None) -> int:
    """When the attack began; a week before the moment meant where there is none."""
    return onset.began_ms if onset is not None else history.at_ms - 7 * 86_400_000
