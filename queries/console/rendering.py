"""Pages from templates: autoescaped, under a strict policy, with words and numbers as people read them."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from queries.answer import TIME_SHOWN

HERE: Final = Path(__file__).parent
FOLDERS: Final = (HERE / "static", HERE / "vendored")
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SHORT: Final = 12
"""Letters of an identifier in a heading; the whole of it stands in the title."""
LABEL: Final = 8
"""Letters below a node."""
_UNITS: Final = (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000))


@cache
def bundle() -> str:
    """A digest of every static file: part of their addresses, so that browsers may keep them for ever."""
    whole = hashlib.sha256()
    for path in sorted(path for folder in FOLDERS for path in folder.iterdir() if path.is_file()):
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:16]


@cache
def integrity_of(name: str) -> str:
    """The integrity of a vendored file, as ``vendored.json`` says."""
    return str(vendored()[name]["integrity"])


@cache
def vendored() -> dict[str, dict[str, str]]:
    """What is vendored: for every file its package, version, licence and integrity."""
    told: dict[str, dict[str, str]] = json.loads((HERE / "vendored.json").read_text(encoding="utf-8"))
    return told


def static_url(name: str) -> str:
    """The address of a static file."""
    return f"/static/{bundle()}/{name}"


def vendored_script(name: str) -> Markup:
    """The tag of a vendored script, with its integrity."""
    return Markup('<script defer src="{}" integrity="{}"></script>').format(
        static_url(name), integrity_of(name)
    )


def page(template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page, or a part of one, as an answer."""
    body = environment().get_template(template).render(**context)
    return HTMLResponse(body, status, {"Content-Security-Policy": POLICY})


@cache
def environment() -> Environment:
    """The templates."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(static=static_url, vendored=vendored_script)
    made.filters.update(
        moment=moment,
        day=day,
        money=money,
        number=number,
        percent=percent,
        short=short,
        words=words,
        ago=ago,
        plural=plural,
    )
    return made


def moment(ms: int | None) -> Markup:
    """A moment in UTC; a script may show it in the reader's own zone."""
    return _time(ms, TIME_SHOWN)


def day(ms: int | None) -> Markup:
    """A day in UTC."""
    return _time(ms, "%Y-%m-%d")


def money(amount: float | None) -> Markup:
    """Money in its main unit; a script shows it as the reader's language does."""
    return _data(amount, "money", ",.2f")


def number(count: float | None) -> Markup:
    """A number."""
    return _data(count, "number", ",d" if isinstance(count, int) else ",.2f")


def percent(share: float | None) -> str:
    """A probability as a percentage, never 100 for what is below it."""
    if share is None:
        return ""
    return f"{min(share * 100, 99.9 if share < 1 else 100):.1f} %"


def short(identifier: str) -> str:
    """An identifier short enough for a heading or a node."""
    bare = identifier.removeprefix("ring_")
    return bare if len(bare) <= SHORT else f"{bare[: SHORT - 1]}\N{HORIZONTAL ELLIPSIS}"


def label_of(identifier: str) -> str:
    """An identifier short enough to stand below a node."""
    return identifier if len(identifier) <= LABEL else f"{identifier[: LABEL - 1]}\N{HORIZONTAL ELLIPSIS}"


def plural(count: int | None, one: str, more: str = "") -> str:
    """The word for so many.

    >>> plural(1, "trip"), plural(2, "trip"), plural(0, "is", "are")
    ('trip', 'trips', 'are')
    """
    return one if count == 1 else more or f"{one}s"


def words(name: str) -> str:
    """A word of the vocabulary as people write it."""
    return str(name).replace("_", " ")


def ago(ms: int | None) -> str:
    """A span of time in its largest unit."""
    if ms is None:
        return ""
    for unit, length in _UNITS:
        if ms >= length:
            count = ms // length
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return "under a minute"


def _time(ms: int | None, pattern: str) -> Markup:
    if ms is None:
        return Markup("")
    at = datetime.fromtimestamp(ms / 1000, UTC)
    return Markup('<time datetime="{}">{}</time>').format(
        at.strftime("%Y-%m-%dT%H:%M:%SZ"), at.strftime(pattern)
    )


def _data(value: float | None, kind: str, pattern: str) -> Markup:
    if value is None:
        return Markup("")
    return Markup('<data class="{}" value="{}">{}</data>').format(kind, value, format(value, pattern))
