"""`treadle tokens`: who may use the server, as what, and until when."""

from __future__ import annotations

import click

from treadle.cli.arguments import duration, login_name
from treadle.cli.grammar import Group, output_option
from treadle.cli.rendering import plain, say, write_list, write_one
from treadle.cli.session import Session
from treadle.domain.access import Role

NAME = click.argument("name", metavar="NAME")


@click.group(cls=Group, examples=["treadle tokens create ci --role operator --expires 90d", "treadle tokens revoke ci"])
def tokens() -> None:
    """Make and revoke tokens for the server."""


@tokens.command(
    "create", examples=["treadle tokens create ann --role admin", "treadle tokens create ci --role operator --expires 90d"]
)
@NAME
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), default=Role.VIEWER.value, show_default=True,
    help="viewer looks; operator also starts, steers and decides; admin does everything.",
)  # fmt: skip
@click.option("--expires", type=duration, metavar="DURATION", help="Good for so long.  [default: until it is revoked]")
@output_option
@click.pass_obj
def create_token(session: Session, name: str, role: str, expires: float | None, form: str) -> None:
    """Make a token and print it, this once: only its fingerprint is stored.

    With the first one, servers on this database ask everybody for a token, those on 127.0.0.1 too.
    """
    with session.open(prepare="sqlite") as treadle:
        is_first = not treadle.engine.tokens.list() and not treadle.settings.tokens
        token = treadle.engine.tokens.create(name, Role(role), lifetime=expires, by=login_name() or None)
    write_one({"name": name, "role": role, "token": token}, form, people=lambda: [token])
    if is_first:
        say("this is the first token: servers on this database now ask everybody for one")


@tokens.command("list", examples=["treadle tokens list", "treadle tokens list -o json"])
@output_option
@click.pass_obj
def list_tokens(session: Session, form: str) -> None:
    """The tokens that are stored, revoked ones included; those of TREADLE_TOKENS are not."""
    from treadle.cli import shapes

    with session.open() as treadle:
        now = treadle.store.now()
        rows = [shapes.token(each, now=now) for each in treadle.engine.tokens.list()]
    columns = ("name", "role", "state", "created_at", "created_by", "expires_at", "revoked_at")
    write_list(rows, form, columns=columns, none="no token is stored: make one with `treadle tokens create NAME`")


@tokens.command("revoke", examples=["treadle tokens revoke ci", "treadle tokens revoke ci --forget"])
@NAME
@click.option("--forget", is_flag=True, help="Also take it off the list; without tokens a server on 127.0.0.1 is open again.")
@click.pass_obj
def revoke_token(session: Session, name: str, forget: bool) -> None:
    """End a token, and the sessions of browsers that were opened with it; servers see it within two seconds."""
    with session.open() as treadle:
        desk = treadle.engine.tokens
        if forget:
            desk.forget(name)
        else:
            desk.revoke(name)
    say(f"{'forgot' if forget else 'revoked'} {plain(name)}")
