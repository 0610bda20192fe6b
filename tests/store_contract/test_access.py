"""Secrets and tokens as the database keeps them: ciphertext and digests."""

from __future__ import annotations

from datetime import timedelta

from conftest import START, MovableClock
from treadle.domain.access import Role
from treadle.ports import Store


def test_a_secret_is_replaced_by_its_name(store: Store, clock: MovableClock) -> None:
    store.secrets.put("b", sealed="1", key_id="k1", by="ann")
    store.secrets.put("a", sealed="2", key_id="k1", by=None)
    clock.advance(5)

    store.secrets.put("b", sealed="3", key_id="k2", by=None)

    assert [(each.name, each.sealed, each.key_id, each.set_by) for each in store.secrets.list()] == [
        ("a", "2", "k1", None), ("b", "3", "k2", None),
    ]  # fmt: skip
    found = store.secrets.get("b")
    assert found is not None
    assert found.set_at == START + timedelta(seconds=5)
    assert "3" not in repr(found).replace("2026", "").partition("set_at")[0]


def test_only_a_value_that_is_still_the_same_is_resealed(store: Store) -> None:
    store.secrets.put("a", sealed="1", key_id="old", by=None)
    read = store.secrets.list()[0]

    first, second = (store.secrets.reseal(read, sealed="2", key_id="new") for _ in range(2))

    assert (first, second) == (True, False)
    assert store.secrets.list()[0].key_id == "new"
    assert (store.secrets.delete("a"), store.secrets.delete("a"), store.secrets.get("a")) == (True, False, None)


def test_a_name_is_free_again_once_its_token_is_revoked(store: Store, clock: MovableClock) -> None:
    added = store.tokens.add("t1", name="ci", role=Role.OPERATOR, digest="d1", by="ann", lifetime=60)
    again = store.tokens.add("t2", name="ci", role=Role.ADMIN, digest="d2", by=None, lifetime=None)
    clock.advance(1)
    revoked = [store.tokens.revoke("ci") for _ in range(2)]
    after = store.tokens.add("t3", name="ci", role=Role.ADMIN, digest="d3", by=None, lifetime=None)

    first, second = store.tokens.list()
    assert (added, again, revoked, after) == (True, False, [True, False], True)
    assert (first.id, first.role, first.digest, first.created_by) == ("t1", Role.OPERATOR, "d1", "ann")
    assert (first.expires_at, first.revoked_at) == (START + timedelta(seconds=60), START + timedelta(seconds=1))
    assert (second.expires_at, second.revoked_at, second.state(clock.now())) == (None, None, "active")
    assert store.tokens.forget("ci") == 2
    assert store.tokens.list() == []


def test_a_token_expires_and_a_revoked_one_stays_revoked(store: Store, clock: MovableClock) -> None:
    store.tokens.add("t1", name="a", role=Role.VIEWER, digest="d1", by=None, lifetime=60)
    [token] = store.tokens.list()

    assert token.state(START + timedelta(seconds=59)) == "active"
    assert token.state(START + timedelta(seconds=60)) == "expired"
    store.tokens.revoke("a")
    assert store.tokens.list()[0].state(START + timedelta(seconds=60)) == "revoked"
