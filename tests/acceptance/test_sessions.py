"""What pages of docs/ let you type is true: it is typed, in the order of the page, and says what the page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from acceptance.readme import ROOT, folder
from acceptance.sessions import Block, Session, marked_blocks

PAGES = {page.stem: marked_blocks(page) for page in sorted(ROOT.glob("docs/*.md"))}
SESSIONS = {name: blocks for name, blocks in PAGES.items() if any(block.language == "console" for block in blocks)}


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_says_what_the_page_shows(name: str, tmp_path: Path) -> None:
    session = Session(folder(tmp_path))

    try:
        for block in SESSIONS[name]:
            session.do(block)
    finally:
        session.stop()


def test_the_quickstart_is_short_and_each_of_its_consoles_is_typed() -> None:
    text = (ROOT / "docs" / "quickstart.md").read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 150
    assert text.count("```console") == len([block for block in PAGES["quickstart"] if block.language == "console"])


def test_what_a_page_does_not_show_is_noticed(tmp_path: Path) -> None:
    session = Session(folder(tmp_path))

    with pytest.raises(AssertionError, match="echo"):
        session.do(Block("console", "run", "$ echo hello\ngoodbye\n"))
