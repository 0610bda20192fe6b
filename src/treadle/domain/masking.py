"""Takes secrets out of what is kept and shown, also where they stand encoded as headers and addresses have them."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any
from urllib.parse import quote, quote_plus

import orjson

MASK = "***"
SHORTEST_SECRET = 4
"""Characters. To mask what is shorter would spoil every other word and hide nothing."""
SHORTEST_BASE64 = 8
"""Characters of Base64 that are the secret's alone, for the same reason."""


@dataclass(frozen=True, slots=True)
class Mask:
    """`needles` are what is replaced, longer ones first, for one may be a part of another."""

    needles: tuple[str, ...] = ()

    def hiding(self, secret: str) -> Mask:
        """This one, and that secret."""
        return Mask(tuple(sorted({*self.needles, *_forms(secret)}, key=lambda each: (-len(each), each))))

    def text(self, text: str) -> str:
        for needle in self.needles:
            text = text.replace(needle, MASK)
        return text

    def occurs_in(self, value: Any) -> bool:
        """Whether something is to be hidden; True where only `value` can tell. Quick for large results, which seldom hold any."""
        if not self.needles:
            return False
        try:
            text = orjson.dumps(value).decode()
        except TypeError:
            return True
        return any(orjson.dumps(needle).decode()[1:-1] in text for needle in self.needles)

    def value(self, value: Any) -> Any:
        """The same value where nothing is hidden; also of what handlers return, whose parts are dataclasses."""
        if not self.needles or value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int | float):
            return MASK if str(value) in self.needles else value
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, list | tuple):
            masked = [self.value(item) for item in value]
            same = all(new is old for new, old in zip(masked, value, strict=True))
            return value if same else masked if isinstance(value, list) else tuple(masked)
        return self._parts(value) if is_dataclass(value) and not isinstance(value, type) else value

    def _mapping(self, value: Mapping[Any, Any]) -> Mapping[Any, Any]:
        masked = {self.value(key) if isinstance(key, str) else key: self.value(item) for key, item in value.items()}
        same = len(masked) == len(value) and all(key in masked and masked[key] is value[key] for key in value)
        return value if same else masked

    def _parts(self, value: Any) -> Any:
        parts = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
        masked = {name: self.value(part) for name, part in parts.items()}
        changed = {name: part for name, part in masked.items() if part is not parts[name]}
        return replace(value, **changed) if changed else value


NOTHING_HIDDEN = Mask()


def masked(text: str, secrets: Collection[str]) -> str:
    """The text without the secrets, which are taken as they are; longer ones first, for one may be a part of another."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, MASK)
    return text


def _forms(secret: str) -> Iterator[str]:
    """The secret, and what becomes of it in JSON, in an address, and anywhere inside of something in Base64."""
    for plain in {secret, secret.strip()}:
        if len(plain.strip()) < SHORTEST_SECRET:
            continue
        yield plain
        yield json.dumps(plain)[1:-1]
        yield json.dumps(plain, ensure_ascii=False)[1:-1]
        yield quote(plain)
        yield quote(plain, safe="")
        yield quote_plus(plain)
        yield repr(plain)[1:-1]
        for encode in (b64encode, urlsafe_b64encode):
            yield from _within_base64(plain.encode(), encode)


def _within_base64(data: bytes, encode: Any) -> Iterator[str]:
    """The characters that hold nothing but the secret, for each place where it may begin in a group of three bytes."""
    for before in range(3):
        text = encode(b"\0" * before + data).decode()
        start = -(-before * 8 // 6)
        end = (before + len(data)) * 8 // 6
        if end - start >= SHORTEST_BASE64:
            yield text[start:end]
