"""The inputs of a run: named ones are opened before anything is read, then read in pieces."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import BinaryIO, Final, Protocol

from graph.model.errors import BadCall, Fatal
from streaming.files.sources.compression import plain_pieces
from streaming.files.sources.lines import Block, Overlong, cut_lines

STANDARD_INPUT: Final = "-"
_READ_BYTES: Final = 1 << 20


class Input(Protocol):
    """What gives lines of events: a file, or something else that was made into lines."""

    name: str
    is_repeat: bool
    """Whether an earlier input of the run has the same name, hence the same records."""
    bytes_read: int
    size_bytes: int | None
    """How large it is as stored on disk, None when nobody knows."""

    def blocks(self, max_line_bytes: int) -> Iterator[Block | Overlong]:
        """Its lines, once; raises ``Fatal`` when they cannot be read to the end."""

    def close(self) -> None:
        """Gives back what it holds."""


class InputFile:
    """One opened input; ``blocks`` reads it once, ``bytes_read`` tells how far (as stored on disk).

    ``is_repeat`` says that an earlier input of the run has the same name, hence the same records.
    """

    def __init__(self, name: str, file: BinaryIO, *, is_repeat: bool = False) -> None:
        self.name = name
        self.is_repeat = is_repeat
        self.bytes_read = 0
        self._file = file
        self.size_bytes = _size(file)

    def blocks(self, max_line_bytes: int) -> Iterator[Block | Overlong]:
        """Its lines; raises ``Fatal`` when the file cannot be read to its end."""
        return cut_lines(plain_pieces(self.name, self._read), max_line_bytes)

    def close(self) -> None:
        """Gives the file back; standard input stays open."""
        if self.name != STANDARD_INPUT:
            self._file.close()

    def _read(self) -> bytes:
        try:
            piece = self._file.read(_READ_BYTES)
        except OSError as error:
            raise Fatal(f"expected to read {self.name}, found: {error.strerror}: check the disk") from error
        self.bytes_read += len(piece)
        return piece


class InputFiles(AbstractContextManager["InputFiles"]):
    """Every input of a run, opened together; ``-`` is standard input (or ``stdin`` when given).

    An input that is opened already is taken as it is. The same file may be named twice, standard input once.
    Raises ``BadCall`` when there is none, or
    one is missing, a folder or not readable.
    """

    def __init__(self, names: Sequence[str | Input], stdin: BinaryIO | None = None) -> None:
        if not names:
            raise BadCall(
                "expected at least one file of events, found none: name a file, or - for standard input"
            )
        if list(names).count(STANDARD_INPUT) > 1:
            raise BadCall("expected standard input (-) at most once, found it again: name it once")
        self.files: list[Input] = []
        try:
            for number, name in enumerate(names):
                if isinstance(name, str):
                    is_repeat = name in names[:number]
                    self.files.append(InputFile(name, _open(name, stdin), is_repeat=is_repeat))
                else:
                    self.files.append(name)
        except BaseException:
            self.close()
            raise

    @property
    def bytes_read(self) -> int:
        """How much has been read of all inputs, as stored on disk."""
        return sum(file.bytes_read for file in self.files)

    @property
    def size_bytes(self) -> int | None:
        """How large all inputs are together, None when one of them does not say."""
        sizes = [file.size_bytes for file in self.files]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None

    def close(self) -> None:
        """Gives every file back."""
        for file in self.files:
            file.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _open(name: str, stdin: BinaryIO | None) -> BinaryIO:
    if name == STANDARD_INPUT:
        return sys.stdin.buffer if stdin is None else stdin
    try:
        return open(name, "rb")
    except FileNotFoundError as error:
        raise BadCall(f"expected a file of events at {name}, found nothing: check the path") from error
    except IsADirectoryError as error:
        raise BadCall(f"expected a file of events at {name}, found a folder: name the files in it") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadCall(
            f"expected to read {name}, found: {reason}: check the path and its permissions"
        ) from error


def _size(file: BinaryIO) -> int | None:
    try:
        status = os.fstat(file.fileno())
    except (OSError, ValueError):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
