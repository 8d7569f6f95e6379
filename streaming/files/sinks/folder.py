"""A folder that appears at its place complete, or not at all."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final

from graph.model.errors import BadCall, Fatal

_PARTIAL: Final = "partial"
_FORMER: Final = "former"


class OutputFolder(AbstractContextManager["OutputFolder"]):
    """Write into ``path`` while inside the ``with``, then ``commit``; leaving without it removes all.

    The folder is written beside its place as ``.NAME.partial-<pid>-<random>`` and renamed at the end. What
    stands at its place is replaced only when it is an empty folder or holds nothing but files whose
    names are in ``expected_files`` (a former result), and it stays until the new one is complete. What a
    killed run left beside it is removed by the next run with the same place; a former result that a
    kill caught between the two renames is put back. A run that still lives holds a lock on its folder.

    Raises ``BadCall`` when the place cannot be used, before anything is written.
    """

    def __init__(self, place: Path, expected_files: Iterable[str]) -> None:
        self._place = Path(os.path.realpath(place))
        self._shown = place
        self._made = _make_parents(self._place.parent, place)
        try:
            self._clear_left_behind()
            _refuse_foreign(self._place, place, frozenset(expected_files))
            self.path = self._make()
        except BaseException:
            _remove_empty(self._made)
            raise
        self._lock = _lock(self.path)

    def commit(self) -> None:
        """Puts the folder at its place, on disk to stay. Raises ``Fatal`` when the disk refuses."""
        try:
            # A disk takes several files in the time of one.
            with ThreadPoolExecutor() as workers:
                list(workers.map(_sync, sorted(self.path.iterdir())))
            _sync(self.path)
            former = self._beside(_FORMER)
            if self._place.exists():
                self._place.rename(former)
            try:
                self.path.rename(self._place)
            except OSError:
                if former.exists():
                    former.rename(self._place)
                raise
            _sync(self._place.parent)
            shutil.rmtree(former, ignore_errors=True)
        except OSError as error:
            raise Fatal(
                f"expected to put results at {self._shown}, found: {error.strerror}: choose another folder"
            ) from error
        self._made = []

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)
        _remove_empty(self._made)

    def _make(self) -> Path:
        try:
            name = tempfile.mkdtemp(
                prefix=f".{self._place.name}.{_PARTIAL}-{os.getpid()}-", dir=self._place.parent
            )
            path = Path(name)
            path.chmod(0o777 & ~_umask())
        except OSError as error:
            raise BadCall(
                f"expected to write beside {self._shown}, found: {error.strerror}: choose another folder"
            ) from error
        return path

    def _beside(self, word: str) -> Path:
        return self._place.parent / f".{self._place.name}.{word}-{os.getpid()}-{os.urandom(4).hex()}"

    def _clear_left_behind(self) -> None:
        pattern = re.compile(rf"\.{re.escape(self._place.name)}\.({_PARTIAL}|{_FORMER})-\d+-\w+")
        for found in sorted(self._place.parent.iterdir()):
            match = pattern.fullmatch(found.name)
            if match is None or not found.is_dir() or _is_locked(found):
                continue
            if match[1] == _FORMER and not self._place.exists():
                found.rename(self._place)
            else:
                shutil.rmtree(found, ignore_errors=True)


def _make_parents(parent: Path, shown: Path) -> list[Path]:
    missing = [folder for folder in (parent, *parent.parents) if not folder.exists()]
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _remove_empty(missing)
        raise BadCall(
            f"expected a place for {shown}, found: {error.strerror}: choose another folder"
        ) from error
    return missing


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def _refuse_foreign(place: Path, shown: Path, expected_files: frozenset[str]) -> None:
    if not place.exists():
        return
    if not place.is_dir():
        raise BadCall(f"expected a folder at {shown}, found a file: choose another --out")
    for found in sorted(place.iterdir()):
        if found.name not in expected_files or not found.is_file():
            raise BadCall(
                f"expected {shown} to be empty or a former result, found {found.name} in it: "
                "choose another --out"
            )


def _lock(folder: Path) -> int:
    handle = os.open(folder, os.O_RDONLY)
    with suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


def _is_locked(folder: Path) -> bool:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
