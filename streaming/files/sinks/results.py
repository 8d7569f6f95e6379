"""The result files of a run over finite inputs, complete or absent: six, and on request the candidates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final

import msgspec

from graph.model.errors import Fatal
from graph.model.results import AccountScore, Candidate, Outcome, Ring
from rules.running.runner import RuleReport
from streaming.contract.dead_letters import DeadLetter
from streaming.files.sinks.folder import OutputFolder
from streaming.files.sinks.lines import LineFile

FLAGS: Final = "flags.ndjson"
RINGS: Final = "rings.ndjson"
ACCOUNTS: Final = "accounts.ndjson"
LEDGER: Final = "ledger.ndjson"
DEAD_LETTERS: Final = "dead_letters.ndjson"
SUMMARY: Final = "summary.json"
RESULT_FILES: Final = (FLAGS, RINGS, ACCOUNTS, LEDGER, DEAD_LETTERS, SUMMARY)
CANDIDATES: Final = "candidates.ndjson"
AS_PARQUET: Final = {
    name: name.replace(".ndjson", ".parquet") for name in (FLAGS, RINGS, ACCOUNTS, LEDGER, DEAD_LETTERS)
}
"""What the files of records are called where they are written as Parquet too."""
RULES: Final = "rules.ndjson"


class ResultFolder(AbstractContextManager["ResultFolder"]):
    """Writes results into ``place``; nothing stands there before ``finish``.

    Flags, ledger entries, dead letters and, ``with_candidates``, what was judged go to disk as they come.
    Raises ``BadCall`` when ``place`` cannot be used and ``Fatal`` when the disk is full or fails.
    """

    def __init__(self, place: Path, *, with_candidates: bool = False) -> None:
        self._stack = ExitStack()
        self._folder = self._stack.enter_context(
            OutputFolder(place, (*RESULT_FILES, CANDIDATES, RULES, *AS_PARQUET.values()))
        )
        try:
            self._flags, self._ledger, self._dead_letters = (
                self._open(name) for name in (FLAGS, LEDGER, DEAD_LETTERS)
            )
            self._candidates = self._open(CANDIDATES) if with_candidates else None
        except BaseException:
            self._stack.close()
            raise

    def write(self, outcome: Outcome) -> None:
        """Appends what a batch brought forth."""
        self._flags.write(outcome.flags)
        self._ledger.write(outcome.ledger)

    def write_candidates(self, candidates: Iterable[Candidate]) -> None:
        """Appends what was judged; only in a folder made ``with_candidates``."""
        assert self._candidates is not None
        self._candidates.write(candidates)

    def write_dead_letter(self, letter: DeadLetter) -> None:
        """Appends a rejected record."""
        self._dead_letters.write((letter,))

    def write_final(self, rings: Iterable[Ring], accounts: Iterable[AccountScore]) -> None:
        """Writes what stands at the end."""
        with LineFile(self._folder.path / RINGS) as file:
            file.write(rings)
        with LineFile(self._folder.path / ACCOUNTS) as file:
            file.write(accounts)

    def write_rules(self, reports: Iterable[RuleReport]) -> None:
        """Writes what people's rules did."""
        with LineFile(self._folder.path / RULES) as file:
            file.write(reports)

    def finish(self, summary: msgspec.Struct, finishing: Callable[[Path], object] | None = None) -> None:
        """Writes the summary and lets the folder appear at its place; before, ``finishing`` may add to it."""
        for file in (self._flags, self._ledger, self._dead_letters, self._candidates):
            if file is not None:
                file.close()
        text = msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n"
        try:
            (self._folder.path / SUMMARY).write_bytes(text)
        except OSError as error:
            raise Fatal(
                f"expected to write {SUMMARY}, found: {error.strerror}: "
                "free some space or choose another --out"
            ) from error
        if finishing is not None:
            finishing(self._folder.path)
        self._folder.commit()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def _open(self, name: str) -> LineFile:
        return self._stack.enter_context(LineFile(self._folder.path / name))
