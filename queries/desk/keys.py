"""The desk's keys: one secret in a file that only its owner reads, and a key for every use derived from it.

HKDF (RFC 5869) with SHA-256 derives them, so that no two uses share a key.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from graph.model.errors import BadCall

BYTES: Final = 32
OTHERS: Final = 0o077


class DeskKeys:
    """Keys for masks, pseudonyms in the audit, kept secrets and signatures; nothing of it is ever shown."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.masks = AESSIV(self._derived("masked identifiers", 64))
        self.kept_secrets = AESSIV(self._derived("kept secrets", 64))
        self.pseudonyms = self._derived("pseudonyms in the audit", BYTES)
        self.signing = Ed25519PrivateKey.from_private_bytes(self._derived("signed checkpoints", BYTES))

    @property
    def public(self) -> str:
        """The key with which signatures are checked, hexadecimal; may be known to everybody."""
        return self.signing.public_key().public_bytes_raw().hex()

    def _derived(self, use: str, size: int) -> bytes:
        return HKDF(hashes.SHA256(), size, salt=None, info=f"ringfence {use}".encode()).derive(self._secret)


def keys_at(path: Path) -> DeskKeys:
    """The keys of the file, which is made with a new secret where there is none.

    Raises BadCall when it holds something else, or when others than its owner may read it.
    """
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return DeskKeys(_read(path))
    except OSError as error:
        raise BadCall(
            f"expected to make a key file at {path}, found: {error.strerror}; give another --desk-key"
        ) from error
    secret = secrets.token_bytes(BYTES)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return DeskKeys(secret)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_mode & OTHERS:
            raise BadCall(
                f"expected a key file that only its owner can read, found {path} open to others; "
                f"close it with chmod 600 {path}"
            )
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise BadCall(f"expected a key file at {path}, found: {error}; give another --desk-key") from error
    if len(secret) != BYTES:
        raise BadCall(
            f"expected {BYTES} bytes in hexadecimal in {path}, found {len(secret)}; "
            "name the file that the desk made"
        )
    return secret
