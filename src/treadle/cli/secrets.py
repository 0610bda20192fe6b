"""`treadle secrets`: values that graphs name and nobody reads."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from treadle.cli.arguments import login_name
from treadle.cli.grammar import Group, output_option
from treadle.cli.rendering import plain, say, write_list
from treadle.cli.session import Session
from treadle.cli.workflows import confirm

if TYPE_CHECKING:
    from treadle.bootstrap import Treadle

NAME = click.argument("name", metavar="NAME")


@click.group(cls=Group, examples=["treadle secrets set shop-key", "treadle secrets list"])
def secrets() -> None:
    """Set and delete the secrets that graphs name."""


@secrets.command(
    "set",
    examples=[
        "treadle secrets set shop-key", "printenv SHOP_KEY | treadle secrets set shop-key",
        "treadle secrets set tls-key --from-file key.pem",
    ],
)  # fmt: skip
@NAME
@click.option(
    "--from-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Take the whole file, its last line end too."
)
@click.pass_obj
def set_secret(session: Session, name: str, from_file: Path | None) -> None:
    """Set a secret, in place of what it was.

    The value is asked for without an echo, or read from stdin without its last line end. It cannot be an argument: every
    user of this machine sees the arguments of a command, and the shell keeps them.
    """
    value = _value(from_file)
    with session.open(prepare="sqlite") as treadle:
        is_new_key = not treadle.vault.keys.for_opening()
        treadle.vault.set(name, value, by=login_name() or None)
        if is_new_key and (file := treadle.vault.keys.file):
            say(f"made the key {file}, readable by you alone: keep a copy of it elsewhere than your backups of the database")
    say(f"set {plain(name)}; calls that begin from now on get it")


@secrets.command("list", examples=["treadle secrets list", "treadle secrets list -o json"])
@output_option
@click.pass_obj
def list_secrets(session: Session, form: str) -> None:
    """The names of the secrets that are stored, never their values."""
    from treadle.cli import shapes

    with session.open() as treadle:
        unopened = frozenset(each.name for each in treadle.vault.unopened())
        rows = [shapes.secret(each, unopened=unopened) for each in treadle.vault.list()]
    none = "no secret is stored: set one with `treadle secrets set NAME`"
    write_list(rows, form, columns=("name", "set_at", "set_by", "opens"), none=none)


@secrets.command("delete", examples=["treadle secrets delete shop-key", "treadle secrets delete shop-key --yes"])
@NAME
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete_secret(session: Session, name: str, yes: bool) -> None:
    """Delete a secret, after saying which workflows name it."""
    with session.open() as treadle:
        if treadle.store.secrets.get(name) is not None:
            confirm(f"Delete the secret {plain(name)}{_use(treadle, name)}?", yes=yes)
        treadle.vault.delete(name)
    say(f"deleted {plain(name)}")


@secrets.command("key", examples=["treadle secrets key"])
def new_key() -> None:
    """Print a new key for TREADLE_SECRETS_KEY; nothing is stored."""
    from treadle.engine import secret_keys

    click.echo(secret_keys.new_key())


@secrets.command("rotate", examples=["TREADLE_SECRETS_KEY=new,old treadle secrets rotate"])
@click.pass_obj
def rotate_secrets(session: Session) -> None:
    """Seal every secret with the first key of TREADLE_SECRETS_KEY.

    Give every process `new,old` first, then rotate, then take the old one away. Nothing stops meanwhile.
    """
    with session.open() as treadle:
        sealed = treadle.vault.rotate()
    say(f"sealed {sealed} secrets anew; all are sealed with the first key")


def _value(from_file: Path | None) -> str:
    if from_file is not None:
        try:
            return from_file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise click.UsageError(f"{from_file} cannot be read as text: {error}") from error
    if sys.stdin.isatty():
        value: str = click.prompt("Value", hide_input=True, confirmation_prompt=True, err=True)
        return value
    return sys.stdin.read().removesuffix("\n").removesuffix("\r")


def _use(treadle: Treadle, name: str) -> str:
    from treadle.engine.secret_references import workflows_naming

    naming = list(workflows_naming(name, treadle.store))
    return f", which {', '.join(map(plain, naming))} name{'s' if len(naming) == 1 else ''}" if naming else ""
