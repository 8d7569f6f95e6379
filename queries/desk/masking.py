"""Identifiers of people, masked: a handle says nothing to who reads it and leads back here.

A handle is ``~`` and the identifier encrypted with AES-SIV (RFC 5297): the same identifier of the same kind
has the same handle, so that masked answers can be compared and asked about further; it tells the length of
the identifier.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from cryptography.exceptions import InvalidTag

from graph.model.vocabulary import EntityKind
from queries.desk.keys import DeskKeys

MARK: Final = "~"
PLAIN_KINDS: Final = frozenset({EntityKind.PROMO.value})
"""Kinds that name nobody."""
TRIP: Final = "trip"


class Masks:
    """Handles under one desk's keys."""

    def __init__(self, keys: DeskKeys) -> None:
        self._cipher = keys.masks

    def masked(self, kind: str, identifier: str) -> str:
        """The handle of an identifier; promotions stay as they are."""
        if kind in PLAIN_KINDS or not identifier:
            return identifier
        sealed = self._cipher.encrypt(_bytes(identifier), [kind.encode()])
        return MARK + base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def masked_key(self, key: str) -> str:
        """The same of an entity written as ``kind:identifier``."""
        kind, _, identifier = key.partition(":")
        return f"{kind}:{self.masked(kind, identifier)}"

    def plain(self, kind: str, given: str) -> str:
        """The identifier that a handle stands for; what is no handle of ours is an identifier already."""
        if not given.startswith(MARK):
            return given
        body = given[1:]
        try:
            sealed = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
            return self._cipher.decrypt(sealed, [kind.encode()]).decode("utf-8", "surrogatepass")
        except (binascii.Error, InvalidTag, ValueError):
            return given

    def plain_key(self, given: str) -> str:
        """The same of an entity written as ``kind:identifier``; an account where no kind is given."""
        kind, separator, identifier = given.partition(":")
        if not separator:
            return self.plain(EntityKind.ACCOUNT.value, given)
        return f"{kind}:{self.plain(kind, identifier)}"


def _bytes(identifier: str) -> bytes:
    return identifier.encode("utf-8", "surrogatepass")
