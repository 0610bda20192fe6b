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
from treadle.domain.expression_frame import MAX_STEPS, FaultError, Frame, Namespace, size_of
from treadle.domain.expression_functions import FUNCTIONS
from treadle.domain.expression_reads import Read
from treadle.domain.expression_registry import Function

__all__ = ["FUNCTIONS", "WORDS", "Budget", "Expression", "Function", "Namespace", "Read", "compile_expression"]

_CACHED = 4096
_CHARACTERS_PER_OPERATION = 8
"""About as long is an operation in a source; what is not in a loop is charged by it."""


class Budget:
    """The steps that many evaluations may take together, such as one for each item of a list."""

    __slots__ = ("_steps", "left")

    def __init__(self, steps: int) -> None:
        self._steps = self.left = steps

    def charge(self, steps: int, *, source: str) -> None:
        """ExpressionError when nothing was left."""
        if self.left <= 0:
            raise ExpressionError(f"this is more work than all evaluations may do together ({self._steps:,} steps)", source=source)
        self.left -= steps


class Expression:
    """A compiled expression: immutable, and safe to evaluate from any number of threads."""

    __slots__ = ("_builds", "_run", "_slots", "node_refs", "reads", "roots", "source")

    source: str
    roots: frozenset[str]
    """The names it reads."""
    node_refs: frozenset[str]
    """The ids it uses as `nodes.<id>` or `nodes["id"]`."""
    reads: tuple[Read, ...]
    """What it reads, in the order it is written, with the keys behind each name."""

    def __init__(self, source: str, compiled: Compiled) -> None:
        self.source = source
        self.roots = compiled.roots
        self.node_refs = compiled.node_refs
        self.reads = compiled.reads
        self._run = compiled.run
        self._slots = compiled.slots
        self._builds = compiled.builds

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def evaluate(self, names: Mapping[str, Any]) -> Any:
        """The value for these names, each a JSON value or a Namespace. ExpressionError is all it ever raises."""
        return self._evaluated(Frame(names, self._slots))

    def evaluate_within(self, budget: Budget, names: Mapping[str, Any]) -> Any:
        """As `evaluate`, one of many that share a budget."""
        frame = Frame(names, self._slots)
        value = self._evaluated(frame)
        budget.charge(MAX_STEPS - frame.steps + 1 + len(self.source) // _CHARACTERS_PER_OPERATION, source=self.source)
        return value

    def _evaluated(self, frame: Frame) -> Any:
        try:
            value = self._run(frame)
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
