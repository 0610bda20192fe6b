"""All named functions of the language, in the order the reference lists them."""

from __future__ import annotations

from treadle.domain import (
    expression_conversions,
    expression_lists,
    expression_texts,
    expression_times,
)
from treadle.domain.expression_registry import FUNCTIONS

FAMILIES = (expression_conversions, expression_lists, expression_texts, expression_times)
"""The modules that register functions."""

__all__ = ["FAMILIES", "FUNCTIONS"]
