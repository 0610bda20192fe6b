"""Workflows written in Python: nodes as objects, arrows as `>>`, expressions as operators. It makes the JSON form, nothing else."""

from __future__ import annotations

from treadle.builder.expressions import Expr, choose, expr, fn, is_in
from treadle.builder.nodes import Composite, Node, Port
from treadle.builder.workflow import Workflow

__all__ = ["Composite", "Expr", "Node", "Port", "Workflow", "choose", "expr", "fn", "is_in"]
