"""Write the functions that the expression editor completes: `python scripts/generate_expression_functions.py`."""

from __future__ import annotations

from pathlib import Path

import orjson

from treadle.domain.expression_functions import FUNCTIONS

FILE = Path(__file__).parent.parent / "frontend" / "src" / "ui" / "expression" / "functions.json"


def render() -> str:
    """All functions in the order of their names."""
    found = [
        {"name": each.name, "signature": each.signature, "summary": each.summary, "example": each.example, "result": each.result}
        for each in sorted(FUNCTIONS.values(), key=lambda each: each.name)
    ]
    return orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


if __name__ == "__main__":
    FILE.write_text(render(), encoding="utf-8")
    print(f"{FILE}: {len(FUNCTIONS)} functions")
