"""``ringfence query``: ask the store a question of the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graph.model.errors import BadCall
from ringfence.settings import read_settings
from ringfence.store_wiring import open_store_reader, store_address
from ringfence.terminal import output


def command(
    *,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The question; see --list.", show_default=False)
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="VALUES", help="Its required parameters, in their order.", show_default=False),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", "-p", metavar="KEY=VALUE", help="A parameter; repeat at will."),
    ] = None,
    store: Annotated[
        str | None, typer.Option(metavar="PLACE", help="Path or bolt:// address [default: the setting].")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values instead of a table.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what is asked, and how the store goes about it.")
    ] = False,
    listing: Annotated[bool, typer.Option("--list", help="The questions that can be asked.")] = False,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for an answer.")] = 30.0,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Of the questions ring and trip: draw it (.svg, .png, .pdf)."),
    ] = None,
) -> None:
    """Ask the store a question."""
    from queries import Store, catalogue
    from queries.catalogue import question
    from ringfence.answer_tables import print_answer, print_listing, print_question, print_track

    if as_json and as_csv:
        raise BadCall("expected one of --json and --csv, found both; leave one out")
    console = output()
    if listing or name is None:
        print_listing(console, catalogue(), as_json)
        return
    asked = question(name)
    given = _given([p.name for p in asked.parameters if p.is_required], values or [], param or [], name)
    if plot is not None and name not in ("ring", "trip"):
        raise BadCall(
            f"expected --plot with the question ring or trip, found {name}; "
            "ask one of them or leave --plot out"
        )
    address = store_address(read_settings(), store)
    with Store(open_store_reader(address), timeout) as opened:
        if explain:
            print_question(console, asked, opened.explain(name, given))
            return
        answer = opened.ask(name, **given)
        print_answer(console, asked, answer, as_json=as_json, as_csv=as_csv)
        if name == "ring" and not (as_json or as_csv) and answer.rows:
            for part in ("members", "ties", "history", "flags", "trips"):
                print_answer(console, question(part), opened.ask(part, ring_id=given["ring_id"], limit=25))
        if name == "trip" and not (as_json or as_csv):
            print_track(console, answer)
        if plot is not None:
            if name == "ring":
                opened.draw_ring(given["ring_id"], plot)
            else:
                opened.draw_trip(given["trip_id"], plot)
            console.print(f"Drawn into {plot}", markup=False, soft_wrap=True)


def _given(required: list[str], values: list[str], pairs: list[str], name: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise BadCall(f"expected --param KEY=VALUE, found {pair}; put an equals sign in between")
        if key in given:
            raise BadCall(f"expected every parameter once, found {key} twice; leave one out")
        given[key] = value
    missing = [key for key in required if key not in given]
    if len(values) > len(missing):
        raise BadCall(
            f"expected {len(missing)} values for {name} ({', '.join(missing) or 'it needs none'}), found "
            f"{len(values)}; name others with --param"
        )
    return given | dict(zip(missing, values, strict=False))
