"""Sends messages to webhooks: bounded in time, never redirected, by no proxy of the environment."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from ssl import SSLContext
from typing import Final

import httpx

from queries.serving.webhook_targets import Lookup, Networks, address_for, looked_up

WITHIN_S: Final = 10.0
"""From looking the name up to the head of the answer; its body is not read."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one try."""

    told: str
    """In a few words that hold nothing of the address, the message or the answer's body."""
    is_taken: bool = False
    is_gone: bool = False
    """The receiver asked never to be told again (410)."""
    retry_after_s: float = 0


class WebhookSender:
    """Sends to addresses of ``networks`` and public ones. ``trusted`` replaces the usual certificates."""

    def __init__(
        self,
        networks: Networks = (),
        *,
        trusted: SSLContext | None = None,
        lookup: Lookup = looked_up,
        within_s: float = WITHIN_S,
    ) -> None:
        self._networks = networks
        self._trusted = trusted or httpx.create_ssl_context()
        self._lookup = lookup
        self._within_s = within_s

    def client(self) -> httpx.AsyncClient:
        """The connections of one round."""
        return httpx.AsyncClient(
            verify=self._trusted, trust_env=False, follow_redirects=False, timeout=self._within_s
        )

    async def send(
        self, client: httpx.AsyncClient, url: str, headers: Mapping[str, str], payload: bytes
    ) -> Sent:
        """One try. Raises nothing that a receiver could cause."""
        try:
            async with asyncio.timeout(self._within_s):
                return await self._try(client, httpx.URL(url), headers, payload)
        except TimeoutError:
            return Sent(f"no answer within {self._within_s:g} s")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return Sent(f"no answer: {type(error).__name__}")

    async def _try(
        self, client: httpx.AsyncClient, target: httpx.URL, headers: Mapping[str, str], payload: bytes
    ) -> Sent:
        address = await address_for(target, self._networks, self._lookup)
        if address is None:
            return Sent("the name leads to an address that may not be reached")
        request = client.build_request(
            "POST",
            target.copy_with(host=address),
            headers={
                **headers,
                "Host": target.netloc.decode(),
                "Content-Type": "application/json",
                "User-Agent": "Ringfence",
            },
            content=payload,
            # The certificate has to be the name's, whatever address it has.
            extensions={"sni_hostname": target.host},
        )
        answer = await client.send(request, stream=True)
        await answer.aclose()
        return _outcome(answer)


def _outcome(answer: httpx.Response) -> Sent:
    told = f"status {answer.status_code}"
    if answer.is_success:
        return Sent(told, is_taken=True)
    if answer.status_code == HTTPStatus.GONE:
        return Sent(told, is_gone=True)
    wait = answer.headers.get("retry-after", "")
    return Sent(told, retry_after_s=float(wait) if wait.isascii() and wait.isdigit() else 0.0)
