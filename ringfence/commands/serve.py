"""``ringfence serve``: the store over HTTP, for people and programs that the desk knows."""

from __future__ import annotations

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


def command(
    *,
    store: StorePlace = None,
    desk: DeskPath = None,
    desk_key: DeskKey = None,
    kafka: Brokers = None,
    kafka_options_file: PassedFile = None,
    events: EventsFile = None,
    state: StateFolder = None,
    follow: Followed = None,
    policy: DecisionPolicyFile = None,
    model: DecisionModel = None,
    rules: RulesFolder = None,
    window_days: DecisionWindow = None,
    host: Host = None,
    port: Port = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    origin: Origin = None,
    proxy: Proxies = None,
) -> None:
    """Serve a store over HTTP until SIGTERM or Ctrl-C; prints a one-time link while nobody manages it."""
    from ringfence.serve_wiring import serve

    given = {
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
        "rules": rules,
        "window_days": window_days,
        "serve_host": host,
        "serve_port": port,
        "serve_tls_cert": tls_cert,
        "serve_tls_key": tls_key,
        "serve_origin": origin,
        "serve_proxies": tuple(proxy) if proxy else None,
    }
    serve(settings_with(given))
