"""Parameters of a question: what was given becomes what the statement takes, or a refusal that says why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime

from graph.model.errors import BadCall
from graph.stores.port import Value
from queries.catalogue import Parameter, Question, Type, parameter_hint

Given = str | int | float | bool | datetime | None


def bound(asked: Question, given: Mapping[str, Given]) -> dict[str, Value]:
    """Every parameter of the question with its value. Raises BadCall on an unknown or missing one.

    A time is epoch ms, a ``datetime``, or text: ``2026-01-31``, ``2026-01-31T08:00:00`` (UTC where it does
    not say otherwise).
    """
    known = {parameter.name: parameter for parameter in asked.parameters}
    for name in given:
        if name not in known:
            raise BadCall(
                f"expected parameters of {asked.name} ({', '.join(known) or 'it has none'}), found {name}; "
                f"{parameter_hint(name, asked)}see ringfence query --list"
            )
    values: dict[str, Value] = {}
    for parameter in asked.parameters:
        value = given.get(parameter.name)
        if value is not None:
            values[parameter.name] = _value(asked, parameter, value)
        elif parameter.is_required:
            raise BadCall(
                f"expected {parameter.name} for {asked.name} ({parameter.meaning}), found none; "
                f"add --param {parameter.name}=..."
            )
        else:
            values[parameter.name] = parameter.default
    return values


def _value(asked: Question, parameter: Parameter, value: Given) -> Value:
    try:
        if parameter.type is Type.INTEGER:
            number = int(value) if isinstance(value, str | int) else math.nan
            if not 0 <= number < 1 << 53:
                raise ValueError
            return int(number)
        if parameter.type is Type.NUMBER and not isinstance(value, datetime):
            real = float(value or 0)
            if not math.isfinite(real):
                raise ValueError
            return real
        if parameter.type is Type.TIME:
            return moment(value)
        if not isinstance(value, str) or "\0" in value:
            raise ValueError
        value.encode()
        return value
    except (ValueError, OverflowError, TypeError) as error:
        raise BadCall(
            f"expected {parameter.name} of {asked.name} to be {_kind(parameter.type)}, found {value!r}; "
            "correct it"
        ) from error


def moment(value: Given) -> int:
    """Epoch ms of a moment. Raises ValueError."""
    if isinstance(value, str) and not value.lstrip("-").isdigit():
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return round(aware.timestamp() * 1000)
    number = int(value) if isinstance(value, str | int) else -1
    if not 0 <= number < 1 << 53:
        raise ValueError(value)
    return number


def _kind(kind: Type) -> str:
    if kind is Type.TIME:
        return "a time such as 2026-01-31 or epoch milliseconds"
    return {Type.INTEGER: "a whole number from 0", Type.NUMBER: "a finite number"}.get(
        kind, "text without NUL"
    )
