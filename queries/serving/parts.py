"""What an application is made of; put together by the front door, or by a test."""

from __future__ import annotations

from dataclasses import dataclass

from queries.desk.desk import Desk
from queries.serving.chores import Chore
from queries.serving.measures import Measures
from queries.serving.provider import Provider
from queries.serving.rates import Rates
from queries.serving.store_pool import StorePool
from queries.serving.streams import Streams
from queries.serving.webhook_targets import Networks


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
