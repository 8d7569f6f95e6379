"""Compiled kernels loaded before the first fork, so that every child has them."""

from streaming.decode import Decoder
from streaming.deduplicate import Admission
from tests.integration.service_child import make_engine
from tests.unit.streaming.records import NOON, ping

_events = [Decoder().decode(ping("e1", NOON))]
Admission(0).admit(_events)
make_engine().apply(_events)
