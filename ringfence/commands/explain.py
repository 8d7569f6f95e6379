"""``ringfence explain``: the ties without which a ring would be none, each checked by the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graph.model.errors import BadCall
from ringfence.terminal import output, progress_bar


def command(
    *,
    events: Annotated[list[str], typer.Argument(metavar="EVENTS", help="The events that detect was given.")],
    results: Annotated[Path, typer.Option(metavar="OUT", help="A folder written by detect.")],
    model: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The model that detect was given [default: the setting]."),
    ] = None,
    ring: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="The ring; repeatable; every ring without it.")
    ] = None,
    members: Annotated[
        bool, typer.Option("--members", help="Also say of each account why it belongs.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Say in words which devices, cards, trips or referrals make a ring one."""
    from gnn.explaining.explanation import Explainer
    from graph.engine import EngineConfig
    from queries import open_results
    from ringfence.alert_terms import policy_in
    from ringfence.history import events_about, in_order
    from ringfence.judgement import read_summary
    from ringfence.model_choice import must_have_scored, scorer_at
    from ringfence.settings import read_settings

    known = {each.ring_id: each for each in open_results(results).rings()}
    asked = sorted(known) if ring is None else list(ring)
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise BadCall(f"expected a ring of {results}, found {unknown[0]}; see rings.ndjson there")
    scorer = scorer_at(model or read_settings().model)
    must_have_scored(scorer, results)
    with progress_bar("Reading", "bytes", quiet) as progress:
        accounts = {account for name in asked for account in known[name].accounts}
        config = EngineConfig(policy=policy_in(read_summary(results)))
        explainer = Explainer(events_about(in_order(events, progress), accounts), scorer, config)
    console = output()
    verified = 0
    for name in asked:
        found = explainer.explain(known[name].accounts)
        verified += found.verified
        console.print(f"{name} {known[name].kind}: {found.words}", markup=False, soft_wrap=True)
        for each in explainer.belonging(known[name].accounts) if members else ():
            console.print(f"  {each.words}", markup=False, soft_wrap=True)
    if len(asked) > 1:
        console.print(f"{verified} of {len(asked)} explanations hold when the whole city is judged again")
