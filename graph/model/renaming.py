"""Identifiers of somebody who is forgotten, and what they are called from then on.

A ghost's name is a hash of the identifier under a key that was made for this person and is kept nowhere: it
leads to nobody, and nobody can test a guess. What is tied to the ghost stays tied.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from mmap import mmap
from typing import Any, Final

from graph.model.vocabulary import EntityKind

GHOST: Final = "ghost_"
ERASED: Final = "[erased]"
SHORTEST: Final = 5
"""Identifiers of fewer bytes are sought as whole words: they stand in too many others."""
_KEY_BYTES: Final = 32
_ACCOUNT: Final = EntityKind.ACCOUNT.value
Named = tuple[str, str]
"""Kind and identifier."""


class Renaming:
    """New names by (kind, identifier). Applying it twice changes nothing more.

    >>> renaming = Renaming({("account", "ann-1"): "ghost_7"})
    >>> renaming.everywhere({"accounts": ["ann-1", "bob"], "note": "see ann-1"})
    {'accounts': ['ghost_7', 'bob'], 'note': '[erased]'}
    """

    def __init__(self, names: Mapping[Named, str]) -> None:
        self.names = dict(names)
        self._plain = {identifier: ghost for (_, identifier), ghost in self.names.items()}
        self._keys = {
            f"{kind}:{identifier}": f"{kind}:{ghost}" for (kind, identifier), ghost in names.items()
        }
        self._sought = re.compile("|".join(sorted(map(_pattern, self._plain), reverse=True)) or r"(?!)")

    @property
    def identifiers(self) -> list[str]:
        """What is to be found nowhere, sorted."""
        return sorted(self._plain)

    def of(self, kind: str, identifier: str) -> str:
        """What an identifier of a kind is called now."""
        return self.names.get((kind, identifier), identifier)

    def account(self, identifier: str) -> str:
        """What an account is called now."""
        return self.of(_ACCOUNT, identifier)

    def key(self, key: str) -> str:
        """The same of an entity written as ``kind:identifier``."""
        return self._keys.get(key, key)

    def subject(self, text: str) -> str:
        """The same of what a verdict or an act is about: an account, or ``kind:identifier``."""
        return self._keys.get(text) or self.account(text)

    def note(self, text: str) -> str:
        """A free text; gone as a whole when it names somebody."""
        return ERASED if self.is_in(text) else text

    def is_in(self, text: str) -> bool:
        """Whether an identifier stands in a text."""
        return self._sought.search(text) is not None

    def everywhere(self, value: Any) -> Any:
        """JSON with every text that is an identifier renamed, and every other that names somebody gone."""
        if isinstance(value, str):
            named = self._keys.get(value) or self._plain.get(value)
            return named or self.note(value)
        if isinstance(value, list):
            return [self.everywhere(each) for each in value]
        if isinstance(value, dict):
            return {self.everywhere(name): self.everywhere(each) for name, each in value.items()}
        return value


def ghosts_of(named: Iterable[Named], key: bytes | None = None) -> Renaming:
    """New names for one person's identifiers, under a key that is thrown away; ``key`` is for tests."""
    thrown_away = key or secrets.token_bytes(_KEY_BYTES)

    def ghost(kind: str, identifier: str) -> str:
        text = identifier.encode("utf-8", "surrogatepass")
        hashed = hashlib.blake2b(text, digest_size=16, key=thrown_away, person=kind.encode())
        return GHOST + hashed.hexdigest()

    return Renaming({(kind, identifier): ghost(kind, identifier) for kind, identifier in sorted(set(named))})


def spellings(identifier: str) -> list[bytes]:
    """The bytes in which an identifier may stand in a file: as it is, and as JSON writes it."""
    written = [json.dumps(identifier)[1:-1], json.dumps(identifier, ensure_ascii=False)[1:-1], identifier]
    return sorted({each.encode("utf-8", "surrogatepass") for each in written})


def places_of(identifier: str, data: bytes | mmap, others: Iterable[str] = ()) -> Iterator[int]:
    """Where an identifier stands in bytes; not where it is only a part of one of ``others``.

    Identifiers shorter than ``SHORTEST`` count as whole words only. O(bytes) for each spelling.
    """
    longer = [
        (form, form.find(short))
        for other in others
        for form in spellings(other)
        for short in spellings(identifier)
        if short in form
    ]
    for spelled in spellings(identifier):
        pattern = re.escape(spelled)
        if len(spelled) < SHORTEST:
            pattern = rb"(?<![\w-])" + pattern + rb"(?![\w-])"
        for found in re.finditer(pattern, data):
            at = found.start()
            if not any(
                data[max(0, at - within) : at - within + len(form)] == form for form, within in longer
            ):
                yield at


def _pattern(identifier: str) -> str:
    escaped = re.escape(identifier)
    is_short = len(identifier.encode("utf-8", "surrogatepass")) < SHORTEST
    return rf"(?<![\w-]){escaped}(?![\w-])" if is_short else escaped
