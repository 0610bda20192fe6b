"""What a test calls a node: its id, or `undo/` and its id for what its compensation does."""

from __future__ import annotations

from treadle.engine.compensation import UNDO


def is_undo(scope: str) -> bool:
    """Whether it is the scope in which compensations run, or one inside of it."""
    return scope == UNDO or scope.startswith(f"{UNDO}/")


def name_in(scope: str, node_id: str) -> str:
    """There the id of a node is the place of what it undoes, such as `each[1]/book`; its name is `undo/book`."""
    return undo_of(node_id.rpartition("/")[2].partition("#")[0]) if is_undo(scope) else node_id


def undo_of(node_id: str) -> str:
    return f"{UNDO}/{node_id}"
