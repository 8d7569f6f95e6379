"""Every setting that the environment can give; the only place that reads the environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from graph.model.errors import BadCall

PREFIX = "RINGFENCE_"


class Settings(BaseSettings):
    """Defaults for options; an option given on the command line wins over its setting."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    batch_size: int = Field(
        default=4096, ge=1, description="Events handed to the engine at a time; results do not depend on it."
    )
    window_days: float = Field(
        default=90, gt=0, description="Days after which a link that was not seen again is forgotten."
    )
    max_line_bytes: int = Field(
        default=1_048_576, ge=1024, description="A longer line goes to the dead letters."
    )
    model: Path | None = Field(
        default=None,
        description="Model that scores: a folder written by `train`, or a registry with its champion.",
    )
    rules: Path | None = Field(
        default=None,
        description="Folder of rules that people approved; `detect`, `run` and decisions follow them.",
    )
    max_false_alerts: float | None = Field(
        default=None, description="Largest share of false alerts, 0.05 for 5 %; thresholds follow."
    )
    max_alerts_a_day: float | None = Field(
        default=None, description="Most alerts a day; needs a calibration of the same city."
    )
    calibration: Path | None = Field(
        default=None,
        description="Answered alerts, written by `calibrate`, that thresholds follow from; else simulated.",
    )
    pseudonym_key: SecretStr | None = Field(
        default=None, description="Secret with which identifiers are pseudonymised where they enter."
    )
    pseudonym_key_file: Path | None = Field(
        default=None, description="File that holds that secret; give the secret or the file, not both."
    )
    kafka: str | None = Field(default=None, description="The brokers of `run` and `replay`, HOST:PORT.")
    kafka_group: str = Field(default="ringfence", min_length=1, description="Consumer group.")
    kafka_identity: str | None = Field(
        default=None,
        description="Name of this member of the group; a second one with the same is fenced off.",
    )
    kafka_topics: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("accounts", "payments", "promos", "trips", "gps", "verdicts"),
        min_length=1,
        description="Topics to read, with commas.",
    )
    kafka_prefix: str = Field(default="", description="Stands before the name of every topic.")
    kafka_transactions: bool = Field(
        default=False, description="Results and offsets in one Kafka transaction."
    )
    kafka_options_file: Path | None = Field(
        default=None, description="File with settings of librdkafka, NAME=VALUE a line: TLS, SASL."
    )
    workers: int = Field(
        default=0, ge=0, le=64, description="Processes that read and decode for `run`; 0 for none beside it."
    )
    warm: bool = Field(default=False, description="Whether `run` applies events while another member leads.")
    remember_hours: float = Field(
        default=48,
        ge=0.1,
        le=48,
        description="Hours of event time in which `run` knows repeats; less only behind what drops them.",
    )
    value_format: str = Field(
        default="json",
        description="How values are written: `json`, or behind a registry `json-schema`, `avro`, `protobuf`.",
    )
    value_message: str | None = Field(
        default=None, description="Generated class of Protobuf values, MODULE:CLASS."
    )
    registry: str | None = Field(default=None, description="Address of the schema registry, http(s)://...")
    registry_options_file: Path | None = Field(
        default=None, description="File with settings of the registry's client, NAME=VALUE a line."
    )
    state: Path = Field(
        default=Path("ringfence-state"), description="Folder of `run` for snapshots and the journal."
    )
    order_within_s: float = Field(
        default=0, ge=0, description="Seconds of event time that events are held back to be put in order."
    )
    max_skew_s: float = Field(
        default=3600, gt=0, description="Seconds of event time that a partition may run ahead of the others."
    )
    batch_most: int = Field(default=8192, ge=1, description="Events that `run` applies at once under load.")
    snapshot_every: int = Field(default=1_000_000, ge=1, description="Events between snapshots.")
    snapshots_kept: int = Field(default=3, ge=1, description="Snapshots that stay.")
    connect_within_s: float = Field(
        default=60, ge=0, description="Seconds to wait for a broker at the start before giving up."
    )
    http_port: int = Field(
        default=9464, ge=0, le=65535, description="Port of health and metrics; 0 for none."
    )
    http_host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Address that health and metrics listen on; they have no password.",
    )
    store: str | None = Field(
        default=None, description="Store to write or to ask: a path, or a bolt:// or neo4j:// address."
    )
    desk: Path | None = Field(
        default=None,
        description="File of people, tokens and audit; beside an embedded store when not given.",
    )
    desk_key: Path | None = Field(
        default=None, description="File of the desk's secret; beside the desk when not given."
    )
    audit_checkpoints: Path | None = Field(
        default=None,
        description="File of signed checkpoints of the audit; beside the desk when not given.",
    )
    neo4j_user: str | None = Field(default=None, description="Name to give to the Neo4j server.")
    neo4j_password: SecretStr | None = Field(
        default=None, description="Password to give to the Neo4j server."
    )
    neo4j_database: str = Field(
        default="neo4j", description="Database of the Neo4j server that holds the store."
    )
    serve_host: str = Field(default="127.0.0.1", min_length=1, description="Address that `serve` listens on.")
    serve_port: int = Field(default=8470, ge=0, le=65535, description="Port of `serve`; 0 for a free one.")
    serve_tls_cert: Path | None = Field(
        default=None, description="Certificate of `serve`, with its chain, PEM."
    )
    serve_tls_key: Path | None = Field(default=None, description="Key of that certificate, PEM.")
    serve_origin: str | None = Field(
        default=None, description="Where browsers see `serve`, such as https://ringfence.example."
    )
    serve_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Proxies before `serve` whose headers are trusted, with commas."
    )
    serve_events: Path | None = Field(
        default=None,
        description="File for verdicts and acts without Kafka; beside an embedded store when not given.",
    )
    serve_state: Path | None = Field(
        default=None, description="State folder of `run` that the decisions of `serve` follow."
    )
    serve_follow: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Files of events that they follow instead, with commas."
    )
    serve_policy: Path | None = Field(
        default=None, description="Policy of decisions, TOML; the usual one when not given."
    )
    serve_decision_rate: str = Field(
        default="2000/second",
        description="Decisions of one token, or from one address, that `serve` answers.",
    )
    serve_streams: int = Field(
        default=100, ge=0, le=10_000, description="Streams of flags that `serve` keeps open at once."
    )
    serve_rate: str = Field(
        default="600/minute", description="Requests of one person or token that `serve` answers."
    )
    serve_address_rate: str = Field(
        default="3000/minute", description="Requests from one address that `serve` answers."
    )
    oidc_issuer: str | None = Field(
        default=None, description="Issuer of the OpenID Connect provider where people may sign in."
    )
    oidc_client_id: str | None = Field(default=None, description="Our client id at that provider.")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="Our secret at that provider; none for a public client."
    )
    oidc_name_claim: str = Field(
        default="preferred_username", min_length=1, description="Claim of the ID token that names a person."
    )
    oidc_role_claim: str = Field(
        default="groups", min_length=1, description="Claim of the ID token that roles follow from."
    )
    oidc_roles: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Which role a value of that claim gives, with commas: VALUE=ROLE."
    )
    webhook_networks: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Networks that are not public and that webhooks may lead to, with commas: 10.1.0.0/16.",
    )
    debug: bool = Field(default=False, description="Show a traceback with every error.")

    @field_validator(
        *("kafka_topics", "serve_proxies", "serve_follow", "webhook_networks", "oidc_roles"), mode="before"
    )
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value


def read_settings() -> Settings:
    """The settings of this process. Raises ``BadCall`` naming the variable when a value is not valid."""
    return _validated({})


def settings_with(given: Mapping[str, object]) -> Settings:
    """The settings of this process with ``given`` on top, the options of the call.

    Raises ``BadCall`` naming what is not valid.
    """
    return _validated({name: value for name, value in given.items() if value is not None})


def _validated(given: Mapping[str, object]) -> Settings:
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise BadCall(
            f"expected the environment variable {name} to be valid, found {first['input']!r}: "
            f"{first['msg'].lower()}; set it right or unset it"
        ) from error


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
