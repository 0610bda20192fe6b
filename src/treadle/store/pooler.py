"""Finding out whether a connection leads to PostgreSQL itself, or to a pooler that lends out its sessions by transaction.

PgBouncer in transaction mode is one. Behind it nothing lasts longer than a transaction: no session settings, no prepared
statements, no LISTEN. Such poolers refuse the start-up parameter `options`, or do not pass it on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from treadle.domain.errors import StoreError

MARK = "treadle.direct"
"""A setting that only arrives where the options of a connection do."""
REFUSALS = ("unsupported startup parameter", "command-line options")
"""What PgBouncer and RDS Proxy say to `options`."""


def connect(
    parameters: Mapping[str, Any], *, before: str = "", after: str = "", pooled: bool | None = None, **how: Any
) -> tuple[psycopg.Connection[Any], bool]:
    """A connection in autocommit, and whether it is pooled; `pooled` is what is known of that already.

    Options are put `before` and `after` those of `parameters`, and given up where a pooler stands between: StoreError if
    the caller's own would be lost. psycopg.Error as from psycopg.
    """
    own = str(parameters.get("options", ""))
    if not pooled:
        together = {**parameters, "options": f"{before} {own} {after} -c {MARK}=on"}
        try:
            connection = psycopg.connect(make_conninfo("", **together), autocommit=True, **how)
        except psycopg.OperationalError as error:
            if not any(words in str(error) for words in REFUSALS):
                raise
        else:
            if pooled is False or _arrived(connection):
                return connection, False
            connection.close()
    if own:
        raise StoreError(
            "the address of the database has `options`, which the connection pooler in front of it does not pass on; "
            "take them out of the address and set them with ALTER ROLE … IN DATABASE … SET"
        )
    rest = {**parameters, "client_encoding": "UTF8"}
    connection = psycopg.connect(make_conninfo("", **rest), autocommit=True, **how)
    # One of the few settings that PgBouncer keeps for its client.
    connection.execute("SET TimeZone = 'UTC'", prepare=False)
    return connection, True


def _arrived(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute(f"SELECT current_setting('{MARK}', true)", prepare=False).fetchone()
    return row is not None and row[0] == "on"
