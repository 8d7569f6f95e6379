"""Rules as TOML: read strictly, written so that the same rule gives the same bytes."""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from typing import Any, Final

import msgspec

from graph.model.errors import BadCall
from graph.model.vocabulary import ConditionTest, Decision, FactName, RingKind
from rules.book.rule import Rule, ScoredCondition

_WORDS: Final = [
    *(word.value for words in (FactName, ConditionTest, RingKind, Decision) for word in words),
    *(field.encode_name for struct in (Rule, ScoredCondition) for field in msgspec.structs.fields(struct)),
]
"""Every word that a rule's file may be spelt with, for one that is misspelt."""


def decode_rule(content: bytes, place: str) -> Rule:
    """The rule in a file's bytes. Raises ``BadCall`` that names the place and what is wrong."""
    try:
        plain = tomllib.loads(content.decode())
        return msgspec.convert(plain, Rule)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, BadCall) as error:
        text = " ".join(str(error).split())
        raise BadCall(f"expected a rule in {place}, found: {text}; {_cure(text)}") from error


def encode_rule(rule: Rule, notes: tuple[str, ...] = ()) -> bytes:
    """The bytes of a rule's file; ``notes`` stand above it as comments."""
    plain = msgspec.to_builtins(rule)
    tables = {name: plain.pop(name) for name in ("when", "score")}
    if not rule.score:
        del plain["points_at_least"]
    lines = [f"# {' '.join(note.split())}" for note in notes]
    lines += [f"{name} = {_spelt(value)}" for name, value in plain.items()]
    for table, conditions in tables.items():
        for condition in conditions:
            lines += ["", f"[[{table}]]", *(f"{name} = {_spelt(value)}" for name, value in condition.items())]
    return ("\n".join(lines) + "\n").encode()


def digest_of(content: bytes) -> str:
    """What a decision names a file by, so that it holds for that text alone: 16 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()[:16]


def _cure(text: str) -> str:
    """What to do about an error: the word that was meant, where one is near."""
    found = re.search(r"'(\w+)'|`(\w+)`", text)
    near = difflib.get_close_matches(found[1] or found[2], _WORDS, n=1, cutoff=0.6) if found else []
    return f"did you mean {near[0]}?" if near else "correct the file"


def _spelt(value: Any) -> str:
    # A JSON string without escapes of the solidus is a basic string of TOML.
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_spelt(each) for each in value) + "]"
    if isinstance(value, str):
        return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
    return repr(value)
