"""A real browser for tests: Debian's Chromium driven by Playwright, and a watch over what its pages do wrong.

Where there is no Chromium, tests skip and say so; on a server of continuous integration (``CI`` is set) that
is a failure, since ``.ci/run`` installs it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.desk_places import PASSWORD
from tests.vendoring import ROOT

AXE = (ROOT / "tests/browser/vendored/axe.min.js").read_text(encoding="utf-8")
PATIENCE_MS = 30_000
"""A machine that does much else is slow; nothing is judged by it."""
expect.set_options(timeout=PATIENCE_MS)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, or a skipped test."""
    path = shutil.which("chromium")
    if path is None:
        told = "needs chromium: apt-get install -y --no-install-recommends chromium"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watched:
    """A page's wrongs: violations of the policy, errors in the console, requests to other hosts."""

    base: str
    wrongs: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    """Statuses of answers that a test provokes; the browser notes each as an error."""

    def over(self, context: BrowserContext) -> None:
        """Watch every page of a context."""
        context.on("page", self._page)

    def _page(self, page: Page) -> None:
        page.on("console", lambda message: self._said(message.type, message.text))
        page.on("pageerror", lambda error: self.wrongs.append(f"error: {error}"))
        page.on("request", lambda request: self._asked(request.url))

    def _said(self, kind: str, text: str) -> None:
        is_expected = any(f"status of {status}" in text for status in self.expected)
        if kind == "error" and not is_expected:
            self.wrongs.append(f"console: {text}")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and f"http://{parts.netloc}" != self.base:
            self.wrongs.append(f"another host: {url}")


def axe_faults(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA on a page."""
    page.evaluate(AXE + "; null")
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
        RULES,
    )
    return [
        f"{each['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
        for each in found["violations"]
        for node in each["nodes"][:4]
    ]


def sign_in(page: Page, base: str, name: str, to: str = "/queue") -> None:
    """Through the door by name and password."""
    page.goto(f"{base}/sign-in?to={to}")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("button.primary")
    page.wait_for_url(f"{base}{to}")
