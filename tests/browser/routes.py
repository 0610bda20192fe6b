"""When a page has come to rest."""

from __future__ import annotations

from playwright.sync_api import Page, expect

STILL = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const moves = () => document.getAnimations().some((each) => each instanceof CSSTransition && each.playState === "running");
  for (let still = 0; still < 3; still = moves() ? 0 : still + 1) await frame();
}"""


def until_quiet(page: Page) -> None:
    """Return when the page is there, and nothing on it says that it is loading."""
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    expect(page.locator("[aria-busy=true], .animate-pulse")).to_have_count(0)
    expect(page.get_by_text("Loading", exact=False)).to_have_count(0)


def show_theme(page: Page, theme: str) -> None:
    """Change the system's theme, and return when all colours are those of it."""
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    expect(page.locator(f"html[data-theme={theme}]")).to_be_attached()
    page.evaluate(STILL)
