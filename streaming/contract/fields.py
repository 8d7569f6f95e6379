"""The fields of each event type, read off the typed records of ``graph.model.events``.

The contract's ranges stand there once; this table is what the decoder counts with and what names
the broken rule when a record is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from msgspec import inspect

from graph.model.events import EVENT_TYPES, EventBase


class FieldKind(Enum):
    """What sort of value a field holds."""

    IDENTIFIER = "an identifier"
    TEXT = "text"
    CHOICE = "a word of a closed list"
    TIME = "a time"
    NUMBER = "a number"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one event type; ``low`` and ``high`` bound a number or a length, inclusively."""

    name: str
    kind: FieldKind
    required: bool
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def is_string(self) -> bool:
        """Whether the value is a JSON string (and not a number)."""
        return self.kind in (FieldKind.IDENTIFIER, FieldKind.TEXT, FieldKind.CHOICE)


def _field(described: inspect.Field) -> Field:
    kind = described.type
    if isinstance(kind, inspect.UnionType):
        kind = next(part for part in kind.types if not isinstance(part, inspect.NoneType))
    name, required = described.encode_name, described.required
    match kind:
        case inspect.StrType(min_length=None, max_length=None):
            return Field(name, FieldKind.TEXT, required)
        case inspect.StrType(min_length=low, max_length=high):
            return Field(name, FieldKind.IDENTIFIER, required, low, high)
        case inspect.EnumType(cls=words):
            return Field(name, FieldKind.CHOICE, required, choices=tuple(word.value for word in words))
        case inspect.IntType(ge=low, le=high):
            return Field(name, FieldKind.TIME, required, low, high)
        case inspect.FloatType(ge=low, le=high):
            return Field(name, FieldKind.NUMBER, required, low, high)
        case _:
            raise TypeError(f"expected a string, number or choice for field {name}, found {kind}")


def _fields(event_type: type[EventBase]) -> tuple[Field, ...]:
    described = inspect.type_info(event_type)
    assert isinstance(described, inspect.StructType)
    return tuple(_field(field) for field in described.fields)


def tag_of(event_type: type[EventBase]) -> str:
    """The word that stands in ``type`` for records of this class."""
    tag = event_type.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


FIELDS: Final[dict[type[EventBase], tuple[Field, ...]]] = {kind: _fields(kind) for kind in EVENT_TYPES}
"""Every field of every event type but ``type`` itself, in the order of the record."""

TAGS: Final[dict[str, type[EventBase]]] = {tag_of(kind): kind for kind in EVENT_TYPES}
"""The event class for each word that may stand in ``type``."""
