"""Webhooks: programs that are told of flags as they come."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from graph.model.vocabulary import Permission
from queries.desk.deliveries import Dead
from queries.desk.desk import Desk
from queries.desk.webhooks import Webhook
from queries.serving.routes.asking import parts_of
from queries.serving.visits import Allowed, Visit
from queries.serving.webhook_records import (
    MOST_DEAD_SHOWN,
    DeadMessage,
    DeadMessages,
    NewWebhook,
    Replay,
    Replayed,
    SecretRenewed,
    WebhookAdded,
    WebhookChange,
    WebhookSeen,
)
from queries.serving.webhook_targets import checked_target

Managing = Annotated[Visit, Depends(Allowed(Permission.WEBHOOKS_MANAGE))]
Number = Annotated[int, Path(ge=1, lt=1 << 53, description="The number of a webhook.")]
router = APIRouter(tags=["webhooks"])


@router.get("/v1/webhooks", summary="Which webhooks are there?")
def webhooks(visit: Managing) -> list[WebhookSeen]:
    """All of them, the oldest first."""
    return [_seen(visit.desk, each) for each in visit.desk.webhooks.all()]


@router.post("/v1/webhooks", summary="Have a program told of flags.", status_code=201)
def add(request: Request, visit: Managing, given: NewWebhook) -> WebhookAdded:
    """It is sent every flag from now on, signed, and again until it answers with a 2xx."""
    checked_target(given.url, parts_of(request).webhook_networks)
    made, secret = visit.desk.add_webhook(visit.caller.actor, given.url, given.label, given.is_masked)
    return WebhookAdded(webhook=_seen(visit.desk, made), secret=secret)


@router.patch("/v1/webhooks/{number}", summary="Switch a webhook off or on.")
def switch(visit: Managing, number: Number, given: WebhookChange) -> WebhookSeen:
    """What waits is kept. One that answered 410 was switched off."""
    return _seen(visit.desk, visit.desk.switch_webhook(visit.caller.actor, number, given.is_active))


@router.post("/v1/webhooks/{number}/secret", summary="Give a webhook another secret.", status_code=201)
def renew(visit: Managing, number: Number) -> SecretRenewed:
    """Messages carry signatures by both for a day."""
    return SecretRenewed(secret=visit.desk.renew_webhook(visit.caller.actor, number))


@router.delete("/v1/webhooks/{number}", summary="Remove a webhook.", status_code=204)
def remove(visit: Managing, number: Number) -> None:
    """With everything that waits for it."""
    visit.desk.remove_webhook(visit.caller.actor, number)


@router.get("/v1/webhooks/{number}/dead", summary="What could not be delivered?")
def dead(visit: Managing, number: Number) -> DeadMessages:
    """Messages that no try could deliver, the newest first."""
    made = visit.desk.webhooks.by_id(number)
    rows = visit.desk.deliveries.dead(made.id, MOST_DEAD_SHOWN)
    return DeadMessages(rows=list(map(_dead, rows)), total=visit.desk.deliveries.counts(made.id).dead)


@router.post("/v1/webhooks/{number}/replay", summary="Send dead messages again.", status_code=202)
def replay(visit: Managing, number: Number, given: Replay) -> Replayed:
    """They begin anew, under the same ids."""
    return Replayed(messages=visit.desk.replay_webhook(visit.caller.actor, number, given.message))


def _seen(desk: Desk, webhook: Webhook) -> WebhookSeen:
    counts = desk.deliveries.counts(webhook.id)
    return WebhookSeen(
        id=webhook.id,
        url=webhook.url,
        label=webhook.label,
        is_masked=webhook.is_masked,
        is_active=webhook.is_active,
        made_by=webhook.made_by,
        created_ms=webhook.created_ms,
        waiting=counts.waiting,
        dead=counts.dead,
        missed=webhook.missed,
    )


def _dead(message: Dead) -> DeadMessage:
    return DeadMessage(
        number=message.number,
        message_id=message.message_id,
        made_ms=message.made_ms,
        tries=message.tries,
        told=message.told,
    )
