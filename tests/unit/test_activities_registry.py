from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from treadle.activities import decorator
from treadle.activities.control import Noop
from treadle.activities.http import HttpRequest
from treadle.activities.registry import ActivityRegistry, built_in_registry, default_registry
from treadle.domain.errors import RegistrationError

MODULE = '''
"""Activities of a test."""
from treadle.activities.decorator import activity

@activity("{type}")
def shout(text: str) -> str:
    """Shout."""
    return text.upper()
'''


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of importable modules, forgotten afterwards."""
    declared, loaded = list(decorator.DECLARED), set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    decorator.DECLARED[:] = declared
    for name in set(sys.modules) - loaded:
        del sys.modules[name]


def given_package(site: Path, name: str, value: str) -> None:
    """An installed package with an entry point."""
    info = site / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[treadle.activities]\nmine = {value}\n")


def test_the_modules_named_bring_their_activities(site: Path) -> None:
    (site / "given_shouting.py").write_text(MODULE.format(type="given.shout"))

    registry = default_registry(["given_shouting"], entry_points=False)

    assert registry.node_types["given.shout"].summary == "Shout."
    assert registry.get("given.shout") is not None
    assert registry.get("given.whisper") is None


def test_a_module_in_the_folder_where_the_process_starts_is_found_and_hides_no_other(
    site: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path_factory.mktemp("here")
    (here / "given_here.py").write_text(MODULE.format(type="given.here"))
    (here / "given_both.py").write_text(MODULE.format(type="given.wrong"))
    (site / "given_both.py").write_text(MODULE.format(type="given.right"))
    monkeypatch.chdir(here)

    registry = default_registry(["given_here", "given_both"], entry_points=False)

    assert {"given.here", "given.right"} <= registry.node_types.keys()


def test_a_later_registry_has_what_an_earlier_one_imported(site: Path) -> None:
    (site / "given_shouting.py").write_text(MODULE.format(type="given.shout"))
    default_registry(["given_shouting"], entry_points=False)

    later = default_registry(["given_shouting"], entry_points=False)

    assert "given.shout" in later.node_types


def test_one_node_type_declared_in_two_places_names_both(site: Path) -> None:
    (site / "given_one.py").write_text(MODULE.format(type="given.shout"))
    (site / "given_two.py").write_text(MODULE.format(type="given.shout"))

    with pytest.raises(RegistrationError, match="declared twice") as refused:
        default_registry(["given_one", "given_two"], entry_points=False)

    assert "given_one.shout (" in str(refused.value)
    assert f"given_two.shout ({site / 'given_two.py'}:5)" in str(refused.value)


def test_a_built_in_cannot_be_replaced(site: Path) -> None:
    (site / "given_log.py").write_text(MODULE.format(type="log"))

    with pytest.raises(RegistrationError, match=r"treadle\.activities\.log\.Log"):
        default_registry(["given_log"], entry_points=False)


def test_a_handler_object_is_registered_once() -> None:
    registry = ActivityRegistry()
    registry.register(Noop())

    with pytest.raises(RegistrationError, match="'noop'"):
        registry.register(Noop())


@pytest.mark.parametrize(("source", "said"), [
    (None, r"'given_broken'.*PYTHONPATH"),
    ("import given_nothing", r"'given_broken'.*given_nothing.*inside the module"),
    ("1 / 0", r"'given_broken': ZeroDivisionError.*inside the module"),
])  # fmt: skip
def test_a_module_that_cannot_be_imported_is_named_with_the_mend(site: Path, source: str | None, said: str) -> None:
    if source is not None:
        (site / "given_broken.py").write_text(source)

    with pytest.raises(RegistrationError, match=said):
        default_registry(["given_broken"], entry_points=False)


def test_a_function_that_cannot_be_an_activity_stops_the_registry_with_its_place(site: Path) -> None:
    (site / "given_star.py").write_text(MODULE.format(type="given.star").replace("text: str", "*text: str"))

    with pytest.raises(RegistrationError, match=r"given_star\.shout .*'text' cannot come from a config"):
        default_registry(["given_star"], entry_points=False)


@pytest.mark.parametrize("value", ["given_plugin", "given_plugin:shout"])
def test_installed_packages_bring_activities_by_entry_point(site: Path, value: str) -> None:
    (site / "given_plugin.py").write_text(MODULE.format(type="given.plugged"))
    given_package(site, "given-plugin", value)

    with_them, without = default_registry(), default_registry(entry_points=False)

    assert "given.plugged" in with_them.node_types
    assert with_them.get("given.plugged") is not without.get("given.plugged")


def test_an_entry_point_may_name_a_handler(site: Path) -> None:
    (site / "given_plugin.py").write_text(
        "from treadle.activities.control import Noop\nfrom dataclasses import replace\n"
        "class Rest(Noop):\n    node_type = replace(Noop.node_type, type='given.rest')\nrest = Rest()\n"
    )
    given_package(site, "given-plugin", "given_plugin:rest")

    registry = default_registry()

    assert "given.rest" in registry.node_types


@pytest.mark.parametrize(("source", "said"), [
    ("1 / 0", "'given-plugin' cannot be loaded: ZeroDivisionError"),
    ("rest = 7", "names a int"),
])  # fmt: skip
def test_a_broken_package_is_named(site: Path, source: str, said: str) -> None:
    (site / "given_plugin.py").write_text(source)
    given_package(site, "given-plugin", "given_plugin:rest")

    with pytest.raises(RegistrationError, match=said):
        default_registry()


@pytest.mark.parametrize("allowed", [False, True])
def test_private_addresses_are_allowed_by_a_setting_only(allowed: bool) -> None:
    registry = default_registry(entry_points=False, allow_private_http=allowed)

    handler = registry.get("http.request")

    assert isinstance(handler, HttpRequest)
    assert handler.allow_private is allowed


def test_node_types_cannot_be_changed_from_outside() -> None:
    registry = built_in_registry()

    with pytest.raises(TypeError):
        registry.node_types["new"] = Noop.node_type  # type: ignore[index]


def test_the_built_in_handlers_load_neither_httpx_nor_pydantic() -> None:
    source = (
        "import sys; from treadle.activities.registry import built_in_registry; built_in_registry();"
        "print(sorted({'httpx', 'httpcore', 'pydantic', 'jsonschema'} & set(sys.modules)))"
    )

    loaded = subprocess.run([sys.executable, "-c", source], check=True, capture_output=True, text=True)

    assert loaded.stdout.strip() == "[]"
