"""What expressions, templates and stored values cost: `python benchmarks/expressions.py [--random N] [--against]`.

`--random N` evaluates N random expressions and shows the slowest; `--against` times the other languages that are installed
(simpleeval, jmespath, jinja2, common-expression-language, cel-python, jsonata-python) on the same condition.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
import timeit
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Any

from treadle.domain.errors import ExpressionError
from treadle.domain.expressions import FUNCTIONS, compile_expression
from treadle.domain.node_types import EMPTY_CONFIG, NodeType
from treadle.domain.templates import compile_template
from treadle.domain.values import encode, parse_body

LINES = [{"sku": f"sku-{i}", "price": 1.5 * i, "count": i % 5} for i in range(10)]
NAMES: dict[str, Any] = {
    "nodes": {"fetch": {"output": {"total": 120, "lines": LINES, "status": 200}}},
    "input": {"order_id": "A-17", "country": "DE"},
}
CONDITION = "nodes.fetch.output.total > 100"
EXPRESSIONS = [
    "input.order_id",
    CONDITION,
    'nodes.fetch.output.total > 100 and input.country in ["DE", "AT"]',
    '"order " + input.order_id',
    "len(nodes.fetch.output.lines) > 5",
    "[line.price * line.count for line in nodes.fetch.output.lines if line.count > 0]",
    "sum(line.price for line in nodes.fetch.output.lines)",
]
CONFIG = {
    "method": "POST",
    "url": "https://api.example.com/orders/{{ input.order_id }}",
    "headers": {"accept": "application/json", "authorization": {"secret": "api"}},
    "json": {"total": "{{ nodes.fetch.output.total }}", "lines": "{{ nodes.fetch.output.lines }}"},
}
BIG = {
    "text": "ab" * 500_000,
    "letters": "é" * 300_000,
    "rows": [{"id": i, "v": i * 1.5} for i in range(9_000)],
    "numbers": [((i * 7919) % 100_003) / 7 for i in range(20_000)],
    "deep": [[[[i]]] for i in range(6_000)],
    "document": "[" + "0," * 15_000 + "0]",
}
LONGEST = [
    "[json(rows) for i in range(99)]",
    "[float(str(x)) for x in numbers]",
    "[round(x, 3) for x in numbers]",
    "[x.id * x.v + 3 for x in rows if x.id % 2 == 0]",
    "[merge(x, {'a': 1}) for x in rows]",
    "[get(x, ['id']) for x in rows]",
    "[format_time(t, '%A %Y', 'Europe/Berlin') for t in range(2000)]",
    "[parse_time(t) for t in range(5000)]",
    "[deep == [x for x in deep] for i in range(1000)]",
    "[[v,v,v,v,v,v,v,v,v,v] for v in [[w,w,w,w,w,w,w,w,w,w] for w in [rows, rows]]]",
    "[[[[1 for a in range(100)] for b in range(100)] for c in range(100)] for d in range(100)]",
    "unique(deep)",
    "sorted(numbers)",
    "sorted(rows, 'v')",
    "parse_json(document)",
    "[contains(text, 'zzz') for i in range(100)]",
    "[replace(text, 'a', 'b') for i in range(100)]",
    "upper(letters)",
    "join([str(x) for x in range(9000)], ',')",
]
VALUES: dict[str, Any] = {
    "null": None,
    "small object": {"status": 200, "ok": True},
    "small object with null": {"status": 200, "error": None},
    "small object with é": {"name": "Zoë"},
    "1,000 rows": [{"id": i, "name": "abc", "price": 1.5} for i in range(1_000)],
}
WORDS = [
    *FUNCTIONS, "x", "xs", "o.k", "i", " for i in ", " if ", " else ", " and ", " or ", " not ", " in ", "null", "true", "1",
    "2.5", "'a'", "+", "-", "*", "/", "//", "%", "==", "<", ">=", ".", ",", ":", "(", ")", "[", "]", "{", "}", "xs[1:2]",
    "len(xs)", "(x)", "[i for i in xs]",
]  # fmt: skip


def microseconds(work: Callable[[], Any]) -> float:
    timer = timeit.Timer(work)
    number, _ = timer.autorange()
    return min(timer.repeat(number=max(1, number // 4), repeat=5)) / max(1, number // 4) * 1e6


def show(what: str, cost: float, unit: str = "µs") -> None:
    print(f"  {cost:10.2f} {unit}  {what}")


def measure_evaluation() -> None:
    print("evaluate")
    for source in EXPRESSIONS:
        expression = compile_expression(source)
        show(source, microseconds(partial(expression.evaluate, NAMES)))
    print("compile, not cached")
    for source in (CONDITION, EXPRESSIONS[5]):
        show(source, microseconds(partial(compile_expression.__wrapped__, source)))
    node_type = NodeType("http.request", "", "", EMPTY_CONFIG)
    template = compile_template(CONFIG, node_type)
    constant = compile_template({"url": "https://x", "n": [1, 2]}, node_type)
    print("templates")
    show("compile a config with three expressions", microseconds(lambda: compile_template(CONFIG, node_type)))
    show("render it", microseconds(lambda: template.render(NAMES)))
    show("render a config without expressions", microseconds(lambda: constant.render(NAMES)))


def measure_values() -> None:
    print("encode")
    for name, value in VALUES.items():
        show(name, microseconds(partial(encode, value, limit=1 << 20, name="result")))
    body = b'{"order_id": "A-17", "lines": [{"sku": "x", "count": 2}], "total": 12.5}'
    print("parse_body")
    show(body.decode(), microseconds(lambda: parse_body(body, max_bytes=1 << 20)))


def measure_longest() -> None:
    print("the most work that the budget lets through or stops, one evaluation")
    costs = sorted(((_seconds(source, BIG), source) for source in LONGEST), reverse=True)
    for cost, source in costs[:8]:
        show(source, cost * 1e3, "ms")


def measure_random(count: int) -> None:
    rng = random.Random(1)
    names = {"x": 3, "xs": list(range(5_000)), "o": {"k": "text " * 1_000}}
    sources = ("".join(rng.choices(WORDS, k=rng.randint(1, 14))) for _ in range(count))
    slowest = sorted((_seconds(source, names, tries=1) for source in sources), reverse=True)
    print(f"{count:,} random expressions, compiled and evaluated")
    show("slowest", slowest[0] * 1e3, "ms")
    show("of 1,000 the slowest", slowest[count // 1_000] * 1e3, "ms")
    show("of 2 the slower", slowest[count // 2] * 1e3, "ms")


def measure_import() -> None:
    print("import, after what every module of the domain needs, with compiled bytecode")
    before = "import orjson, treadle.domain.durations, treadle.domain.node_types"
    for statement in ("import treadle.domain.templates", "import treadle.domain.values"):
        code = f"import time; {before}; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
        with tempfile.TemporaryDirectory() as bytecode:
            environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode, "PYTHONDONTWRITEBYTECODE": ""}
            took = [float(subprocess.check_output([sys.executable, "-c", code], env=environment)) for _ in range(6)]
        show(statement, min(took) * 1e3, "ms")


def measure_others() -> None:
    print(f"the same condition in other languages: {CONDITION}")
    show("treadle", microseconds(lambda: compile_expression(CONDITION).evaluate(NAMES)))
    for name, prepare in OTHERS.items():
        try:
            run = prepare()
        except ModuleNotFoundError:
            print(f"  not installed  {name}")
            continue
        assert run()
        show(name, microseconds(run))


def _simpleeval() -> Callable[[], Any]:
    evaluator = import_module("simpleeval").EvalWithCompoundTypes(names=NAMES)
    source = 'nodes["fetch"]["output"]["total"] > 100'
    parsed = evaluator.parse(source)
    return lambda: evaluator.eval(source, previously_parsed=parsed)


def _jmespath() -> Callable[[], Any]:
    query = import_module("jmespath").compile("nodes.fetch.output.total > `100`")
    return lambda: query.search(NAMES)


def _jinja() -> Callable[[], Any]:
    environment = import_module("jinja2.sandbox").ImmutableSandboxedEnvironment()
    expression = environment.compile_expression(CONDITION)
    return lambda: expression(**NAMES)


def _cel() -> Callable[[], Any]:
    program = import_module("cel").compile(CONDITION)
    return lambda: program.execute(NAMES)


def _celpy() -> Callable[[], Any]:
    celpy = import_module("celpy")
    environment = celpy.Environment()
    program = environment.program(environment.compile(CONDITION))
    return lambda: program.evaluate({name: celpy.json_to_cel(value) for name, value in NAMES.items()})


def _jsonata() -> Callable[[], Any]:
    expression = import_module("jsonata").Jsonata(CONDITION)
    return lambda: expression.evaluate(NAMES)


OTHERS: dict[str, Callable[[], Callable[[], Any]]] = {
    "simpleeval": _simpleeval,
    "jmespath": _jmespath,
    "jinja2, sandboxed": _jinja,
    "common-expression-language": _cel,
    "cel-python": _celpy,
    "jsonata-python": _jsonata,
}


def _seconds(source: str, names: dict[str, Any], *, tries: int = 3) -> float:
    best = float("inf")
    for _ in range(tries):
        start = time.perf_counter()
        with suppress(ExpressionError):
            compile_expression.__wrapped__(source).evaluate(names)
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--against", action="store_true")
    options = parser.parse_args()
    measure_evaluation()
    measure_values()
    measure_longest()
    measure_import()
    if options.random:
        measure_random(options.random)
    if options.against:
        measure_others()


if __name__ == "__main__":
    main()
