from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from treadle.activities import decorator
from treadle.activities.decorator import activity
from treadle.activities.function_handler import FunctionHandler
from treadle.activities.handler import rfc3339
from treadle.activities.registry import default_registry
from treadle.activities.secrets import Secret
from treadle.domain.activity import Context, Done, Event, Park, Wait
from treadle.domain.errors import Fatal, NotFoundError
from treadle.domain.graph_configs import ConfigChecks
from treadle.domain.secret_references import Place

NOW = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


class Parcel(BaseModel):
    model_config = ConfigDict(extra="forbid")

    weight: Annotated[float, Field(gt=0, title="Weight in kg", description="What the scale says.")]
    speed: Literal["slow", "fast"] = "slow"


@pytest.fixture(autouse=True)
def _forget_what_the_test_declares() -> Iterator[None]:
    before = list(decorator.DECLARED)
    yield
    decorator.DECLARED[:] = before


def handler_of(function: Any) -> FunctionHandler:
    return FunctionHandler(function.activity)


def context(secrets: Any = None, *places: Place) -> Context:
    """`places` are where the saved config names secrets."""
    return Context("exec-1", "w", "n", "", visit=1, attempt=1, now=NOW, secrets=secrets, secret_places=places)


def test_the_decorated_function_stays_a_plain_function() -> None:
    @activity("test.upper")
    def upper(text: str, times: int = 1) -> str:
        return text.upper() * times

    assert upper("a", times=2) == "AA"
    assert decorator.DECLARED[-1].function is upper


def test_the_signature_is_the_schema_and_the_docstring_the_summary() -> None:
    @activity("test.upper", category="text", icon="type", ports=("out", "empty"), output="a text")
    def upper(text: Annotated[str, Field(description="To shout.")], times_two: int = 1, json: list[int] | None = None) -> str:
        """Shout a text.

        At length.
        """
        return text.upper() * (times_two + len(json or []))

    node_type = handler_of(upper).node_type

    assert node_type.summary == "Shout a text."
    assert (node_type.category, node_type.icon, node_type.output) == ("text", "type", "a text")
    assert node_type.ports == ("out", "empty")
    assert node_type.config_schema == {
        "type": "object",
        "properties": {
            "text": {"type": "string", "title": "Text", "description": "To shout."},
            "times_two": {"type": "integer", "title": "Times Two", "default": 1},
            "json": {
                "anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}],
                "title": "Json",
                "default": None,
            },
        },
        "required": ["text"],
        "additionalProperties": False,
    }


def test_a_config_reaches_the_function_by_name() -> None:
    @activity("test.join")
    def join(schema: str, *, model_config: int, self_: bool = False) -> list[Any]:
        return [schema, model_config, self_]

    output = handler_of(join).run(context(), {"schema": "a", "model_config": 2})

    assert output == ["a", 2, False]


@pytest.mark.parametrize(("config", "said"), [
    ({}, r"config\.text: Field required"),
    ({"text": 5}, r"config\.text: Input should be a valid string"),
    ({"text": "a", "times": "many"}, r"config\.times: Input should be a valid integer"),
    ({"text": "a", "tiems": 1}, r"config\.tiems: Extra inputs are not permitted"),
])  # fmt: skip
def test_a_config_that_does_not_fit_fails_the_activity_and_names_the_field(config: dict[str, Any], said: str) -> None:
    @activity("test.upper")
    def upper(text: str, times: int = 1) -> str:
        return text.upper() * times

    with pytest.raises(Fatal, match=said) as failed:
        handler_of(upper).run(context(), config)

    assert failed.value.type == "config"


def test_a_function_that_changes_its_config_changes_nothing_else() -> None:
    @activity("test.grow")
    def grow(anything: Any, fields: dict[str, Any]) -> None:
        anything.append("more")
        fields["of"]["inner"] = "changed"

    config = {"anything": [1], "fields": {"of": {"inner": "kept"}}}
    handler_of(grow).run(context(), config)

    assert config == {"anything": [1], "fields": {"of": {"inner": "kept"}}}


def test_the_context_goes_to_the_parameter_annotated_so_wherever_it_stands() -> None:
    @activity("test.key")
    def key(suffix: str, ctx: Context) -> str:
        return ctx.idempotency_key + suffix

    handler = handler_of(key)

    assert handler.run(context(), {"suffix": "!"}) == "exec-1/n#1!"
    assert list(handler.node_type.config_schema["properties"]) == ["suffix"]


def test_a_single_model_parameter_is_the_whole_config() -> None:
    @activity("test.send")
    def send(parcel: Parcel, ctx: Context) -> str:
        return f"{parcel.weight} {parcel.speed} {ctx.node_id}"

    handler = handler_of(send)

    assert handler.run(context(), {"weight": 2}) == "2.0 slow n"
    assert handler.node_type.config_schema["properties"]["weight"]["title"] == "Weight in kg"
    with pytest.raises(Fatal, match=r"config\.weight: Input should be greater than 0"):
        handler.run(context(), {"weight": 0})


def test_nested_models_and_their_schemas_are_checked_when_the_graph_is_saved() -> None:
    @activity("test.pack")
    def pack(parcels: list[Parcel], label: str = "") -> int:
        return len(parcels)

    handler = handler_of(pack)
    checks = ConfigChecks()

    good = checks.findings(handler.node_type, {"parcels": [{"weight": "{{ input.kg }}"}]}, path="config")
    wrong = checks.findings(handler.node_type, {"parcels": [{"speed": "slow"}]}, path="config")

    assert good == []
    assert [finding.path for finding in wrong] == ["config.parcels[0]"]
    assert handler.run(context(), {"parcels": [{"weight": 1}, {"weight": 2}]}) == 2


def test_a_coroutine_function_runs_on_the_loop_and_a_plain_one_in_a_thread() -> None:
    @activity("test.soon")
    async def soon(n: int) -> int:
        await asyncio.sleep(0)
        return n + 1

    @activity("test.now")
    def now(n: int) -> int:
        return n + 1

    @activity("test.at_once", mode="inline")
    def at_once(n: int) -> int:
        return n + 1

    assert [handler_of(f).mode for f in (soon, now, at_once)] == ["async", "thread", "inline"]
    assert asyncio.run(handler_of(soon).run(context(), {"n": 1})) == 2


@pytest.mark.parametrize(("mode", "said"), [
    ("process", "isolation='process'"), ("fibre", "not one of"), ("async", "a plain function"),
])  # fmt: skip
def test_a_mode_that_does_not_fit_is_refused_where_it_is_declared(mode: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):

        @activity("test.n", mode=mode)
        def n() -> None: ...


def test_a_function_that_no_fresh_process_can_import_is_refused_with_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def inner() -> None: ...

    with pytest.raises(ValueError, match="defined inside of another; move it to the top level"):
        activity("test.inner", isolation="process")(inner)

    monkeypatch.setattr(inner, "__module__", "__main__")
    monkeypatch.setattr(inner, "__qualname__", "inner")
    with pytest.raises(ValueError, match="move the function into a module of its own"):
        activity("test.main", isolation="process")(inner)


@pytest.mark.parametrize(("said", "why"), [
    ({"isolation": "thread"}, "'thread' is not 'process'"), ({"max_calls": 3}, "needs isolation='process'"),
    ({"isolation": "process", "max_calls": 0}, "at least 1"), ({"isolation": "process", "mode": "inline"}, "cannot run inline"),
    ({"heartbeat_timeout": 0}, "more than 0"),
])  # fmt: skip
def test_what_makes_no_sense_of_isolation_is_refused(said: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        activity("test.n", **said)(rfc3339)


def test_an_isolated_function_gets_a_handler_that_runs_it_elsewhere() -> None:
    isolated = activity("test.isolated", isolation="process", heartbeat_timeout="20s")(quote)

    handler = default_registry(entry_points=False).get("test.isolated")

    assert isolated is quote
    assert handler is not None
    assert (handler.mode, handler.node_type.heartbeat) == ("process", 20.0)


def quote(text: str) -> str:
    return repr(text)


def test_forgetting_the_name_is_noticed_at_once() -> None:
    with pytest.raises(TypeError, match="needs the node type's name"):
        activity(lambda: None)  # type: ignore[arg-type]


def test_parameters_without_names_cannot_come_from_a_config() -> None:
    @activity("test.star")
    def star(*numbers: int) -> int:
        return sum(numbers)

    with pytest.raises(TypeError, match=r"star .*test_activities_decorator\.py:\d+\): parameter 'numbers'"):
        handler_of(star)


def test_an_annotation_that_names_nothing_is_reported_with_its_place() -> None:
    @activity("test.lost")
    def lost(thing: Nothing) -> None: ...  # type: ignore[name-defined]  # noqa: F821  # the point of the test

    with pytest.raises(TypeError, match=r"lost .*'Nothing' is not defined"):
        handler_of(lost)


def test_results_pass_through_and_models_become_json() -> None:
    @activity("test.result", mode="inline")
    def result(kind: str) -> Any:
        return {"port": Done(1, "other"), "model": Parcel(weight=1), "plain": [1]}[kind]

    outputs = [handler_of(result).run(context(), {"kind": kind}) for kind in ("port", "model", "plain")]

    assert outputs == [Done(1, "other"), {"weight": 1.0, "speed": "slow"}, [1]]


def test_a_function_that_parks_outputs_what_ended_the_wait() -> None:
    @activity("test.park", mode="inline")
    def park() -> Park:
        return Park((Wait(signal="go"), Wait(until=NOW)))

    handler = handler_of(park)

    assert handler.resume(context(), {}, Event(0, "", "signal", {"a": 1}, NOW)) == Done({"a": 1})
    assert handler.resume(context(), {}, Event(1, "", "time", None, NOW)) == Done("2026-03-29T01:00:00Z")


def test_a_secret_is_a_reference_in_the_config_and_a_text_in_the_call() -> None:
    @activity("test.login")
    def login(token: Secret, headers: dict[str, Any]) -> list[Any]:
        return [token, repr(token), headers]

    handler = handler_of(login)
    config = {"token": {"secret": "key"}, "headers": {"a": [{"secret": "key"}], "b": {"secret": "key", "c": 1}}}

    output = handler.run(context({"key": "s3cr3t"}.__getitem__, ("token",), ("headers", "a", 0)), config)

    assert output == ["s3cr3t", "Secret('…')", {"a": ["s3cr3t"], "b": {"secret": "key", "c": 1}}]
    assert config["token"] == {"secret": "key"}
    assert ConfigChecks().findings(handler.node_type, config, path="config") == []


def test_a_rejected_secret_is_not_shown() -> None:
    @activity("test.pin")
    def pin(code: int) -> int:
        return code

    with pytest.raises(Fatal) as failed:
        handler_of(pin).run(context(lambda _name: "hunter2", ("code",)), {"code": {"secret": "pin"}})

    assert "hunter2" not in str(failed.value)


def no_such_secret(name: str) -> str:
    raise NotFoundError("secret", name)


@pytest.mark.parametrize("secrets", [None, {}.__getitem__, no_such_secret])
def test_a_secret_that_is_not_there_fails_for_good(secrets: Any) -> None:
    @activity("test.pin")
    def pin(code: str) -> str:
        return code

    with pytest.raises(Fatal, match="'pin'") as failed:
        handler_of(pin).run(context(secrets, ("code",)), {"code": {"secret": "pin"}})

    assert failed.value.type == "secret"
