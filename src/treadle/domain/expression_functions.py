"""All named functions of the language, in the order the reference lists them."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from treadle.domain import (
    expression_calendar,
    expression_conversions,
    expression_encodings,
    expression_lists,
    expression_numbers,
    expression_objects,
    expression_texts,
    expression_times,
)
from treadle.domain.expression_registry import FUNCTIONS

FAMILIES: Mapping[str, tuple[ModuleType, ...]] = {
    "Types and numbers": (expression_conversions, expression_numbers),
    "Lists and objects": (expression_lists, expression_objects),
    "Texts": (expression_texts, expression_encodings),
    "Times": (expression_times, expression_calendar),
}
"""The modules that register functions, by the headings of the reference."""

__all__ = ["FAMILIES", "FUNCTIONS"]
