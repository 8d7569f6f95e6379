"""Dead letters that may be fed again: which of them, where to, and why the others are left."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from graph.model.errors import BadCall, NoEvents, Rejected
from graph.model.vocabulary import RejectionReason
from streaming.contract.dead_letters import DeadLetter
from streaming.contract.fields import TAGS
from streaming.contract.topics import PLACES
from streaming.decoding.decode import Decoder

REPLAYS: Final = "replays"
"""The header that says how often a record was fed again."""
MOST_REPLAYS: Final = 3
"""A record that came back that often is left where it is."""
MOST_LINE_BYTES: Final = 1 << 23
"""A longer line of a file is no dead letter of ours."""

Headers = list[tuple[str, bytes]]


class Left(StrEnum):
    """Why a letter is not fed again."""

    CUT_SHORT = "cut_short"
    """The letter holds only the beginning of the record."""
    STILL_REFUSED = "still_refused"
    """The record breaks a rule as before: mend it first."""
    TOO_OFTEN = "too_often"
    """It was fed again and came back too often."""
    OTHER_REASON = "other_reason"
    """It was refused for a reason that was not asked for."""
    NO_LETTER = "no_letter"
    """The line is no dead letter."""


@dataclass(frozen=True, slots=True)
class Again:
    """A record to feed again: its topic of the contract, its key there, and where it came from."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers


@dataclass(slots=True)
class Replayed:
    """What became of the letters; every one is counted once."""

    letters: int = 0
    fed: Counter[str] = field(default_factory=Counter)
    """By topic."""
    left: Counter[str] = field(default_factory=Counter)
    """By why; those still refused also by the rule they break."""
    reached_limit: bool = False
    """Whether there may be more letters that were not looked at."""

    def as_json(self) -> bytes:
        """One line."""
        facts = {
            "letters": self.letters,
            "fed": self.fed.total(),
            "by_topic": dict(sorted(self.fed.items())),
            "left": dict(sorted(self.left.items())),
            "reached_limit": self.reached_limit,
        }
        return msgspec.json.encode(facts)


class Replay:
    """Chooses what to feed again and counts the rest.

    ``reasons``: only letters with one of these; empty for all. A record has to be a valid event by now, so
    that nothing goes round in circles; what was only too early or broke the engine is one.
    """

    def __init__(self, max_line_bytes: int, reasons: Collection[RejectionReason] = ()) -> None:
        self.done = Replayed()
        self._reasons = frozenset(reasons)
        self._decoder = Decoder(max_line_bytes)

    def again(self, line: bytes, replays: int = 0) -> Again | None:
        """The record in a letter (one JSON object) that was fed again so often; None when it is left."""
        done = self.done
        done.letters += 1
        found = self._chosen(line, replays)
        if isinstance(found, Again):
            done.fed[found.topic] += 1
            return found
        done.left[found] += 1
        return None

    def _chosen(self, line: bytes, replays: int) -> Again | str:
        """The record, or why not."""
        try:
            letter = msgspec.json.decode(line, type=DeadLetter)
            value = base64.b64decode(letter.raw) if letter.encoding == "base64" else letter.raw.encode()
        except (msgspec.MsgspecError, binascii.Error, UnicodeEncodeError):
            return Left.NO_LETTER.value
        if self._reasons and letter.reason not in self._reasons:
            return Left.OTHER_REASON.value
        if letter.length is not msgspec.UNSET:
            return Left.CUT_SHORT.value
        if replays >= MOST_REPLAYS:
            return Left.TOO_OFTEN.value
        try:
            event = self._decoder.decode(value)
        except Rejected as rejected:
            return f"{Left.STILL_REFUSED.value}: {rejected.reason.value}"
        topic, key = PLACES[_TYPES[type(event)]]
        return Again(topic, str(getattr(event, key)).encode(), value, _headers(letter, replays + 1))


_TYPES: Final = {kind: tag for tag, kind in TAGS.items()}


def _headers(letter: DeadLetter, replays: int) -> Headers:
    return [
        ("source", letter.source.encode()),
        ("source-offset", str(letter.offset).encode()),
        ("reason", letter.reason.value.encode()),
        (REPLAYS, str(replays).encode()),
    ]


def replays_in(headers: Iterable[tuple[str, bytes | str | None]] | None) -> int:
    """How often a message says that its record was fed again; 0 when it says nothing of the kind."""
    for name, value in headers or ():
        if name == REPLAYS and value is not None:
            text = value.decode(errors="replace") if isinstance(value, bytes) else value
            return int(text) if text.isascii() and text.isdigit() else 0
    return 0


def letters_in(path: str, stdin: BinaryIO) -> Iterator[bytes]:
    """The lines of a file of dead letters, ``-`` for standard input. Raises ``BadCall``.

    Of an overlong line the beginning is given, which is no letter. Memory: one line.
    """
    try:
        file = stdin if path == "-" else Path(path).open("rb")  # noqa: SIM115
    except OSError as error:
        raise BadCall(
            f"expected a file of dead letters, found {path}: {error.strerror}; check the path"
        ) from error
    try:
        while line := file.readline(MOST_LINE_BYTES):
            is_whole = line.endswith(b"\n")
            yield line.strip()
            while not is_whole and (more := file.readline(MOST_LINE_BYTES)):
                is_whole = more.endswith(b"\n")
    except OSError as error:
        raise BadCall(f"expected to read {path}, found: {error.strerror}; check the path") from error
    finally:
        if path != "-":
            file.close()


def checked(done: Replayed, paths: Collection[str]) -> Replayed:
    """The same. Raises ``NoEvents`` when there were lines and not one of them was a dead letter."""
    strange = done.left[Left.NO_LETTER.value]
    if done.letters and strange == done.letters:
        raise NoEvents(
            f"expected dead letters in {', '.join(paths)}, found {done.letters} lines and none of them one: "
            "give dead_letters.ndjson of a run"
        )
    return done
