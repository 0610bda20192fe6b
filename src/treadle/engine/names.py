"""The rule for names that people and URLs carry."""

from __future__ import annotations

from treadle.domain.errors import DefinitionError, Finding

NAME_LIMIT = 200


def check_name(name: str, path: str) -> None:
    """DefinitionError unless it is printable, without spaces at the ends, and neither empty nor too long."""
    if not isinstance(name, str) or not name or len(name) > NAME_LIMIT or not name.isprintable() or name != name.strip():
        message = f"must be 1 to {NAME_LIMIT} printable characters without spaces at the ends"
        raise DefinitionError([Finding("invalid_name", message, path)])


def check_path_name(name: str, path: str) -> None:
    """The same for a name that is a part of addresses: without a slash, and neither `.` nor `..`."""
    check_name(name, path)
    if "/" in name or name in (".", ".."):
        hint = "a hyphen or an underscore instead, say"
        raise DefinitionError([Finding("invalid_name", f"{name!r} cannot stand in an address: it must have no slash", path, hint)])
