"""Forgets somebody in what ``ringfence across`` remembers.

Who used what becomes that of a ghost, so that what is tied stays tied. Kept events that name the person go,
and so does what waits for a topic and names them: records are kept as they came, under a pseudonym key too,
and an event without one of its people would be another. Who is tied to others later is not told of these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from graph.model.errors import BadCall
from graph.model.renaming import Renaming, places_of
from graph.model.vocabulary import EntityKind
from streaming.admission.pseudonyms import Pseudonyms
from streaming.decoding.columns import ColumnDecoder
from streaming.regions.memory import FILE, RegionsMemory
from streaming.regions.sightings import identifier_hash, sightings
from streaming.service.state_folder import StateFolder

AT_ONCE: Final = 1_000
_ACCOUNT: Final = EntityKind.ACCOUNT.value


def forget_across(
    folder: Path, renaming: Renaming, longer: Mapping[str, Sequence[str]], key: bytes | None
) -> int:
    """Rename and delete; gives how many rows were. A second call changes none.

    ``longer``: others' names in which an identifier stands. ``key`` is that of the pseudonyms, as ``across``
    was given it. Raises BadCall while it runs, or when there is nothing of it in the folder. Cost: every kept
    event is read once, and the file is written anew.
    """
    if not (folder / FILE).is_file():
        raise BadCall(f"expected what ringfence across remembers at {folder}, found none; correct --across")
    names = {old: new for (kind, old), new in renaming.names.items() if kind == _ACCOUNT}
    hashes = {
        identifier_hash(kind, old, key or b""): identifier_hash(kind, new, key or b"")
        for (kind, old), new in renaming.names.items()
    }
    pseudonyms = None if key is None else Pseudonyms(key)
    decoder = ColumnDecoder()

    def naming_them(values: Sequence[bytes]) -> list[bool]:
        decoded = decoder.decode_values(values)
        named = {
            int(decoded.places[each.row])
            for each in sightings(
                decoded.batch if pseudonyms is None else pseudonyms.replace_all(decoded.batch)
            )
            if (each.kind.value, each.identifier) in renaming.names
        }
        return [
            place in named
            or any(True for each in renaming.identifiers for _ in places_of(each, value, longer[each]))
            for place, value in enumerate(values)
        ]

    with StateFolder(folder, 1, lambda _warning: None):
        memory = RegionsMemory(folder)
        try:
            return memory.forget(names, hashes, naming_them, AT_ONCE)
        finally:
            memory.close()
