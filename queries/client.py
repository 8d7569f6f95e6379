"""A typed client of ``ringfence serve``, for notebooks and programs.

>>> client = Client("http://127.0.0.1:8470", token)                             # doctest: +SKIP
>>> for ring in client.every(client.rings(min_score=0.9)):                      # doctest: +SKIP
...     print(ring.ring_id, client.explanation(ring.ring_id).reasons[0].detail)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final, Self, TypeVar
from urllib.parse import quote

import httpx

from graph.model.errors import BadCall, Fatal, Missing, Unavailable
from graph.model.vocabulary import ActKind, Decision, RingKind, VerdictOutcome
from queries.serving.records import (
    Accepted,
    AccountSeen,
    Change,
    Explanation,
    FlagRaised,
    Member,
    Page,
    Record,
    RingListed,
    RingSeen,
    Step,
    Tie,
)

TIMEOUT_S: Final = 30.0
_AGAIN_S: Final = 1.0
Answered = TypeVar("Answered", bound=Record)
Row = TypeVar("Row", bound=Record)
Given = str | int | float | None


class Client(AbstractContextManager["Client"]):
    """Asks and answers with one token. Raises Missing, BadCall, Unavailable (too often, away) or Fatal.

    ``reason``: why identifiers are to be shown; it goes to the audit. Without one they are masked, and the
    handles may be given back wherever an identifier is taken. ``transport`` is for tests.
    """

    def __init__(
        self,
        origin: str,
        token: str,
        *,
        reason: str | None = None,
        timeout_s: float = TIMEOUT_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {b"Authorization": f"Bearer {token}".encode()}
        if reason is not None:
            headers[b"Ringfence-Reason"] = reason.encode()
        self._http = httpx.Client(base_url=origin, headers=headers, timeout=timeout_s, transport=transport)

    def rings(
        self,
        *,
        kind: RingKind | None = None,
        min_score: float = 0,
        as_of: int | None = None,
        limit: int = 50,
        skip: int = 0,
    ) -> Page[RingListed]:
        """Open rings by score times money."""
        asked = {"kind": kind, "min_score": min_score, "as_of": as_of, "limit": limit, "skip": skip}
        return self._get("/v1/rings", Page[RingListed], asked)

    def ring(self, ring_id: str) -> RingSeen:
        """A ring as last judged."""
        return self._get(f"/v1/rings/{_part(ring_id)}", RingSeen)

    def members(self, ring_id: str, *, as_of: int | None = None, limit: int = 300) -> Page[Member]:
        """Who is in a ring."""
        path = f"/v1/rings/{_part(ring_id)}/members"
        return self._get(path, Page[Member], {"as_of": as_of, "limit": limit})

    def ties(self, ring_id: str, *, limit: int = 200) -> Page[Tie]:
        """What its accounts share."""
        return self._get(f"/v1/rings/{_part(ring_id)}/ties", Page[Tie], {"limit": limit})

    def history(self, ring_id: str, *, as_of: int | None = None, limit: int = 200) -> Page[Change]:
        """How a ring came about."""
        path = f"/v1/rings/{_part(ring_id)}/history"
        return self._get(path, Page[Change], {"as_of": as_of, "limit": limit})

    def explanation(self, ring_id: str) -> Explanation:
        """Why it is a ring."""
        return self._get(f"/v1/rings/{_part(ring_id)}/explanation", Explanation)

    def account(self, account_id: str) -> AccountSeen:
        """An account and its rings."""
        return self._get(f"/v1/accounts/{_part(account_id)}", AccountSeen)

    def paths(self, a: str, b: str, *, hops: int = 6, fold: int = 100, most: int = 3) -> Page[Step]:
        """Why two things are linked."""
        return self._get("/v1/paths", Page[Step], {"a": a, "b": b, "hops": hops, "fold": fold, "most": most})

    def flags(
        self,
        *,
        ring_id: str | None = None,
        since: int | None = None,
        decision: Decision | None = None,
        limit: int = 100,
    ) -> Page[FlagRaised]:
        """Flags, the newest first."""
        asked = {"ring_id": ring_id, "since": since, "decision": decision, "limit": limit}
        return self._get("/v1/flags", Page[FlagRaised], asked)

    def every(self, page: Page[Row]) -> Iterator[Row]:
        """The rows of a page and of all that follow it, which are asked for as one goes."""
        while True:
            yield from page.rows
            if page.next is None:
                return
            page = self._get(page.next, type(page))

    def verdict(
        self, subject: str, outcome: VerdictOutcome, *, note: str | None = None, key: str | None = None
    ) -> Accepted:
        """Answer about a ring or an account; a repetition under the same ``key`` is the same answer."""
        return self._post("/v1/verdicts", {"subject": subject, "outcome": outcome, "note": note}, key)

    def act(
        self,
        act: ActKind,
        subject: str,
        *,
        other: str | None = None,
        note: str | None = None,
        until_ts: int | None = None,
        key: str | None = None,
    ) -> Accepted:
        """Do something to the graph by hand."""
        body = {"act": act, "subject": subject, "other": other, "note": note, "until_ts": until_ts}
        return self._post("/v1/acts", body, key)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _get(self, path: str, kind: type[Answered], asked: Mapping[str, Given] | None = None) -> Answered:
        given = {name: value for name, value in (asked or {}).items() if value is not None}
        return kind.model_validate_json(self._asked("GET", path, params=given or None).content)

    def _post(self, path: str, body: Mapping[str, Given], key: str | None) -> Accepted:
        given = {name: value for name, value in body.items() if value is not None}
        headers = {} if key is None else {"Idempotency-Key": key}
        return Accepted.model_validate_json(self._asked("POST", path, json=given, headers=headers).content)

    def _asked(
        self,
        method: str,
        path: str,
        params: Mapping[str, Given] | None = None,
        json: Mapping[str, Given] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        try:
            answer = self._http.request(method, path, params=params, json=json, headers=headers)
        except httpx.HTTPError as error:
            raise Unavailable(
                f"expected an answer from {self._http.base_url}, found: {error}; see that it serves", _AGAIN_S
            ) from error
        if answer.is_success:
            return answer
        raise _error_of(answer)


def _error_of(answer: httpx.Response) -> Fatal | Unavailable:
    """The problem that an answer tells of, by the reaction that it asks for."""
    try:
        detail = str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        detail = f"expected an answer, found status {answer.status_code}; see what stands between"
    if answer.status_code in (429, 503):
        return Unavailable(detail, float(answer.headers.get("retry-after", _AGAIN_S)))
    kinds = {400: BadCall, 404: Missing, 422: BadCall}
    return kinds.get(answer.status_code, Fatal)(detail)


def _part(identifier: str) -> str:
    return quote(identifier, safe="")
