"""Log lines as JSON objects that belong together by the run and the batch they name."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TextIO

import msgspec


class JsonLines(logging.Formatter):
    """One JSON object per line: ``time``, ``level``, ``event``, ``run`` and the facts of the event.

    ``run`` is the same in every line of a process; with ``batch`` it says which lines belong together. No
    identifier of an account, a device or a card is ever among the facts.
    """

    def __init__(self, run: str) -> None:
        super().__init__()
        self._run = run

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = {
            "time": f"{stamp}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "run": self._run,
            **getattr(record, "facts", {}),
        }
        return msgspec.json.encode(line, enc_hook=str).decode()


class Log:
    """The log of the service: ``note`` for what happens, ``warn`` for what somebody should look at."""

    def __init__(self, stream: TextIO, run: str) -> None:
        handler = logging.StreamHandler(stream)
        handler.setFormatter(JsonLines(run))
        self._logger = logging.Logger("ringfence", logging.INFO)
        self._logger.addHandler(handler)
        self._last_warning = ""

    def note(self, event: str, facts: Mapping[str, object]) -> None:
        """Something happened."""
        self._logger.info(event, extra={"facts": dict(facts)})

    def warn(self, text: str) -> None:
        """Something is wrong; the same text in a row is written once."""
        if text != self._last_warning:
            self._logger.warning("warning", extra={"facts": {"text": text}})
        self._last_warning = text
