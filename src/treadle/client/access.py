"""Secrets and tokens of a server; both need a token of an administrator."""

from __future__ import annotations

from treadle.api.schemas.access import CreatedToken, Secret, SecretUse, Token
from treadle.client.answers import given, items_of, model_of, part
from treadle.client.transport import Transport


class Secrets:
    """Values go in and never come out."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def find(self) -> list[Secret]:
        return items_of(Secret, self._transport.ask("GET", "/secrets"))

    def get(self, name: str) -> SecretUse:
        """When it was set and by whom, and the workflows that name it."""
        return model_of(SecretUse, self._transport.ask("GET", f"/secrets/{part(name)}"))

    def set(self, name: str, value: str) -> Secret:
        """In place of what it was."""
        return model_of(Secret, self._transport.ask("PUT", f"/secrets/{part(name)}", body={"value": value}, repeatable=True))

    def delete(self, name: str) -> None:
        self._transport.ask("DELETE", f"/secrets/{part(name)}")


class Tokens:
    """Who may come in, as what, and until when."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def find(self) -> list[Token]:
        """Revoked ones included."""
        return items_of(Token, self._transport.ask("GET", "/tokens"))

    def create(self, name: str, *, role: str = "viewer", expires: str | None = None) -> CreatedToken:
        """The answer is the only one that says the token. `expires` is a duration, such as `90d`."""
        body = {"name": name, "role": role, **given(expires=expires)}
        return model_of(CreatedToken, self._transport.ask("POST", "/tokens", body=body))

    def revoke(self, name: str) -> None:
        self._transport.ask("DELETE", f"/tokens/{part(name)}")
