"""``ringfence webhooks``: which there are, what could not be delivered, and sending it again."""

from __future__ import annotations

from typing import Annotated

import typer

from ringfence.commands.audit import DeskFile, StorePlace
from ringfence.desk_wiring import desk_places, existing_desk
from ringfence.settings import settings_with

SHOWN = 20

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Say what could not be delivered to webhooks, or have it sent again.",
)


@app.command("list", short_help="Say which webhooks there are and what could not be delivered.")
def list_command(*, desk: DeskFile = None, store: StorePlace = None) -> None:
    """Say which webhooks there are, what waits for them, and the newest messages that were given up."""
    opened = existing_desk(desk_places(settings_with({"desk": desk, "store": store})))
    try:
        found = opened.webhooks.all()
        for each in found:
            waiting, dead = opened.deliveries.counts(each.id)
            state = "on" if each.is_active else "off"
            told = f"{waiting:,} waiting, {dead:,} dead, {each.missed:,} missed"
            typer.echo(f"{each.id}  {state}  {each.origin}  {each.label}: {told}")
            for message in opened.deliveries.dead(each.id, SHOWN):
                typer.echo(
                    f"    {message.number}  {message.message_id}  {message.tries} tries: {message.told}"
                )
            if dead > SHOWN:
                typer.echo(f"    and {dead - SHOWN:,} older ones")
        if not found:
            typer.echo("There is no webhook; POST /v1/webhooks of ringfence serve makes one")
    finally:
        opened.close()


@app.command("replay", short_help="Have dead messages sent again by ringfence serve.")
def replay_command(
    *,
    number: Annotated[int, typer.Argument(metavar="WEBHOOK", help="The number of the webhook.")],
    message: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="One dead message [default: all].")
    ] = None,
    desk: DeskFile = None,
    store: StorePlace = None,
) -> None:
    """Have dead messages sent again; a running ``ringfence serve`` does it within a second."""
    from queries.desk.audit import Actor

    opened = existing_desk(desk_places(settings_with({"desk": desk, "store": store})))
    try:
        count = opened.replay_webhook(Actor("", "command", ""), number, message)
    finally:
        opened.close()
    typer.echo(f"{count:,} messages are to be sent again")
