"""Serving put together: the store, the desk, the application and the server around it."""

from __future__ import annotations

import asyncio
import logging
import resource
import signal
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from types import FrameType
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import msgspec
import uvicorn
from fastapi import FastAPI

from graph.model.errors import BadCall
from graph.stores.opening import StoreAddress
from queries.desk.checkpoints import CheckpointFile
from queries.desk.desk import open_desk
from queries.desk.event_file import EventFile
from queries.desk.outbox import Carrier, OutgoingEvent
from queries.serving.application import application
from queries.serving.chores import deliver_events, keep_checkpoints
from queries.serving.flag_watch import FlagWatch
from queries.serving.measures import Measures
from queries.serving.parts import Parts
from queries.serving.rates import Rates
from queries.serving.store_pool import StorePool
from queries.serving.streams import Streams
from queries.serving.webhook_rounds import WebhookRounds
from queries.serving.webhook_sender import WebhookSender
from queries.serving.webhook_targets import networks_of
from queries.store import Store
from ringfence.decision_wiring import followed, mounted
from ringfence.desk_wiring import beside, desk_places
from ringfence.impatience import SILENT, protocol_for
from ringfence.settings import Settings, kafka_options
from ringfence.sign_in import sign_in_provider
from ringfence.store_wiring import open_store_reader, store_address

if TYPE_CHECKING:
    from streaming.kafka.options import KafkaOptions

CONNECTIONS: Final = 1_000
"""Open at once, beside streams; requests on more are answered 503."""
FILES: Final = 500
"""Open beside connections."""
LINGERS_S: Final = 5
READ_ONCE: Final = (
    "Decisions follow files to their end, once: what is appended later is not read. A stream that goes on is "
    "followed with --state and --kafka."
)
FAILURES: Final = "20/minute"
LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")


def serve(
    settings: Settings, made: Callable[[Parts], FastAPI] = application, called: str = "Serving"
) -> None:
    """Serve until SIGTERM or Ctrl-C; ``made`` makes the application. Raises BadCall, Fatal or Unavailable."""
    _refuse_open_words(settings)
    _make_room(SILENT * (CONNECTIONS + settings.serve_streams) + FILES)
    with ExitStack() as stack:
        listening = stack.enter_context(_listening(settings.serve_host, settings.serve_port))
        origins = _origins(settings, listening.getsockname()[1])
        places = desk_places(settings)
        address = store_address(settings, None)
        store = StorePool(lambda: Store(open_store_reader(address)), address.path)
        stack.callback(store.close)
        desk = open_desk(places.desk, places.key)
        stack.callback(desk.close)
        carrier = _carrier(settings, address)
        measures = Measures()
        networks = networks_of(settings.webhook_networks)
        follower = stack.enter_context(followed(settings))
        quick_desk = open_desk(places.desk, places.key)
        stack.callback(quick_desk.close)
        watch = FlagWatch(store, desk.feed)
        streams = Streams(watch, settings.serve_streams, measures)
        parts = Parts(
            desk=desk,
            store=store,
            streams=streams,
            rates=Rates(settings.serve_rate, settings.serve_address_rate, FAILURES),
            hosts=tuple(dict.fromkeys(_host_of(origin) for origin in origins)),
            origins=origins,
            has_tls=origins[0].startswith("https://"),
            measures=measures,
            webhook_networks=networks,
            provider=sign_in_provider(settings),
            mounted=mounted(settings, follower, measures),
            quick_desk=quick_desk,
            quick_rates=Rates(settings.serve_decision_rate, settings.serve_decision_rate, FAILURES),
            chores=(
                keep_checkpoints(desk, CheckpointFile(places.checkpoints)),
                deliver_events(desk, carrier, measures),
                watch.chore(),
                WebhookRounds(desk, WebhookSender(networks), measures, streams.stopping).chore(),
            ),
        )
        config = _config(settings, made(parts))
        server = _Server(config)

        def stop(number: int, frame: FrameType | None) -> None:
            streams.stopping.set()
            server.handle_exit(number, frame)

        for number in (signal.SIGTERM, signal.SIGINT):
            stack.callback(signal.signal, number, signal.signal(number, stop))
        _log_to_stderr()
        print(f"{called} {address.place} on {origins[0]}; the desk is {places.desk}", flush=True)
        code = desk.first_link("")
        if code is not None:
            print(f"Nobody manages it yet. Once, within a day: {origins[0]}/welcome?code={code}", flush=True)
        if settings.serve_follow:
            print(READ_ONCE, flush=True)
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(server.serve(sockets=[listening]))


def _make_room(files: int) -> None:
    """Ask the system for so many open files, or as many as it lets us have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = files if hard == resource.RLIM_INFINITY else min(files, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class _Server(uvicorn.Server):
    """A server whose signals are caught by who runs it, so that a stop is no failure."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Catches none."""
        yield


def _config(settings: Settings, app: FastAPI) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=protocol_for(CONNECTIONS + settings.serve_streams),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.serve_proxies),
        forwarded_allow_ips=list(settings.serve_proxies),
        timeout_graceful_shutdown=LINGERS_S,
        ssl_certfile=settings.serve_tls_cert,
        ssl_keyfile=settings.serve_tls_key,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise BadCall(
            f"expected a certificate and its key at {settings.serve_tls_cert} and {settings.serve_tls_key}, "
            f"found: {error}; correct --tls-cert and --tls-key"
        ) from error
    return config


def _carrier(settings: Settings, store: StoreAddress) -> Carrier:
    """Where verdicts and acts go: to Kafka, or to a file. Raises BadCall when neither is named."""
    if settings.kafka is not None:
        return KafkaCarrier(settings)
    path = settings.serve_events
    if path is None:
        if store.path is None:
            raise BadCall(
                "expected a place for verdicts and acts, found none: give --kafka HOST:PORT, or --events FILE"
            )
        path = beside(store.path, "events.ndjson")
    return EventFile(path)


def kafka_of(settings: Settings) -> KafkaOptions:
    """The broker that the settings name, as those reach it who feed it."""
    from streaming.kafka.options import KafkaOptions

    assert settings.kafka is not None
    return KafkaOptions(
        bootstrap=settings.kafka,
        group=settings.kafka_group,
        prefix=settings.kafka_prefix,
        passed=kafka_options(settings, []),
    )


class KafkaCarrier:
    """Takes verdicts and acts to their topic, each under its subject."""

    def __init__(self, settings: Settings) -> None:
        from streaming.kafka.feeding import Feeder

        self._feeder = Feeder(kafka_of(settings))

    def carry(self, events: Sequence[OutgoingEvent]) -> None:
        """All of them are safe when this returns. Raises Unavailable when the broker does not say so."""
        from streaming.contract.topics import PLACES

        topic, _ = PLACES["verdict"]
        for event in events:
            self._feeder.put(topic, event.key.encode("utf-8", "surrogatepass"), event.payload)
        self._feeder.close()


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.create_server((host, port), family=family, backlog=2_048)
    except OSError as error:
        raise BadCall(
            f"expected port {port} of {host} to be free, found: {error.strerror}; "
            "choose another --port or --host"
        ) from error
    with made:
        yield made


def _refuse_open_words(settings: Settings) -> None:
    """Passwords and tokens never go over a network in the open."""
    if (settings.serve_tls_cert is None) != (settings.serve_tls_key is None):
        raise BadCall("expected a certificate and its key, found one of them; give --tls-cert and --tls-key")
    try:
        is_loopback = settings.serve_host == "localhost" or ip_address(settings.serve_host).is_loopback
    except ValueError as error:
        raise BadCall(
            f"expected the address of an interface, found {settings.serve_host}; give one such as 127.0.0.1"
        ) from error
    if not (is_loopback or settings.serve_tls_cert or settings.serve_proxies):
        raise BadCall(
            f"expected TLS where others can reach it, found none on {settings.serve_host}; "
            "give --tls-cert and --tls-key, or name the proxy that has TLS with --proxy"
        )


def _origins(settings: Settings, port: int) -> tuple[str, ...]:
    """Where browsers see it; the first is the one that links are made with."""
    if settings.serve_origin is not None:
        origin = settings.serve_origin.rstrip("/")
        if urlsplit(origin).scheme not in ("http", "https") or urlsplit(origin).path:
            raise BadCall(f"expected an origin such as https://ringfence.example, found {origin}; correct it")
        return (origin,)
    scheme = "http" if settings.serve_tls_cert is None else "https"
    bound = f"[{settings.serve_host}]" if ":" in settings.serve_host else settings.serve_host
    return tuple(f"{scheme}://{name}:{port}" for name in dict.fromkeys((bound, *LOOPBACK_NAMES)))


def _host_of(origin: str) -> str:
    name = urlsplit(origin).hostname or ""
    return f"[{name}]" if ":" in name else name


def _log_to_stderr() -> None:
    """One JSON object a line, as the other service does."""

    class Lines(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            told = {"at": record.created, "level": record.levelname.lower(), "message": record.getMessage()}
            if record.exc_info:
                told["traceback"] = self.formatException(record.exc_info)
            return msgspec.json.encode(told).decode()

    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
