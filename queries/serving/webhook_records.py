"""What is said about webhooks over HTTP."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from queries.serving.records import Record
from queries.serving.webhook_targets import LONGEST

MOST_DEAD_SHOWN: Final = 100


class WebhookSeen(Record):
    """A webhook, without its secret."""

    id: int
    url: str
    label: str
    is_masked: bool = Field(description="Whether identifiers are masked in what it is sent.")
    is_active: bool
    made_by: str
    created_ms: int
    waiting: int = Field(description="Messages that are due or wait for another try.")
    dead: int = Field(description="Messages that were given up and are kept.")
    missed: int = Field(description="Flags that could not be kept until there was room for them.")


class WebhookAdded(Record):
    """A new webhook."""

    webhook: WebhookSeen
    secret: str = Field(description="Signs its messages (Standard Webhooks). Shown this once.")


class NewWebhook(Record):
    """Who is to be told."""

    url: str = Field(
        min_length=1,
        max_length=LONGEST,
        description="https, or an http address of this machine.",
        examples=["https://hooks.example/ringfence"],
    )
    label: str = Field(min_length=1, max_length=100, examples=["case system"])
    is_masked: bool = Field(default=True, description="Whether identifiers are to be masked.")


class WebhookChange(Record):
    """Whether it is to be told."""

    is_active: bool


class SecretRenewed(Record):
    """Another secret."""

    secret: str = Field(description="Shown this once; the former one signs along for a day.")


class DeadMessage(Record):
    """A message that was given up, without what it says."""

    number: int
    message_id: str
    made_ms: int
    tries: int
    told: str = Field(description="What became of the last try.")


class DeadMessages(Record):
    """Messages that were given up."""

    rows: list[DeadMessage] = Field(description=f"The newest {MOST_DEAD_SHOWN}.")
    total: int = Field(description="How many are kept.")


class Replay(Record):
    """What is to be sent again."""

    message: int | None = Field(
        default=None, ge=1, lt=1 << 53, description="The number of a dead message; all when not given."
    )


class Replayed(Record):
    """How many are sent again."""

    messages: int
