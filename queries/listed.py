"""Questions about a list of entities: the links among them, and what each of them is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, cast

from graph.model.errors import BadCall
from graph.stores.port import Value
from queries.walk import Reads, Walked, parted

MOST_KEYS: Final = 2_000


def between(reads: Reads, parameters: Mapping[str, Value]) -> Walked:
    """The rows of the question ``between``."""
    keys = listed_keys(parameters)
    rows = reads("among", {"keys": keys}).rows if keys else ()
    return Walked(rows, len(rows))


def facts(reads: Reads, parameters: Mapping[str, Value]) -> Walked:
    """The rows of the question ``facts``: one for every key, known or not."""
    keys = listed_keys(parameters)
    if not keys:
        return Walked((), 0)
    links = dict(cast(tuple[str, int], tuple(row)) for row in reads("degrees", {"keys": keys}).rows)
    accounts = [parted(key)[1] for key in keys if parted(key)[0] == "account"]
    judged = {row[0]: tuple(row[1:]) for row in reads("open-rings", {"accounts": accounts}).rows}
    nothing = (None, None, None)
    rows = [
        (
            key,
            links.get(key, 0),
            *(judged.get(parted(key)[1], nothing) if key.startswith("account:") else nothing),
        )
        for key in keys
    ]
    return Walked(rows, len(rows))


def listed_keys(parameters: Mapping[str, Value]) -> list[str]:
    """The keys, each once, in order. Raises BadCall for what is no JSON list of ``kind:identifier``."""
    try:
        given = json.loads(cast(str, parameters["keys"]))
    except ValueError:
        given = None
    if not isinstance(given, list) or not all(isinstance(key, str) and ":" in key for key in given):
        raise BadCall(
            'expected keys as a JSON list such as ["account:a", "device:b"], found none; correct it'
        )
    if len(given) > MOST_KEYS:
        raise BadCall(f"expected {MOST_KEYS:,} keys at most, found {len(given):,}; ask for fewer")
    return sorted(set(given))
