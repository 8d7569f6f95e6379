"""What an application is made of; put together by the front door, or by a test."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter

from queries.desk.desk import Desk
from queries.serving.chores import Chore
from queries.serving.measures import Measures
from queries.serving.provider import Provider
from queries.serving.rates import Rates
from queries.serving.store_pool import StorePool
from queries.serving.streams import Streams
from queries.serving.webhook_targets import Networks

Task = Callable[[], Coroutine[Any, Any, None]]
"""Something that goes on in the event loop until it is cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mounted:
    """Routes of another room, which the front door puts into the same application."""

    routers: tuple[APIRouter, ...] = ()
    schemas: Mapping[str, Any] = field(default_factory=dict)
    """Schemas that their descriptions refer to, by name."""
    body_bytes: Mapping[str, int] = field(default_factory=dict)
    """By path, how large a body may be where it may be larger than elsewhere."""
    tasks: tuple[Task, ...] = ()
    """What goes on beside answering."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of one application."""

    desk: Desk
    store: StorePool
    streams: Streams
    rates: Rates
    hosts: tuple[str, ...]
    """Names under which it answers, without ports."""
    origins: tuple[str, ...]
    """Our own origins, such as ``https://ringfence.example``."""
    has_tls: bool = False
    chores: tuple[Chore, ...] = ()
    """What is done beside answering."""
    measures: Measures
    provider: Provider | None = None
    """Where people sign in elsewhere."""
    webhook_networks: Networks = ()
    """Networks that are not public and may be told of flags all the same."""
    mounted: Mounted = field(default_factory=Mounted)
    quick_desk: Desk | None = None
    """The same desk for routes that answer in the event loop: it waits for nobody who writes to the other."""
    quick_rates: Rates | None = None
    """How often these may be asked; as the others when not given."""
