"""Takes flags from the feed for webhooks and sends what is due, round after round."""

from __future__ import annotations

import asyncio
import logging
import threading
from datetime import UTC, datetime
from typing import Final

import httpx
import msgspec

from graph.model.errors import Missing
from queries.desk.audit import Actor
from queries.desk.deliveries import Counts, Message, message_id_of
from queries.desk.desk import Desk
from queries.desk.webhooks import Webhook
from queries.serving.chores import Chore
from queries.serving.measures import Measures
from queries.serving.records import FlagRaised, masked
from queries.serving.webhook_sender import Sent, WebhookSender

EVERY_S: Final = 1.0
ROUND_S: Final = 10.0
"""No new try begins after it: a slow receiver is left for the next round."""
TAKEN_AT_ONCE: Final = 200
EVENT_TYPE: Final = "flag.raised"
_LOG: Final = logging.getLogger(__name__)
_RECEIVER: Final = Actor("", "webhook", "")


class WebhookRounds:
    """The rounds of one process; several may work at one desk. ``stopping``: begin nothing any more."""

    def __init__(
        self, desk: Desk, sender: WebhookSender, measures: Measures, stopping: threading.Event
    ) -> None:
        self._desk = desk
        self._sender = sender
        self._measures = measures
        self._stopping = stopping

    def chore(self) -> Chore:
        """The rounds as a chore."""
        return Chore("telling webhooks", EVERY_S, self.work)

    def work(self) -> None:
        """One round: take new flags, then one try for what is due. Webhooks do not wait for each other."""
        if self._stopping.is_set():
            return
        webhooks = [each for each in self._desk.webhooks.all() if each.is_active]
        due = []
        for each in webhooks:
            self._take(each)
            messages = self._desk.deliveries.claim(each.id)
            if messages:
                due.append((each, messages))
        if due:
            asyncio.run(self._send_all(due))
        counts = [self._desk.deliveries.counts(each.id) for each in webhooks]
        self._measures.webhooks(Counts(sum(c.waiting for c in counts), sum(c.dead for c in counts)))

    def _take(self, webhook: Webhook) -> None:
        """New flags of the feed become messages, as far as there is room."""
        feed = self._desk.feed
        room = min(self._desk.deliveries.room(webhook.id), TAKEN_AT_ONCE)
        flags = feed.after(webhook.position, room) if room else []
        if not flags:
            return
        gap = max(0, feed.first() - 1 - webhook.position)
        messages = [self._message(webhook, FlagRaised.model_validate_json(flag)) for _, flag in flags]
        self._desk.deliveries.put(webhook.id, messages, (webhook.position, flags[-1][0]), gap)

    def _message(self, webhook: Webhook, flag: FlagRaised) -> tuple[str, bytes]:
        shown = masked(flag, self._desk.masks) if webhook.is_masked else flag
        told = {
            "type": EVENT_TYPE,
            "timestamp": datetime.fromtimestamp(flag.ts / 1_000, UTC).isoformat(timespec="milliseconds"),
            "data": {**shown.model_dump(mode="json"), "is_masked": webhook.is_masked},
        }
        return message_id_of(webhook.id, flag.flag_id), msgspec.json.encode(told)

    async def _send_all(self, due: list[tuple[Webhook, list[Message]]]) -> None:
        until = asyncio.get_running_loop().time() + ROUND_S
        async with self._sender.client() as client:
            await asyncio.gather(*(self._send(client, each, some, until) for each, some in due))

    async def _send(
        self, client: httpx.AsyncClient, webhook: Webhook, messages: list[Message], until: float
    ) -> None:
        """One webhook's messages, one after the other, until one fails or the round is over."""
        loop = asyncio.get_running_loop()
        for place, message in enumerate(messages):
            if loop.time() > until or self._stopping.is_set():
                self._desk.deliveries.give_back(messages[place:])
                return
            try:
                signed = self._desk.webhooks.signed(webhook.id, message.message_id, message.payload)
            except Missing:
                # It was removed in the meantime, and its messages with it.
                return
            sent = await self._sender.send(client, webhook.url, signed, message.payload)
            self._note(webhook, message, sent)
            if not sent.is_taken:
                self._desk.deliveries.give_back(messages[place + 1 :])
                return

    def _note(self, webhook: Webhook, message: Message, sent: Sent) -> None:
        if sent.is_taken:
            self._desk.deliveries.taken(message)
            self._measures.webhook_tries.labels("taken").inc()
            return
        is_dead = self._desk.deliveries.failed(webhook.id, message, sent.told, sent.retry_after_s)
        self._measures.webhook_tries.labels("dead" if is_dead else "failed").inc()
        _LOG.warning("webhook %d did not take a message: %s", webhook.id, sent.told)
        if sent.is_gone:
            self._desk.switch_webhook(_RECEIVER, webhook.id, is_active=False)
