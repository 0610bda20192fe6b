"""`treadle signals`: say something to many executions."""

from __future__ import annotations

from typing import Any

import click

from treadle.cli.arguments import json_value
from treadle.cli.bulk import bulk_options, search_of, steer_many
from treadle.cli.grammar import Group
from treadle.cli.session import Session


@click.group(cls=Group, examples=["treadle signals send rates_changed --workflow quote --waiting"])
def signals() -> None:
    """Send a signal to many executions. To one: `treadle executions signal`."""


@signals.command(
    "send",
    examples=[
        "treadle signals send rates_changed --workflow quote --payload @rates.json --signal-id rates-2026-03",
        "treadle signals send maintenance_over --all --waiting --yes",
    ],
)
@click.argument("name")
@click.option("--payload", default="null", metavar="JSON|@FILE", help="What the waiting nodes get.")
@click.option("--signal-id", help="The same id twice counts once in each execution: a call that was cut off can be repeated.")
@click.option("--waiting", is_flag=True, help="Only to those that wait for it now; else it is kept until a node waits.")
@bulk_options
@click.pass_obj
def send_signals(session: Session, /, name: str, payload: str, signal_id: str | None, waiting: bool, **options: Any) -> None:
    """Send a signal to all open executions that fit."""
    from treadle.engine.bulk import Action, Order

    value = json_value(payload, name="--payload")
    order = Order(Action.SIGNAL, name=name, payload=value, waiting=waiting, key=signal_id)
    steer_many(session, order, search_of(options))
