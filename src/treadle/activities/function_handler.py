"""The handler around a decorated function: its signature as the config's schema, checked at each run.

pydantic is imported when the first handler is made, not when a module with activities is imported.
"""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, get_type_hints

from treadle.activities import secrets
from treadle.activities.declaration import Declaration
from treadle.activities.handler import refuse_config, rfc3339
from treadle.domain.activity import Context, Done, Event
from treadle.domain.node_types import NodeType
from treadle.domain.values import own_copy

if TYPE_CHECKING:
    from pydantic import BaseModel

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class FunctionHandler:
    """Calls the function with the validated config. If it returns a `Park`, its output is what ended the wait."""

    def __init__(self, declaration: Declaration) -> None:
        """TypeError when the signature cannot be a config."""
        self.declaration = declaration
        self.mode = declaration.mode
        self._function = declaration.function
        self._signature = _Signature(declaration.function, declaration.place)
        self.node_type = NodeType(
            type=declaration.type,
            summary=declaration.summary,
            category=declaration.category,
            config_schema=self._signature.schema(),
            ports=declaration.ports,
            icon=declaration.icon,
            output=declaration.output,
            heartbeat=declaration.heartbeat,
        )

    @property
    def place(self) -> str:
        return self.declaration.place

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        arguments = self._signature.arguments(ctx, config)
        return self._run_async(arguments) if self.mode == "async" else _plain(self._function(**arguments))

    def resume(self, ctx: Context, config: Mapping[str, Any], event: Event) -> Done:
        return Done(rfc3339(event.at) if event.kind == "time" else event.payload)

    async def _run_async(self, arguments: dict[str, Any]) -> Any:
        return _plain(await self._function(**arguments))


class _Signature:
    """A function's parameters, as a pydantic model.

    Fields have names of their own and the parameters' as aliases: a parameter may be called `json` or `schema`.
    """

    def __init__(self, function: Callable[..., Any], place: str) -> None:
        parameters = inspect.signature(function).parameters
        try:
            hints = get_type_hints(function, include_extras=True)
        except NameError as error:
            raise TypeError(f"{place}: {error}; annotations must name things that the module has at run time") from error
        self._context = [name for name in parameters if hints.get(name) is Context]
        self._names = [name for name in parameters if hints.get(name) is not Context]
        for name in parameters:
            if parameters[name].kind not in _NAMED:
                raise TypeError(f"{place}: parameter {name!r} cannot come from a config; give each value a name")
        self._whole = _only_model([hints.get(name) for name in self._names])
        self._model = self._whole or _model_of(function, {name: parameters[name] for name in self._names}, hints)

    def schema(self) -> dict[str, Any]:
        schema = self._model.model_json_schema()
        if self._whole is None:
            schema.pop("title", None)
            schema.pop("description", None)
        return schema

    def arguments(self, ctx: Context, config: Mapping[str, Any]) -> dict[str, Any]:
        """Keyword arguments of the call; Fatal `config` that names the field if the config is not valid.

        The function may change what it is given: the values of the definition, and what other nodes put out, stay as they are.
        """
        from pydantic import ValidationError

        try:
            valid = self._model.model_validate(own_copy(secrets.resolve(ctx, config)))
        except ValidationError as error:
            # A rejected value may be a secret: only pydantic's sentence is shown.
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            refuse_config(".".join(str(part) for part in first["loc"]) or "config", first["msg"])
        given: dict[str, Any] = dict.fromkeys(self._context, ctx)
        if self._whole is not None:
            given[self._names[0]] = valid
        else:
            given.update({name: getattr(valid, f"field_{place}") for place, name in enumerate(self._names)})
        return given


def _only_model(hints: list[Any]) -> type[BaseModel] | None:
    from pydantic import BaseModel

    (hint, *others) = hints or [None]
    return hint if not others and inspect.isclass(hint) and issubclass(hint, BaseModel) else None


def _model_of(
    function: Callable[..., Any], parameters: Mapping[str, inspect.Parameter], hints: Mapping[str, Any]
) -> type[BaseModel]:
    from pydantic import ConfigDict, Field, create_model

    fields: dict[str, Any] = {}
    for place, (name, parameter) in enumerate(parameters.items()):
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[f"field_{place}"] = (hints.get(name, Any), Field(default, alias=name))
    return create_model(f"{function.__name__}_config", __config__=ConfigDict(extra="forbid"), **fields)


def _plain(result: Any) -> Any:
    """The result as the engine takes it: a pydantic model becomes its JSON."""
    dump = getattr(result, "model_dump", None)
    return result if dump is None else dump(mode="json")
