"""The keys that seal secrets: read from the settings, or from a file that one machine keeps beside its database.

A secret is sealed with AES-256-GCM. Its name is authenticated with it, so that whoever can write to the database can
destroy secrets but cannot put one in the place of another.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from treadle.domain.errors import SecretsKeyError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SETTING, FILE_SETTING = "TREADLE_SECRETS_KEY", "TREADLE_SECRETS_KEY_FILE"
KEY_BYTES, NONCE_BYTES = 32, 12
FORM = "1."
"""What ciphertexts of this form begin with."""


@dataclass(frozen=True, slots=True)
class SecretKey:
    """`id` tells keys apart and says nothing about them."""

    id: str
    material: bytes = field(repr=False)

    def seal(self, name: str, value: str) -> str:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return FORM + urlsafe_b64encode(nonce + self._cipher().encrypt(nonce, value.encode(), _bound_to(name))).decode()

    def open(self, name: str, sealed: str) -> str:
        """SecretsKeyError when it was not sealed for this name with this key, or was changed since."""
        from cryptography.exceptions import InvalidTag

        try:
            data = urlsafe_b64decode(sealed.removeprefix(FORM))
            return self._cipher().decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], _bound_to(name)).decode()
        except (InvalidTag, ValueError) as error:
            raise SecretsKeyError(
                f"the secret {name!r} is damaged: what is stored does not open with its key; "
                f"set it again: treadle secrets set {name}"
            ) from error

    def _cipher(self) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self.material)


class KeySource:
    """`text` is the setting, `file` where else keys may be; `may_create` lets `for_sealing` make that file.

    Keys are separated by commas or lines: the first seals, all of them open.
    """

    def __init__(self, text: str | None = None, *, file: Path | None = None, may_create: bool = False) -> None:
        self._text = text
        self.file = file
        self._may_create = may_create

    def for_opening(self) -> Sequence[SecretKey]:
        """Empty where there is none. SecretsKeyError for what is no key."""
        if self._text:
            return parse_keys(self._text, place=SETTING)
        if self.file is None:
            return ()
        try:
            return parse_keys(self.file.read_text("ascii", "replace"), place=str(self.file))
        except FileNotFoundError:
            if self._may_create:
                return ()
            raise SecretsKeyError(f"{FILE_SETTING} names {self.file}, and there is no such file") from None
        except OSError as error:
            raise SecretsKeyError(f"the key for secrets cannot be read: {error}") from error

    def for_sealing(self) -> SecretKey:
        """The first key; made and kept, where that may be and there is none. SecretsKeyError."""
        keys = self.for_opening()
        if keys:
            return keys[0]
        if self.file is None or not self._may_create:
            raise SecretsKeyError(
                f"there is no key to seal secrets with: set {SETTING} to what `treadle secrets key` prints, "
                "the same for the server and every worker"
            )
        _keep(self.file)
        return self.for_opening()[0]


def new_key() -> str:
    return urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")


def parse_keys(text: str, *, place: str) -> Sequence[SecretKey]:
    """SecretsKeyError that says which one is none, and nothing of it."""
    found = []
    for number, word in enumerate(text.replace(",", "\n").split(), 1):
        try:
            material = urlsafe_b64decode(word + "=" * (-len(word) % 4))
        except ValueError:
            material = b""
        if len(material) != KEY_BYTES:
            raise SecretsKeyError(f"{place}: key {number} is not {KEY_BYTES} bytes in base64; `treadle secrets key` makes one")
        found.append(SecretKey(hashlib.sha256(b"treadle key id\0" + material).hexdigest()[:8], material))
    return tuple(found)


def _keep(file: Path) -> None:
    """Write a new key, for its owner alone, unless another process was first. SecretsKeyError."""
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as writing:
                writing.write(f"{new_key()}\n")
                writing.flush()
                os.fsync(descriptor)
            with suppress(FileExistsError):
                os.link(draft, file)
        finally:
            draft.unlink()
    except OSError as error:
        raise SecretsKeyError(f"a key for secrets could not be kept in {file}: {error.strerror}; set {SETTING} instead") from error


def _bound_to(name: str) -> bytes:
    return b"treadle secret 1\0" + name.encode()
