"""``ringfence serve``: the store over HTTP, for people and programs that the desk knows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ringfence.kafka_words import Brokers, PassedFile
from ringfence.settings import settings_with


def command(
    *,
    store: Annotated[
        str | None, typer.Option(metavar="PLACE", help="Path or bolt:// address [default: the setting].")
    ] = None,
    desk: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The desk's file [default: beside the store].")
    ] = None,
    desk_key: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The desk's secret [default: beside the desk].")
    ] = None,
    kafka: Brokers = None,
    kafka_options_file: PassedFile = None,
    events: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="File for verdicts and acts, without Kafka [default: beside the store]."
        ),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="State of `run` that decisions follow; needs --kafka."),
    ] = None,
    follow: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="File of events that decisions follow instead; repeat."),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Policy of decisions, TOML [default: the usual one].")
    ] = None,
    model: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Model that scores decisions, as in `run`.")
    ] = None,
    window_days: Annotated[
        float | None, typer.Option(metavar="DAYS", help="Window of decisions, as in `run`.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on [default: loopback].")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0 for a free one.")] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificate, with its chain, PEM.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="The certificate's key, PEM.")] = None,
    origin: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where browsers see it, such as https://ringfence.example."),
    ] = None,
    proxy: Annotated[
        list[str] | None, typer.Option(metavar="ADDRESS", help="Proxy whose headers are trusted; repeat.")
    ] = None,
) -> None:
    """Serve a store over HTTP until SIGTERM or Ctrl-C; prints a one-time link while nobody manages it."""
    from ringfence.serve_wiring import serve

    serve(
        settings_with(
            {
                "store": store,
                "desk": desk,
                "desk_key": desk_key,
                "kafka": kafka,
                "kafka_options_file": kafka_options_file,
                "serve_events": events,
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
        )
    )
