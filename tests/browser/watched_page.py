"""A browser window that remembers what a page must not do: complain, fail, ask another host, run what is data."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, WebError

MAY_LEAVE = ("blob", "data", "about")


@dataclass
class Watch:
    """`expected` are patterns of complaints that a test brings about on purpose."""

    host: str
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("dialog", self._dialog)

    def unexpected(self) -> list[str]:
        return [fault for fault in self.faults if not any(re.search(pattern, fault) for pattern in self.expected)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.faults.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _error(self, error: WebError) -> None:
        self.faults.append(f"not caught: {error.error}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in MAY_LEAVE and address.netloc != self.host:
            self.faults.append(f"asked another host: {request.url}")

    def _dialog(self, dialog: Dialog) -> None:
        if dialog.type == "beforeunload":
            dialog.accept()
            return
        self.faults.append(f"a dialog opened: {dialog.type} {dialog.message}")
        dialog.dismiss()


def sideways_overflow(page: Page) -> list[str]:
    """What is wider than the window without a scroller of its own to hold it, if the page itself can be scrolled sideways."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth + 1 ? [] : [...document.querySelectorAll("body *")]
          .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
          .map((each) => `${each.tagName.toLowerCase()}.${each.className}`.slice(0, 80)).slice(0, 5)"""
    )
    return found
