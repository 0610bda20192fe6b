"""Secrets by name: sealed at rest, opened for the call, never in the place of another."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import MovableClock
from treadle.domain.errors import DefinitionError, NotFoundError, SecretsKeyError
from treadle.engine.secret_keys import KeySource, SecretKey, new_key, parse_keys
from treadle.engine.vault import FRESH, Vault
from treadle.ports import Store

OLD, NEW = new_key(), new_key()


def vault(store: Store, *keys: str, **environment: str) -> Vault:
    return Vault(store.secrets, KeySource(",".join(keys)), environment=environment)


def test_a_secret_comes_back_in_another_process_and_is_not_in_the_database(store: Store) -> None:
    vault(store, OLD).set("api-key", "grün und lang", by="ann")

    assert vault(store, OLD).resolve("api-key") == "grün und lang"
    [kept] = store.secrets.list()
    assert (kept.name, kept.set_by) == ("api-key", "ann")
    assert "lang" not in kept.sealed


def test_the_environment_stands_in_for_what_is_not_stored(store: Store) -> None:
    opened = vault(store, OLD, TREADLE_SECRET_API_KEY="outside", TREADLE_SECRET_B="outside")
    opened.set("api.key", "stored")

    assert (opened.resolve("api.key"), opened.resolve("b")) == ("stored", "outside")
    assert opened.missing({"b", "api.key", "z", "c"}) == ["c", "z"]
    with pytest.raises(KeyError):
        opened.resolve("c")


def test_a_changed_secret_is_seen_when_it_is_no_longer_fresh(store: Store, clock: MovableClock) -> None:
    reader = Vault(store.secrets, KeySource(OLD), environment={}, time=clock.boottime)
    vault(store, OLD).set("a", "one")
    before = reader.resolve("a")

    vault(store, OLD).set("a", "two")
    at_once = reader.resolve("a")
    clock.advance(FRESH + 0.1)

    assert (before, at_once, reader.resolve("a")) == ("one", "one", "two")
    reader.delete("a")
    with pytest.raises(KeyError):
        reader.resolve("a")
    with pytest.raises(NotFoundError):
        reader.delete("a")


def test_keys_are_rotated_while_both_open(store: Store) -> None:
    vault(store, OLD).set("a", "one")
    both = vault(store, NEW, OLD)
    both.set("b", "two")

    rotated = both.rotate(), both.rotate()

    assert rotated == (1, 0)
    only_new = vault(store, NEW)
    assert (only_new.resolve("a"), only_new.resolve("b"), only_new.unopened()) == ("one", "two", [])


def test_a_missing_or_wrong_key_is_named(store: Store) -> None:
    vault(store, OLD).set("a", "one")
    id = store.secrets.list()[0].key_id

    for wrong in (vault(store), vault(store, NEW)):
        with pytest.raises(SecretsKeyError, match=f"sealed with key {id}"):
            wrong.resolve("a")
        assert [each.name for each in wrong.unopened()] == ["a"]
    with pytest.raises(SecretsKeyError, match="bring it back in TREADLE_SECRETS_KEY"):
        vault(store).set("b", "two")


def test_without_a_key_nothing_is_set_and_the_mend_is_named(store: Store) -> None:
    with pytest.raises(SecretsKeyError, match="treadle secrets key"):
        vault(store).set("a", "one")
    assert store.secrets.list() == []


@pytest.mark.parametrize("change", [
    lambda kept: replace(kept, name="b"),
    lambda kept: replace(kept, sealed=kept.sealed[:20] + ("A" if kept.sealed[20] != "A" else "B") + kept.sealed[21:]),
    lambda kept: replace(kept, sealed="1.x"),
])  # fmt: skip
def test_a_ciphertext_that_was_moved_or_changed_does_not_open(store: Store, change: Callable[..., object]) -> None:
    vault(store, OLD).set("a", "one")
    changed = change(store.secrets.list()[0])

    store.secrets.put(changed.name, sealed=changed.sealed, key_id=changed.key_id, by=None)  # type: ignore[attr-defined]

    with pytest.raises(SecretsKeyError, match="damaged"):
        vault(store, OLD).resolve(changed.name)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "value"), [
    ("", "x"), ("1a", "x"), ("a b", "x"), ("a" * 101, "x"), ("ä", "x"), ("a", ""), ("a", "x" * 65537), ("a", "\ud800"), ("a", "a\0b"),
])  # fmt: skip
def test_names_and_values_that_cannot_be_are_refused(store: Store, name: str, value: str) -> None:
    with pytest.raises(DefinitionError):
        vault(store, OLD).set(name, value)


def test_one_machine_keeps_its_key_in_a_file_for_its_owner_alone(store: Store, tmp_path: Path) -> None:
    source = KeySource(file=tmp_path / "treadle.db.key", may_create=True)
    opened = Vault(store.secrets, source, environment={})

    before = source.for_opening()
    opened.set("a", "one")
    opened.set("b", "two")

    assert before == ()
    assert Vault(store.secrets, source, environment={}).resolve("a") == "one"
    assert stat.S_IMODE((tmp_path / "treadle.db.key").stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if "key" in each.name] == ["treadle.db.key"]
    (tmp_path / "treadle.db.key").unlink()
    with pytest.raises(SecretsKeyError, match="2 secrets are sealed with key"):
        opened.set("c", "three")


@pytest.mark.parametrize("text", ["short", "ä" * 43, "Q" * 47], ids=["short", "letters", "long"])
def test_what_is_no_key_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(SecretsKeyError, match="PLACE: key 2 is not 32 bytes") as refused:
        parse_keys(f"{OLD}, {text}", place="PLACE")

    assert text not in str(refused.value)


def test_a_key_does_not_show_itself() -> None:
    [key] = parse_keys(OLD, place="PLACE")

    assert isinstance(key, SecretKey)
    assert str(key.material) not in repr(key)
    assert key.seal("a", "x") != key.seal("a", "x")


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SecretsKeyError, match="no such file"):
        KeySource(file=tmp_path / "nothing").for_opening()
