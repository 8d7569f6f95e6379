"""The command line: one verb per module of ``ringfence.commands``."""

from __future__ import annotations

from typing import Annotated

import typer

from ringfence import __version__
from ringfence.command_group import RingfenceGroup
from ringfence.commands import (
    across,
    audit,
    backfill,
    calibrate,
    console,
    demo,
    detect,
    doctor,
    erase,
    evaluate,
    evaluate_model,
    explain,
    feed,
    hold,
    import_tables,
    promote,
    query,
    replay,
    rules,
    run,
    serve,
    simulate,
    store,
    train,
    webhooks,
)

app = typer.Typer(
    name="ringfence",
    cls=RingfenceGroup,
    add_completion=False,
    rich_markup_mode=None,
    help="Finds fraud rings on ride-hailing and delivery platforms, while they form.",
    epilog="--debug, anywhere on the line, shows a traceback with an error.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ringfence {__version__}")
        raise typer.Exit


@app.callback()
def everything(
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Finds fraud rings on ride-hailing and delivery platforms, while they form."""


app.command("detect", short_help="Find the fraud rings in event files.")(detect.command)
app.command("run", short_help="Run the service: Kafka in, flags out.")(run.command)
app.command("across", short_help="Tell the owners of regions what others know of theirs.")(across.command)
app.command("import", short_help="Turn Parquet and CSV files into events.")(import_tables.command)
app.command("feed", short_help="Play event files into Kafka.")(feed.command)
app.command("backfill", short_help="Replay histories of many regions with Spark.")(backfill.command)
app.command("replay", short_help="Feed dead letters again.")(replay.command)
app.command("simulate", short_help="Write the events of a made-up city and the truth about it.")(
    simulate.command
)
app.command("evaluate", short_help="Compare results with the truth, beside plain components.")(
    evaluate.command
)
app.command("calibrate", short_help="Gather answered alerts, to keep a promised share of false ones.")(
    calibrate.command
)
app.command("serve", short_help="Serve a store over HTTP to people and programs.")(serve.command)
app.command("console", short_help="Open the investigator's console on a store.")(console.command)
app.command("query", short_help="Ask the store a question.")(query.command)
app.add_typer(store.app, name="store", short_help="Fill a store anew, or compare it with the events.")
app.add_typer(
    rules.app, name="rules", short_help="Propose, try, approve and end short-lived rules against an attack."
)
app.add_typer(audit.app, name="audit", short_help="Check or export the record of who did what.")
app.command("erase", short_help="Forget somebody, everywhere, and prove it.")(erase.command)
app.command("hold", short_help="Forbid to forget an account, or allow it again.")(hold.command)
app.add_typer(webhooks.app, name="webhooks", short_help="Say what could not be delivered, or send it again.")
app.command("explain", short_help="Say which ties make a ring one.")(explain.command)
app.command("train", short_help="Train the network on events whose rings are known.")(train.command)
app.command("evaluate-model", short_help="Judge a trained model on events it never saw.")(
    evaluate_model.command
)
app.command("promote", short_help="Make a model the champion, if it wins.")(promote.command)
app.command("demo", short_help="Simulate, detect and compare in one go.")(demo.command)
app.command("doctor", short_help="Say what is installed and whether it works.")(doctor.command)


def main() -> None:
    """The entry point of the ``ringfence`` command."""
    app()
