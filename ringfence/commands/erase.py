"""``ringfence erase``: forget somebody, everywhere, and prove it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graph.model.errors import Fatal
from ringfence.desk_wiring import desk_places, existing_desk
from ringfence.settings import pseudonym_key, settings_with

SHOWN = 20
NOT_REACHED = (
    "what the topics of Kafka still hold",
    "what ringfence across remembers, unless --across names it",
    "backups",
    "the transaction logs of Neo4j",
)


def command(
    accounts: Annotated[
        list[str], typer.Argument(metavar="ACCOUNT...", help="The accounts of one person, all at once.")
    ],
    *,
    store: Annotated[
        str | None, typer.Option(metavar="PLACE", help="Path or bolt:// address [default: the setting].")
    ] = None,
    state: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="State of ringfence run, which must not run.")
    ] = None,
    desk: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The desk's file [default: beside the store].")
    ] = None,
    across: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="State of ringfence across, which must not run.")
    ] = None,
    also: Annotated[
        list[Path] | None, typer.Option(metavar="PATH", help="Export or file of events, or a folder; repeat.")
    ] = None,
    pseudonym_key_file: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="The secret under which identifiers were pseudonymised, if any."),
    ] = None,
    models: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Models, to name those that may have seen them.")
    ] = None,
) -> None:
    """Forget somebody: a ghost without a name keeps their place in rings, and nothing leads back from it."""
    from graph.stores.opening import open_eraser
    from ringfence.erasure import Places, erase
    from ringfence.models_seen import models_that_saw
    from ringfence.store_wiring import store_address

    settings = settings_with({"store": store, "desk": desk})
    key = pseudonym_key(settings, pseudonym_key_file)
    if key is not None:
        from streaming.admission.pseudonyms import Pseudonyms

        accounts = list(map(Pseudonyms(key).account, accounts))
    address = store_address(settings, None)
    found_desk = desk_places(settings)
    opened = existing_desk(found_desk)
    try:
        eraser = open_eraser(address)
        try:
            places = Places(found_desk.desk, address.path, state, tuple(also or ()), across, key)
            done = erase(opened, eraser, places, accounts)
        finally:
            eraser.close()
    finally:
        opened.close()
    typer.echo(
        f"{done.identifiers:,} identifiers are forgotten: {done.in_store:,} rows of the store, "
        f"{done.in_state:,} entities of the state, {done.across:,} rows of all regions, "
        f"{done.in_files:,} lines of files, "
        f"{done.at_desk:,} rows of the desk"
    )
    if models is not None and done.active is not None:
        for name in models_that_saw(models, *done.active):
            typer.echo(f"The model {name} may have learnt from them: train another without them")
    for place in done.found[:SHOWN]:
        typer.echo(f"still there: {place}")
    if done.found:
        raise Fatal(
            f"expected nothing of them in {done.searched:,} files, found {len(done.found):,} places; "
            "delete or mend those files and call again"
        )
    typer.echo(f"A search of {done.searched:,} files finds nothing of them")
    typer.echo(f"Not reached, see to it yourself: {', '.join(NOT_REACHED)} (docs/decisions/0033)")
