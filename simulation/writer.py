"""The output folder: complete or absent."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import zstandard

from simulation.config import BadConfig


@contextmanager
def finished_folder(out: Path) -> Iterator[Path]:
    """Yield a temporary folder beside ``out`` that takes its place on success and vanishes on failure.

    An ``out`` that exists must be empty or an earlier simulation; otherwise ``BadConfig`` is raised.
    """
    out = out.absolute()
    if out.exists():
        if not out.is_dir():
            raise BadConfig(f"expected {out} to be a folder or absent, found a file; choose another name")
        foreign = [p.name for p in sorted(out.iterdir()) if not _ours(p.name)]
        if foreign:
            raise BadConfig(
                f"expected {out} to be absent, empty or an earlier simulation, found {foreign[0]} in it; "
                "choose another folder"
            )
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(out.name + ".unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    try:
        yield draft
        if out.exists():
            earlier = out.with_name(out.name + ".replaced")
            shutil.rmtree(earlier, ignore_errors=True)
            out.rename(earlier)
            draft.rename(out)
            shutil.rmtree(earlier)
        else:
            draft.rename(out)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _ours(name: str) -> bool:
    return name == "truth.json" or name in {"events.ndjson", "events.ndjson.gz", "events.ndjson.zst"}


@contextmanager
def event_file(path: Path, compression: str) -> Iterator[IO[bytes]]:
    """Yield a binary stream into ``path``, compressed as asked; the same lines give the same bytes."""
    with path.open("wb") as raw:
        if compression == "gz":
            with gzip.GzipFile(filename="", mode="wb", compresslevel=5, fileobj=raw, mtime=0) as stream:
                yield cast("IO[bytes]", stream)
        elif compression == "zst":
            with zstandard.ZstdCompressor(level=3).stream_writer(raw, closefd=False) as stream:
                yield cast("IO[bytes]", stream)
        else:
            yield raw
