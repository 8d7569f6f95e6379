"""A rejected record as it is kept: where it came from, what it was and why it was refused."""

from __future__ import annotations

import base64
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from graph.model.errors import Rejected
from graph.model.vocabulary import RejectionReason


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``dead_letters.ndjson``.

    ``raw`` is the record as text, or base64 of its bytes when they are not UTF-8 (``encoding`` then says
    so). ``offset`` counts plain bytes from the beginning of ``source``. ``length`` stands only where
    ``raw`` is cut short: how many bytes the record had.
    """

    source: str
    offset: int
    reason: RejectionReason
    raw: str
    detail: str | UnsetType = UNSET
    encoding: Literal["base64"] | UnsetType = UNSET
    length: int | UnsetType = UNSET


def dead_letter(source: str, offset: int, raw: bytes, length: int, rejected: Rejected) -> DeadLetter:
    """The letter for a record of ``length`` bytes of which ``raw`` holds the first or all."""
    text: str | None
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        # A character that the cut went through is no fault of the record.
        cut = length > len(raw) and error.reason == "unexpected end of data"
        text = raw[: error.start].decode() if cut else None
    return DeadLetter(
        source=source,
        offset=offset,
        reason=rejected.reason,
        raw=base64.b64encode(raw).decode() if text is None else text,
        detail=rejected.detail or UNSET,
        encoding="base64" if text is None else UNSET,
        length=length if length > len(raw) else UNSET,
    )
