"""Loads the example workflows that ship with the package: none is ever written over a person's own edit."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from treadle.cli.workflow_files import WorkflowFile, read_workflows
from treadle.domain.errors import NotFoundError
from treadle.domain.records import WorkflowVersion

if TYPE_CHECKING:
    from treadle.bootstrap import Treadle

SCHEDULES = {"nightly_report": "0 2 * * *"}
"""The cron expressions, in UTC, that come with an example when it is first loaded."""


def shipped_examples() -> list[WorkflowFile]:
    """The examples in this release, by name."""
    folder = Path(str(files("treadle") / "examples"))
    return [one for path in sorted(folder.glob("*.yaml")) for one in read_workflows(str(path))]


def load_examples(treadle: Treadle, examples: Sequence[WorkflowFile]) -> list[str]:
    """Save those that are missing, and newer forms of those nobody edited. The names that are there as shipped."""
    return [example.name for example in examples if _load(treadle, example)]


def _load(treadle: Treadle, example: WorkflowFile) -> bool:
    try:
        present = treadle.store.workflows.get(example.name)
    except NotFoundError:
        _save(treadle, example)
        if cron := SCHEDULES.get(example.name):
            treadle.engine.add_schedule(example.name, cron=cron, timezone="UTC")
        return True
    if not present.description.endswith(_seal(present)):
        return False
    _save(treadle, example)
    return True


def _save(treadle: Treadle, example: WorkflowFile) -> None:
    """The description ends with a seal over the stored graph, which an edit of either breaks."""
    saved, _ = treadle.engine.save_workflow(example.name, example.graph_config, description=example.description)
    sealed = f"{example.description} {_seal(saved)}"
    treadle.engine.save_workflow(example.name, example.graph_config, description=sealed)


def _seal(version: WorkflowVersion) -> str:
    return f"[shipped {hashlib.sha256(version.graph_json.encode()).hexdigest()[:8]}]"
