"""Texts made of a template: once, or once for each item of a list."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from treadle.activities.handler import Immediate, refuse_config
from treadle.activities.item_expressions import ITEM_NAMES, ITEMS, ItemExpressions, items_of, text_of
from treadle.domain.activity import Context, Done
from treadle.domain.errors import Fatal
from treadle.domain.expression_frame import kind_of
from treadle.domain.node_types import NodeType
from treadle.domain.templates import compile_text
from treadle.domain.values import RESULT_LIMIT


class Render(Immediate):
    mode = "thread"
    node_type = NodeType(
        type="template.render",
        summary="Writes a text from a template, once or for each item of a list.",
        category="data",
        example={"template": "{{ item.name }}: {{ item.price }}", "each": "nodes.fetch.output.rows"},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "template": {
                    "title": "Template",
                    "description": "A text with `{{ expressions }}` in it; with a list they may use `item` and `index`.",
                    "type": "string",
                    "format": "multiline",
                },
                "each": {
                    **ITEMS,
                    "title": "For each",
                    "description": "A list, as an expression or a value: the template is written once for each of its items.",
                },
                "join": {
                    "title": "Between",
                    "description": "What stands between the items; a line break if not given.",
                    "type": "string",
                    "default": "\n",
                },
                "before": {
                    "title": "Before",
                    "description": "What stands before the first item.",
                    "type": "string",
                    "format": "multiline",
                },
                "after": {
                    "title": "After",
                    "description": "What stands after the last item.",
                    "type": "string",
                    "format": "multiline",
                },
                "empty": {
                    "title": "If there are none",
                    "description": "The whole text for an empty list; nothing if not given.",
                    "type": "string",
                    "format": "multiline",
                },
            },
            "required": ["template"],
            "additionalProperties": False,
        },
        expressions=("each",),
        deferred_texts=("template",),
        extra_names=ITEM_NAMES,
        icon="file-text",
        output="the text",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        template = compile_text(config["template"])
        expressions = ItemExpressions(ctx, place="each")
        if config.get("each") is None:
            _refuse_without_list(config)
            return Done(_bounded([text_of(expressions.filled(template, ctx.lookup), "template")]))
        items = items_of(config, "each")
        if not items:
            return Done(_words(config, "empty"))
        texts = (text_of(value, "template") for value in expressions.texts("template", template, items))
        return Done(_bounded([_words(config, "before"), _bounded(texts, _words(config, "join", "\n")), _words(config, "after")]))


def _refuse_without_list(config: Mapping[str, Any]) -> None:
    for field in ("join", "before", "after", "empty"):
        if config.get(field) is not None:
            refuse_config(field, "has no meaning without `each`; give a list or leave it out")


def _words(config: Mapping[str, Any], field: str, default: str = "") -> str:
    value = config.get(field, default)
    if not isinstance(value, str):
        refuse_config(field, f"must be a text, not {kind_of(value)}")
    return value


def _bounded(texts: Iterable[str], separator: str = "") -> str:
    """The texts in one, refused before it is built if it is too large to be kept."""
    pieces: list[str] = []
    length = 0
    for text in texts:
        length += len(text) + len(separator)
        if length - len(separator) > RESULT_LIMIT:
            raise Fatal(f"the text has more than {RESULT_LIMIT:,} characters", type="result_too_large")
        pieces.append(text)
    return separator.join(pieces)


HANDLERS = (Render(),)
