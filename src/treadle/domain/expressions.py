"""The expression language: a closed evaluator over JSON values with Python's syntax.

An expression reads the names it is given and makes a JSON value, or raises ExpressionError; no attribute of a Python object
is ever reachable, and work and memory are bounded. `docs/expressions.md` is the reference of the language.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from treadle.domain.errors import ExpressionError
from treadle.domain.expression_compiler import WORDS, Compiled, compile_source
from treadle.domain.expression_frame import FaultError, Frame, Namespace, size_of
from treadle.domain.expression_functions import FUNCTIONS
from treadle.domain.expression_registry import Function

__all__ = ["FUNCTIONS", "WORDS", "Expression", "Function", "Namespace", "compile_expression"]

_CACHED = 4096


class Expression:
    """A compiled expression: immutable, and safe to evaluate from any number of threads."""

    __slots__ = ("_builds", "_run", "_slots", "node_refs", "roots", "source")

    source: str
    roots: frozenset[str]
    """The names it reads."""
    node_refs: frozenset[str]
    """The ids it uses as `nodes.<id>` or `nodes["id"]`."""

    def __init__(self, source: str, compiled: Compiled) -> None:
        self.source = source
        self.roots = compiled.roots
        self.node_refs = compiled.node_refs
        self._run = compiled.run
        self._slots = compiled.slots
        self._builds = compiled.builds

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def evaluate(self, names: Mapping[str, Any]) -> Any:
        """The value for these names, each a JSON value or a Namespace. ExpressionError is all it ever raises."""
        try:
            value = self._run(Frame(names, self._slots))
            if self._builds and type(value) in (list, dict):
                size_of(value)
        except ExpressionError:
            raise
        except FaultError as fault:
            raise ExpressionError(str(fault), source=self.source) from None
        except Exception as error:
            # Names may hold what is no JSON, and a namespace may fail: a worker must survive both.
            raise ExpressionError(f"cannot be evaluated: {type(error).__name__}", source=self.source) from error
        return value


@lru_cache(maxsize=_CACHED)
def compile_expression(source: str) -> Expression:
    """Compile an expression, or give back the one compiled before; ExpressionError if it is not in the language."""
    return Expression(source, compile_source(source))
