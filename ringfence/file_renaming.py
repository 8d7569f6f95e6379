"""Renames somebody in files of JSON: exports, events, dead letters. Other files are left as they are."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

from graph.model.errors import Fatal
from graph.model.renaming import Renaming, places_of

SUFFIXES: Final = (".ndjson", ".jsonl", ".json")


def rename_in_file(path: Path, renaming: Renaming) -> int:
    """Rename in a file, line by line, put in place at the end; gives how many lines changed.

    Lines that name nobody stay byte for byte. A line that is no JSON and names somebody goes. A file of other
    names, compressed ones too, is not touched. Memory: one line.
    """
    if path.suffix not in SUFFIXES:
        return 0
    made = path.with_name(f".{path.name}.partial")
    changed = 0
    try:
        with path.open("rb") as lines, made.open("wb") as out:
            os.chmod(made, path.stat().st_mode & 0o777)
            whole = [lines.read()] if path.suffix == ".json" else lines
            for line in whole:
                renamed = _renamed(line, renaming)
                changed += renamed != line
                out.write(renamed)
            out.flush()
            os.fsync(out.fileno())
        if changed:
            made.replace(path)
    except OSError as error:
        raise Fatal(
            f"expected to write {path} anew, found: {error.strerror}; mend that and call again"
        ) from error
    finally:
        made.unlink(missing_ok=True)
    return changed


def _renamed(line: bytes, renaming: Renaming) -> bytes:
    if not any(True for each in renaming.identifiers for _ in places_of(each, line)):
        return line
    try:
        value: Any = json.loads(line)
    except ValueError:
        return b""
    now = renaming.everywhere(value)
    if now == value:
        return line
    indent = 2 if b"\n " in line else None
    written = json.dumps(now, ensure_ascii=False, indent=indent, separators=None if indent else (",", ":"))
    return written.encode("utf-8", "surrogatepass") + b"\n"
