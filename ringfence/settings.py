"""Every setting that the environment can give; the only place that reads the environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from graph.errors import BadCall

PREFIX = "RINGFENCE_"


class Settings(BaseSettings):
    """Defaults for options; an option given on the command line wins over its setting."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    batch_size: int = Field(
        default=1000, ge=1, description="Events handed to the engine at a time; results do not depend on it."
    )
    window_days: float = Field(
        default=90, gt=0, description="Days after which a link that was not seen again is forgotten."
    )
    max_line_bytes: int = Field(
        default=1_048_576, ge=1024, description="A longer line goes to the dead letters."
    )
    pseudonym_key: SecretStr | None = Field(
        default=None, description="Secret with which identifiers are pseudonymised where they enter."
    )
    pseudonym_key_file: Path | None = Field(
        default=None, description="File that holds that secret; give the secret or the file, not both."
    )
    store: str | None = Field(
        default=None, description="Store to write or to ask: a path, or a bolt:// or neo4j:// address."
    )
    neo4j_user: str | None = Field(default=None, description="Name to give to the Neo4j server.")
    neo4j_password: SecretStr | None = Field(
        default=None, description="Password to give to the Neo4j server."
    )
    neo4j_database: str = Field(
        default="neo4j", description="Database of the Neo4j server that holds the store."
    )
    debug: bool = Field(default=False, description="Show a traceback with every error.")


def read_settings() -> Settings:
    """The settings of this process. Raises ``BadCall`` naming the variable when a value is not valid."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise BadCall(
            f"expected the environment variable {name} to be valid, found {first['input']!r}: "
            f"{first['msg'].lower()}; set it right or unset it"
        ) from error


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
