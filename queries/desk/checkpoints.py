"""Signed statements of how far the audit had come, and the check of a chain against them.

A checkpoint is the number and the digest of the newest line at a moment, signed with Ed25519 (RFC 8032). Kept
on another machine it shows that the end was cut, or that the chain was made anew, up to the moment it was
made. What was added and cut again between two checkpoints leaves no trace.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from graph.model.errors import BadCall, Fatal
from queries.desk.audit import FIRST, AuditLine, AuditLog
from queries.desk.keys import DeskKeys

MOST_FINDINGS: Final = 20


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """How far the audit had come, signed; all but numbers is hexadecimal."""

    number: int
    digest: str
    at_ms: int
    public: str
    """The key that checks the signature."""
    signature: str

    def signed(self) -> bytes:
        """What the signature is about."""
        return f"ringfence audit checkpoint\n{self.number}\n{self.digest}\n{self.at_ms}".encode()


Record = TypeVar("Record", AuditLine, Checkpoint)


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found when a chain was checked; it holds when there are no findings."""

    lines: int
    checkpoints: int
    covered: int
    """Lines up to the newest good checkpoint: what is behind it could be cut unseen."""
    findings: tuple[str, ...]
    """The first ``MOST_FINDINGS`` of them, in words."""


def checkpoint_of(log: AuditLog, keys: DeskKeys, at_ms: int) -> Checkpoint:
    """A signed checkpoint of the log as it stands."""
    last = log.last()
    unsigned = Checkpoint(
        number=last.number if last else 0,
        digest=last.digest if last else FIRST.hex(),
        at_ms=at_ms,
        public=keys.public,
        signature="",
    )
    return msgspec.structs.replace(unsigned, signature=keys.signing.sign(unsigned.signed()).hex())


def verify(
    lines: Iterable[AuditLine], checkpoints: Iterable[Checkpoint], public: str | None = None
) -> Verified:
    """Whether a chain holds, and holds what checkpoints say. One pass; memory for the checkpoints.

    ``public``: the key that must have signed; without it each checkpoint's own is taken, which shows only
    that it was not damaged.
    """
    findings: list[str] = []
    given = list(checkpoints)
    wanted: dict[int, list[Checkpoint]] = {}
    for each in given:
        if _is_signed(each, public or each.public):
            wanted.setdefault(each.number, []).append(each)
        else:
            findings.append(f"checkpoint of line {each.number} is not signed by {public or each.public}")
    digest, number, covered = FIRST.hex(), 0, 0
    wanted.pop(0, None)
    for number, line in enumerate(lines, 1):
        findings += _broken(line, number, digest)
        digest = line.digest
        for each in wanted.pop(number, ()):
            if each.digest == digest:
                covered = number
            else:
                findings.append(f"line {number} is not the one that the checkpoint of that line saw")
    findings += [f"line {each} is missing at the end: a checkpoint saw it" for each in sorted(wanted)]
    return Verified(number, len(given), covered, tuple(findings[:MOST_FINDINGS]))


def _broken(line: AuditLine, number: int, previous: str) -> list[str]:
    found = []
    if line.number != number:
        found.append(f"line {number} has the number {line.number}: lines were removed, added or moved")
    if line.previous != previous:
        found.append(f"line {number} does not follow the line before it")
    if not _holds(line.computed_digest, line.digest):
        found.append(f"line {number} was changed")
    elif not _holds(line.is_said, True):
        found.append(f"what was said in line {number} was changed")
    return found


def _holds(computed: Callable[[], object], expected: object) -> bool:
    try:
        return computed() == expected
    except (ValueError, msgspec.DecodeError):
        return False


def _is_signed(checkpoint: Checkpoint, public: str) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(checkpoint.signature), checkpoint.signed())
    except (InvalidSignature, ValueError):
        return False
    return True


class CheckpointFile:
    """Checkpoints, one JSON object a line, in a file that may lie on another machine's disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def keep(self, checkpoint: Checkpoint) -> None:
        """Add one; on the disk when this returns. Raises Fatal when it cannot be written."""
        try:
            handle = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
            try:
                os.write(handle, msgspec.json.encode(checkpoint) + b"\n")
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise Fatal(
                f"expected to write {self.path}, found: {error.strerror}; see RINGFENCE_AUDIT_CHECKPOINTS"
            ) from error

    def read(self) -> list[Checkpoint]:
        """Every checkpoint; none where there is no file. Raises BadCall when a line is none."""
        if not self.path.exists():
            return []
        return [_decoded(line, Checkpoint, self.path) for line in self.path.read_bytes().splitlines()]


def write_export(log: AuditLog, keys: DeskKeys, at_ms: int, path: Path) -> int:
    """Every line and a checkpoint behind them, one JSON object a line; gives how many lines."""
    count = 0
    try:
        with path.open("xb") as file:
            for line in log:
                file.write(msgspec.json.encode(line) + b"\n")
                count += 1
            file.write(msgspec.json.encode(checkpoint_of(log, keys, at_ms)) + b"\n")
    except OSError as error:
        raise BadCall(f"expected to write {path}, found: {error.strerror}; choose another --out") from error
    return count


def read_export(path: Path) -> tuple[list[AuditLine], list[Checkpoint]]:
    """The lines and checkpoints of an export. Raises BadCall when it is none."""
    lines, checkpoints = [], []
    try:
        content = path.read_bytes().splitlines()
    except OSError as error:
        raise BadCall(f"expected an export at {path}, found: {error.strerror}; correct the path") from error
    for raw in content:
        if b'"signature"' in raw and b'"action"' not in raw:
            checkpoints.append(_decoded(raw, Checkpoint, path))
        else:
            lines.append(_decoded(raw, AuditLine, path))
    return lines, checkpoints


def _decoded(raw: bytes, kind: type[Record], path: Path) -> Record:
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadCall(
            f"expected a line of the audit or a checkpoint in {path}, found: {error}; name another file"
        ) from error
