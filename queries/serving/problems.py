"""Errors as problem details (RFC 9457), with a ``code`` that programs can tell apart.

What the product raises becomes the status that fits: Missing 404, BadCall 400, Unavailable 503 with
``Retry-After``, any other Fatal 503; what was not foreseen 500, without a word about it but in the log.
"""

from __future__ import annotations

import logging
import math
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from graph.model.errors import BadCall, Fatal, Missing, RingfenceError, Unavailable

MEDIA_TYPE: Final = "application/problem+json"
_LOG: Final = logging.getLogger(__name__)
_LONGEST: Final = 500


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "Not Found",
                "status": 404,
                "code": "not_found",
                "detail": "expected a ring, found none of the id ring_x; see /v1/rings",
            }
        }
    )

    type: str = Field(description="Always about:blank: the title says what the status says.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The status of the answer.")
    code: str = Field(description="Which problem it is, for programs.")
    detail: str = Field(description="What was expected, what was found, what to do.")


class Refusal(Exception):
    """An answer other than the one that was asked for."""

    def __init__(
        self, status: HTTPStatus, code: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})


class ProblemResponse(JSONResponse):
    """A problem as an answer."""

    media_type = MEDIA_TYPE


def problem_response(refusal: Refusal) -> ProblemResponse:
    """The answer that tells of a refusal."""
    content = Problem(
        type="about:blank",
        title=refusal.status.phrase,
        status=refusal.status,
        code=refusal.code,
        detail=" ".join(refusal.detail.split())[:_LONGEST],
    )
    return ProblemResponse(content.model_dump(), refusal.status, refusal.headers)


def refusal_of(error: Exception) -> Refusal:
    """The refusal that an exception comes to."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, RequestValidationError):
        return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", _invalid(error))
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        code = status.name.lower()
        return Refusal(status, code, str(error.detail), error.headers)
    if isinstance(error, Missing):
        return Refusal(HTTPStatus.NOT_FOUND, "not_found", str(error))
    if isinstance(error, BadCall):
        return Refusal(HTTPStatus.BAD_REQUEST, "bad_call", str(error))
    if isinstance(error, Unavailable):
        wait = {"Retry-After": str(max(1, math.ceil(error.retry_after_s)))}
        return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", str(error), wait)
    if isinstance(error, Fatal):
        _LOG.error("a store or the desk failed: %s", error)
        return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", str(error), {"Retry-After": "5"})
    incident = secrets.token_hex(6)
    _LOG.error("incident %s", incident, exc_info=error)
    return Refusal(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "unforeseen",
        f"expected to answer, found something unforeseen; the log tells of incident {incident}",
    )


def tell_problems(app: FastAPI) -> None:
    """Let every error of an application become a problem."""

    async def answer(_request: Request, error: Exception) -> ProblemResponse:
        return problem_response(refusal_of(error))

    for kind in (Refusal, RequestValidationError, HTTPException, RingfenceError, Exception):
        app.add_exception_handler(kind, answer)


def _invalid(error: RequestValidationError) -> str:
    """Where the first faults are and what they are; never what was given, which may be a secret."""
    told = [
        f"{'.'.join(str(part) for part in each['loc'])[:100]}: {each['msg']}" for each in error.errors()[:5]
    ]
    return f"expected a request as described, found {'; '.join(told)}; see /openapi.json"
