"""Secrets by name: sealed in the database, opened only where a handler is called."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from treadle.domain.access import SECRET_LIMIT, SECRET_NAME, SealedSecret, environment_name
from treadle.domain.errors import DefinitionError, Finding, NotFoundError, SecretsKeyError
from treadle.engine.secret_keys import SETTING, KeySource, SecretKey
from treadle.ports_access import SecretStore

FRESH = 1.0
"""Seconds for which a secret is not read again: a changed one is seen by calls that begin later than that."""
REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class _Known:
    read_at: float
    sealed: SealedSecret | None
    value: str | None = field(repr=False)


class Vault:
    """Safe to use from any thread. A stored secret goes before one of the environment."""

    def __init__(
        self, store: SecretStore, keys: KeySource, *,
        environment: Mapping[str, str] = os.environ, time: Callable[[], float] = monotonic,
    ) -> None:  # fmt: skip
        self._store = store
        self.keys = keys
        self._environment = environment
        self._time = time
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def resolve(self, name: str) -> str:
        """The secret. KeyError if there is none, SecretsKeyError if it cannot be opened, StoreUnavailableError."""
        known = self._known.get(name)
        if known is None or self._time() - known.read_at > FRESH:
            known = self._read(name, known)
        if known.value is not None:
            return known.value
        return self._environment[environment_name(name)]

    def set(self, name: str, value: str, *, by: str | None = None) -> None:
        """DefinitionError: the name or the value cannot be. SecretsKeyError: there is no key to seal it with."""
        _check(name, value)
        key = self._sealing_key()
        self._store.put(name, sealed=key.seal(name, value), key_id=key.id, by=by)
        self._known.pop(name, None)

    def delete(self, name: str) -> None:
        """NotFoundError."""
        if not self._store.delete(name):
            raise NotFoundError("secret", name, known=[each.name for each in self._store.list()])
        self._known.pop(name, None)

    def list(self) -> Sequence[SealedSecret]:
        """Those that are stored, by name."""
        return self._store.list()

    def missing(self, names: Collection[str]) -> Sequence[str]:
        """Those that are neither stored nor in this process's environment, in order."""
        if not names:
            return ()
        stored = {each.name for each in self._store.list()}
        return sorted(name for name in names if name not in stored and environment_name(name) not in self._environment)

    def unopened(self) -> Sequence[SealedSecret]:
        """Those that none of the present keys opens."""
        try:
            known = {key.id for key in self.keys.for_opening()}
        except SecretsKeyError:
            known = set()
        return [each for each in self._store.list() if each.key_id not in known]

    def rotate(self) -> int:
        """Seal all that the first key has not sealed with it; how many. SecretsKeyError before any is changed."""
        first = self._sealing_key()
        old = [(each, self._open(each)) for each in self._store.list() if each.key_id != first.id]
        return sum(self._store.reseal(each, sealed=first.seal(each.name, value), key_id=first.id) for each, value in old)

    def _read(self, name: str, known: _Known | None) -> _Known:
        sealed = self._store.get(name)
        value = known.value if known is not None and known.sealed == sealed else self._opened(sealed)
        fresh = _Known(self._time(), sealed, value)
        with self._lock:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[name] = fresh
        return fresh

    def _opened(self, secret: SealedSecret | None) -> str | None:
        return None if secret is None else self._open(secret)

    def _open(self, secret: SealedSecret) -> str:
        keys = self.keys.for_opening()
        key = next((each for each in keys if each.id == secret.key_id), None)
        if key is not None:
            return key.open(secret.name, secret.sealed)
        has = f"has {', '.join(each.id for each in keys)}" if keys else "has none"
        raise SecretsKeyError(
            f"the secret {secret.name!r} cannot be opened: it is sealed with key {secret.key_id}, and this process {has}; "
            f"give it that key in {SETTING}, or set the secret again"
        )

    def _sealing_key(self) -> SecretKey:
        """Never a new key while there are secrets that want another: that one is lost, and had better be found."""
        if not self.keys.for_opening() and (lost := self._store.list()):
            raise SecretsKeyError(
                f"{len(lost)} secrets are sealed with key {lost[0].key_id}, which is not here; bring it back in {SETTING}, "
                "or delete them first"
            )
        return self.keys.for_sealing()


def _check(name: str, value: str) -> None:
    if not SECRET_NAME.fullmatch(name):
        message = f"{name!r} cannot name a secret: a letter, then up to 99 letters, digits, '_', '.' or '-'"
        raise DefinitionError([Finding("secret_name", message, "name")])
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        size = 0
    if not 0 < size <= SECRET_LIMIT or "\0" in value:
        message = f"a secret is a text of 1 to {SECRET_LIMIT:,} bytes without NUL"
        raise DefinitionError([Finding("secret_value", message, "value")])
