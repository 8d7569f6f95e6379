"""``ringfence console``: pages for investigators on a store, beside the routes of ``ringfence serve``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringfence.kafka_words import Brokers, PassedFile
from ringfence.rule_words import RulesFolder
from ringfence.serve_words import (
    DecisionModel,
    DecisionPolicyFile,
    DecisionWindow,
    DeskKey,
    DeskPath,
    EventsFile,
    Followed,
    Host,
    Origin,
    Port,
    Proxies,
    StateFolder,
    StorePlace,
    TlsCert,
    TlsKey,
)
from ringfence.settings import settings_with

if TYPE_CHECKING:
    from fastapi import FastAPI

    from queries.serving.parts import Parts


def command(
    *,
    store: StorePlace = None,
    desk: DeskPath = None,
    desk_key: DeskKey = None,
    kafka: Brokers = None,
    kafka_options_file: PassedFile = None,
    events: EventsFile = None,
    results: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of detect: its dead letters, promise and reports of rules."),
    ] = None,
    rules: RulesFolder = None,
    models: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Registry of promote: champion and challengers.")
    ] = None,
    state: StateFolder = None,
    follow: Followed = None,
    policy: DecisionPolicyFile = None,
    model: DecisionModel = None,
    window_days: DecisionWindow = None,
    host: Host = None,
    port: Port = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    origin: Origin = None,
    proxy: Proxies = None,
) -> None:
    """Open the investigator's console on a store until SIGTERM or Ctrl-C; prints a one-time link at first."""
    from queries.console.first_asks import ask_first
    from queries.console.pages import console
    from ringfence.console_wiring import console_places
    from ringfence.serve_wiring import serve

    given = {
        "store": store,
        "desk": desk,
        "desk_key": desk_key,
        "kafka": kafka,
        "kafka_options_file": kafka_options_file,
        "serve_events": events,
        "rules": rules,
        "serve_state": state,
        "serve_follow": tuple(follow) if follow else None,
        "serve_policy": policy,
        "model": model,
        "window_days": window_days,
        "serve_host": host,
        "serve_port": port,
        "serve_tls_cert": tls_cert,
        "serve_tls_key": tls_key,
        "serve_origin": origin,
        "serve_proxies": tuple(proxy) if proxy else None,
    }
    settings = settings_with(given)
    places = console_places(settings, results, models)

    def opened(parts: Parts) -> FastAPI:
        ask_first(parts.store)
        return console(parts, places)

    serve(settings, opened, "Console on")
