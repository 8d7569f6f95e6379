"""Plain bytes out of plain, gzip and Zstandard files, in pieces of bounded size.

Which of them a file is, its first bytes say; a name ending in ``.gz`` or ``.zst`` is taken at its word.
gzip: RFC 1952 (several members in a row and padding with zeros are allowed). Zstandard: RFC 8878
(several frames, skippable frames). A file that ends before its data does is an error, not an end.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Final

import zstandard

from graph.model.errors import Fatal

PIECE_BYTES: Final = 1 << 18
_GZIP_MAGIC: Final = b"\x1f\x8b\x08"
_ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_ZSTD_STEP: Final = 1 << 10
_GZIP_WINDOW: Final = 31

ReadRaw = Callable[[], bytes]
"""Gives the next raw bytes of a file, nothing at its end."""


def plain_pieces(name: str, read_raw: ReadRaw) -> Iterator[bytes]:
    """The uncompressed content of the input called ``name``, piece by piece.

    Raises ``Fatal`` naming the input when it is truncated or corrupt. Memory: below 50 MB whatever
    the content, a few hundred KB usually.
    """
    first = b""
    while len(first) < len(_ZSTD_MAGIC):
        piece = read_raw()
        if not piece:
            break
        first += piece
    if first.startswith(_GZIP_MAGIC) or name.endswith(".gz"):
        return _gunzip(name, first, read_raw)
    if first.startswith(_ZSTD_MAGIC) or name.endswith(".zst"):
        return _unzstd(name, first, read_raw)
    return _as_is(first, read_raw)


def _as_is(piece: bytes, read_raw: ReadRaw) -> Iterator[bytes]:
    while piece:
        yield piece
        piece = read_raw()


def _gunzip(name: str, raw: bytes, read_raw: ReadRaw) -> Iterator[bytes]:
    members = 0
    while True:
        if members:
            while raw or (raw := read_raw()):
                raw = raw.lstrip(b"\0")
                if raw:
                    break
            if not raw:
                return
        member = zlib.decompressobj(_GZIP_WINDOW)
        while not member.eof:
            if not raw and not (raw := read_raw()):
                raise Fatal(_truncated(name, "gzip"))
            try:
                plain = member.decompress(raw, PIECE_BYTES)
            except zlib.error as error:
                raise Fatal(_corrupt(name, "gzip", error)) from error
            raw = member.unused_data if member.eof else member.unconsumed_tail
            if plain:
                yield plain
        members += 1


def _unzstd(name: str, raw: bytes, read_raw: ReadRaw) -> Iterator[bytes]:
    # A kilobyte at a time: one such step can expand to 43 MB at the very most (3 bytes make a
    # block of 128 KB), and the library has no limit of its own on what a call gives back.
    reader = zstandard.ZstdDecompressor()
    frame = reader.decompressobj()
    begun = False
    while raw or (raw := read_raw()):
        gathered: list[bytes] = []
        for start in range(0, len(raw), _ZSTD_STEP):
            step = raw[start : start + _ZSTD_STEP]
            while step:
                try:
                    plain = frame.decompress(step)
                except zstandard.ZstdError as error:
                    raise Fatal(_corrupt(name, "Zstandard", error)) from error
                begun = not frame.eof
                step = frame.unused_data if frame.eof else b""
                if frame.eof:
                    frame = reader.decompressobj()
                gathered.append(plain)
            if sum(map(len, gathered)) >= PIECE_BYTES:
                yield b"".join(gathered)
                gathered = []
        raw = b""
        if gathered:
            yield b"".join(gathered)
    if begun:
        raise Fatal(_truncated(name, "Zstandard"))


def _truncated(name: str, kind: str) -> str:
    return f"expected complete {kind} data in {name}, found its end too early: fetch the file again"


def _corrupt(name: str, kind: str, error: Exception) -> str:
    return f"expected {kind} data in {name}, found bytes that are not ({error}): fetch the file again"
