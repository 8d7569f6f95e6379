"""``ringfence console``: pages for investigators on a store, beside the routes of ``ringfence serve``."""

from __future__ import annotations

from ringfence.kafka_words import Brokers, PassedFile
from ringfence.serve_words import (
    DeskKey,
    DeskPath,
    EventsFile,
    Host,
    Origin,
    Port,
    Proxies,
    StorePlace,
    TlsCert,
    TlsKey,
)
from ringfence.settings import settings_with


def command(
    *,
    store: StorePlace = None,
    desk: DeskPath = None,
    desk_key: DeskKey = None,
    kafka: Brokers = None,
    kafka_options_file: PassedFile = None,
    events: EventsFile = None,
    host: Host = None,
    port: Port = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    origin: Origin = None,
    proxy: Proxies = None,
) -> None:
    """Open the investigator's console on a store until SIGTERM or Ctrl-C; prints a one-time link at first."""
    from queries.console.pages import console
    from ringfence.serve_wiring import serve

    given = {
        "store": store,
        "desk": desk,
        "desk_key": desk_key,
        "kafka": kafka,
        "kafka_options_file": kafka_options_file,
        "serve_events": events,
        "serve_host": host,
        "serve_port": port,
        "serve_tls_cert": tls_cert,
        "serve_tls_key": tls_key,
        "serve_origin": origin,
        "serve_proxies": tuple(proxy) if proxy else None,
    }
    serve(settings_with(given), console, "Console on")
