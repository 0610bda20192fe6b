"""Secrets, sealed before they come here, and the digests of tokens."""

from __future__ import annotations

from collections.abc import Sequence

from treadle.domain.access import AccessToken, Role, SealedSecret
from treadle.store.database import Database, Row


class Secrets:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, name: str, *, sealed: str, key_id: str, by: str | None) -> None:
        with self._database.writing_once() as session:
            session.run("put_secret", name=name, sealed=sealed, key_id=key_id, set_by=by)

    def reseal(self, secret: SealedSecret, *, sealed: str, key_id: str) -> bool:
        with self._database.writing_once() as session:
            return session.run("reseal_secret", name=secret.name, before=secret.sealed, sealed=sealed, key_id=key_id) > 0

    def get(self, name: str) -> SealedSecret | None:
        with self._database.reading() as session:
            row = session.row("read_secret", name=name)
        return None if row is None else self._secret(row)

    def list(self) -> Sequence[SealedSecret]:
        with self._database.reading() as session:
            return [self._secret(row) for row in session.rows("list_secrets")]

    def delete(self, name: str) -> bool:
        with self._database.writing_once() as session:
            return session.run("delete_secret", name=name) > 0

    def _secret(self, row: Row) -> SealedSecret:
        name, sealed, key_id, set_at, set_by = row
        return SealedSecret(name, sealed, key_id, self._database.time(set_at), set_by)


class Tokens:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, id: str, *, name: str, role: Role, digest: str, by: str | None, lifetime: float | None) -> bool:
        said = {"id": id, "name": name, "role": role.value, "digest": digest, "created_by": by, "lifetime": lifetime}
        with self._database.writing_once() as session:
            return session.run("add_token", **said) > 0

    def list(self) -> Sequence[AccessToken]:
        with self._database.reading() as session:
            return [self._token(row) for row in session.rows("list_tokens")]

    def revoke(self, name: str) -> bool:
        with self._database.writing_once() as session:
            return session.run("revoke_token", name=name) > 0

    def forget(self, name: str) -> int:
        with self._database.writing_once() as session:
            return session.run("forget_tokens", name=name)

    def _token(self, row: Row) -> AccessToken:
        id, name, role, digest, created_at, created_by, expires_at, revoked_at = row
        time = self._database.time
        return AccessToken(
            id, name, Role(role), digest, time(created_at), created_by, expires_at=time(expires_at), revoked_at=time(revoked_at)
        )
