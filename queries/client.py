"""A typed client of ``ringfence serve``, for notebooks and programs.

>>> client = Client("http://127.0.0.1:8470", token)                             # doctest: +SKIP
>>> for ring in client.every(client.rings(min_score=0.9)):                      # doctest: +SKIP
...     print(ring.ring_id, client.explanation(ring.ring_id).reasons[0].detail)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final, Self, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from graph.model.decisions import Answered, DecisionMade, Decisions
from graph.model.errors import BadCall, Fatal, Missing, Unavailable
from graph.model.events import EventBase
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
from queries.serving.webhook_records import (
    DeadMessages,
    Replayed,
    SecretRenewed,
    WebhookAdded,
    WebhookSeen,
)

TIMEOUT_S: Final = 30.0
_AGAIN_S: Final = 1.0
Told = TypeVar("Told", bound=Record)
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

    def decide(self, event: EventBase | Mapping[str, object]) -> DecisionMade:
        """What would be if an event of the contract happened now, and what the policy makes of it.

        Raises BadCall when it breaks the contract or cannot be asked about. Nothing is changed.
        """
        answer = self._asked("POST", "/v1/decisions", content=msgspec.json.encode(event))
        return msgspec.json.decode(answer.content, type=DecisionMade)

    def decide_each(self, events: Sequence[EventBase | Mapping[str, object]]) -> list[Answered]:
        """The same for up to 1,000, each as if alone; one that cannot be asked about is `refused`."""
        body = msgspec.json.encode({"events": events})
        answer = self._asked("POST", "/v1/decisions:batch", content=body)
        return msgspec.json.decode(answer.content, type=Decisions).answers

    def webhooks(self) -> list[WebhookSeen]:
        """Which programs are told of flags, the oldest first."""
        rows = msgspec.json.decode(self._asked("GET", "/v1/webhooks").content, type=list[msgspec.Raw])
        return [WebhookSeen.model_validate_json(bytes(row)) for row in rows]

    def add_webhook(self, url: str, label: str, *, is_masked: bool = True) -> WebhookAdded:
        """Have a program told of flags from now on; its secret is shown this once."""
        body: dict[str, Given] = {"url": url, "label": label, "is_masked": is_masked}
        return self._sent("POST", "/v1/webhooks", WebhookAdded, body)

    def switch_webhook(self, number: int, *, is_active: bool) -> WebhookSeen:
        """Switch a webhook off or on; what waits is kept."""
        return self._sent("PATCH", f"/v1/webhooks/{number}", WebhookSeen, {"is_active": is_active})

    def renew_webhook(self, number: int) -> SecretRenewed:
        """Another secret; the former one signs along for a day."""
        return self._sent("POST", f"/v1/webhooks/{number}/secret", SecretRenewed, {})

    def remove_webhook(self, number: int) -> None:
        """With everything that waits for it."""
        self._asked("DELETE", f"/v1/webhooks/{number}")

    def dead_messages(self, number: int) -> DeadMessages:
        """Messages that no try could deliver, the newest first."""
        return self._get(f"/v1/webhooks/{number}/dead", DeadMessages)

    def replay_webhook(self, number: int, message: int | None = None) -> Replayed:
        """Send a dead message again, or all of them, under the same ids."""
        return self._sent("POST", f"/v1/webhooks/{number}/replay", Replayed, {"message": message})

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _get(self, path: str, kind: type[Told], asked: Mapping[str, Given] | None = None) -> Told:
        given = {name: value for name, value in (asked or {}).items() if value is not None}
        return kind.model_validate_json(self._asked("GET", path, params=given or None).content)

    def _post(self, path: str, body: Mapping[str, Given], key: str | None) -> Accepted:
        given = {name: value for name, value in body.items() if value is not None}
        headers = {} if key is None else {"Idempotency-Key": key}
        return Accepted.model_validate_json(self._asked("POST", path, json=given, headers=headers).content)

    def _sent(self, method: str, path: str, kind: type[Told], body: Mapping[str, Given]) -> Told:
        given = {name: value for name, value in body.items() if value is not None}
        return kind.model_validate_json(self._asked(method, path, json=given).content)

    def _asked(
        self,
        method: str,
        path: str,
        params: Mapping[str, Given] | None = None,
        json: Mapping[str, Given] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        try:
            answer = self._http.request(
                method, path, params=params, json=json, headers=headers, content=content
            )
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
