"""Forgetting somebody everywhere: the order of the steps, what is left after a crash, and the proof.

1. Nothing forbids it: no account is under a hold, no service is at work on the state, no file is compressed.
2. The new names are written down beside the desk, so that a call that broke off can be ended under the same.
3. Store, state, files and desk are renamed; each step may be done twice.
4. Every file is searched for every identifier, byte by byte.
5. The new names and their old ones are deleted; nobody can lead one to the other any more.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from graph.model.errors import BadCall, Fatal
from graph.model.renaming import Renaming, ghosts_of, places_of
from ringfence.file_renaming import rename_in_file

if TYPE_CHECKING:
    from graph.stores.erasing import StoreEraser
    from queries.desk.desk import Desk

PENDING: Final = "forgetting"
COMPRESSED: Final = (
    *(b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\x00", b"\x04\x22\x4d\x18"),
    *(b"PAR1", b"ARROW1"),
)
"""How files begin in which a search would find nothing: gzip, zstd, zip, bzip2, xz, lz4, Parquet, Arrow."""
_ACTOR_MEANS: Final = "command"


@dataclass(frozen=True, slots=True)
class Places:
    """Where somebody may be known.

    ``also``: exports and files of events, or folders of them. ``across``: what ``ringfence across``
    remembers, with the key of its pseudonyms.
    """

    desk: Path
    store: Path | None
    state: Path | None
    also: tuple[Path, ...]
    across: Path | None = None
    key: bytes | None = None

    @property
    def pending(self) -> Path:
        """Where the new names lie while a call is at work."""
        return self.desk.with_name(f"{self.desk.name}.{PENDING}")

    def files(self) -> Iterator[Path]:
        """Every file that is searched, the server's aside, sorted within each place."""
        for base in (self.store, self.desk):
            if base is not None:
                # With its log, its checkpoints, its events; not what says who is to be forgotten.
                yield from sorted(
                    p for p in base.parent.glob(f"{base.name}*") if p.is_file() and p != self.pending
                )
        for place in (self.state, self.across, *self.also):
            if place is None:
                continue
            yield from _files_below(place)


@dataclass(slots=True)
class Erased:
    """What was done and what was found."""

    identifiers: int
    in_store: int = 0
    in_state: int = 0
    across: int = 0
    in_files: int = 0
    at_desk: int = 0
    searched: int = 0
    found: list[str] = field(default_factory=list)
    """Where an identifier stands all the same."""
    active: tuple[int, int] | None = None
    """When the accounts were first and last seen, epoch ms."""


def erase(desk: Desk, store: StoreEraser, places: Places, accounts: Sequence[str]) -> Erased:
    """Forget these accounts, which are one person's.

    Raises BadCall before anything is done: one is unknown or under a hold, or a file cannot be searched.
    """
    for account in accounts:
        hold = desk.subjects.held(account)
        if hold is not None:
            raise BadCall(
                f"expected no hold, found one by {hold.made_by or 'the command line'}: {hold.reason}; "
                "lift it with ringfence hold ACCOUNT --lift"
            )
    _refuse_compressed(places)
    renaming = _names(store, places, accounts)
    done = Erased(len(renaming.names), active=_active(store, accounts, renaming))
    longer = {each: store.containing(each) for each in renaming.identifiers}
    try:
        # First what may be refused.
        if places.across is not None:
            from streaming.regions.forgetting import forget_across

            done.across = forget_across(places.across, renaming, longer, places.key)
        if places.state is not None:
            from streaming.service.forgetting import forget_in_state

            done.in_state = forget_in_state(places.state, renaming, lambda _warning: None)
    except BadCall:
        if not done.across and store.identifiers_of(accounts):
            # Nothing was done yet.
            _throw_away(places.pending)
        raise
    done.in_store = store.erase(renaming)
    store.close()
    for path in _renamed_files(places):
        done.in_files += rename_in_file(path, renaming)
    done.at_desk = _forget_at_desk(desk, renaming)
    for path in dict.fromkeys(places.files()):
        done.searched += 1
        done.found += _found_in(path, renaming, longer)
    _throw_away(places.pending)
    return done


def _refuse_compressed(places: Places) -> None:
    """What cannot be searched would be said to hold nothing."""
    odd = [path for place in places.also for path in _files_below(place) if _is_compressed(path)]
    if odd:
        more = f" and {len(odd) - 1:,} more" if len(odd) > 1 else ""
        raise BadCall(
            f"expected files that can be searched, found {odd[0]}{more} compressed; unpack or delete "
            "them, or leave them out and see to them yourself"
        )


def _is_compressed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(max(map(len, COMPRESSED))).startswith(COMPRESSED)


def _found_in(path: Path, renaming: Renaming, longer: Mapping[str, Sequence[str]]) -> list[str]:
    """Where an identifier stands in a file, which is not read into memory."""
    if not path.stat().st_size:
        return []
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return [
            f"{path}, byte {at}"
            for each in renaming.identifiers
            for at in places_of(each, data, longer[each])
        ]


def _names(store: StoreEraser, places: Places, accounts: Sequence[str]) -> Renaming:
    """The new names: those of a call that broke off, or new ones."""
    known = store.identifiers_of(accounts)
    if places.pending.exists():
        kept = msgspec.json.decode(places.pending.read_bytes(), type=list[tuple[str, str, str]])
        renaming = Renaming({(kind, old): new for kind, old, new in kept})
        if not {("account", each) for each in accounts} <= set(renaming.names):
            raise BadCall(
                f"expected to end first what {places.pending} began, found other accounts named; "
                "call again with the accounts of that call"
            )
        return renaming
    missing = sorted(set(accounts) - {name for kind, name in known if kind == "account"})
    if missing:
        raise BadCall(
            f"expected accounts that the store knows, found {len(missing)} that it does not; "
            "correct them, or they are forgotten already"
        )
    renaming = ghosts_of(known)
    rows = [(kind, old, new) for (kind, old), new in renaming.names.items()]
    handle = os.open(places.pending, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(handle, msgspec.json.encode(rows))
        os.fsync(handle)
    finally:
        os.close(handle)
    return renaming


def _active(store: StoreEraser, accounts: Sequence[str], renaming: Renaming) -> tuple[int, int] | None:
    return store.active([*accounts, *(renaming.account(each) for each in accounts)])


def _renamed_files(places: Places) -> Iterator[Path]:
    """Files of JSON: exports, events, and what analysts answered beside an embedded store."""
    if places.store is not None:
        yield from sorted(places.store.parent.glob(f"{places.store.name}*.ndjson"))
    for place in places.also:
        yield from _files_below(place)


def _files_below(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    elif place.is_dir():
        yield from sorted(path for path in place.rglob("*") if path.is_file())
    else:
        raise BadCall(f"expected a file or a folder at {place}, found none; correct the path")


def _forget_at_desk(desk: Desk, renaming: Renaming) -> int:
    from queries.desk.audit import Actor
    from queries.desk.forgetting import forget

    return forget(desk, Actor("", _ACTOR_MEANS, ""), renaming)


def _throw_away(path: Path) -> None:
    try:
        with path.open("r+b") as file:
            file.write(b"\0" * path.stat().st_size)
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except OSError as error:
        raise Fatal(f"expected to delete {path}, found: {error.strerror}; delete it yourself") from error
