"""Secrets in configs: a reference such as `{"secret": "name"}`, replaced by the secret only inside the handler call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from treadle.domain.activity import Context
from treadle.domain.errors import Fatal, NotFoundError, SecretsKeyError
from treadle.domain.secret_references import KEY, Place

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

REFERENCE: Mapping[str, Any] = {
    "type": "object",
    "properties": {"secret": {"title": "Secret", "description": "The secret's name.", "type": "string", "minLength": 1}},
    "required": ["secret"],
    "additionalProperties": False,
}


class Secret(str):
    """The annotation of an activity's parameter that may be given as a reference; a text that does not show itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('…')"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # pydantic's
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, dict(REFERENCE)]}


def resolve(ctx: Context, config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The config with the secrets in it that the definition names there; the same object where there is none.

    Data that came in through a template is left alone, whatever it looks like. Fatal for an unknown secret.
    """
    for place in ctx.secret_places:
        config = _filled(ctx, config, place)
    return config


def _filled(ctx: Context, value: Any, place: Place) -> Any:
    if not place:
        return _secret(ctx, value[KEY])
    step, *rest = place
    filled: Any = dict(value) if isinstance(value, Mapping) else list(value)
    filled[step] = _filled(ctx, value[step], tuple(rest))
    return filled


def _secret(ctx: Context, name: str) -> str:
    if ctx.secrets is None:
        raise Fatal(f"the config needs the secret {name!r}, and this worker has no secrets", type="secret")
    try:
        return ctx.secrets(name)
    except (NotFoundError, KeyError) as error:
        raise Fatal(f"there is no secret {name!r}; set it with: treadle secrets set {name}", type="secret") from error
    except SecretsKeyError as error:
        raise Fatal(str(error), type="secret") from error
