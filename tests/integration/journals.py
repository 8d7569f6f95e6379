"""How far a service has come, read from its journal while it writes it, or after it was killed."""

from __future__ import annotations

from pathlib import Path

import msgspec

from streaming.service.journal import PATTERN, Entry

_decode = msgspec.json.Decoder(Entry).decode


def batches(state: Path) -> int:
    """The number of the last batch it has journalled, 0 before the first.

    Lines are no measure: a snapshot takes the journals before it away.
    """
    while True:
        try:
            return max(map(_last, state.glob(PATTERN)), default=0)
        except FileNotFoundError:
            # A snapshot has taken its place since the folder was listed: there is a newer one.
            continue


def _last(journal: Path) -> int:
    # The file is named after the first batch in it; what follows the last line end is not written yet.
    first = int(journal.stem.split("-")[1])
    entries = map(_decode, journal.read_bytes().split(b"\n")[:-1])
    return max((entry.batch for entry in entries if entry.is_batch), default=first - 1)
