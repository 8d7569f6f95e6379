"""One snapshot: a header in JSON and arrays, each with its checksum, in one file.

Layout (little endian): 8 bytes ``RFSNAP01``; length of the header (8 bytes); CRC-32 of the header (4 bytes);
the header; then the bytes of each array, each beginning at a multiple of 64.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

MAGIC: Final = b"RFSNAP01"
VERSION: Final = 1
_PREFIX: Final = struct.Struct("<8sQI")
_ALIGN: Final = 64
_PIECE: Final = 1 << 24

Header = TypeVar("Header", bound=msgspec.Struct)
Arrays = dict[str, npt.NDArray[np.generic]]


class Damaged(Exception):
    """The file is not what was written; says what was expected and what was found."""


class NewerFormat(Damaged):
    """The file was written by another version, which may be whole; says which was expected and found."""


class ArrayEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Where an array lies in the file. ``dtype`` as ``numpy.lib.format`` writes it."""

    name: str
    dtype: Any
    shape: tuple[int, ...]
    start: int
    crc32: int


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """The header: the caller's own, and the table of arrays."""

    version: int
    header: msgspec.Raw
    arrays: list[ArrayEntry]


def write_snapshot(path: Path, header: msgspec.Struct, arrays: Mapping[str, npt.NDArray[Any]]) -> int:
    """Writes both to ``path``, on disk to stay, atomically; gives the bytes written.

    Until the end the file stands beside its place as ``.<name>.partial``. Raises ``OSError`` (a full disk),
    and then leaves nothing behind. Cost: the arrays' bytes once, a CRC-32 of them, one flush.
    """
    try:
        with partial_of(path).open("wb") as file:
            size = write_into(file, header, arrays)
        keep(path)
    except BaseException:
        discard(path)
        raise
    return size


def partial_of(path: Path) -> Path:
    """Where a snapshot stands until it is whole."""
    return path.with_name(f".{path.name}.partial")


def keep(path: Path) -> None:
    """Gives a partial snapshot that is whole, and on disk to stay, its name."""
    partial_of(path).rename(path)
    _sync_folder(path.parent)


def discard(path: Path) -> None:
    """Removes what there is of a partial snapshot."""
    partial_of(path).unlink(missing_ok=True)


def write_into(
    file: BinaryIO,
    header: msgspec.Struct,
    arrays: Mapping[str, npt.NDArray[Any]],
    keep_going: Callable[[], None] = lambda: None,
) -> int:
    """Writes both into a new file, on disk to stay; gives the bytes written.

    ``keep_going`` is called every few megabytes and may end it. Raises ``OSError`` (a full disk).
    """
    size = _write(file, header, arrays, keep_going)
    file.flush()
    os.fsync(file.fileno())
    return size


def _write(
    file: BinaryIO,
    header: msgspec.Struct,
    arrays: Mapping[str, npt.NDArray[Any]],
    keep_going: Callable[[], None],
) -> int:
    solid = {name: np.ascontiguousarray(array) for name, array in sorted(arrays.items())}
    own = msgspec.Raw(msgspec.json.encode(header))
    sums = {name: _checksum(array, keep_going) for name, array in solid.items()}
    places = _places(solid, sums)
    encoded = msgspec.json.encode(Contents(version=VERSION, header=own, arrays=places))
    file.write(_PREFIX.pack(MAGIC, len(encoded), zlib.crc32(encoded)))
    file.write(encoded)
    at = _PREFIX.size + len(encoded)
    for place, array in zip(places, solid.values(), strict=True):
        data = _bytes_of(array)
        if not len(data):
            continue
        begin = _first(encoded) + place.start
        file.write(b"\0" * (begin - at))
        for cut in range(0, len(data), _PIECE):
            keep_going()
            file.write(data[cut : cut + _PIECE])
        at = begin + len(data)
    return at


def _places(arrays: Mapping[str, npt.NDArray[Any]], sums: Mapping[str, int]) -> list[ArrayEntry]:
    places, start = [], 0
    for name, array in arrays.items():
        places.append(
            ArrayEntry(
                name=name,
                dtype=np.lib.format.dtype_to_descr(array.dtype),
                shape=array.shape,
                start=start,
                crc32=sums[name],
            )
        )
        start = _aligned(start + array.nbytes)
    return places


def read_snapshot(
    path: Path, kind: type[Header], keep_going: Callable[[], None] = lambda: None
) -> tuple[Header, Arrays]:
    """The header and the arrays in ``path``, writable and in memory of their own.

    ``keep_going`` is called every few megabytes and may raise to stop.
    Raises ``Damaged`` when anything differs from what was written. Cost: the bytes once and a CRC-32.
    """
    try:
        with path.open("rb") as file:
            contents, first = _read_contents(file)
            header = msgspec.json.decode(contents.header, type=kind)
            arrays = {entry.name: _read_array(file, first, entry, keep_going) for entry in contents.arrays}
    except (OSError, msgspec.MsgspecError, ValueError, TypeError) as error:
        raise Damaged(f"expected a whole snapshot in {path.name}, found: {error}") from error
    return header, arrays


def _read_contents(file: BinaryIO) -> tuple[Contents, int]:
    prefix = file.read(_PREFIX.size)
    if len(prefix) < _PREFIX.size:
        raise Damaged("expected the beginning of a snapshot, found too few bytes")
    magic, length, checksum = _PREFIX.unpack(prefix)
    if magic != MAGIC:
        is_ours = magic[:6] == MAGIC[:6]
        raise (NewerFormat if is_ours else Damaged)(f"expected {MAGIC!r} at the beginning, found {magic!r}")
    size = os.fstat(file.fileno()).st_size
    encoded = file.read(min(length, size))
    if zlib.crc32(encoded) != checksum:
        raise Damaged("expected the header's checksum, found another")
    contents = msgspec.json.decode(encoded, type=Contents)
    if contents.version != VERSION:
        raise NewerFormat(f"expected version {VERSION}, found {contents.version}")
    return contents, _first(encoded)


def _read_array(
    file: BinaryIO, first: int, entry: ArrayEntry, keep_going: Callable[[], None]
) -> npt.NDArray[np.generic]:
    array: npt.NDArray[np.generic] = np.empty(entry.shape, np.lib.format.descr_to_dtype(_descr(entry.dtype)))
    data = _bytes_of(array)
    file.seek(first + entry.start)
    checksum = 0
    for cut in range(0, len(data), _PIECE):
        keep_going()
        piece = data[cut : cut + _PIECE]
        if file.readinto(piece) != len(piece):  # type: ignore[attr-defined]
            raise Damaged(f"expected {len(data)} bytes of {entry.name}, found fewer")
        checksum = zlib.crc32(piece, checksum)
    if checksum != entry.crc32:
        raise Damaged(f"expected the checksum of {entry.name}, found another")
    return array


def _descr(written: Any) -> Any:
    """A dtype as JSON kept it: lists where numpy expects tuples."""
    if isinstance(written, str):
        return written
    return [(field[0], _descr(field[1]), *(tuple(shape) for shape in field[2:])) for field in written]


def _first(encoded: bytes) -> int:
    return _aligned(_PREFIX.size + len(encoded))


def _aligned(at: int) -> int:
    return -(-at // _ALIGN) * _ALIGN


def _bytes_of(array: npt.NDArray[Any]) -> memoryview:
    return array.reshape(-1).view(np.uint8).data if array.nbytes else memoryview(b"")


def _checksum(array: npt.NDArray[Any], keep_going: Callable[[], None]) -> int:
    data, checksum = _bytes_of(array), 0
    for cut in range(0, len(data), _PIECE):
        keep_going()
        checksum = zlib.crc32(data[cut : cut + _PIECE], checksum)
    return checksum


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
