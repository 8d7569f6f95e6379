"""Every setting that the environment can give; the only place that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from graph.model.errors import BadCall

PREFIX = "RINGFENCE_"


class Secret:
    """A word that is not shown."""

    __slots__ = ("_word",)

    def __init__(self, word: str) -> None:
        self._word = word

    def get_secret_value(self) -> str:
        """The word itself."""
        return self._word

    def __repr__(self) -> str:
        return "Secret('**********')"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Defaults for options; an option given on the command line wins over its setting.

    Made by ``read_settings`` and ``settings_with``, which look at every value.
    """

    batch_size: Annotated[
        int, Meta(ge=1, description="Events handed to the engine at a time; results do not depend on it.")
    ] = 4096
    window_days: Annotated[
        float, Meta(gt=0, description="Days after which a link that was not seen again is forgotten.")
    ] = 90
    max_line_bytes: Annotated[int, Meta(ge=1024, description="A longer line goes to the dead letters.")] = (
        1_048_576
    )
    model: Annotated[
        Path | None,
        Meta(description="Model that scores: a folder written by `train`, or a registry with its champion."),
    ] = None
    rules: Annotated[
        Path | None,
        Meta(description="Folder of rules that people approved; `detect`, `run` and decisions follow them."),
    ] = None
    max_false_alerts: Annotated[
        float | None, Meta(description="Largest share of false alerts, 0.05 for 5 %; thresholds follow.")
    ] = None
    max_alerts_a_day: Annotated[
        float | None, Meta(description="Most alerts a day; needs a calibration of the same city.")
    ] = None
    calibration: Annotated[
        Path | None,
        Meta(description="Answered alerts, of `calibrate`, that thresholds follow from; else simulated."),
    ] = None
    pseudonym_key: Annotated[
        Secret | None, Meta(description="Secret with which identifiers are pseudonymised where they enter.")
    ] = None
    pseudonym_key_file: Annotated[
        Path | None, Meta(description="File that holds that secret; give the secret or the file, not both.")
    ] = None
    kafka: Annotated[str | None, Meta(description="The brokers of `run` and `replay`, HOST:PORT.")] = None
    kafka_group: Annotated[str, Meta(min_length=1, description="Consumer group.")] = "ringfence"
    kafka_identity: Annotated[
        str | None,
        Meta(description="Name of this member of the group; a second one with the same is fenced off."),
    ] = None
    kafka_topics: Annotated[
        tuple[str, ...], Meta(min_length=1, description="Topics to read, with commas.")
    ] = ("accounts", "payments", "promos", "trips", "gps", "verdicts")
    kafka_prefix: Annotated[str, Meta(description="Stands before the name of every topic.")] = ""
    kafka_transactions: Annotated[bool, Meta(description="Results and offsets in one Kafka transaction.")] = (
        False
    )
    kafka_options_file: Annotated[
        Path | None, Meta(description="File with settings of librdkafka, NAME=VALUE a line: TLS, SASL.")
    ] = None
    workers: Annotated[
        int, Meta(ge=0, le=64, description="Processes that read and decode for `run`; 0 for none beside it.")
    ] = 0
    warm: Annotated[bool, Meta(description="Whether `run` applies events while another member leads.")] = (
        False
    )
    remember_hours: Annotated[
        float,
        Meta(
            ge=0.1,
            le=48,
            description="Hours of event time in which `run` knows repeats; less only behind what drops them.",
        ),
    ] = 48
    value_format: Annotated[
        str,
        Meta(
            description="How values are written: `json`; with a registry `json-schema`, `avro`, `protobuf`."
        ),
    ] = "json"
    value_message: Annotated[
        str | None, Meta(description="Generated class of Protobuf values, MODULE:CLASS.")
    ] = None
    registry: Annotated[str | None, Meta(description="Address of the schema registry, http(s)://...")] = None
    registry_options_file: Annotated[
        Path | None, Meta(description="File with settings of the registry's client, NAME=VALUE a line.")
    ] = None
    state: Annotated[Path, Meta(description="Folder of `run` for snapshots and the journal.")] = Path(
        "ringfence-state"
    )
    order_within_s: Annotated[
        float, Meta(ge=0, description="Seconds of event time that events are held back to be put in order.")
    ] = 0
    arrive_within_s: Annotated[
        float,
        Meta(
            ge=0,
            description="Seconds by the clock that `run --order-within` waits for silent partitions.",
        ),
    ] = 1
    max_skew_s: Annotated[
        float, Meta(gt=0, description="Seconds of event time that a partition may run ahead of the others.")
    ] = 3600
    batch_most: Annotated[int, Meta(ge=1, description="Events that `run` applies at once under load.")] = 8192
    snapshot_every: Annotated[int, Meta(ge=1, description="Events between snapshots.")] = 1_000_000
    snapshots_kept: Annotated[int, Meta(ge=1, description="Snapshots that stay.")] = 3
    connect_within_s: Annotated[
        float, Meta(ge=0, description="Seconds to wait for a broker at the start before giving up.")
    ] = 60
    http_port: Annotated[int, Meta(ge=0, le=65535, description="Port of health and metrics; 0 for none.")] = (
        9464
    )
    http_host: Annotated[
        str,
        Meta(min_length=1, description="Address that health and metrics listen on; they have no password."),
    ] = "127.0.0.1"
    store: Annotated[
        str | None, Meta(description="Store to write or to ask: a path, or a bolt:// or neo4j:// address.")
    ] = None
    desk: Annotated[
        Path | None,
        Meta(description="File of people, tokens and audit; beside an embedded store when not given."),
    ] = None
    desk_key: Annotated[
        Path | None, Meta(description="File of the desk's secret; beside the desk when not given.")
    ] = None
    audit_checkpoints: Annotated[
        Path | None,
        Meta(description="File of signed checkpoints of the audit; beside the desk when not given."),
    ] = None
    neo4j_user: Annotated[str | None, Meta(description="Name to give to the Neo4j server.")] = None
    neo4j_password: Annotated[Secret | None, Meta(description="Password to give to the Neo4j server.")] = None
    neo4j_database: Annotated[str, Meta(description="Database of the Neo4j server that holds the store.")] = (
        "neo4j"
    )
    serve_host: Annotated[str, Meta(min_length=1, description="Address that `serve` listens on.")] = (
        "127.0.0.1"
    )
    serve_port: Annotated[int, Meta(ge=0, le=65535, description="Port of `serve`; 0 for a free one.")] = 8470
    serve_tls_cert: Annotated[
        Path | None, Meta(description="Certificate of `serve`, with its chain, PEM.")
    ] = None
    serve_tls_key: Annotated[Path | None, Meta(description="Key of that certificate, PEM.")] = None
    serve_origin: Annotated[
        str | None, Meta(description="Where browsers see `serve`, such as https://ringfence.example.")
    ] = None
    serve_proxies: Annotated[
        tuple[str, ...], Meta(description="Proxies before `serve` whose headers are trusted, with commas.")
    ] = ()
    serve_events: Annotated[
        Path | None,
        Meta(
            description="File for verdicts and acts without Kafka; beside an embedded store when not given."
        ),
    ] = None
    serve_state: Annotated[
        Path | None, Meta(description="State folder of `run` that the decisions of `serve` follow.")
    ] = None
    serve_follow: Annotated[
        tuple[str, ...], Meta(description="Files of events that they follow instead, with commas.")
    ] = ()
    serve_policy: Annotated[
        Path | None, Meta(description="Policy of decisions, TOML; the usual one when not given.")
    ] = None
    serve_decision_rate: Annotated[
        str, Meta(description="Decisions of one token, or from one address, that `serve` answers.")
    ] = "2000/second"
    serve_streams: Annotated[
        int, Meta(ge=0, le=10_000, description="Streams of flags that `serve` keeps open at once.")
    ] = 100
    serve_rate: Annotated[str, Meta(description="Requests of one person or token that `serve` answers.")] = (
        "600/minute"
    )
    serve_address_rate: Annotated[
        str, Meta(description="Requests from one address that `serve` answers.")
    ] = "3000/minute"
    oidc_issuer: Annotated[
        str | None, Meta(description="Issuer of the OpenID Connect provider where people may sign in.")
    ] = None
    oidc_client_id: Annotated[str | None, Meta(description="Our client id at that provider.")] = None
    oidc_client_secret: Annotated[
        Secret | None, Meta(description="Our secret at that provider; none for a public client.")
    ] = None
    oidc_name_claim: Annotated[
        str, Meta(min_length=1, description="Claim of the ID token that names a person.")
    ] = "preferred_username"
    oidc_role_claim: Annotated[
        str, Meta(min_length=1, description="Claim of the ID token that roles follow from.")
    ] = "groups"
    oidc_roles: Annotated[
        tuple[str, ...], Meta(description="Which role a value of that claim gives, with commas: VALUE=ROLE.")
    ] = ()
    webhook_networks: Annotated[
        tuple[str, ...],
        Meta(description="Networks, not public, that webhooks may lead to, with commas: 10.1.0.0/16."),
    ] = ()
    debug: Annotated[bool, Meta(description="Show a traceback with every error.")] = False


@dataclass(frozen=True, slots=True)
class Described:
    """What a setting is when nobody gives it, and what it is for."""

    default: object
    description: str


def described_settings() -> dict[str, Described]:
    """Every setting by name."""
    fields: Any = msgspec.inspect.type_info(Settings)
    return {
        each.name: Described(each.default, str(each.type.extra_json_schema["description"]))
        for each in fields.fields
    }


def read_settings() -> Settings:
    """The settings of this process. Raises ``BadCall`` naming the variable when a value is not valid."""
    return settings_with({})


def settings_with(given: Mapping[str, object]) -> Settings:
    """The settings of this process with ``given`` on top, the options of the call.

    Raises ``BadCall`` naming what is not valid.
    """
    known = {PREFIX + name.upper(): name for name in Settings.__struct_fields__}
    values: dict[str, object] = {
        known[word]: text for spelt, text in os.environ.items() if (word := spelt.upper()) in known
    }
    values |= {name: value for name, value in given.items() if value is not None}
    try:
        return msgspec.convert(
            {name: _spelt(name, value) for name, value in values.items()},
            Settings,
            strict=False,
            dec_hook=_made,
        )
    except msgspec.ValidationError as error:
        expected, _, place = str(error).partition(" - at `$.")
        name = place.rstrip("`").partition("[")[0]
        shown = "a secret" if name in _SECRETS else repr(values[name])
        raise BadCall(
            f"expected the environment variable {PREFIX}{name.upper()} to be valid, found {shown}: "
            f"{expected[:1].lower()}{expected[1:].replace('`', '')}; set it right or unset it"
        ) from error


def _spelt(name: str, value: object) -> object:
    """A text as it is converted: words with commas as a list, yes and no as JSON spells them."""
    if not isinstance(value, str):
        return value
    if name in _LISTS:
        return tuple(filter(None, map(str.strip, value.split(","))))
    return _WORDS.get(value.strip().lower(), value) if name in _SWITCHES else value


def _made(kind: type, value: object) -> object:
    """What msgspec does not make of a text by itself."""
    if isinstance(value, kind):
        return value
    if not isinstance(value, str):
        raise TypeError(f"expected text, found {type(value).__name__}")
    return kind(value)


def _of_default(kind: type) -> frozenset[str]:
    return frozenset(
        name
        for name, default in zip(Settings.__struct_fields__, Settings.__struct_defaults__, strict=True)
        if isinstance(default, kind)
    )


_LISTS: Final = _of_default(tuple)
_SWITCHES: Final = _of_default(bool)
_SECRETS: Final = frozenset({"pseudonym_key", "neo4j_password", "oidc_client_secret"})
_WORDS: Final[dict[str, object]] = {
    **dict.fromkeys(("0", "off", "f", "false", "n", "no"), False),
    **dict.fromkeys(("1", "on", "t", "true", "y", "yes"), True),
}


def kafka_options(settings: Settings, given: Sequence[str]) -> dict[str, str]:
    """Settings of librdkafka: those of the file, and on top those of the call, each ``NAME=VALUE``.

    Raises ``BadCall`` when the file cannot be read or a line is not of that form; values are not shown.
    """
    lines = _lines_of(settings.kafka_options_file)
    return named_values([*lines, *(("--kafka-option", line) for line in given)])


def registry_options(settings: Settings) -> dict[str, str]:
    """Settings of the client of the schema registry; empty without one. Raises ``BadCall``."""
    options = named_values(_lines_of(settings.registry_options_file))
    return options if settings.registry is None else {**options, "url": settings.registry}


def _lines_of(path: Path | None) -> list[tuple[str, str]]:
    """Where each line of a file of options stands, and the line."""
    if path is None:
        return []
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise BadCall(f"expected a readable options file, found {path}: {error}; check the path") from error
    return [(f"line {number} of {path}", line) for number, line in enumerate(text.splitlines(), 1)]


def named_values(lines: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Options, each ``NAME=VALUE`` with where it stands. Raises ``BadCall``; values are not shown."""
    options: dict[str, str] = {}
    for where, line in lines:
        name, is_there, value = line.partition("=")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not is_there or not name.strip():
            raise BadCall(f"expected NAME=VALUE in {where}, found something else; put an equals sign between")
        options[name.strip()] = value.strip()
    return options


def pseudonym_key(settings: Settings, key_file: Path | None) -> bytes | None:
    """The key to pseudonymise with, None for no pseudonymisation; ``key_file`` is the option's value.

    Raises ``BadCall`` when the file cannot be read, the key is empty, or two keys are given.
    """
    if key_file is None:
        if settings.pseudonym_key is not None and settings.pseudonym_key_file is not None:
            raise BadCall(
                "expected one pseudonym key, found RINGFENCE_PSEUDONYM_KEY and "
                "RINGFENCE_PSEUDONYM_KEY_FILE; unset one of them"
            )
        if settings.pseudonym_key is not None:
            return _checked(settings.pseudonym_key.get_secret_value().encode(), "RINGFENCE_PSEUDONYM_KEY")
        key_file = settings.pseudonym_key_file
    if key_file is None:
        return None
    try:
        return _checked(key_file.read_bytes().strip(), str(key_file))
    except OSError as error:
        raise BadCall(
            f"expected a readable key file, found {key_file}: {error.strerror}; check the path"
        ) from error


def _checked(key: bytes, source: str) -> bytes:
    if not 16 <= len(key) <= 64:
        raise BadCall(
            f"expected a key of 16 to 64 bytes in {source}, found {len(key)}; "
            f"make one with: openssl rand -hex 32"
        )
    return key
