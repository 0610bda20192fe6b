"""Can the stored secrets be opened from here?"""

from __future__ import annotations

import stat
from collections.abc import Iterator

from treadle.domain.errors import SecretsKeyError
from treadle.engine.secret_keys import SETTING
from treadle.health.findings import Finding, error, ok, warning
from treadle.health.surroundings import Surroundings

NAMED = 5


def keys(place: Surroundings) -> Iterator[Finding]:
    """Whether each secret has its key here, and whether others can read the file that it is in."""
    if place.vault is None:
        return
    stored = place.vault.list()
    try:
        present = place.vault.keys.for_opening()
    except SecretsKeyError as failure:
        yield error("secrets_key_invalid", "secrets", str(failure), f"mend {SETTING}: `treadle secrets key` prints a key")
        return
    closed = [each for each in stored if each.key_id not in {key.id for key in present}]
    if closed:
        code = "secrets_key_wrong" if present else "secrets_key_missing"
        names = ", ".join(each.name for each in closed[:NAMED]) + (" …" if len(closed) > NAMED else "")
        ids = ", ".join(sorted({each.key_id for each in closed}))
        words = f"{len(closed)} of {len(stored)} secrets cannot be opened here, so nodes that name them fail: {names}"
        mend = f"add key {ids} to {SETTING}, here and for every worker; or set them again"
        yield error(code, "secrets", words, mend, key_ids=ids)
    elif stored:
        yield ok("secrets", "secrets", f"{len(stored)} stored, and their key is here", stored=len(stored))
    file = place.vault.keys.file
    if file is not None and file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        words = f"other users of this machine can read the key {file}"
        yield warning("secrets_key_open", "secrets", words, f"chmod 600 {file}")
