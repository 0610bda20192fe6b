"""A browser, servers with the built pages, and pages that are watched: a test fails when its page complains."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from browser.built_ui import NO_BROWSER, chromium, why_no_ui
from browser.served_ui import PATIENCE, Site, served_ui
from browser.watched_page import Watch

FAILED = pytest.StashKey[bool]()
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


# Playwright has an event loop in the main thread as long as it runs; tests of other folders start their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip(NO_BROWSER)
    reason = why_no_ui()
    if reason is not None:
        pytest.skip(reason)
    expect.set_options(timeout=PATIENCE / 2 * 1000)
    options = ["--disable-dev-shm-usage"] + (["--no-sandbox"] if os.geteuid() == 0 else [])
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=options)
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with a worker, shared by the tests: each has workflows of its own name."""
    with served_ui(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture
def watch(site: Site) -> Watch:
    return Watch(site.address.removeprefix("http://"))


@pytest.fixture
def context(browser: Browser, site: Site, watch: Watch) -> Iterator[BrowserContext]:
    """A window of its own, of a person who asked for less motion. Complaints of its pages fail the test."""
    opened = browser.new_context(base_url=site.address, viewport=WIDE, reduced_motion="reduce", locale="en-GB")  # type: ignore[arg-type]
    opened.set_default_timeout(PATIENCE / 2 * 1000)
    opened.grant_permissions(["clipboard-read", "clipboard-write"])
    watch.follow(opened)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, watch: Watch, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Page]:
    opened = context.new_page()
    yield opened
    if request.node.stash.get(FAILED, False):
        for number, each in enumerate(context.pages):
            each.screenshot(path=tmp_path / f"page-{number}.png")
        print(f"at {opened.url}, pictures in {tmp_path}, complaints: {watch.faults}")  # noqa: T201
        return
    assert watch.unexpected() == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report
