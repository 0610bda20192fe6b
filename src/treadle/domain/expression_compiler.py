"""From the tree to closures: each kind of node that the language has is compiled here, and every other one is refused.

A closure takes the frame and returns a value. What can be known beforehand is settled at compile time: variables have
numbered slots, a chain of constant keys is one closure, and the cost of a loop's turn is the number of operations in it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from treadle.domain import expression_closures as closures
from treadle.domain import expression_loops as loops
from treadle.domain import expression_operators as operators
from treadle.domain.errors import ExpressionError
from treadle.domain.expression_closures import Run, Step
from treadle.domain.expression_frame import Place, no_such
from treadle.domain.expression_functions import FUNCTIONS
from treadle.domain.expression_reads import Key, Read
from treadle.domain.expression_registry import Function
from treadle.domain.expression_syntax import MAX_DEPTH, parse
from treadle.domain.values import INT_MAX, INT_MIN

WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
"""JSON's words, which Python spells differently and takes for names."""

_CALL_COST = 6
"""What a call costs more than an operator does, in operators; the functions charge for what depends on their arguments."""

_BINARY: Mapping[type[ast.operator], operators.Operator] = {
    ast.Add: operators.add,
    ast.Sub: operators.subtract,
    ast.Mult: operators.multiply,
    ast.Div: operators.divide,
    ast.FloorDiv: operators.floor_divide,
    ast.Mod: operators.remainder,
}
_COMPARE: Mapping[type[ast.cmpop], operators.Operator] = {
    ast.Eq: operators.equal,
    ast.NotEq: operators.not_equal,
    ast.Lt: operators.less,
    ast.LtE: operators.less_or_equal,
    ast.Gt: operators.greater,
    ast.GtE: operators.greater_or_equal,
    ast.In: operators.inside,
    ast.NotIn: operators.not_inside,
}
_REFUSED: Mapping[type[ast.AST], str] = {
    ast.Tuple: "a list is written with [ and ]",
    ast.Set: "an object is written {key: value}, a list [value]",
    ast.SetComp: "an object is written {key: value}, a list [value]",
    ast.GeneratorExp: "a comprehension is written with [ and ]",
    ast.Starred: '"*" before a value has no meaning here; lists are joined with "+"',
    ast.NamedExpr: "nothing can be assigned",
}


class Compiled(NamedTuple):
    """`slots`: how many variables; `builds`: whether the result may be a value that the expression made."""

    run: Run
    slots: int
    roots: frozenset[str]
    node_refs: frozenset[str]
    builds: bool
    reads: tuple[Read, ...]


def compile_source(source: str) -> Compiled:
    """Check and compile a source text; ExpressionError says what is not in the language."""
    tree = parse(source)
    compiler = _Compiler(source)
    run = compiler.value(tree)
    roots = frozenset(read.name for read in compiler.reads)
    node_refs = frozenset(key for read in compiler.reads if read.name == "nodes" for key in read.keys[:1] if isinstance(key, str))
    return Compiled(run, compiler.slots, roots, node_refs, compiler.builds, tuple(sorted(compiler.reads, key=_column)))


def _column(read: Read) -> int:
    return read.columns[0] or 0


class _Compiler:
    """The state of one compilation; a `_kind` method compiles the nodes of that kind."""

    def __init__(self, source: str) -> None:
        self.slots = 0
        self.reads: list[Read] = []
        self.builds = False
        self._source = source
        self._bytes = source.encode()
        self._scope: dict[str, int] = {}
        self._depth = 0
        self._cost = 0
        self._conditions = 0

    def value(self, node: ast.expr, *, bare: bool = False) -> Run:
        """The closure of a node; `bare` where the value is only looked into and may be a namespace."""
        self._depth += 1
        self._cost += 1
        if self._depth > MAX_DEPTH:
            raise self._error(f"nested deeper than {MAX_DEPTH} levels", node)
        run = self._compiled(node, bare)
        self._depth -= 1
        return run

    def _compiled(self, node: ast.expr, bare: bool) -> Run:
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            return self._reached(node, bare)
        compile_kind = _KINDS.get(type(node))
        if compile_kind is None:
            raise self._error(_REFUSED.get(type(node)) or f"{type(node).__name__} is not part of the language", node)
        return compile_kind(self, node)

    def _reached(self, node: ast.expr, bare: bool) -> Run:
        """A name, or what stands behind keys, elements and slices; constant keys in a row become one closure."""
        keys: list[Key] = []
        places: list[Place] = []
        while (step := self._constant_key(node)) is not None:
            base, key, place = step
            keys.insert(0, key)
            places.insert(0, place)
            node = base
        if isinstance(node, ast.Name) and node.id not in self._scope and node.id not in WORDS:
            places.insert(0, self._place(node))
            self.reads.append(Read(node.id, tuple(keys), tuple(place.column for place in places), self._conditions > 0))
            return closures.path(node.id, keys, places, bare=bare)
        if keys:
            return closures.way(self.value(node, bare=True), keys, places, bare=bare)
        if isinstance(node, ast.Name):
            return closures.constant(WORDS[node.id]) if node.id not in self._scope else closures.variable(self._scope[node.id])
        if isinstance(node, ast.Subscript):
            return self._subscript(node, bare)
        return self.value(node)

    def _constant_key(self, node: ast.expr) -> tuple[ast.expr, Key, Place] | None:
        if isinstance(node, ast.Attribute):
            end = (node.end_col_offset or 0) - 1
            start = end - len(node.attr)
            return node.value, self._bytes[start:end].decode(), self._at(start)
        if isinstance(node, ast.Subscript):
            key = _literal(node.slice)
            if type(key) is str or type(key) is int:
                return node.value, key, self._place(node.slice)
        return None

    def _subscript(self, node: ast.Subscript, bare: bool) -> Run:
        place = self._place(node.slice)
        base = self.value(node.value, bare=True)
        if not isinstance(node.slice, ast.Slice):
            return closures.subscript(base, self.value(node.slice), place, bare=bare)
        self.builds = True
        bounds = [self.value(bound) if bound else closures.constant(None) for bound in _bounds(node.slice)]
        return closures.part(base, bounds[0], bounds[1], bounds[2], place)

    def _constant(self, node: ast.Constant) -> Run:
        value = node.value
        if type(value) is int and value > INT_MAX:
            raise self._error("an integer beyond 64 bits", node)
        if type(value) is float and value - value != 0:
            raise self._error("a number that is too large", node)
        if value is not None and type(value) not in (bool, int, float, str):
            raise self._error(f"{self._bytes[node.col_offset - 1 :][:3].decode(errors='replace')} is not a value", node)
        return closures.constant(value)

    def _unary(self, node: ast.UnaryOp) -> Run:
        if isinstance(node.op, ast.Not):
            return closures.inverted(self.value(node.operand))
        if not isinstance(node.op, ast.USub):
            raise self._error('"+" needs a value before it', node)
        literal = _literal(node)
        if type(literal) is int:
            return closures.constant(literal)
        return closures.negative(self.value(node.operand), self._place(node))

    def _binary(self, node: ast.BinOp) -> Run:
        self.builds = True
        left: ast.expr = node
        steps: list[Step] = []
        while isinstance(left, ast.BinOp):
            operate = _BINARY.get(type(left.op))
            if operate is None:
                raise self._error(f"{type(left.op).__name__} is not part of the language", left)
            steps.append((operate, self.value(left.right), self._between(left.left)))
            left = left.left
        self._cost += len(steps)
        return closures.operations(self.value(left), steps[::-1])

    def _compare(self, node: ast.Compare) -> Run:
        first = self.value(node.left)
        steps: list[Step] = []
        before = node.left
        for sign, right in zip(node.ops, node.comparators, strict=True):
            compare = _COMPARE.get(type(sign))
            if compare is None:
                raise self._error(f"{type(sign).__name__} is not part of the language", node)
            looked_into = isinstance(sign, ast.In | ast.NotIn)
            steps.append((compare, self.value(right, bare=looked_into), self._between(before)))
            before = right
        return closures.comparisons(first, steps)

    def _bool(self, node: ast.BoolOp) -> Run:
        combine = closures.every if isinstance(node.op, ast.And) else closures.some
        return combine([self.value(node.values[0]), *(self._conditional(value) for value in node.values[1:])])

    def _choice(self, node: ast.IfExp) -> Run:
        return closures.choice(self.value(node.test), self._conditional(node.body), self._conditional(node.orelse))

    def _conditional(self, node: ast.expr) -> Run:
        self._conditions += 1
        run = self.value(node)
        self._conditions -= 1
        return run

    def _list(self, node: ast.List) -> Run:
        self.builds = True
        self._cost += len(node.elts)
        return closures.items([self.value(element) for element in node.elts])

    def _object(self, node: ast.Dict) -> Run:
        self.builds = True
        self._cost += len(node.values)
        pairs = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                raise self._error("objects are joined with merge(a, b)", value)
            pairs.append((self.value(key), self.value(value), self._place(key)))
        return closures.entries(pairs)

    def _list_comprehension(self, node: ast.ListComp | ast.GeneratorExp) -> Run:
        body, over = self._looped(node.generators, [node.elt])
        return loops.list_comprehension(body[0], over)

    def _object_comprehension(self, node: ast.DictComp) -> Run:
        body, over = self._looped(node.generators, [node.key, node.value])
        return loops.object_comprehension(body[0], body[1], over, self._place(node.key))

    def _looped(self, clauses: Sequence[ast.comprehension], body: Sequence[ast.expr]) -> tuple[list[Run], loops.Turns]:
        """The body inside of the loop, where the variables are known, and the loop itself."""
        self.builds = True
        clause = clauses[0]
        if len(clauses) > 1 or clause.is_async:
            raise self._error('a comprehension has one "for"; flatten() and a second one go further', clauses[-1].target)
        source = self.value(clause.iter)
        outer, before = self._scope, self._cost
        slots = self._declared(clause.target)
        conditions = [self.value(condition) for condition in clause.ifs]
        runs = [self.value(part) for part in body]
        self._scope = outer
        cost = self._cost - before + 1
        return runs, loops.turns(source, slots, conditions, cost=cost, place=self._place(clause.iter))

    def _declared(self, target: ast.expr) -> list[int]:
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        slots = []
        scope = dict(self._scope)
        for name in names:
            if not isinstance(name, ast.Name) or name.id in WORDS:
                raise self._error('"for" needs a name, or several with commas between them', name)
            scope[name.id] = self.slots
            slots.append(self.slots)
            self.slots += 1
        self._scope = scope
        return slots

    def _call(self, node: ast.Call) -> Run:
        self.builds = True
        function = self._function(node)
        self._cost += _CALL_COST
        if node.keywords:
            raise self._error("arguments have no names", node.keywords[0].value)
        count = len(node.args)
        if count < function.least or (function.most is not None and count > function.most):
            raise self._error(f"{function.signature} takes {_counted(function)}, not {count}", node)
        return closures.call(function, self._arguments(node, function), self._place(node))

    def _arguments(self, node: ast.Call, function: Function) -> list[Run]:
        if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            return [self._list_comprehension(node.args[0])]
        return [
            self.value(argument, bare=function.namespaces and place == 0) for place, argument in enumerate(node.args)
        ]

    def _function(self, node: ast.Call) -> Function:
        if isinstance(node.func, ast.Attribute):
            raise self._error(f"values have no methods; functions are written {node.func.attr}(value)", node)
        if not isinstance(node.func, ast.Name):
            raise self._error("only a function that has a name can be called", node)
        function = FUNCTIONS.get(node.func.id)
        if function is None:
            raise self._error(no_such("function", node.func.id, known=FUNCTIONS, among="there are"), node)
        return function

    def _place(self, node: ast.expr) -> Place:
        # A tuple or comprehension without brackets of its own has the parser's: it begins before the source.
        return self._at(max(0, node.col_offset - 1))

    def _between(self, left: ast.expr) -> Place:
        """Where the operator behind `left` stands."""
        at = (left.end_col_offset or 0) - 1
        while at < len(self._bytes) and self._bytes[at : at + 1] in (b" ", b"\t", b"\r", b"\n", b")"):
            at += 1
        return self._at(at)

    def _at(self, offset: int) -> Place:
        return Place(self._source, len(self._bytes[:offset].decode(errors="replace")) + 1)

    def _error(self, reason: str, node: ast.expr) -> ExpressionError:
        return self._place(node).error(reason)


_KINDS: Mapping[type[ast.expr], Callable[..., Run]] = {
    ast.Constant: _Compiler._constant,
    ast.UnaryOp: _Compiler._unary,
    ast.BinOp: _Compiler._binary,
    ast.Compare: _Compiler._compare,
    ast.BoolOp: _Compiler._bool,
    ast.IfExp: _Compiler._choice,
    ast.List: _Compiler._list,
    ast.Dict: _Compiler._object,
    ast.ListComp: _Compiler._list_comprehension,
    ast.DictComp: _Compiler._object_comprehension,
    ast.Call: _Compiler._call,
}
"""The allow-list, besides names, keys and subscripts."""


def _literal(node: ast.expr) -> Any:
    """The value of a literal text, or whole number with or without a sign; None for everything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = node.operand.value if isinstance(node.operand, ast.Constant) else None
        return -inner if type(inner) is int and -inner >= INT_MIN else None
    value = node.value if isinstance(node, ast.Constant) else None
    return value if type(value) is str or (type(value) is int and value <= INT_MAX) else None


def _bounds(node: ast.Slice) -> tuple[ast.expr | None, ast.expr | None, ast.expr | None]:
    return node.lower, node.upper, node.step


def _counted(function: Function) -> str:
    least, most = function.least, function.most
    numbers = f"{least} or more" if most is None else str(least) if least == most else f"{least} to {most}"
    return f"{numbers} argument" if numbers == "1" else f"{numbers} arguments"
