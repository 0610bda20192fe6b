"""What an expression reads: each name that is not its own variable, with the constant keys behind it."""

from __future__ import annotations

from typing import NamedTuple

Key = str | int


class Read(NamedTuple):
    """`nodes.a.output[0]` is the name `nodes` and the keys `a`, `output`, 0.

    `columns` are those of the name and of each key, from 1. `conditional`: a condition in the expression decides whether it is
    read, as in `a if c else b`. Without keys the name is used as a whole, or with a key that is
    only known when the expression runs.
    """

    name: str
    keys: tuple[Key, ...]
    columns: tuple[int | None, ...]
    conditional: bool = False
