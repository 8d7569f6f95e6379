"""A finished run's output folder as typed records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from graph.model.errors import BadCall, Fatal
from graph.model.results import AccountScore, Candidate, Flag, LedgerEntry, Ring

Record = TypeVar("Record", AccountScore, Candidate, Flag, LedgerEntry, Ring)


@dataclass(frozen=True, slots=True)
class Results:
    """Access to the files of one run. Readers stream: memory is one record at a time.

    Every reader raises ``Fatal`` naming the file and line when a line is not what the contract says.
    """

    folder: Path

    def flags(self) -> Iterator[Flag]:
        """The flags, in the order raised."""
        return _records(self.folder / "flags.ndjson", Flag)

    def rings(self) -> Iterator[Ring]:
        """The rings open at the end, by ring id."""
        return _records(self.folder / "rings.ndjson", Ring)

    def accounts(self) -> Iterator[AccountScore]:
        """Every account seen, by account id."""
        return _records(self.folder / "accounts.ndjson", AccountScore)

    def ledger(self) -> Iterator[LedgerEntry]:
        """The changes of all rings, in the order they happened."""
        return _records(self.folder / "ledger.ndjson", LedgerEntry)

    def candidates(self) -> Iterator[Candidate] | None:
        """What was judged, in that order; None when the run did not write it (`detect --candidates`)."""
        path = self.folder / "candidates.ndjson"
        return _records(path, Candidate) if path.is_file() else None


FILES = ("flags.ndjson", "rings.ndjson", "accounts.ndjson", "ledger.ndjson")
"""What must lie in a folder for it to be the output of a run."""


def open_results(folder: Path) -> Results:
    """The results in ``folder``; raises ``BadCall`` when it is not the output folder of a run."""
    if not folder.is_dir():
        state = "a file" if folder.exists() else "nothing there"
        raise BadCall(
            f"expected {folder} to be the output folder of a run, found {state}; "
            f"pass the DIR given to `ringfence detect --out`"
        )
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise BadCall(
            f"expected {folder} to hold {', '.join(FILES)}, found no {missing[0]}; "
            f"pass the DIR given to `ringfence detect --out`"
        )
    return Results(folder)


def _records(path: Path, record: type[Record]) -> Iterator[Record]:
    decoder = msgspec.json.Decoder(record)
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield decoder.decode(line)
            except msgspec.DecodeError as error:
                raise Fatal(
                    f"expected line {number} of {path} to hold a record of type {record.__name__}, "
                    f"found {error}; run `ringfence detect` again"
                ) from error
