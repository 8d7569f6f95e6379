"""``ringfence hold``: forbid to forget an account, or allow it again."""

from __future__ import annotations

from typing import Annotated

import typer

from graph.model.errors import BadCall
from ringfence.commands.audit import DeskFile, StorePlace
from ringfence.desk_wiring import desk_places, existing_desk
from ringfence.settings import settings_with


def command(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account.")],
    *,
    reason: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why it has to be kept; names nobody.")
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help="Let it be forgotten again.")] = False,
    desk: DeskFile = None,
    store: StorePlace = None,
) -> None:
    """Forbid ``ringfence erase`` to forget an account, or lift that again; either goes to the audit."""
    from queries.desk.audit import Actor

    if (reason is None) != lift:
        raise BadCall("expected --reason TEXT or --lift, found neither or both; give one of them")
    opened = existing_desk(desk_places(settings_with({"desk": desk, "store": store})))
    try:
        with opened.transaction():
            subject = opened.subjects.pseudonym("account", account)
            actor = Actor("", "command", "")
            if reason is None:
                opened.subjects.lift(account)
                opened.log.append(actor, "hold.lifted", subject)
            else:
                opened.subjects.hold(account, reason, "")
                opened.log.append(actor, "hold.made", subject, said=reason)
    finally:
        opened.close()
    typer.echo("The hold is lifted" if lift else "The account is under a hold")
