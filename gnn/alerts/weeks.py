"""What was kept, week by week: how many alerts were raised, answered, and false."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from gnn.alerts.alert import Alert

DAY_MS: Final = 86_400_000
WEEK_MS: Final = 7 * DAY_MS
_MONDAY_MS: Final = 4 * DAY_MS
"""1970 began on a Thursday; its first Monday."""


@dataclass(frozen=True, slots=True)
class Week:
    """The alerts first raised in the week that begins at ``begins_ms``, a Monday 00:00 UTC (epoch ms).

    ``false_share`` is of those answered, None while there are none.
    """

    begins_ms: int
    alerts: int
    answered: int
    false: int
    false_share: float | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run promised of its alerts and what came of it, in all and week by week.

    ``promised`` is the largest share of false alerts, ``promised_a_day`` the largest number a day, None where
    nothing is promised. ``a_day`` is over the days that alerts came in, see ``days_of``.
    """

    promised: float | None
    promised_a_day: float | None
    alerts: int
    answered: int
    false: int
    false_share: float | None
    a_day: float | None
    weeks: tuple[Week, ...]


def days_of(alerts: Sequence[tuple[Alert, bool | None]], last_ms: int) -> float:
    """The days from the first alert to the last event, one at least; 0 without an alert.

    What lies before the first alert tells nothing of their rate: a stream may begin with the making of
    accounts, years ago.
    """
    if not alerts:
        return 0.0
    return max((last_ms - min(alert.first_ms for alert, _ in alerts)) / DAY_MS, 1.0)


def kept(
    alerts: Sequence[tuple[Alert, bool | None]],
    last_ms: int,
    promised: float | None = None,
    promised_a_day: float | None = None,
) -> Kept:
    """What was kept until the last event; alerts come with whether they were false, None: no answer yet."""
    days = days_of(alerts, last_ms)
    answers = [was_false for _, was_false in alerts if was_false is not None]
    return Kept(
        promised=promised,
        promised_a_day=promised_a_day,
        alerts=len(alerts),
        answered=len(answers),
        false=sum(answers),
        false_share=_share(sum(answers), len(answers)),
        a_day=len(alerts) / days if days > 0 else None,
        weeks=tuple(weeks_of(alerts)),
    )


def week_of(ts: int) -> int:
    """When the week of a time begins, epoch ms."""
    return ts - (ts - _MONDAY_MS) % WEEK_MS


def weeks_of(alerts: Iterable[tuple[Alert, bool | None]]) -> list[Week]:
    """One entry for each week with an alert, in their order; alerts come with whether they were false."""
    weeks: dict[int, list[bool | None]] = {}
    for alert, was_false in alerts:
        weeks.setdefault(week_of(alert.first_ms), []).append(was_false)
    return [_week(begins_ms, weeks[begins_ms]) for begins_ms in sorted(weeks)]


def _week(begins_ms: int, answers: list[bool | None]) -> Week:
    answered = [each for each in answers if each is not None]
    return Week(begins_ms, len(answers), len(answered), sum(answered), _share(sum(answered), len(answered)))


def _share(false: int, answered: int) -> float | None:
    return false / answered if answered else None
