"""What pages of docs/ let you type is true: it is typed, in the order of the page, and says what the page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from acceptance.readme import ROOT, folder
from acceptance.sessions import Block, Session, first_lines_not_typed, marked_blocks

PAGES = {page.stem: marked_blocks(page) for page in sorted(ROOT.glob("docs/**/*.md"))}
NOT_TYPED = {
    "README.md: treadle up": "test_readme.py types it",
    "README.md: treadle run order_refund --wait": "test_readme.py types it",
    "README.md: git clone ADDRESS_OF_THIS_REPOSITORY treadle && cd treadle": "would install anew; test_readme.py looks at `make up`",
    "docs/quickstart.md: git clone ADDRESS_OF_THIS_REPOSITORY treadle && cd treadle": "likewise",
    "docs/quickstart.md: . .venv/bin/activate    # from here on `treadle` is the command that was installed": "would install anew; the tests have `treadle` on their PATH",
    "docs/deployment.md: useradd --system --home-dir /var/lib/treadle treadle": "changes the machine; test_deployment.py reads the units",
    "docs/deployment.md: export POSTGRES_PASSWORD=$(openssl rand -hex 16) TREADLE_TOKENS=$(openssl rand -hex 24)": "needs a Docker daemon",
    "docs/deployment.md: kubectl create secret generic treadle --from-literal=TREADLE_DATABASE_URL=postgresql://… \\": "needs a cluster",
    "docs/alerts.md: treadle doctor > /tmp/treadle-doctor.txt || mail -s \"treadle: exit code $?\" ops@example.com < /tmp/treadle-doctor.txt": (
        "sends mail; test_health.py has the exit codes"
    ),
    "docs/backups.md: createdb --owner=treadle_owner treadle_restored": "needs a PostgreSQL server with that role; tried by hand",
    "docs/fork-and-retry.md: treadle executions retry --where 'status:failed since:2026-11-22 until:2026-11-23' --dry-run": (
        "docs/cli.md has the same command, which is typed"
    ),
    "docs/from-sqlite.md: export NEW=postgresql://treadle@db.example/treadle OLD=sqlite:///./treadle.db": "needs a PostgreSQL server; tried by hand",
    "docs/from-sqlite.md: treadle workflows list --limit 1000 --db $OLD -o jsonl | python3 -c "
    "'import json, sys; print(*(json.loads(line)[\"name\"] for line in sys.stdin))' \\": "likewise",
    "docs/from-sqlite.md: treadle schedules pause sched-e0ce5e8f3679 --db $OLD": "likewise",
    "docs/from-sqlite.md: treadle worker --db $OLD": "likewise",
    "docs/postgresql.md: export TREADLE_DATABASE_URL=postgresql://treadle@db.example/treadle     "
    "# the password: in ~/.pgpass, or in the address": "likewise",
    "docs/secrets.md: treadle secrets set shop-key": "asks for the value on a terminal; test_cli_access.py answers it",
    "docs/secrets.md: export TREADLE_SECRETS_KEY=NEW,OLD    # every process, and then start them again: the first seals, all open": (
        "starts everything again twice; test_cli_access.py changes keys"
    ),
    "docs/security.md: treadle tokens create ann --role admin": "test_cli_access.py makes tokens and takes them away",
    "docs/reverse-proxy.md: export TREADLE_TOKENS=$(openssl rand -hex 24) TREADLE_ALLOWED_HOSTS=flows.example.com": (
        "needs a proxy and its certificate; test_deployment.py lets nginx and Caddy read their files"
    ),
    "docs/workers.md: on both: the same settings, in the environment, in .env or in treadle.toml": "needs two machines",
    "docs/workers.md: treadle worker --queue reports                      # only these": "test_engine_children.py runs queues",
    "docs/tracing.md: pip install 'treadle[otel]'": "needs a Docker daemon",
    "examples/README.md: treadle run examples/patterns/09_structured_discriminator.yaml --detach": "tests/patterns plays every example",
}
"""The blocks for a terminal that no test types, by page and first line, and why."""
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


def test_every_block_for_a_terminal_is_typed_or_named_with_the_reason_why_not() -> None:
    pages = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")), ROOT / "examples" / "README.md"]

    unmarked = {f"{page.relative_to(ROOT).as_posix()}: {line}" for page in pages for line in first_lines_not_typed(page)}

    assert sorted(unmarked - NOT_TYPED.keys()) == [], "mark it (`console run`, `console served`, …), or say in NOT_TYPED why not"
    assert sorted(NOT_TYPED.keys() - unmarked) == [], "NOT_TYPED names what is no longer there"


def test_what_a_page_does_not_show_is_noticed(tmp_path: Path) -> None:
    session = Session(folder(tmp_path))

    with pytest.raises(AssertionError, match="echo"):
        session.do(Block("console", "run", "$ echo hello\ngoodbye\n"))
