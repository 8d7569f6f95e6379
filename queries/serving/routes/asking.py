"""What every reading route does: ask, make records of the rows, say how much there is, mask, note."""

from __future__ import annotations

from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import Path, Query, Request
from starlette.convertors import Convertor, register_url_convertor

from graph.model.errors import Missing
from queries.answer import Answer
from queries.parameters import Given
from queries.serving.parts import Parts
from queries.serving.records import Page, Record, Ring, rows_of
from queries.serving.visits import Visit


class _Identifier(Convertor[str]):
    """Everything to the end of the path: identifiers may hold slashes and line breaks."""

    regex = r"(?s:.+)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("identifier", _Identifier())
MOST_ROWS = 500
MOST_SKIPPED = 100_000
HANDLE_CHARACTERS = 1_024

Row = TypeVar("Row", bound=Record)
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows at most.")]
Skip = Annotated[int, Query(ge=0, le=MOST_SKIPPED, description="Rows left out at the beginning.")]
AsOf = Annotated[
    int | None,
    Query(ge=0, lt=1 << 53, description="As it stood at this moment, epoch ms; now when not given."),
]
RingId = Annotated[str, Path(max_length=128, description="The id of a ring.")]
Identifier = Annotated[
    str, Path(max_length=HANDLE_CHARACTERS, description="An identifier, or its handle in a masked answer.")
]


def parts_of(request: Request) -> Parts:
    """The parts of the application that answers."""
    parts: Parts = request.app.state.parts
    return parts


def page(
    request: Request, visit: Visit, answer: Answer, kind: type[Row], skip: int | None = None
) -> Page[Row]:
    """A page of an answer as the caller sees it; ``skip`` of an answer that goes on."""
    following = None
    if skip is not None and skip + len(answer.rows) < answer.total and answer.rows:
        asked = {**request.query_params, "skip": str(skip + len(answer.rows))}
        following = f"{request.url.path}?{urlencode(asked)}"
    made = Page[kind](  # type: ignore[valid-type]
        rows=rows_of(answer, kind),
        total=answer.total,
        is_at_least=answer.is_at_least,
        next=following,
        notes=list(answer.notes),
        as_of_ms=parts_of(request).store.watermark_ms(),
        is_masked=visit.is_masked,
    )
    return visit.shown(made)


def ring_of(parts: Parts, ring_id: str) -> Ring:
    """The ring of that id. Raises Missing when there is none."""
    rows = rows_of(parts.store.ask("ring", ring_id=ring_id), Ring)
    if not rows:
        raise Missing("expected the id of a ring, found none like it; see /v1/rings")
    return rows[0]


def asked(parts: Parts, question: str, kind: type[Row], **given: Given) -> tuple[list[Row], int]:
    """The rows of an answer as records, and how many there are in all."""
    answer = parts.store.ask(question, **given)
    return rows_of(answer, kind), answer.total
