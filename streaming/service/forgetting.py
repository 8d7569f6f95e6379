"""Forgets somebody in a state folder: the newest snapshot is written anew, older ones go.

Journals hold offsets and name nobody. What the topics still hold is not reached: a service that reads it
again, from the beginning or from an older copy of the folder, knows the person again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from graph.model.errors import BadCall, Fatal
from graph.model.renaming import Renaming, places_of
from graph.state.forgetting import without
from graph.stores.listening import without as nothing_heard_of
from rules.running.engine import SAVED_AS as RULES
from rules.running.forgetting import without as rules_without
from streaming.service.core import REORDER_BUFFER
from streaming.service.state_folder import StateFolder

_ENGINE: Final = "engine/"
_WAITING: Final = (f"{REORDER_BUFFER}/texts", f"{REORDER_BUFFER}/messages")


def forget_in_state(folder: Path, renaming: Renaming, warn: Callable[[str], None]) -> int:
    """Rename in the newest snapshot; gives how many entities were. A second call renames none.

    Raises BadCall while a service uses the folder, while batches follow the snapshot (they would be read
    again), or while an event that names the person waits in it to be put in order.
    """
    if not folder.is_dir():
        raise BadCall(f"expected the state of a service at {folder}, found none; correct --state")
    with StateFolder(folder, 1, warn) as state:
        found = state.newest(lambda: None)
        batch = -1 if found is None else found[0]
        if any(entry.is_batch for entry in state.entries_after(batch)):
            raise BadCall(
                f"expected a snapshot that nothing follows in {folder}, found batches behind it; let the "
                "service end by SIGTERM, which makes one, and come again"
            )
        count = 0
        if found is not None:
            _, header, arrays = found
            for name in _WAITING:
                waiting = arrays[name].tobytes() if name in arrays else b""
                if any(True for each in renaming.identifiers for _ in places_of(each, waiting)):
                    raise BadCall(
                        f"expected no event about them to wait in {folder}, found one; let the service run "
                        "until newer events have come, end it, and come again"
                    )
            own = {n.removeprefix(_ENGINE): each for n, each in arrays.items() if n.startswith(_ENGINE)}
            changed, count = without(own, renaming)
            changed = nothing_heard_of(changed, renaming)
            if RULES in changed:
                rules = rules_without(changed[RULES].tobytes(), renaming)
                changed[RULES] = np.frombuffer(rules, np.uint8)
            arrays |= {_ENGINE + name: array for name, array in changed.items()}
            try:
                state.snapshots.write(batch, header, arrays)
            except OSError as error:
                raise Fatal(
                    f"expected to write {folder}, found: {error.strerror}; free some space"
                ) from error
        for damaged in folder.glob("*.damaged"):
            damaged.unlink()
        return count
