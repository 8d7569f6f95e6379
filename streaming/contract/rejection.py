"""Names the rule that a record breaks.

Runs only on records that the fast path of the decoder could not accept at once, so it prefers clarity to
speed: the record is parsed a second time with the standard library, which keeps repeated keys.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any, Final

from graph.model.errors import Rejected
from graph.model.events import AnalystAct, act_fault
from graph.model.vocabulary import RejectionReason
from streaming.contract.fields import FIELDS, TAGS, Field, FieldKind

MAX_LINE_BYTES: Final = 1 << 20
"""A record longer than this is refused unread."""

MAX_NESTING: Final = 256
"""A record nested deeper than this is refused: a parser's stack would decide otherwise."""

_LONGEST_EXACT_INTEGER: Final = 400
_STRINGS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_JSON_NAMES: Final[dict[type, str]] = {
    bool: "true or false",
    str: "text",
    int: "a whole number",
    float: "a fraction or a number with an exponent",
    list: "an array",
}


class _Pairs(list[tuple[str, Any]]):
    """The members of a JSON object as they stand, repeated keys included."""


def find_fault(line: bytes, max_line_bytes: int = MAX_LINE_BYTES) -> Rejected | None:
    """The first rule that ``line`` breaks, in the order of ``RejectionReason``, or None.

    The length of a record is checked before anything else. The moving limit of
    event time (one day ahead of the newest event) is not judged here: it needs the other events.
    Time and memory grow with the length of the line.
    """
    if len(line) > max_line_bytes:
        return too_long(len(line), max_line_bytes)
    if not line.strip():
        return Rejected(RejectionReason.EMPTY_LINE, "expected a JSON object, found nothing")
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        return Rejected(RejectionReason.INVALID_UTF8, f"byte {error.start} is not UTF-8")
    if "\0" in text:
        return Rejected(RejectionReason.NUL_BYTE, f"character {text.index(chr(0))} is NUL")
    if _nests_too_deep(line):
        return Rejected(RejectionReason.INVALID_JSON, f"nested deeper than {MAX_NESTING} levels")
    literals: list[str] = []
    try:
        parsed = _parse(text, literals)
    except (ValueError, RecursionError) as error:
        return Rejected(RejectionReason.INVALID_JSON, str(error))
    if not isinstance(parsed, _Pairs):
        return Rejected(RejectionReason.NOT_AN_OBJECT, f"expected an object, found {_name(parsed)}")
    return _fault_of_object(parsed, literals)


def too_long(length: int, max_line_bytes: int) -> Rejected:
    """The rejection of a record of ``length`` bytes."""
    detail = f"expected at most {max_line_bytes} bytes, found {length}"
    return Rejected(RejectionReason.LINE_TOO_LONG, detail)


def too_far_ahead(ts: int, latest_accepted_ms: int) -> Rejected:
    """The rejection of an event that claims to come from the future."""
    return Rejected(
        RejectionReason.TIME_OUT_OF_RANGE, f"expected ts at most {latest_accepted_ms}, found {ts}"
    )


def _parse(text: str, literals: list[str]) -> Any:
    def literal(word: str) -> float:
        literals.append(word)
        return math.nan

    def integer(digits: str) -> int:
        # Longer ones cost quadratic time (Python refuses them) and are beyond every range anyway.
        if len(digits) <= _LONGEST_EXACT_INTEGER:
            return int(digits)
        huge: int = 10**_LONGEST_EXACT_INTEGER
        return -huge if digits.startswith("-") else huge

    return json.loads(text, object_pairs_hook=_Pairs, parse_constant=literal, parse_int=integer)


def _nests_too_deep(line: bytes) -> bool:
    if line.count(b"[") + line.count(b"{") <= MAX_NESTING:
        return False
    depth = 0
    for byte in _STRINGS.sub(b"", line):
        if byte in b"[{":
            depth += 1
            if depth > MAX_NESTING:
                return True
        elif byte in b"]}":
            depth -= 1
    return False


def _fault_of_object(pairs: _Pairs, literals: list[str]) -> Rejected | None:
    record = dict(pairs)
    if len(record) != len(pairs):
        twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        return Rejected(RejectionReason.DUPLICATE_KEY, f"the key {_quote(twice)} stands more than once")
    kind = record.get("type")
    if kind is None:
        return Rejected(RejectionReason.MISSING_FIELD, "expected the field type")
    if not isinstance(kind, str):
        return Rejected(RejectionReason.WRONG_TYPE, f"type: expected text, found {_name(kind)}")
    if kind not in TAGS:
        return Rejected(RejectionReason.UNKNOWN_TYPE, f"no event has the type {_quote(kind)}")
    fields = FIELDS[TAGS[kind]]
    for field in fields:
        if field.required and field.name not in record:
            return Rejected(RejectionReason.MISSING_FIELD, f"expected the field {field.name}")
    present = [(field, record[field.name]) for field in fields if field.name in record]
    present = [(field, value) for field, value in present if field.required or value is not None]
    for judge in (_wrong_type, _nul_byte, _bad_identifier, _not_finite):
        for field, value in present:
            fault = judge(field, value)
            if fault is not None:
                return fault
    if literals:
        return Rejected(RejectionReason.NUMBER_NOT_FINITE, f"{literals[0]} is no number in JSON")
    for judge in (_number_out_of_range, _time_out_of_range):
        for field, value in present:
            fault = judge(field, value)
            if fault is not None:
                return fault
    return _no_act(record) if TAGS[kind] is AnalystAct else None


def _no_act(record: dict[str, Any]) -> Rejected | None:
    detail = act_fault(record["act"], record["subject"], record.get("other"))
    if not detail:
        return None
    is_missing = record.get("other") is None and not detail.startswith("subject")
    return Rejected(RejectionReason.MISSING_FIELD if is_missing else RejectionReason.BAD_IDENTIFIER, detail)


def _wrong_type(field: Field, value: Any) -> Rejected | None:
    if field.is_string:
        fits = isinstance(value, str) and (not field.choices or value in field.choices)
    elif field.kind is FieldKind.TIME:
        whole = isinstance(value, int) and not isinstance(value, bool)
        fits = whole or (isinstance(value, float) and not math.isfinite(value))
    else:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    if fits:
        return None
    if field.choices:
        expected = "one of " + ", ".join(field.choices)
    elif field.kind is FieldKind.TIME:
        expected = "a whole number of milliseconds"
    else:
        expected = "text" if field.is_string else "a number"
    found = _quote(value) if field.choices and isinstance(value, str) else _name(value)
    return Rejected(RejectionReason.WRONG_TYPE, f"{field.name}: expected {expected}, found {found}")


def _nul_byte(field: Field, value: Any) -> Rejected | None:
    if field.kind is FieldKind.IDENTIFIER and "\0" in value:
        return Rejected(RejectionReason.NUL_BYTE, f"{field.name} holds the character NUL")
    return None


def _bad_identifier(field: Field, value: Any) -> Rejected | None:
    if field.kind is not FieldKind.IDENTIFIER:
        return None
    low, high = int(field.low or 0), int(field.high or 0)
    if low <= len(value) <= high:
        return None
    detail = f"{field.name}: expected {low} to {high} characters, found {len(value)}"
    return Rejected(RejectionReason.BAD_IDENTIFIER, detail)


def _not_finite(field: Field, value: Any) -> Rejected | None:
    if field.is_string or (field.kind is FieldKind.TIME and isinstance(value, int)):
        return None
    try:
        if math.isfinite(value):
            return None
    except OverflowError:
        pass
    return Rejected(RejectionReason.NUMBER_NOT_FINITE, f"{field.name}: expected a finite number")


def _number_out_of_range(field: Field, value: Any) -> Rejected | None:
    if field.kind is not FieldKind.NUMBER or _within(field, value):
        return None
    return Rejected(RejectionReason.NUMBER_OUT_OF_RANGE, f"{field.name}: {_bounds(field)}, found {value}")


def _time_out_of_range(field: Field, value: Any) -> Rejected | None:
    if field.kind is not FieldKind.TIME or _within(field, value):
        return None
    return Rejected(RejectionReason.TIME_OUT_OF_RANGE, f"{field.name}: {_bounds(field)}, found {value}")


def _within(field: Field, value: float) -> bool:
    return (field.low is None or value >= field.low) and (field.high is None or value <= field.high)


def _bounds(field: Field) -> str:
    if field.high is None:
        return f"expected at least {field.low}"
    return f"expected {field.low} to {field.high}"


def _name(value: Any) -> str:
    if value is None:
        return "null"
    return _JSON_NAMES.get(type(value), "an object")


def _quote(value: str) -> str:
    shown = value if len(value) <= 60 else value[:60] + "..."
    return json.dumps(shown)
