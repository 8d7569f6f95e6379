"""One snapshot: a header in JSON and arrays, with checksums, in one file.

Layout (little endian): 8 bytes ``RFSNAP01``; length of the header (8 bytes); CRC-32 of the header (4 bytes);
the header; then the bytes of each array, each beginning at a multiple of 64. The header has the XXH64 of each
piece of ``PIECE`` bytes of each array, so that pieces are read and looked at side by side.
"""

from __future__ import annotations

import math
import os
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from graph.kernels.roomy import roomy
from graph.kernels.xx_hash import hash_pieces

MAGIC: Final = b"RFSNAP01"
VERSION: Final = 2
PIECE: Final = 1 << 24
"""Bytes that have a checksum of their own."""
READERS: Final = 2
"""Threads that read: one waits for the disk or for memory while another looks at what it read."""
_PREFIX: Final = struct.Struct("<8sQI")
_ALIGN: Final = 64
_AT_ONCE: Final = 4 * PIECE
"""Bytes that a thread reads at once: as it begins and ends it may have to wait for the interpreter."""

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
    hashes: list[int]


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """The header: the caller's own, and the table of arrays."""

    version: int
    header: msgspec.Raw
    arrays: list[ArrayEntry]


def write_snapshot(path: Path, header: msgspec.Struct, arrays: Mapping[str, npt.NDArray[Any]]) -> int:
    """Writes both to ``path``, on disk to stay, atomically; gives the bytes written.

    Until the end the file stands beside its place as ``.<name>.partial``. Raises ``OSError`` (a full disk),
    and then leaves nothing behind. Cost: the arrays' bytes once, their checksums, one flush.
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
    hashes = {name: _hashes(array, keep_going) for name, array in solid.items()}
    places = _places(solid, hashes)
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
        for cut in range(0, len(data), PIECE):
            keep_going()
            file.write(data[cut : cut + PIECE].data)
        at = begin + len(data)
    return at


def _places(arrays: Mapping[str, npt.NDArray[Any]], hashes: Mapping[str, list[int]]) -> list[ArrayEntry]:
    places, start = [], 0
    for name, array in arrays.items():
        places.append(
            ArrayEntry(
                name=name,
                dtype=np.lib.format.dtype_to_descr(array.dtype),
                shape=array.shape,
                start=start,
                hashes=hashes[name],
            )
        )
        start = _aligned(start + array.nbytes)
    return places


def read_snapshot(
    path: Path, kind: type[Header], keep_going: Callable[[], None] = lambda: None
) -> tuple[Header, Arrays]:
    """The header and the arrays in ``path``, writable, in memory of their own with room behind (``roomy``).

    ``keep_going`` is called every few megabytes and may raise to stop. Raises ``Damaged`` when anything
    differs from what was written. Cost: the bytes once and their checksums, by two threads.
    """
    try:
        with path.open("rb") as file:
            contents, first = _read_contents(file)
            header = msgspec.json.decode(contents.header, type=kind)
            arrays = _read_arrays(file, first, contents.arrays, keep_going)
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


class _Stretch(NamedTuple):
    """Some pieces of an array, and where they lie in the file."""

    entry: ArrayEntry
    data: npt.NDArray[np.uint8]
    at: int
    hashes: list[int]


def _read_arrays(
    file: BinaryIO, first: int, entries: list[ArrayEntry], keep_going: Callable[[], None]
) -> Arrays:
    arrays: Arrays = {}
    stretches: list[_Stretch] = []
    size = os.fstat(file.fileno()).st_size
    for entry in entries:
        kind = np.lib.format.descr_to_dtype(_descr(entry.dtype))
        length = kind.itemsize * math.prod(entry.shape)
        if length and first + entry.start + length > size:
            raise Damaged(f"expected all of {entry.name}, found the end of the file after {size} bytes")
        arrays[entry.name] = roomy(entry.shape, kind)
        stretches += _stretches(arrays[entry.name], first, entry)
    prepare()
    with ThreadPoolExecutor(READERS, "snapshot") as threads:
        try:
            for _ in threads.map(lambda each: _read(file.fileno(), each), stretches):
                keep_going()
        finally:
            threads.shutdown(cancel_futures=True)
    return arrays


def _stretches(array: npt.NDArray[np.generic], first: int, entry: ArrayEntry) -> Iterator[_Stretch]:
    data = _bytes_of(array)
    if len(entry.hashes) != -(-len(data) // PIECE):
        raise Damaged(f"expected a checksum for each piece of {entry.name}, found {len(entry.hashes)}")
    for cut in range(0, len(data), _AT_ONCE):
        hashes = entry.hashes[cut // PIECE : (cut + _AT_ONCE) // PIECE]
        yield _Stretch(entry, data[cut : cut + _AT_ONCE], first + entry.start + cut, hashes)


def _read(file: int, stretch: _Stretch) -> None:
    """Reads a stretch into its place. Neither step holds the interpreter's lock."""
    done = 0
    while done < len(stretch.data):
        count = os.preadv(file, [stretch.data[done:].data], stretch.at + done)
        if not count:
            raise Damaged(f"expected all of {stretch.entry.name}, found the end of the file")
        done += count
    if _hashed(stretch.data) != stretch.hashes:
        raise Damaged(f"expected the checksum of {stretch.entry.name}, found another")


def _descr(written: Any) -> Any:
    """A dtype as JSON kept it: lists where numpy expects tuples."""
    if isinstance(written, str):
        return written
    return [(field[0], _descr(field[1]), *(tuple(shape) for shape in field[2:])) for field in written]


def _first(encoded: bytes) -> int:
    return _aligned(_PREFIX.size + len(encoded))


def _aligned(at: int) -> int:
    return -(-at // _ALIGN) * _ALIGN


def _bytes_of(array: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    return array.reshape(-1).view(np.uint8) if array.nbytes else np.zeros(0, np.uint8)


def _hashes(array: npt.NDArray[Any], keep_going: Callable[[], None]) -> list[int]:
    data, hashes = _bytes_of(array), list[int]()
    for cut in range(0, len(data), PIECE):
        keep_going()
        hashes += _hashed(data[cut : cut + PIECE])
    return hashes


def _hashed(data: npt.NDArray[np.uint8]) -> list[int]:
    """The hash of each piece."""
    hashes = np.zeros(-(-len(data) // PIECE), np.uint64)
    # One kernel serves both: to numba an array that may not be written to is another type.
    hash_pieces(data if data.flags.writeable else data.copy(), PIECE, hashes)
    return [int(each) for each in hashes]


def prepare() -> None:
    """Loads what is compiled, so that a copy of the process need not, in which nobody else goes on."""
    _hashed(np.zeros(1, np.uint8))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
